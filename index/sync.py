"""Folders -> index: read what changed, embed what is new, build a generation beside the live one, publish it."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.articles import SourceFile, discover, read_file
from index.articlestore import ArticleStore
from index.corpus import Corpus, fingerprint, kept_vectors, open_previous
from index.embeddings import Embedder, Progress, Vectors, open_embedder
from index.errors import IndexMissing, NothingToIndex, ServerAway
from index.generations import (
    Manifest,
    SourceRecord,
    building,
    current,
    new_generation,
    publish,
    removed,
    sweep,
)
from index.keywords import KeywordIndex, keyword_text
from index.passages import cut, embedded_text
from index.settings import IndexSettings
from index.types import Article, Passage, Problem, SyncReceipt
from index.vectors import Place, StoredPassage, VectorStore

READING = 2  # raise when articles are read in another way, so that files which did not change are read again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What the folders hold now, and how much of it is as it was."""

    articles: tuple[Article, ...]
    files: Mapping[str, SourceRecord]
    problems: tuple[Problem, ...]
    unchanged: int


def sync_index(
    paths: Sequence[Path] | None = None,
    *,
    settings: IndexSettings | None = None,
    rebuild: bool = False,
    progress: Progress | None = None,
    embedder: Embedder | None = None,
) -> SyncReceipt:
    """Make the index equal to the given files and folders; without any, to those it was built from.

    What was added in the page (`IndexSettings.uploads_dir`) is part of every index.
    Nothing is written where nothing changed; a text that is already embedded is not embedded again. `rebuild` reads
    and embeds everything. `progress(done, all)` counts passages while they are embedded; `embedder` takes the place of
    the one that the settings name.
    Raises `NothingToIndex` (the index stays as it was), `IndexBusy`, `SettingsError`, `EmbedderError`; without paths
    also `IndexMissing`, and `IndexBroken` or `IndexMismatch` where it cannot be known what the index was built from.
    """
    settings = settings or IndexSettings.load()
    embedder = embedder or open_embedder(settings.embedder)
    began = time.perf_counter()
    with building(settings.index_dir):
        sweep(settings.index_dir, _remover(settings))
        roots = tuple(str(path) for path in paths) if paths else _recorded_roots(settings)
        previous = None if rebuild else _previous(settings, embedder)
        try:
            return _sync(roots, settings, embedder, previous, rebuild, progress, began)
        finally:
            if previous:
                previous.close()


def _remover(settings: IndexSettings) -> Callable[[Path], None]:
    """What removes a generation: its vectors first, so that none are left behind where the server is away just now."""

    def remove(generation: Path) -> None:
        try:
            VectorStore.remove(Place(generation=generation, url=settings.chroma_url))
        except ServerAway:
            return  # the next sync tries again
        removed(generation)

    return remove


def _previous(settings: IndexSettings, embedder: Embedder) -> Corpus | None:
    try:
        return open_previous(settings, embedder)
    except IndexMissing:
        return None


def _recorded_roots(settings: IndexSettings) -> tuple[str, ...]:
    return Manifest.read(current(settings.index_dir)).roots


def _sync(
    roots: tuple[str, ...], settings: IndexSettings, embedder: Embedder, previous: Corpus | None, rebuild: bool,
    progress: Progress | None, began: float,
) -> SyncReceipt:  # fmt: skip
    reading = _read(roots, settings, previous)
    if not reading.articles:
        listed = "; ".join(str(problem) for problem in reading.problems[:5]) or "no files at all"
        raise NothingToIndex(
            f"No article could be read from {', '.join(roots)} ({listed}). The index was left as it was."
        )
    if previous and _same(previous, reading, roots, settings):
        return _receipt(reading, previous.manifest, previous, settings, began, 0, 0.0)
    folder = new_generation(settings.index_dir)
    try:
        manifest, embedded, seconds = _build(folder, reading, roots, settings, embedder, rebuild, progress)
    except BaseException:
        _remover(settings)(folder)
        raise
    publish(settings.index_dir, folder, _remover(settings))
    return _receipt(reading, manifest, previous, settings, began, embedded, seconds)


def _read(roots: Sequence[str], settings: IndexSettings, previous: Corpus | None) -> _Reading:
    paths = [Path(root) for root in roots]
    if settings.uploads_dir.is_dir() and settings.uploads_dir.resolve() not in [path.resolve() for path in paths]:
        paths.append(settings.uploads_dir)
    discovery = discover(paths, max_bytes=int(settings.max_file_mb * 2**20))
    known = previous.manifest.files if previous and previous.manifest.reading == _reading_settings(settings) else {}
    articles: dict[str, Article] = {}
    files: dict[str, SourceRecord] = {}
    problems = list(discovery.problems)
    unchanged = 0
    for source in discovery.files:
        before = known.get(source.name)
        same = before if before and before.sha256 == source.sha256 else None
        # A copy is kept with its first file only, so a file that holds one is read again: the first may be gone.
        items = _recalled(same, previous) if same and previous and not same.copies else _read_afresh(source, settings)
        mine: list[str] = []
        copies = 0
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
            elif item.id in articles:
                problems.append(_copy_of(item, articles[item.id]))
                copies += 1
            else:
                articles[item.id] = item
                mine.append(item.id)
                unchanged += same is not None and item.id in same.articles
        noted = tuple(asdict(item) for item in items if isinstance(item, Problem))
        files[source.name] = SourceRecord(sha256=source.sha256, articles=tuple(mine), copies=copies, problems=noted)
    return _Reading(articles=tuple(articles.values()), files=files, problems=tuple(problems), unchanged=unchanged)


