"""Runs a model's computation graph over its weights with ONNX Runtime: no torch, so a question is answered sooner.

A graph file holds the computation only; the weights come from the model's own safetensors file, by the names they
have there. `tools/export_graphs.py` writes the graphs. This is the only importer of onnxruntime.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import DatelineError


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

    With one of `threads` a run computes on the thread that calls it, and several may do so at once; the default is
    `threads_wished`.
    """

    def __init__(self, graph: bytes, weights: Path, *, threads: int | None = None) -> None:
        import onnxruntime
        from safetensors.numpy import load_file

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads_wished() if threads is None else threads
        tensors = {name: np.ascontiguousarray(t, dtype=np.float32) for name, t in load_file(weights).items()}
        names = [name for name in tensors if name.encode() in graph]
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensors[name]) for name in names]
        options.add_external_initializers(names, values)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        """Compute the outputs of one batch."""
        return list(self._session.run(None, dict(inputs)))


def threads_wished() -> int:
    """OMP_NUM_THREADS, which numeric libraries go by and this one does not by itself; 0, all cores, where it is not set."""
    wished = os.environ.get("OMP_NUM_THREADS", "")
    return int(wished) if wished.isascii() and wished.isdigit() else 0


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
