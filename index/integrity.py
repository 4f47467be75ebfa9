"""Checksums of a generation's files: what was altered since it was built is found before any library reads it."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from index.errors import REBUILD, IndexBroken

AT_ONCE = 4  # files; hashing lets other threads run


def sums(folder: Path, *, settle: bool = False) -> dict[str, str]:
    """The sha256 of every file under a folder, by its path there; `settle` waits until the disk has them."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda file: _sha256(file, settle=settle), files)
        return {file.relative_to(folder).as_posix(): digest for file, digest in zip(files, found, strict=True)}


def verify(folder: Path, wanted: Mapping[str, str]) -> None:
    """Compare the files of a folder with their checksums; others that lie there do not matter.

    Raises `IndexBroken` with the name of the first that is missing or was altered.
    """

    def fault(name: str) -> str | None:
        try:
            return None if _sha256(folder / name) == wanted[name] else "was altered since it was built"
        except OSError as error:
            return f"cannot be read ({error.strerror})"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, wrong in zip(wanted, pool.map(fault, wanted), strict=True):
            if wrong:
                raise IndexBroken(f"The file {name} of the index {folder} {wrong}. {REBUILD}")


def _sha256(file: Path, *, settle: bool = False) -> str:
    with _opened(file, writable=settle and os.name != "posix") as descriptor:
        if settle:
            os.fsync(descriptor)
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _opened(file: Path, *, writable: bool) -> Iterator[int]:
    """A descriptor; Windows lets only writable ones be synced."""
    descriptor = os.open(file, (os.O_RDWR if writable else os.O_RDONLY) | getattr(os, "O_BINARY", 0))
    try:
        yield descriptor
    finally:
        os.close(descriptor)