def _recalled(record: SourceRecord, previous: Corpus) -> tuple[Article | Problem, ...]:
    return (*(previous.article(id_) for id_ in record.articles), *(Problem(**p) for p in record.problems))


def _read_afresh(source: SourceFile, settings: IndexSettings) -> tuple[Article | Problem, ...]:
    items = read_file(source, default_year=settings.default_year)
    if source.path.parent.resolve() != settings.uploads_dir.resolve():
        return items
    return tuple(
        replace(item, kind="uploaded") if isinstance(item, Article) and item.kind == "article" else item
        for item in items
    )


def _copy_of(article: Article, first: Article) -> Problem:
    place = first.path if first.line is None else f"{first.path}:{first.line}"
    return Problem(path=article.path or "", line=article.line, reason=f"the same text as {place}", failed=False)


def _reading_settings(settings: IndexSettings) -> dict[str, str | int | None]:
    return {"reading": READING, "default_year": settings.default_year}


def _same(previous: Corpus, reading: _Reading, roots: tuple[str, ...], settings: IndexSettings) -> bool:
    before = previous.manifest
    return before.files == reading.files and before.roots == roots and before.reading == _reading_settings(settings)


def _build(
    folder: Path, reading: _Reading, roots: tuple[str, ...], settings: IndexSettings, embedder: Embedder,
    rebuild: bool, progress: Progress | None,
) -> tuple[Manifest, int, float]:  # fmt: skip
    room = min(settings.passage_tokens, embedder.window)
    pairs = [(a, p) for a in reading.articles for p in cut(a, embedder.token_starts, room)]
    keys = [_key(article, passage) for article, passage in pairs]
    vectors, embedded, seconds = _vectors(pairs, keys, settings, embedder, rebuild, progress)
    stored = [
        StoredPassage(passage=p, key=k, published=a.published, publisher=a.credited)
        for (a, p), k in zip(pairs, keys, strict=True)
    ]
    store = VectorStore.create(Place(generation=folder, url=settings.chroma_url))
    try:
        store.add(stored, vectors)
    finally:
        store.close()
    KeywordIndex.build(
        folder / "keywords",
        [passage.id for _, passage in pairs],
        [keyword_text(article, passage) for article, passage in pairs],
        [article.published for article, _ in pairs],
        [article.credited for article, _ in pairs],
    )
    ArticleStore.create(folder / "articles.sqlite", reading.articles)
    prints = fingerprint(settings, embedder)
    manifest = Manifest(
        index_id=_index_id(reading.articles, prints),
        fingerprint=prints,
        reading=_reading_settings(settings),
        roots=roots,
        files=reading.files,
        articles=len(reading.articles),
        passages=len(pairs),
        built=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    manifest.write(folder)
    return manifest, embedded, seconds


def _vectors(
    pairs: Sequence[tuple[Article, Passage]], keys: Sequence[str], settings: IndexSettings, embedder: Embedder,
    rebuild: bool, progress: Progress | None,
) -> tuple[Vectors, int, float]:  # fmt: skip
    """Vectors in the order of the passages, how many of them were embedded now, and the seconds that took."""
    known = {} if rebuild else kept_vectors(settings, embedder, set(keys))
    missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
    began = time.perf_counter()
    texts = [embedded_text(article.title, passage.text) for article, passage in missing.values()]
    fresh = embedder.embed(texts, progress) if texts else ()
    seconds = time.perf_counter() - began
    known.update(zip(missing, fresh, strict=True))
    return np.stack([known[key] for key in keys]), len(missing), seconds


def _key(article: Article, passage: Passage) -> str:
    return hashlib.sha256(embedded_text(article.title, passage.text).encode()).hexdigest()


def _index_id(articles: Iterable[Article], prints: Mapping[str, str | int]) -> str:
    rows = sorted(f"{a.id} {a.published} {a.publisher} {a.url} {a.kind}" for a in articles)
    return "i" + hashlib.sha256(json.dumps([rows, dict(prints)]).encode()).hexdigest()[:16]


def _receipt(
    reading: _Reading, manifest: Manifest, previous: Corpus | None, settings: IndexSettings, began: float,
    embedded: int, seconds: float,
) -> SyncReceipt:  # fmt: skip
    failed = sum(problem.failed for problem in reading.problems)
    before = {a for record in previous.manifest.files.values() for a in record.articles} if previous else set()
    return SyncReceipt(
        found=len(reading.articles) + len(reading.problems),
        indexed=len(reading.articles) - reading.unchanged,
        unchanged=reading.unchanged,
        skipped=len(reading.problems) - failed,
        failed=failed,
        removed=len(before - {article.id for article in reading.articles}),
        articles=manifest.articles,
        passages=manifest.passages,
        embedded=embedded,
        problems=reading.problems,
        seconds=time.perf_counter() - began,
        embedding_seconds=seconds,
        index_id=manifest.index_id,
        index_dir=str(settings.index_dir),
    )
