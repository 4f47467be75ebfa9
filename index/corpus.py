"""An index that has been opened: its articles and passages, found by vector or by keyword."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.articlestore import ArticleStore, Coverage
from index.embeddings import Embedder, open_embedder
from index.errors import IndexBroken, IndexMismatch, IndexMissing
from index.generations import Manifest, current, reading
from index.keywords import ANALYSER, KeywordIndex, bases
from index.passages import CUTTING
from index.settings import IndexSettings
from index.types import EVERYTHING, Article, Passage, Scope
from index.vectors import FILTERABLE, Place, VectorStore


class Corpus:
    """One generation of an index, open for reading; safe to share between threads.

    `Corpus.open` raises `IndexMissing`, `IndexBroken`, or `IndexMismatch` where the settings in force are not those
    the index was built with.
    """

    def __init__(
        self, *, manifest: Manifest, articles: ArticleStore, vectors: VectorStore, keywords: KeywordIndex,
        embedder: Embedder, files: ExitStack,
    ) -> None:  # fmt: skip
        self.manifest, self.embedder, self._files = manifest, embedder, files
        self._articles, self._vectors, self._keywords = articles, vectors, keywords

    @classmethod
    def open(cls, settings: IndexSettings, embedder: Embedder | None = None) -> "Corpus":
        """Open the live generation of `settings.index_dir`; `embedder` takes the place of the one that they name."""
        folder = current(settings.index_dir)
        manifest = Manifest.read(folder)
        embedder = embedder or open_embedder(settings.embedder)
        _check(manifest, fingerprint(settings, embedder), settings.index_dir)
        with ExitStack() as opened:
            opened.enter_context(reading(folder))
            articles = opened.enter_context(closing(ArticleStore(folder / "articles.sqlite")))
            vectors = opened.enter_context(closing(VectorStore.open(Place(generation=folder, url=settings.chroma_url))))
            keywords = KeywordIndex.open(folder / "keywords")
            _check_counts(
                settings.index_dir,
                ("articles", articles.count(), manifest.articles),
                ("passages", vectors.count(), manifest.passages),
                ("passages for keywords", keywords.count(), manifest.passages),
            )
            files = opened.pop_all()
        return cls(
            manifest=manifest, articles=articles, vectors=vectors, keywords=keywords, embedder=embedder, files=files
        )

    @property
    def index_id(self) -> str:
        """The same for two indexes of the same articles and settings."""
        return self.manifest.index_id

    def dense(self, vector: NDArray[np.float32], k: int, scope: Scope = EVERYTHING) -> list[tuple[Passage, float]]:
        """The k passages in scope nearest in meaning to an embedded query, with their cosine similarity."""
        return self._vectors.query(vector, k, scope)

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosine similarity of these passages to an embedded query."""
        return self._vectors.similarities(vector, ids)

    def keyword(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[Passage, float]]:
        """The k passages in scope best by BM25, with their scores."""
        found = self._keywords.query(query, k, scope)
        passages = self._vectors.passages([id_ for id_, _ in found])
        return [(passages[id_], score) for id_, score in found if id_ in passages]

    def knows(self, word: str) -> bool:
        """Whether the articles or the language have a word, in this form or another: then it is no slip of the pen."""
        return self._keywords.knows(word) or not self._whole.isdisjoint(bases(word))

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(self.embedder.words)

    def vocabulary(self) -> tuple[str, ...]:
        """Every word of the passages that has four letters or more, the most frequent first."""
        return self._keywords.vocabulary

    def language(self) -> Sequence[str]:
        """Words of the language at large, the commonest first: those that the embedder has whole."""
        return self.embedder.words

    def rarity(self, term: str) -> float:
        """How much a stemmed term tells, 0 (in every passage) to 1 (in none)."""
        return self._keywords.rarity(term)

    def article(self, article_id: str) -> Article:
        """The article of that id. Raises `KeyError`."""
        return self._articles.get(article_id)

    def articles(self) -> tuple[Article, ...]:
        """Every article, in the order of the files."""
        return self._articles.all()

    def coverage(self, scope: Scope = EVERYTHING) -> Coverage:
        """What the articles in scope cover."""
        return self._articles.coverage(scope)

    def publishers(self) -> tuple[str, ...]:
        """Whom citations may credit: every publisher of an article, as `Article.credited` names it."""
        return self.coverage().publishers

    def close(self) -> None:
        """Release the files."""
        self._files.close()


def fingerprint(settings: IndexSettings, embedder: Embedder) -> Mapping[str, str | int]:
    """Everything that has to agree between an index and whoever opens it."""
    return {
        "embedder": embedder.name,
        "embedder_sha256": embedder.sha256,
        "passage_tokens": settings.passage_tokens,
        "cutting": CUTTING,
        "analyser": ANALYSER,
        "filters": FILTERABLE,
        "vectors": "server" if settings.chroma_url else "files",
    }


def open_previous(settings: IndexSettings, embedder: Embedder) -> Corpus | None:
    """The live generation if there is one that fits the settings, else None: then everything is built anew."""
    try:
        return Corpus.open(settings, embedder)
    except (IndexBroken, IndexMismatch, FileNotFoundError):
        return None


def kept_vectors(settings: IndexSettings, embedder: Embedder, keys: set[str]) -> dict[str, NDArray[np.float32]]:
    """What the live generation holds of these embedded texts, though its other settings may differ; {} if nothing."""
    try:
        folder = current(settings.index_dir)
        before = Manifest.read(folder).fingerprint
        if (before.get("embedder"), before.get("embedder_sha256")) != (embedder.name, embedder.sha256):
            return {}
        vectors = VectorStore.open(
            Place(generation=folder, url=settings.chroma_url if before.get("vectors") == "server" else None)
        )
    except (IndexMissing, IndexBroken, IndexMismatch):
        return {}
    try:
        return vectors.vectors_by_key(keys)
    except IndexBroken:
        return {}
    finally:
        vectors.close()


def _check(manifest: Manifest, wanted: Mapping[str, str | int], index_dir: Path) -> None:
    changed = [
        f"{name} was {_short(manifest.fingerprint.get(name))} and is now {_short(value)}"
        for name, value in wanted.items()
        if manifest.fingerprint.get(name) != value
    ]
    if changed:
        raise IndexMismatch(
            f"The index {index_dir} was built with other settings: {'; '.join(changed)}. "
            "Change the setting back, or build the index anew: dateline index"
        )


def _check_counts(index_dir: Path, *counts: tuple[str, int, int]) -> None:
    for what, held, wanted in counts:
        if held != wanted:
            raise IndexBroken(
                f"The index {index_dir} holds {held} {what} where its manifest says {wanted}. "
                "Run: dateline index --rebuild"
            )


def _short(value: str | int | None) -> str:
    if value is None:
        return "not recorded"
    return f"{value[:12]}..." if isinstance(value, str) and len(value) == 64 else str(value)
