"""How a reader does on SQuAD 2.0 with the paragraph given: `python -m training.evaluate DATA_DIR MODEL_DIR`.

Reports the nine reporting articles; the bar for "no answer" is the one that is best on the held-back articles.
Metrics as SQuAD defines them (Rajpurkar et al. 2016, 2018), from their definition.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qa.evaluation.metrics import exact_match, token_f1
from training.data import REPORTED, Asked, squad_articles, validation
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
    held_back = {name: squad_metrics(model, tokenizer, q) for name, q in validation(arguments.data).items()}
    asked = list(squad_articles(arguments.data, REPORTED))
    if arguments.sample:
        asked = random.Random(0).sample(asked, arguments.sample)
    reported = squad_metrics(model, tokenizer, asked, bar=held_back["squad"]["best_bar"])
    print(json.dumps({"held back": held_back, "reported": reported}, indent=1))


def squad_metrics(model: Any, tokenizer: Any, asked: Sequence[Asked], bar: float | None = None) -> dict[str, float]:
    """HasAns F1 without declining, area under ROC of "has an answer", EM and F1 at the bar (default: the best one)."""
    spans = predict(model, tokenizer, asked)
    has = np.array([bool(a.golds) for a in asked])
    strength = np.array([score for _, score in spans])
    answers = [(text, a.golds) for a, (text, _) in zip(asked, spans, strict=True)]
    f1 = np.array([token_f1(text, golds) if golds else 0.0 for text, golds in answers])
    em = np.array([float(exact_match(text, golds)) for text, golds in answers])
    # declining everything below each score in turn
    order = np.argsort(-strength, kind="stable")
    gain = np.where(has, f1, -1.0)[order].cumsum()
    best = int(gain.argmax())
    best_bar = float(strength[order[best]]) if gain[best] > 0 else float("inf")
    answered = strength >= (best_bar if bar is None else bar)
    return {
        "n": len(asked),
        "has_f1_never_declining": _mean(f1[has]),
        "area": area_under_roc(strength, has),
        "f1": _mean(np.where(answered, f1, ~has)),
        "em": _mean(np.where(answered, em, ~has)),
        "has_f1": _mean((f1 * answered)[has]),
        "none_accuracy": _mean(~answered[~has]),
        "best_bar": round(best_bar, 3),
    }


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
