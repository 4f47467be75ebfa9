"""Reads passages for a question: the best answer spans of each and how strongly each speaks for an answer.

The default reader ships with the product (qa/weights, trained on MiniLM by us) and runs without torch. Any other
extractive question-answering model of transformers, by name or path, can take its place.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.inference import Graph, check_weights, load_tokenizer, model_inputs, side_by_side
from index.memo import Memo
from qa.errors import ReaderError
from qa.settings import DEFAULT_READER

WEIGHTS_SHA256 = "94bda44cec4620d1d78c2f031ca8b3cba1c6ef0280684c3779948dd68cb96f57"
MAX_TOKENS = 384
MAX_SPAN_TOKENS = 30
SPANS = 5
BATCH = 8
_LOOKED_AT = 200  # spans of a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a passage that may answer: `text[start:end]`; the score is the span's logits less those of no answer."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The best spans of one passage, best first, not overlapping; empty where the passage has no words."""

    spans: tuple[Span, ...]

    @property
    def score(self) -> float:
        """How strongly the passage speaks for an answer; below zero, "no answer here" is likelier."""
        return self.spans[0].score if self.spans else float("-inf")


class Reader(Protocol):
    """What the engine asks of a reader."""

    @property
    def id(self) -> str:
        """Name and version, as answers carry it."""

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        """Read each text for the question; one reading a text, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logits:
    """What a model gives for one text, shape (tokens,), with the characters of each token and which tokens are text."""

    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    offsets: list[tuple[int, int]]
    in_text: list[bool]


class ShippedReader:
    """Dateline's own reader; its weights are checked against their known hash before use."""

    id = f"dateline-reader@{WEIGHTS_SHA256[:12]}"

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _parts(self) -> tuple[Graph, Any]:
        folder = Path(str(files("qa").joinpath("weights")))
        fix = "Reinstall Dateline: the file does not belong to this version."
        check_weights(folder / "model.safetensors", WEIGHTS_SHA256, ReaderError, fix)
        graph = Graph((folder / "reader.onnx").read_bytes(), folder / "model.safetensors")
        return graph, load_tokenizer(folder / "tokenizer.json", max_tokens=MAX_TOKENS)

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        """Read each text for the question; one reading a text, in their order."""
        with self._lock:  # one thread loads the model
            graph, tokenizer = self._parts

        def read_one(text: str) -> Reading:
            encoding = tokenizer.encode(question, text)
            starts, ends = graph.run(model_inputs([encoding]))
            in_text = [part == 1 for part in encoding.sequence_ids]
            return _reading(_Logits(starts=starts[0], ends=ends[0], offsets=encoding.offsets, in_text=in_text))

        return tuple(side_by_side(read_one, texts))


class TransformersReader:
    """Any extractive question-answering model of transformers, by name or path; safetensors only, no remote code."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self.id = name

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        """Read each text for the question; one reading a text, in their order."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        readings: dict[int, Reading] = {}
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            with self._lock:
                logits = self._logits(question, [texts[i] for i in rows])
            readings |= zip(rows, map(_reading, logits), strict=True)
        return tuple(readings[i] for i in range(len(texts)))

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.id, local_files_only=True)
            model = AutoModelForQuestionAnswering.from_pretrained(
                self.id, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        except Exception as error:
            raise ReaderError(
                f"The reader {self.id!r} cannot be loaded ({str(error).splitlines()[0][:200]}). Set DATELINE_READER to a "
                "folder or cached name of a question-answering model with safetensors weights, or unset it."
            ) from error
        return model.eval(), tokenizer

    def _logits(self, question: str, texts: list[str]) -> list[_Logits]:
        import torch

        model, tokenizer = self._parts
        inputs = tokenizer(
            [question] * len(texts), texts, truncation="only_second", max_length=MAX_TOKENS, padding=True,
            return_offsets_mapping=True, return_tensors="pt",
        )  # fmt: skip
        offsets = inputs.pop("offset_mapping").tolist()
        with torch.inference_mode():
            output = model(**inputs)
        starts, ends = output.start_logits.numpy(), output.end_logits.numpy()
        return [
            _Logits(
                starts=starts[row],
                ends=ends[row],
                offsets=offsets[row],
                in_text=[p == 1 for p in inputs.sequence_ids(row)],
            )
            for row in range(len(texts))
        ]


class RememberingReader:
    """A reader that reads no text twice for a question."""

    def __init__(self, reader: Reader) -> None:
        self.id = reader.id
        self._reader = reader
        self._known: Memo[tuple[str, str], Reading] = Memo()

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        def read(pairs: list[tuple[str, str]]) -> tuple[Reading, ...]:
            return self._reader.read(question, [text for _, text in pairs])

        return tuple(self._known.values([(question, text) for text in texts], read))


@lru_cache(maxsize=4)
def open_reader(name: str) -> Reader:
    """The reader of that name, one for the process; its model is loaded when it is first used."""
    return RememberingReader(ShippedReader() if name == DEFAULT_READER else TransformersReader(name))


def _reading(logits: _Logits) -> Reading:
    starts, ends = logits.starts, logits.ends
    tokens = np.flatnonzero(logits.in_text)
    if not len(tokens):
        return Reading(spans=())
    none = float(starts[0] + ends[0])
    sums = starts[tokens][:, None] + ends[tokens][None, :]
    position = np.arange(len(tokens))
    length = position[None, :] - position[:, None]
    sums = np.where((length >= 0) & (length < MAX_SPAN_TOKENS), sums, -np.inf)
    spans: list[Span] = []
    best = np.argpartition(-sums, min(_LOOKED_AT, sums.size - 1), axis=None)[:_LOOKED_AT]
    for flat in best[np.argsort(-sums.ravel()[best])]:
        a, b = divmod(int(flat), len(tokens))
        start, end = logits.offsets[tokens[a]][0], logits.offsets[tokens[b]][1]
        if not np.isfinite(sums[a, b]) or any(start < s.end and s.start < end for s in spans):
            continue
        spans.append(Span(start=start, end=end, score=float(sums[a, b]) - none))
        if len(spans) == SPANS:
            break
    return Reading(spans=tuple(spans))
