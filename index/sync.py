"""Folders -> index: read what changed, build a generation beside the live one, check it, publish it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from index.articles import SourceFile, discover, read_file, stamp_of
from index.building import Built, Plan, Way, build
from index.checking import Checker
from index.copies import own_id
from index.embeddings import Embedder, Progress, open_embedder
from index.errors import IndexBroken, NothingToIndex, ServerAway
from index.generations import (
    SourceRecord,
    building,
    new_generation,
    publish,
    recorded_roots,
    removed,
    sweep,
)
from index.previous import Previous, open_previous
from index.scratch import sweep as sweep_copies
from index.settings import IndexSettings
from index.types import Article, Problem, SyncReceipt
from index.vectors import Place, VectorStore

SETTLED = 2_000_000_000  # nanoseconds after a change, when the next is sure to have another time
_LOG = logging.getLogger(__name__)
READING = 4  # raise when articles are read in another way, so that files which did not change are read again


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
    retry: bool = False,
    progress: Progress | None = None,
    embedder: Embedder | None = None,
    checker: Checker | None = None,
) -> SyncReceipt:
    """Make the index equal to the given files and folders; without any, to those it was built from.

    What was added in the page (`IndexSettings.uploads_dir`) is part of every index.
    Nothing is written where nothing changed; a text that is already embedded is not embedded again. A file that failed is
    read again when it changes, or with `retry`; `rebuild` reads and embeds everything. `progress(done, all)` counts
    passages while they are embedded; `embedder` takes the place of the one that the settings name, `checker` that of a
    process started for this call.
    Raises `NothingToIndex`, `IndexBusy`, `SettingsError`, `EmbedderError`, `ServerAway`, and `IndexBroken` where the new
    index fails its check (the index stays as it was with each); without paths also `IndexMissing`, and `IndexBroken` where
    it cannot be known what the index was built from.
    """
    settings = settings or IndexSettings.load()
    embedder = embedder or open_embedder(settings.embedder, workers=settings.workers)
    began = time.perf_counter()
    with building(settings.index_dir), ExitStack() as opened:
        sweep(settings.index_dir, _remover(settings))
        sweep_copies(settings.index_dir)
        previous = None if rebuild else open_previous(settings, embedder)
        if previous:
            opened.callback(previous.close)
        roots = tuple(str(path) for path in paths) if paths else recorded_roots(settings.index_dir)
        _LOG.info("what was indexed before is opened")
        reading = _read(roots, settings, previous if previous and previous.fits else None, retry)
        _LOG.info("%d articles are read", len(reading.articles))
        if previous and previous.live and previous.fits and _same(previous, reading, roots, settings):
            return _receipt(reading, Built(manifest=previous.manifest), previous, settings, began)
        plan = Plan(articles=reading.articles, files=reading.files, roots=roots, reading=_reading_settings(settings))
        built = _publish(plan, settings, embedder, previous, progress, checker or opened.enter_context(Checker()))
        return _receipt(reading, built, previous, settings, began)


def _remover(settings: IndexSettings) -> Callable[[Path], None]:
    """What removes a generation: its vectors first, so that none are left behind where the server is away just now."""

    def remove(generation: Path) -> None:
        try:
            VectorStore.remove(Place(generation=generation, url=settings.chroma_url))
        except ServerAway:
            return  # the next sync tries again
        removed(generation)

    return remove


def _publish(
    plan: Plan, settings: IndexSettings, embedder: Embedder, previous: Previous | None, progress: Progress | None,
    checker: Checker,
) -> Built:  # fmt: skip
    """Build, check and publish; what fails its check is made again in a surer way."""
    checker.start()
    ways = list(Way)
    for way in ways:
        folder = new_generation(settings.index_dir)
        try:
            built = build(folder, plan, settings, embedder, previous=previous, way=way, progress=progress)
            _LOG.info("the index is built and is being checked")
            checker.check(folder)
        except IndexBroken as error:
            _remover(settings)(folder)
            if way is ways[-1]:
                raise
            _LOG.warning("%s It is made again in a surer way.", error)
        except BaseException:
            _remover(settings)(folder)
            raise
        else:
            publish(settings.index_dir, folder, _remover(settings))
            break
    return built


def _read(roots: Sequence[str], settings: IndexSettings, previous: Previous | None, retry: bool) -> _Reading:
    paths = [Path(root) for root in roots]
    if settings.uploads_dir.is_dir() and settings.uploads_dir.resolve() not in [path.resolve() for path in paths]:
        paths.append(settings.uploads_dir)
    began = time.time_ns()
    known = previous.manifest.files if previous and previous.manifest.reading == _reading_settings(settings) else {}
    stamps = {name: (record.stamp, record.sha256) for name, record in known.items()}
    discovery = discover(paths, max_bytes=int(settings.max_file_mb * 2**20), known=stamps, without=settings.index_dir)
    articles: dict[str, Article] = {}
    publishers: dict[str, str | None] = {}
    files: dict[str, SourceRecord] = {}
    problems = list(discovery.problems)
    unchanged = 0
    for source in discovery.files:
        before = known.get(source.name)
        same = before if before and before.sha256 == source.sha256 and not (retry and _failed(before)) else None
        # A copy is not kept, or not under its own id, because of an earlier file: that may be gone.
        items = _recalled(same, previous) if same and previous and not same.copies else _read_afresh(source, settings)
        mine: list[str] = []
        copies = 0
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            copies += item.id in articles
            id_ = own_id(item, publishers)
            if id_ in articles:
                problems.append(_copy_of(item, articles[id_]))
                continue
            articles[id_], publishers[id_] = replace(item, id=id_), item.credited
            mine.append(id_)
            unchanged += same is not None and id_ in same.articles
        noted = tuple(asdict(item) for item in items if isinstance(item, Problem))
        record = SourceRecord(sha256=source.sha256, articles=tuple(mine), copies=copies, problems=noted)
        files[source.name] = _stamped(record, source, began)
    if not articles:
        listed = "; ".join(str(problem) for problem in problems[:5]) or "no files at all"
        raise NothingToIndex(
            f"No article could be read from {', '.join(roots)} ({listed}). The index was left as it was."
        )
    return _Reading(articles=tuple(articles.values()), files=files, problems=tuple(problems), unchanged=unchanged)


def _failed(record: SourceRecord) -> bool:
    return any(problem["failed"] for problem in record.problems)


def _stamped(record: SourceRecord, source: SourceFile, began: int) -> SourceRecord:
    """The record with the stamp by which the file is known again, where another change would give it another stamp.

    A file that failed while it was being changed is not known again at all: the failure was not its content's.
    """
    if _failed(record) and stamp_of(source.path) != source.stamp:
        return replace(record, sha256="")
    return replace(record, stamp=source.stamp if began - source.stamp[-1] > SETTLED else None)


def _recalled(record: SourceRecord, previous: Previous) -> tuple[Article | Problem, ...]:
    return (*(previous.articles[id_] for id_ in record.articles), *(Problem(**p) for p in record.problems))


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


def _same(previous: Previous, reading: _Reading, roots: tuple[str, ...], settings: IndexSettings) -> bool:
    before = previous.manifest
    return before.files == reading.files and before.roots == roots and before.reading == _reading_settings(settings)


def _receipt(
    reading: _Reading, built: Built, previous: Previous | None, settings: IndexSettings, began: float
) -> SyncReceipt:
    manifest = built.manifest
    failed = sum(problem.failed for problem in reading.problems)
    before = (
        {a for record in previous.manifest.files.values() for a in record.articles}
        if previous and previous.fits
        else set()
    )
    return SyncReceipt(
        found=len(reading.articles) + len(reading.problems),
        indexed=len(reading.articles) - reading.unchanged,
        unchanged=reading.unchanged,
        skipped=len(reading.problems) - failed,
        failed=failed,
        removed=len(before - {article.id for article in reading.articles}),
        articles=manifest.articles,
        passages=manifest.passages,
        embedded=built.embedded,
        problems=reading.problems,
        seconds=time.perf_counter() - began,
        embedding_seconds=built.embedding_seconds,
        index_id=manifest.index_id,
        index_dir=str(settings.index_dir),
        yearless=sum(article.lacks_year for article in reading.articles),
    )
