"""Private copies: nobody else's, gone when they are not needed, and cleared up after a process that was killed."""

import os
import time
from pathlib import Path

from index.scratch import SCRATCH, YOUNG, private_copy, sweep


def place(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "generation" / "chroma").mkdir(parents=True)
    (tmp_path / "generation" / "chroma" / "data.bin").write_bytes(b"data")
    return tmp_path / "generation" / "chroma", tmp_path


def grown_old(folder: Path) -> None:
    then = time.time() - 2 * YOUNG
    os.utime(folder, (then, then))


def test_what_is_written_to_a_copy_does_not_reach_the_index_and_the_copy_goes(tmp_path: Path) -> None:
    folder, index_dir = place(tmp_path)
    with private_copy(folder, index_dir) as first, private_copy(folder, index_dir) as second:
        (first / "data.bin").write_bytes(b"other")
        assert (second / "data.bin").read_bytes() == (folder / "data.bin").read_bytes() == b"data"
        assert first.is_relative_to(index_dir / SCRATCH)
    assert list((index_dir / SCRATCH).iterdir()) == []


def test_the_journals_of_a_database_are_not_copied(tmp_path: Path) -> None:
    folder, index_dir = place(tmp_path)
    for ending in ("wal", "shm", "journal"):
        (folder / f"chroma.sqlite3-{ending}").write_bytes(b"foreign")
    with private_copy(folder, index_dir) as copy:
        assert [file.name for file in copy.iterdir()] == ["data.bin"]


def test_copies_that_nobody_holds_are_swept_once_they_are_old(tmp_path: Path) -> None:
    folder, index_dir = place(tmp_path)
    left = index_dir / SCRATCH / "left"
    left.mkdir(parents=True)
    with private_copy(folder, index_dir) as copy:
        sweep(index_dir)
        assert left.is_dir()
        grown_old(left)
        grown_old(copy.parent)
        sweep(index_dir)
        assert copy.is_dir()
        assert not left.exists()
