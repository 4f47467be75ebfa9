"""What works beside: processes share the cores, and nothing outlives this one or its block."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from index.embeddings import Progress, Vectors
from index.errors import EmbedderError
from index.workers import beside, cores, processes
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, HARBOUR, Newsroom, generations, snapshot, texts

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")


def threads(seconds: float) -> str:
    time.sleep(seconds)
    return os.environ["OMP_NUM_THREADS"]


def killed(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep_at_last(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def counts(texts: Sequence[str]) -> Vectors:
    return WordCountEmbedder().embed(texts)


class CountsInProcesses(WordCountEmbedder):
    """Counts words in processes of their own; `work` is what these do instead, for once."""

    def __init__(self) -> None:
        super().__init__()
        self.work = counts

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        work, self.work = self.work, counts
        with processes(2) as pool:
            (vectors,) = pool.map(work, [texts])
        return vectors


def test_the_cores_are_shared_and_the_order_is_kept() -> None:
    with processes(2) as pool:
        assert list(pool.map(threads, [0.2, 0.0, 0.0])) == [str(max(1, cores() // 2))] * 3
    assert not multiprocessing.active_children()


def test_more_workers_than_cores_have_one_thread_each() -> None:
    with processes(cores() + 1) as pool:
        assert list(pool.map(threads, [0.0])) == ["1"]


def stopped_in_the_middle() -> None:
    with processes(2) as pool:
        next(pool.map(sleep_at_last, [0.0, *[60.0] * 9]))
        raise KeyboardInterrupt


def test_an_end_in_the_middle_ends_the_workers_at_once_whatever_they_do() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        stopped_in_the_middle()
    assert time.monotonic() - began < 30
    assert not multiprocessing.active_children()


def test_a_killed_worker_costs_one_sentence_and_no_index(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    embedder = CountsInProcesses()
    newsroom = Newsroom(folder=tmp_path / "news", index=tmp_path / "index", embedder=embedder)
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before, names = snapshot(newsroom.index), generations(newsroom)
    newsroom.write("choir", CHOIR)
    embedder.work = killed  # type: ignore[assignment]  # gives nothing, ever
    with pytest.raises(EmbedderError, match=r"^A process .* ended from outside.* smaller DATELINE_WORKERS .*\.$"):
        newsroom.sync()
    assert (snapshot(newsroom.index), generations(newsroom)) == (before, names)
    assert newsroom.sync().articles == 2
    assert texts(newsroom) == [CHOIR, HARBOUR]


ORPHANS = """
from tests.index.test_workers import sleep_at_last
from index.workers import processes

with processes(2) as pool:
    first = list(pool.map(sleep_at_last, [0.5, 0.5]))
    running = pool.map(sleep_at_last, [60.0] * 4)
    print(len(set(first)), flush=True)
    list(running)
"""


def test_no_worker_outlives_the_process_that_started_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", ORPHANS], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout as told:
        assert told.readline() == "2\n"
        process.kill()
        process.wait()
        began = time.monotonic()
        assert not told.read()  # to the end, which comes when nobody can write there any more
    assert time.monotonic() - began < 30


def test_what_a_worker_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), processes(1) as pool:
        list(pool.map(partial(divmod, 1), [0]))


def test_the_thread_beside_has_done_everything_when_the_block_ends() -> None:
    done: list[int] = []
    with beside() as thread:
        for number in range(3):
            thread.submit(done.append, number)
    assert done == [0, 1, 2]


def test_where_the_block_fails_the_thread_beside_ends_with_what_it_is_doing() -> None:
    done: list[str] = []
    begun, failed = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        failed.wait(10)
        time.sleep(0.1)
        done.append("first")

    def stop() -> None:
        with beside() as thread:
            thread.submit(first)
            thread.submit(done.append, "second")
            begun.wait(10)
            failed.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert done == ["first"]
