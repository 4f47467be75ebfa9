"""An index that has been opened: its articles and passages, found by vector or by keyword."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.articlestore import ArticleStore, Coverage
from index.embeddings import Embedder, open_embedder
from index.errors import REBUILD, IndexBroken, IndexMismatch
from index.fingerprint import fingerprint, require
from index.generations import Manifest, current, others, reading
from index.integrity import verify
from index.keywords import KeywordIndex, bases
from index.passages import passage_id
from index.settings import IndexSettings
from index.types import EVERYTHING, Article, Passage, Scope, Story
from index.vectors import Place, VectorStore


class Corpus:
    """One generation of an index, open for reading; safe to share between threads.

    `Corpus.open` raises `IndexMissing`, `IndexBroken`, or `IndexMismatch` where the settings in force are not those
    the index was built with. `damage` says what is wrong with the newest generation where the one before was
    opened in its place, and is None where nothing is.
    """

    def __init__(
        self, *, manifest: Manifest, articles: ArticleStore, vectors: VectorStore, keywords: KeywordIndex,
        embedder: Embedder, files: ExitStack,
    ) -> None:  # fmt: skip
        self.manifest, self.embedder, self._files = manifest, embedder, files
        self._articles, self._vectors, self._keywords = articles, vectors, keywords
        self.damage: str | None = None

    @classmethod
    def open(cls, settings: IndexSettings, embedder: Embedder | None = None) -> "Corpus":
        """Open the live generation of `settings.index_dir`; `embedder` takes the place of the one that they name.

        Where that is damaged, the one before is opened in its place, and `damage` says why.
        """
        embedder = embedder or open_embedder(settings.embedder)
        live: Path | None = None
        try:
            return cls._opened(live := current(settings.index_dir), settings, embedder)
        except (IndexBroken, FileNotFoundError) as error:
            if live and live != current(settings.index_dir):
                return cls.open(settings, embedder)  # replaced, and removed, in this moment
            if corpus := cls._before(settings, embedder):
                corpus.damage = f"{error} Until then, answers come from the index of {corpus.manifest.built}."
                return corpus
            raise

    @classmethod
    def _before(cls, settings: IndexSettings, embedder: Embedder) -> "Corpus | None":
        for folder in others(settings.index_dir):
            with suppress(IndexBroken, IndexMismatch, FileNotFoundError):
                return cls._opened(folder, settings, embedder)
        return None

    @classmethod
    def _opened(cls, folder: Path, settings: IndexSettings, embedder: Embedder) -> "Corpus":
        with ExitStack() as opened:
            manifest = Manifest.read(folder)
            opened.enter_context(reading(folder))
            require(manifest.fingerprint, fingerprint(settings, embedder), settings.index_dir)
            verify(folder, manifest.sums)
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

    def newest_stories(self, count: int, scope: Scope = EVERYTHING, *, most_told: bool = False) -> tuple[Passage, ...]:
        """The first passages of the newest articles in scope, each of another story; see `ArticleStore`."""
        ids = [passage_id(id_, 0) for id_ in self._articles.newest_stories(count, scope, most_told=most_told)]
        found = self._vectors.passages(ids)
        return tuple(found[id_] for id_ in ids if id_ in found)

    def newest(self, count: int) -> tuple[Article, ...]:
        """So many articles, the newest first and undated ones last."""
        return self._articles.newest(count)

    def coverage(self, scope: Scope = EVERYTHING) -> Coverage:
        """What the articles in scope cover."""
        return self._articles.coverage(scope)

    def stories(self, scope: Scope = EVERYTHING) -> tuple[Story, ...]:
        """The stories with more than one article in scope: copies, shortened copies and versions of one report."""
        return self._articles.stories(scope)

    def stories_of(self, article_ids: Collection[str], scope: Scope = EVERYTHING) -> tuple[Story, ...]:
        """The stories of these articles, each with all its articles in scope."""
        return self._articles.stories_of(article_ids, scope)

    def story_ids(self, article_ids: Collection[str]) -> Mapping[str, str]:
        """The story of each of these articles, by their ids."""
        return self._articles.story_ids(article_ids)

    def publishers(self) -> tuple[str, ...]:
        """Whom citations may credit: every publisher of an article, as `Article.credited` names it."""
        return self.coverage().publishers

    def close(self) -> None:
        """Release the files."""
        self._files.close()


def _check_counts(index_dir: Path, *counts: tuple[str, int, int]) -> None:
    for what, held, wanted in counts:
        if held != wanted:
            raise IndexBroken(f"The index {index_dir} holds {held} {what} where its manifest says {wanted}. {REBUILD}")
