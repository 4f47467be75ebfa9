"""A private copy of files that a library writes to while it reads: the index itself stays as it was built.

Copies lie in `.open/` of the index where that can be written, else in the folder for temporary files.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from index.locks import is_held, lock

SCRATCH = ".open"
YOUNG = 60.0  # seconds; a copy that is being made has no lock yet
_LEFT = shutil.ignore_patterns("*-wal", "*-shm", "*-journal")  # SQLite would replay what is not part of the index
_HOLD = "held"  # a file in each copy, locked for as long as it is in use


@contextmanager
def private_copy(folder: Path, index_dir: Path) -> Iterator[Path]:
    """A copy of a folder that only the caller uses; it is removed afterwards, or by `sweep` after a killed process."""
    place = _new(index_dir)
    try:
        with (place / _HOLD).open("wb") as held:
            with suppress(OSError):  # some network folders have no locks
                lock(held, shared=True)
            yield Path(shutil.copytree(folder, place / folder.name, ignore=_LEFT))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def sweep(index_dir: Path) -> None:
    """Remove the copies of processes that were killed."""
    scratch = index_dir / SCRATCH
    for place in scratch.iterdir() if scratch.is_dir() else ():
        old = time.time() - place.stat().st_mtime > YOUNG
        if old and not is_held(place / _HOLD):
            shutil.rmtree(place, ignore_errors=True)


def _new(index_dir: Path) -> Path:
    with suppress(OSError):
        (index_dir / SCRATCH).mkdir(exist_ok=True)
        return Path(mkdtemp(dir=index_dir / SCRATCH))
    return Path(mkdtemp(prefix="dateline-"))
