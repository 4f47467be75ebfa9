"""Puts found passages in the order of a sentence-transformers CrossEncoder, where one is set."""

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from qa.errors import ReaderError
from qa.types import ScoredPassage


class Reranker:
    """Any CrossEncoder by name or path; safetensors only, no remote code, no network."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()

    def rerank(self, question: str, found: Sequence[ScoredPassage]) -> tuple[ScoredPassage, ...]:
        """The passages, best first; each is scored with the title of its article before it."""
        if not found:
            return ()
        with self._lock:
            scores = self._model.predict(
                [(question, f"{scored.article.title}. {scored.passage.text}") for scored in found],
                show_progress_bar=False,
            )
        order = sorted(range(len(found)), key=lambda i: -float(scores[i]))
        return tuple(found[i] for i in order)

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from index.embeddings import cross_encoder

        try:
            return cross_encoder(self.name)
        except Exception as error:
            raise ReaderError(
                f"The reranker {self.name!r} cannot be loaded ({str(error).splitlines()[0][:200]}). Set "
                "DATELINE_RERANKER to a folder or cached name of a CrossEncoder with safetensors weights, or unset it."
            ) from error
