"""A new index is tried in a process of its own: what is wrong with it is said, and costs nothing but the new index."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.checking import Checker
from index.errors import IndexBroken
from index.generations import Manifest, current
from index.integrity import sums
from index.sync import sync_index
from tests.index.newsroom import CHOIR, HARBOUR, Newsroom, generations, texts


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker() as opened:
        yield opened


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    room = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    room.write("harbour", HARBOUR)
    room.write("choir", CHOIR)
    room.sync()
    return room


def rewritten(generation: Path, **changes: object) -> None:
    """The manifest as a build that went wrong would have written it."""
    manifest = replace(Manifest.read(generation), **changes)  # type: ignore[arg-type]
    (generation / "manifest.json").unlink()
    replace(manifest, sums=sums(generation)).write(generation)


def other_vectors(generation: Path) -> None:
    np.save(generation / "kept" / "vectors.npy", np.load(generation / "kept" / "vectors.npy")[::-1])
    rewritten(generation)


def other_counts(generation: Path) -> None:
    rewritten(generation, articles=3)


def torn_database(generation: Path) -> None:
    data = bytearray((generation / "chroma" / "chroma.sqlite3").read_bytes())
    data[4096:40960:512] = bytes(72)
    (generation / "chroma" / "chroma.sqlite3").write_bytes(data)
    rewritten(generation)


def a_byte_after_the_build(generation: Path) -> None:
    with (generation / "articles.sqlite").open("ab") as file:
        file.write(b"\0")


def test_a_sound_index_passes(newsroom: Newsroom, checker: Checker) -> None:
    checker.check(current(newsroom.index))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (other_vectors, "of 2 passages 0% find themselves"),
        (other_counts, "2 articles, 2 passages and 2 vectors"),
        (torn_database, "did not pass its check"),
        (a_byte_after_the_build, "articles.sqlite .* was altered since it was built"),
    ],
)
def test_what_is_wrong_is_said(newsroom: Newsroom, checker: Checker, damage: Callable[[Path], None], said: str) -> None:
    damage(current(newsroom.index))
    with pytest.raises(IndexBroken, match=said):
        checker.check(current(newsroom.index))


@pytest.mark.skipif(os.name != "posix", reason="other systems end a process otherwise")
def test_a_process_that_dies_of_an_index_is_a_failed_check_and_the_next_check_has_another(newsroom: Newsroom) -> None:
    with Checker() as checker:
        checker.start()
        assert checker._process
        pid = checker._process.pid
        os.kill(pid, signal.SIGSTOP)  # it dies only while it is waited for
        for after, name in ((0.5, signal.SIGSEGV), (0.6, signal.SIGCONT)):
            threading.Timer(after, os.kill, (pid, name)).start()
        with pytest.raises(IndexBroken, match="the process that read it ended with SIGSEGV"):
            checker.check(current(newsroom.index))
        checker.check(current(newsroom.index))


class Refusing(Checker):
    """Finds something wrong with whatever was built."""

    def check(self, generation: Path) -> None:
        raise IndexBroken(f"The new index {generation} did not pass its check: nothing is right.")


def test_an_index_that_fails_its_check_is_not_published_and_leaves_nothing(newsroom: Newsroom) -> None:
    before = generations(newsroom)
    newsroom.write("choir", CHOIR, HARBOUR)
    with pytest.raises(IndexBroken, match="nothing is right"):
        sync_index([newsroom.folder], settings=newsroom.settings(), embedder=newsroom.embedder, checker=Refusing())
    assert generations(newsroom) == before
    assert texts(newsroom) == [CHOIR, HARBOUR]


def test_a_process_is_used_again_and_ends_when_it_is_closed(newsroom: Newsroom) -> None:
    checker = Checker()
    for _ in range(2):
        checker.check(current(newsroom.index))
        assert checker._process
        pid = checker._process.pid
    began = time.monotonic()
    checker.close()
    checker.close()
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
