"""How a reader does on SQuAD 2.0 with the paragraph given: `python -m training.evaluate DATA_DIR MODEL_DIR`.

Reports the nine reporting articles at two bars for "no answer" that the held-back articles choose: the one with the best
F1, and the one at which answerable and unanswerable questions fare equally well.
Metrics as SQuAD defines them (Rajpurkar et al. 2016, 2018), from their definition.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from qa.evaluation.adapters.squad import REPORTED
from qa.evaluation.squad import exact_match, token_f1
from training.data import HELD_BACK, Asked, squad_articles, validation
from training.examples import Example
from training.model import encode, load

LONGEST_SPAN = 30  # tokens
BATCH = 16


def main() -> None:
    """Print the metrics of a model as JSON."""
    parser = argparse.ArgumentParser(description="Measure a reader on the nine reporting articles of SQuAD 2.0.")
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path, help="a folder with a question-answering model")
    parser.add_argument("--sample", type=int, help="only so many random questions")
    arguments = parser.parse_args()
    model, tokenizer = load(arguments.model)
    print(json.dumps(measured(model, tokenizer, arguments.data, arguments.sample), indent=1))


def measured(model: Any, tokenizer: Any, data: Path, sample: int | None = None) -> dict[str, dict[str, float]]:
    """The figures by what they are over; with `sample`, over that many random questions of each set at most."""

    def some(asked: Sequence[Asked]) -> Sequence[Asked]:
        return random.Random(0).sample(asked, sample) if sample and sample < len(asked) else asked

    held_back = {name: squad_metrics(model, tokenizer, some(asked)) for name, asked in validation(data).items()}
    found = Predicted.of(model, tokenizer, some(list(squad_articles(data, REPORTED))))
    return {
        "SQuAD 2.0, nine articles, bar of the best F1 held back": found.metrics(held_back["squad"]["best_bar"]),
        "SQuAD 2.0, nine articles, balanced bar": found.metrics(held_back["squad"]["balanced_bar"]),
        f"SQuAD 2.0, held back ({', '.join(sorted(HELD_BACK)).replace('_', ' ')}), best bar": held_back["squad"],
        "our news questions, held back, best bar": held_back["newsroom"],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """For each question: whether it has an answer, the strength of the best span, and that span's F1 and exact match."""

    has: np.ndarray
    strength: np.ndarray
    f1: np.ndarray
    em: np.ndarray

    @classmethod
    def of(cls, model: Any, tokenizer: Any, asked: Sequence[Asked]) -> Self:
        """Ask a model."""
        spans = predict(model, tokenizer, asked)
        answers = [(text, a.golds) for a, (text, _) in zip(asked, spans, strict=True)]
        return cls(
            has=np.array([bool(a.golds) for a in asked]),
            strength=np.array([score for _, score in spans]),
            f1=np.array([token_f1(text, golds) if golds else 0.0 for text, golds in answers]),
            em=np.array([float(exact_match(text, golds)) if golds else 0.0 for text, golds in answers]),
        )

    def bars(self) -> tuple[float, float]:
        """The bar with the best F1, and the one whose lesser of HasAns F1 and NoAns accuracy is greatest."""
        order = np.argsort(-self.strength, kind="stable")
        gain = np.where(self.has, self.f1, -1.0)[order].cumsum()
        has_f1 = (self.f1 * self.has)[order].cumsum() / max(self.has.sum(), 1)
        none = 1 - (~self.has)[order].cumsum() / max((~self.has).sum(), 1)
        best, balanced = int(gain.argmax()), int(np.minimum(has_f1, none).argmax())
        return (
            float(self.strength[order[best]]) if gain[best] > 0 else float("inf"),
            float(self.strength[order[balanced]]),
        )

    def metrics(self, bar: float) -> dict[str, float]:
        """HasAns F1 without declining, area under ROC of "has an answer", and SQuAD's figures at the bar."""
        answered = self.strength >= bar
        return {
            "n": len(self.has),
            "has_f1_never_declining": _mean(self.f1[self.has]),
            "area": area_under_roc(self.strength, self.has),
            "f1": _mean(np.where(answered, self.f1, ~self.has)),
            "em": _mean(np.where(answered, self.em, ~self.has)),
            "has_f1": _mean((self.f1 * answered)[self.has]),
            "none_accuracy": _mean(~answered[~self.has]),
        }


def squad_metrics(model: Any, tokenizer: Any, asked: Sequence[Asked]) -> dict[str, float]:
    """The figures at the bar that is best for them, with that bar and the balanced one."""
    found = Predicted.of(model, tokenizer, asked)
    best, balanced = found.bars()
    return {**found.metrics(best), "best_bar": round(best, 3), "balanced_bar": round(balanced, 3)}


def predict(model: Any, tokenizer: Any, asked: Sequence[Asked]) -> list[tuple[str, float]]:
    """The best span of each paragraph and its logits less those of no answer."""
    found: dict[int, tuple[str, float]] = {}
    device = next(model.parameters()).device
    order = sorted(range(len(asked)), key=lambda i: len(asked[i].context))
    for begin in range(0, len(order), BATCH):
        rows = order[begin : begin + BATCH]
        texts = [f"{asked[i].title}. {asked[i].context}" for i in rows]
        examples = [
            Example(question=asked[i].question, text=text, start=None, end=None)
            for i, text in zip(rows, texts, strict=True)
        ]
        inputs = encode(tokenizer, examples, max_tokens=512)[0]
        with torch.inference_mode():
            output = model(**{name: tensor.to(device) for name, tensor in inputs.items()})
        for row, i in enumerate(rows):
            offsets = tokenizer(
                asked[i].question, texts[row], truncation="only_second", max_length=512, return_offsets_mapping=True
            )["offset_mapping"]
            inside = (inputs["token_type_ids"][row] == 1) & (inputs["attention_mask"][row] == 1)
            tokens = torch.nonzero(inside)[:-1, 0]  # but the last separator
            starts, ends = output.start_logits[row].cpu(), output.end_logits[row].cpu()
            sums = starts[tokens][:, None] + ends[tokens][None, :]
            sums = torch.triu(sums + 1e4).tril(LONGEST_SPAN - 1)  # 1e4 keeps what is inside above the zeros outside
            a, b = divmod(int(sums.argmax()), len(tokens))
            text = texts[row][offsets[int(tokens[a])][0] : offsets[int(tokens[b])][1]]
            found[i] = (text, float(sums[a, b] - 1e4 - starts[0] - ends[0]))
    return [found[i] for i in range(len(asked))]


def area_under_roc(scores: np.ndarray, positive: np.ndarray) -> float:
    """How often a positive scores above a negative (Mann-Whitney), ties counted half."""
    ranks = np.searchsorted(np.sort(scores), scores, side="left") + np.searchsorted(
        np.sort(scores), scores, side="right"
    )
    wins = (ranks[positive].sum() + positive.sum()) / 2 - positive.sum() * (positive.sum() + 1) / 2
    return round(float(wins / (positive.sum() * (~positive).sum())), 4)


def _mean(values: np.ndarray) -> float:
    return round(float(np.mean(values)), 4)


if __name__ == "__main__":
    main()
