"""Articles -> one generation: what the one before has is taken over, only the rest is cut, embedded and analysed."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import numpy as np

from index.articlestore import ArticleStore
from index.embeddings import Embedder, Progress, Vectors
from index.fingerprint import LIBRARIES, Fingerprint, fingerprint
from index.generations import Manifest, SourceRecord
from index.integrity import sums
from index.kept import Kept
from index.keywords import KeywordIndex, keyword_text
from index.passages import cut, embedded_text
from index.previous import Previous
from index.settings import IndexSettings
from index.stories import UNGROUPED, Grouping, group
from index.types import Article, Passage
from index.vectors import Place, StoredPassage, VectorStore

PATCHED_FROM = 500  # passages; below, a vector store is built from nothing in less time than a copy is opened
PATCHED_SHARE = 0.2  # of the passages may have been changed in copies; then the store is built from nothing again


class Way(Enum):
    """How a vector store is made; each way is slower than the one before, and surer to find what is near."""

    PATCHED = "in a copy of the one before"
    FRESH = "from nothing"
    DENSE = "from nothing, with a denser graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a generation is to hold, and where that was read."""

    articles: Sequence[Article]
    files: Mapping[str, SourceRecord]
    roots: tuple[str, ...]
    reading: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What was built, how many passages were embedded for it, and the seconds that took."""

    manifest: Manifest
    embedded: int = 0
    embedding_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    article: Article
    passage: Passage
    key: str


def build(
    folder: Path, plan: Plan, settings: IndexSettings, embedder: Embedder, *, previous: Previous | None = None,
    way: Way = Way.PATCHED, progress: Progress | None = None,
) -> Built:  # fmt: skip
    """Write a generation into an empty folder; its manifest comes last, when everything else is on the disk.

    With `Way.PATCHED`, few changes are made in a copy of the vector store before, where that is large enough.
    """
    taken = previous if previous and previous.fits else None
    rows = _rows(plan.articles, taken.kept if taken else None, settings, embedder)
    vectors, embedded, seconds = _vectors(rows, previous, embedder, progress)
    patched = _store(rows, vectors, Place(generation=folder, url=settings.chroma_url), taken, way)
    _keywords(folder / "keywords", rows, taken)
    ArticleStore.create(folder / "articles.sqlite", plan.articles, group(plan.articles, _known(taken)))
    Kept.save(folder / "kept", [row.passage for row in rows], [row.key for row in rows], vectors)
    prints = {**fingerprint(settings, embedder), "dimension": vectors.shape[1]}
    manifest = Manifest(
        index_id=_index_id(plan.articles, prints),
        fingerprint=prints,
        reading=plan.reading,
        roots=plan.roots,
        files=plan.files,
        articles=len(plan.articles),
        passages=len(rows),
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        sums=sums(folder, settle=True),
        patched=patched,
        folder=str(Path.cwd()),
    )
    manifest.write(folder)
    return Built(manifest=manifest, embedded=embedded, embedding_seconds=seconds)


def _rows(articles: Sequence[Article], kept: Kept | None, settings: IndexSettings, embedder: Embedder) -> list[_Row]:
    room = min(settings.passage_tokens, embedder.window)
    rows: list[_Row] = []
    for article in articles:
        if kept and (known := kept.rows.get(article.id)):
            passages, keys = kept.passages(article), [key for _, _, key in known]
        else:
            passages = cut(article, embedder.token_starts, room)
            keys = [_key(article, passage) for passage in passages]
        rows += (_Row(article=article, passage=p, key=key) for p, key in zip(passages, keys, strict=True))
    return rows


def _vectors(
    rows: Sequence[_Row], previous: Previous | None, embedder: Embedder, progress: Progress | None
) -> tuple[Vectors, int, float]:
    """Vectors in the order of the rows, how many of them were embedded now, and the seconds that took."""
    known = previous.vectors({row.key for row in rows}) if previous else {}
    missing = {row.key: row for row in rows if row.key not in known}
    began = time.perf_counter()
    texts = [embedded_text(row.article.title, row.passage.text) for row in missing.values()]
    fresh = embedder.embed(texts, progress) if texts else ()
    seconds = time.perf_counter() - began
    known.update(zip(missing, fresh, strict=True))
    return np.stack([known[row.key] for row in rows]), len(missing), seconds


def _store(rows: Sequence[_Row], vectors: Vectors, place: Place, previous: Previous | None, way: Way) -> int:
    """Write the vector store; how many passages were changed in it since it was built from nothing."""
    if previous and not place.url and way is Way.PATCHED:
        stale, new = _changes(rows, previous)
        patched = previous.manifest.patched + len(stale) + len(new)
        if len(rows) >= PATCHED_FROM and patched <= PATCHED_SHARE * len(rows):
            with closing(VectorStore.continued(place, Place(generation=previous.folder))) as store:
                store.delete(stale)
                store.add([_stored(rows[n]) for n in new], vectors[new])
            return patched
    with closing(VectorStore.create(place, dense=way is Way.DENSE, expected=len(rows))) as store:
        store.add([_stored(row) for row in rows], vectors)
    return 0


def _changes(rows: Sequence[_Row], previous: Previous) -> tuple[list[str], list[int]]:
    """The passages of the generation before that have to go, and the rows that it has not, or not like this."""
    assert previous.kept
    ids = {row.passage.id for row in rows if _is_as_before(row.article, previous, _filtered)}
    stale = [id_ for id_ in previous.kept.places if id_ not in ids]
    return stale, [n for n, row in enumerate(rows) if row.passage.id not in ids]


def _keywords(folder: Path, rows: Sequence[_Row], previous: Previous | None) -> None:
    texts: list[str | int] = [
        previous.kept.places[row.passage.id]
        if previous and previous.kept and _is_as_before(row.article, previous, _worded)
        else keyword_text(row.article, row.passage)
        for row in rows
    ]
    KeywordIndex.build(
        folder,
        [row.passage.id for row in rows],
        texts,
        [row.article.published for row in rows],
        [row.article.credited for row in rows],
        previous.words() if previous else None,
    )


def _is_as_before(article: Article, previous: Previous, look: Callable[[Article], object]) -> bool:
    before = previous.articles.get(article.id)
    return before is not None and look(before) == look(article)


def _filtered(article: Article) -> object:
    """What an article's passages are narrowed by, beside their text, which its id stands for."""
    return article.published, article.credited


def _worded(article: Article) -> object:
    """What an article's passages are found by, beside their text."""
    return article.published, article.publisher


def _known(previous: Previous | None) -> Grouping:
    return previous.grouping() if previous else UNGROUPED


def _stored(row: _Row) -> StoredPassage:
    article = row.article
    return StoredPassage(passage=row.passage, published=article.published, publisher=article.credited)


def _key(article: Article, passage: Passage) -> str:
    return hashlib.sha256(embedded_text(article.title, passage.text).encode()).hexdigest()


def _index_id(articles: Iterable[Article], prints: Fingerprint) -> str:
    """The same for the same articles and settings, whichever patch of a library wrote the files."""
    rows = sorted(f"{a.id} {a.published} {a.publisher} {a.url} {a.kind}" for a in articles)
    settings = {name: value for name, value in prints.items() if name not in LIBRARIES}
    return "i" + hashlib.sha256(json.dumps([rows, settings]).encode()).hexdigest()[:16]
