"""A file that did not change is known by its size and times, and one that failed is not read again for nothing."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from index.articles import discover, stamp_of
from index.generations import Manifest, current
from index.sync import SETTLED
from tests.index.newsroom import CHOIR, HARBOUR, Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "index")


def broken(newsroom: Newsroom) -> Path:
    """A file that cannot be read, beside one that can, both indexed and older than a moment."""
    newsroom.write("choir", CHOIR)
    path = newsroom.write("harbour", HARBOUR)
    path.write_bytes(b"---\ntitle: [broken\n---\n")
    return path


def test_a_file_that_failed_is_read_again_only_when_it_changes_or_on_request(newsroom: Newsroom) -> None:
    path = broken(newsroom)
    assert newsroom.sync().failed == 1
    manifest = Manifest.read(current(newsroom.index))
    read_otherwise = replace(manifest.files[str(path)], problems=({**PROBLEM, "path": str(path)},))
    replace(manifest, files={**manifest.files, str(path): read_otherwise}).write(current(newsroom.index))
    assert [problem.reason for problem in newsroom.sync().problems] == [PROBLEM["reason"]]
    assert "broken" in newsroom.sync(retry=True).problems[0].reason
    path.write_text(f"---\ntitle: Pier\n---\n\n{HARBOUR}", encoding="utf-8")
    assert (newsroom.sync().failed, newsroom.sync().articles) == (0, 2)


PROBLEM = {"path": "", "line": None, "reason": "could not be read by an older version", "failed": True}


def test_a_file_with_its_size_and_times_is_known_again_without_being_read(newsroom: Newsroom) -> None:
    path = newsroom.write("choir", CHOIR)
    newsroom.write("harbour", HARBOUR)
    time.sleep(SETTLED / 1e9)
    newsroom.sync()
    record = Manifest.read(current(newsroom.index)).files[str(path)]
    assert record.stamp == stamp_of(path)
    known = {str(path): (record.stamp, "taken as known")}
    (source, other) = discover([newsroom.folder], max_bytes=10_000, known=known).files
    assert (source.sha256, len(other.sha256)) == ("taken as known", 64)
    path.touch()
    assert discover([path], max_bytes=10_000, known=known).files[0].sha256 == record.sha256


def test_a_file_that_was_written_a_moment_ago_is_not_known_by_its_times(newsroom: Newsroom) -> None:
    path = newsroom.write("choir", CHOIR)
    newsroom.sync()
    assert Manifest.read(current(newsroom.index)).files[str(path)].stamp is None


def test_a_change_that_leaves_size_and_times_of_content_alone_is_seen(newsroom: Newsroom) -> None:
    path = newsroom.write("choir", CHOIR)
    newsroom.sync()
    before = path.stat()
    newsroom.write("choir", CHOIR.replace("ninety", "eighty"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert newsroom.sync().embedded == 1
