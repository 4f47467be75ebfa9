"""Runs a model's computation graph over its weights with ONNX Runtime: no torch, so a question is answered sooner.

A graph file holds the computation only; the weights come from the model's own safetensors file, by the names they
have there. `tools/export_graphs.py` writes the graphs. This is the only importer of onnxruntime.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import DatelineError

_Done = TypeVar("_Done")
_Text = TypeVar("_Text", bound=Sized)


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(path: Path, sha256: str, error: type[DatelineError], fix: str) -> None:
    """Raise `error` if the file is missing or its bytes are not the ones that are expected."""
    if not path.is_file():
        raise error(f"The model weights {path.name} are missing. {fix}")
    found = sha256_of(path)
    if found != sha256:
        raise error(f"The model weights {path.name} have sha256 {found[:12]}..., expected {sha256[:12]}.... {fix}")


class Graph:
    """A loaded graph; `run` takes integer arrays of shape (batch, tokens) and returns the outputs as float32.

    A run computes on the thread that calls it; several may do so at once, see `side_by_side`.
    """

    def __init__(self, graph: bytes, weights: Path) -> None:
        import onnxruntime
        from safetensors.numpy import load_file

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        tensors = {name: np.ascontiguousarray(t, dtype=np.float32) for name, t in load_file(weights).items()}
        names = [name for name in tensors if name.encode() in graph]
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensors[name]) for name in names]
        options.add_external_initializers(names, values)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        """Compute the outputs of one batch."""
        return list(self._session.run(None, dict(inputs)))


def side_by_side(work: Callable[[_Text], _Done], texts: Sequence[_Text]) -> list[_Done]:
    """The work on each of the texts, in their order, a core each, the longest first.

    One text at a time, so none is filled up to the length of another, no core waits for another in the middle of a
    computation, and what comes of a text never depends on those beside it; two or three at a time took no less.
    """
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
    try:
        begun = {i: _pool().submit(work, texts[i]) for i in order}
    except RuntimeError:  # the interpreter is ending and takes no more work for other threads
        return [work(text) for text in texts]
    try:
        done = {i: one.result() for i, one in begun.items()}
    except BaseException:  # Ctrl-C among them: nobody waits for the rest
        for one in begun.values():
            one.cancel()
        raise
    return [done[i] for i in range(len(texts))]


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """As many threads as OMP_NUM_THREADS says, which numeric libraries go by, or as there are cores."""
    wished = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(wished) if wished.isascii() and wished.isdigit() else 0
    return ThreadPoolExecutor(threads or os.cpu_count(), thread_name_prefix="dateline-model")


if hasattr(os, "register_at_fork"):  # threads do not come along into a forked process
    os.register_at_fork(after_in_child=_pool.cache_clear)


def load_tokenizer(path: Path, *, max_tokens: int | None = None) -> Any:
    """A tokenizers.Tokenizer that pads to the longest of a batch; cuts at `max_tokens` only if that is given."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    if max_tokens:
        tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    return tokenizer


def model_inputs(encodings: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
    """The inputs of a BERT graph from a padded batch of encodings."""
    return {
        "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
        "attention_mask": np.array([e.attention_mask for e in encodings], dtype=np.int64),
        "token_type_ids": np.array([e.type_ids for e in encodings], dtype=np.int64),
    }
