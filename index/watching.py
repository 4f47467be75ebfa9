"""Folders are followed: whenever something in them changes, the index is brought up to date with them."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from index.checking import Checker
from index.embeddings import Embedder, Progress, open_embedder
from index.errors import CorpusError, DatelineError, IndexBusy, NothingToIndex
from index.generations import recorded_roots
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import SyncReceipt

QUIET = 200  # milliseconds without a change, after which a sync begins
LONGEST = 1_600  # milliseconds for which changes that keep coming are waited for
LOOK_EVERY = 600.0  # seconds after which a sync is made even if nothing was reported: reports can be lost
AGAIN = 5.0  # seconds until another try after one that failed
_SLICE = 500  # milliseconds, within which an end is noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One sync of folders that are followed: its receipt, or why there is none."""

    receipt: SyncReceipt | None = None
    error: str | None = None


Tell: TypeAlias = Callable[[Followed], None]


def follow(
    paths: Sequence[Path] | None, tell: Tell, *, settings: IndexSettings, retry: bool = False,
    progress: Progress | None = None, embedder: Embedder | None = None, stop: threading.Event | None = None,
) -> None:  # fmt: skip
    """Sync now, then after every change in these files and folders (else those of the last time), until `stop` is set.

    `tell` is called after the first sync, and after each that changed the index or failed otherwise than the one before.
    What changes while a sync runs is seen by the next. A failure ends nothing and is tried again; only at the beginning,
    what `sync_index` says of paths, settings and models is raised.
    """
    embedder = embedder or open_embedder(settings.embedder, workers=settings.workers)
    stop = stop or threading.Event()
    due, last = 0.0, None
    with Checker() as checker:
        for changed in _changes(paths, settings, stop):
            if not changed and time.monotonic() < due:
                continue
            try:
                receipt = sync_index(
                    paths, settings=settings, retry=retry and not last, progress=progress, embedder=embedder,
                    checker=checker,
                )  # fmt: skip
                now = Followed(receipt=receipt)
            except (DatelineError, OSError) as error:
                if not last and not isinstance(error, NothingToIndex | IndexBusy):
                    raise
                now = Followed(error=str(error))
            if _is_news(now, last):
                tell(now)
            if not last:
                _prepare(settings, embedder, checker)
            due, last = time.monotonic() + (AGAIN if now.error else LOOK_EVERY), now


def _prepare(settings: IndexSettings, embedder: Embedder, checker: Checker) -> None:
    """Index one article in a place of its own, so that all is loaded that the first change would else wait for.

    What goes wrong here is told when it does so with a change.
    """
    with suppress(DatelineError, OSError), TemporaryDirectory(prefix="dateline-") as place:
        article, index_dir = Path(place, "ready.txt"), Path(place, "index")
        article.write_text("Ready\n\nDateline is ready for what comes.\n", encoding="utf-8")
        elsewhere = settings.model_copy(update={"index_dir": index_dir, "chroma_url": None})
        sync_index([article], settings=elsewhere, embedder=embedder, checker=checker)


def _is_news(now: Followed, last: Followed | None) -> bool:
    if now.error or last is None or last.receipt is None or now.receipt is None:
        return last is None or now.error != last.error
    return (now.receipt.index_id, now.receipt.problems) != (last.receipt.index_id, last.receipt.problems)


def _changes(paths: Sequence[Path] | None, settings: IndexSettings, stop: threading.Event) -> Iterator[bool]:
    """Whether something changed, at least every half second; a folder that is replaced or comes back is seen again."""
    from watchfiles import watch

    while not stop.is_set():
        places = _places(paths, settings)
        known = {place: _identity(place) for place in places}
        if not places or None in known.values():
            yield False
            stop.wait(_SLICE / 1000)
            continue
        with suppress(FileNotFoundError):
            for reported in watch(
                *places, watch_filter=partial(_counts, places, settings.index_dir.resolve()), debounce=LONGEST,
                step=QUIET, rust_timeout=_SLICE, yield_on_timeout=True, stop_event=stop,
                recursive=any(place.is_dir() for place in _roots(paths, settings)), ignore_permission_denied=True,
            ):  # fmt: skip
                yield bool(reported)
                if any(_identity(place) != before for place, before in known.items()):
                    break
        yield True


def _roots(paths: Sequence[Path] | None, settings: IndexSettings) -> list[Path]:
    """The files and folders to follow, those added in the page among them."""
    given = list(paths or ())
    if not given:
        with suppress(CorpusError):
            given = [Path(root) for root in recorded_roots(settings.index_dir)]
    return [*given, settings.uploads_dir] if settings.uploads_dir.is_dir() else given


def _places(paths: Sequence[Path] | None, settings: IndexSettings) -> list[Path]:
    """What is watched: folders, and those of files, since an editor puts a new file in the place of the old."""
    return sorted({root.resolve() if root.is_dir() else root.absolute().parent for root in _roots(paths, settings)})


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _counts(places: Sequence[Path], index_dir: Path, _: object, name: str) -> bool:
    """Whether a change can matter: not in the index itself, nor in what is hidden under a place."""
    path = Path(name)
    if path.is_relative_to(index_dir):
        return False
    inside = (path.relative_to(place).parts for place in places if path.is_relative_to(place))
    return any(not any(part.startswith(".") for part in parts) for parts in inside)
