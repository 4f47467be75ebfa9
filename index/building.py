"""Articles -> one generation: what the one before has is taken over, only the rest is cut, embedded and analysed."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from index.articlestore import ArticleStore
from index.directives import without_orders
from index.embeddings import Embedder, Progress, Vectors, embed_in_parts
from index.fingerprint import LIBRARIES, Fingerprint, fingerprint
from index.generations import UNCHECKED, Manifest, SourceRecord
from index.integrity import sums
from index.kept import Kept
from index.keywords import KeywordIndex, findable_text
from index.passages import cut, readable_text
from index.previous import Previous
from index.settings import IndexSettings
from index.stories import UNGROUPED, group
from index.types import Article, Passage
from index.vectors import Place, StoredPassage, VectorStore, load_chroma
from index.workers import beside

PATCHED_FROM = 500  # passages; below, a vector store is built from nothing in less time than a copy is opened
PATCHED_SHARE = 0.2  # of the passages may have been changed in copies; then the store is built from nothing again
_LOG = logging.getLogger(__name__)


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
    said: str | None  # the passage without orders, where that had to be found out

    @property
    def readable(self) -> str:
        return without_orders(self.passage.text) if self.said is None else self.said


def build(
    folder: Path, plan: Plan, settings: IndexSettings, embedder: Embedder, *, previous: Previous | None = None,
    way: Way = Way.PATCHED, progress: Progress | None = None,
) -> Built:  # fmt: skip
    """Write a generation into an empty folder; its manifest comes last, when everything else is on the disk.

    With `Way.PATCHED`, few changes are made in a copy of the vector store before, where that is large enough.
    """
    taken = previous if previous and previous.fits else None
    rows = _rows(plan.articles, taken.kept if taken else None, settings, embedder)
    _LOG.info("%d articles are cut into %d passages", len(plan.articles), len(rows))
    Kept.save(folder / "kept", ((row.passage, row.key) for row in rows))
    with beside() as thread:
        thread.submit(load_chroma)  # where it fails, it fails again when a store is made
        others = [
            thread.submit(_keywords, folder / "keywords", rows, taken),
            thread.submit(_articles, folder / "articles.sqlite", plan.articles, taken),
        ]
        vectors, embedded, seconds = _vectors(rows, previous, embedder, progress, folder / "kept")
        _LOG.info("%d passages are embedded", embedded)
        for other in others:
            other.result()
    patched = _store(rows, vectors, Place(generation=folder, url=settings.chroma_url), taken, way)
    _LOG.info("the vectors are stored")
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
    manifest.write(folder, UNCHECKED)
    return Built(manifest=manifest, embedded=embedded, embedding_seconds=seconds)


def _rows(articles: Sequence[Article], kept: Kept | None, settings: IndexSettings, embedder: Embedder) -> list[_Row]:
    room = min(settings.passage_tokens, embedder.window)
    rows: list[_Row] = []
    for article in articles:
        if kept and (known := kept.rows.get(article.id)):
            passages, keys = kept.passages(article), [key for _, _, key in known]
            said: list[str | None] = [None] * len(known)
        else:
            passages = cut(article, embedder.token_starts, room)
            readable = [without_orders(passage.text) for passage in passages]
            keys, said = [_key(article, text) for text in readable], list(readable)
        rows += (
            _Row(article=article, passage=p, key=key, said=text)
            for p, key, text in zip(passages, keys, said, strict=True)
        )
    return rows


def _vectors(
    rows: Sequence[_Row], previous: Previous | None, embedder: Embedder, progress: Progress | None, folder: Path
) -> tuple[Vectors, int, float]:
    """Vectors in the order of the rows, in a file of the folder, how many were embedded now, and the seconds that took."""
    known = previous.vectors({row.key for row in rows}) if previous else {}
    missing = {row.key: number for number, row in enumerate(rows) if row.key not in known}
    places = list(missing.values())
    vectors = Kept.vectors_for(folder, len(rows), len(next(iter(known.values())))) if known else None
    began = time.perf_counter()
    for part, fresh in embed_in_parts(embedder, places, lambda number: _embedded(rows[number]), progress):
        vectors = Kept.vectors_for(folder, len(rows), fresh.shape[1]) if vectors is None else vectors
        vectors[part] = fresh
    seconds = time.perf_counter() - began
    assert vectors is not None
    for number, row in enumerate(rows):
        if missing.get(row.key) != number:
            vectors[number] = known[row.key] if row.key in known else vectors[missing[row.key]]
    return vectors, len(places), seconds


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
    texts = (
        previous.kept.places[row.passage.id]
        if previous and previous.kept and _is_as_before(row.article, previous, _worded)
        else findable_text(row.article, row.readable)
        for row in rows
    )
    KeywordIndex.build(
        folder,
        [row.passage.id for row in rows],
        texts,
        [row.article.published for row in rows],
        [row.article.credited for row in rows],
        previous.words() if previous else None,
    )
    _LOG.info("the keywords are stored")


def _articles(file: Path, articles: Sequence[Article], previous: Previous | None) -> None:
    ArticleStore.create(file, articles, group(articles, previous.grouping() if previous else UNGROUPED))
    _LOG.info("the articles are stored")


def _is_as_before(article: Article, previous: Previous, look: Callable[[Article], object]) -> bool:
    before = previous.articles.get(article.id)
    return before is not None and look(before) == look(article)


def _filtered(article: Article) -> object:
    """What an article's passages are narrowed by, beside their text, which its id stands for."""
    return article.published, article.credited


def _worded(article: Article) -> object:
    """What an article's passages are found by, beside their text."""
    return article.published, article.publisher


def _stored(row: _Row) -> StoredPassage:
    article = row.article
    return StoredPassage(passage=row.passage, published=article.published, publisher=article.credited)


def _embedded(row: _Row) -> str:
    return readable_text(row.article.title, row.readable)


def _key(article: Article, readable: str) -> str:
    return hashlib.sha256(readable_text(article.title, readable).encode()).hexdigest()


def _index_id(articles: Iterable[Article], prints: Fingerprint) -> str:
    """The same for the same articles and settings, whichever patch of a library wrote the files."""
    rows = sorted(f"{a.id} {a.published} {a.publisher} {a.url} {a.kind}" for a in articles)
    settings = {name: value for name, value in prints.items() if name not in LIBRARIES}
    return "i" + hashlib.sha256(json.dumps([rows, settings]).encode()).hexdigest()[:16]
