"""Who waits for an answer, and how many come before."""

import threading
from concurrent.futures import ThreadPoolExecutor

from qa.web.waiting import SECONDS_REMEMBERED, WaitingLine


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_each_page_is_told_how_many_came_before() -> None:
    line = WaitingLine()
    assert [line.join(page) for page in ("a", "b", "c")] == [0, 1, 2]


def test_who_leaves_is_no_longer_waited_for() -> None:
    line = WaitingLine()
    line.join("a")
    line.join("b")
    line.leave("a")
    assert line.join("c") == 1


def test_a_page_that_asks_again_waits_once_and_behind_the_others() -> None:
    line = WaitingLine()
    line.join("a")
    line.join("b")
    assert line.join("a") == 1
    assert line.join("c") == 2


def test_leaving_without_waiting_changes_nothing() -> None:
    line = WaitingLine()
    line.join("a")
    line.leave("nobody")
    line.leave("nobody")
    assert line.join("b") == 1


def test_an_answer_is_wanted_until_its_page_leaves_or_hears_another() -> None:
    line = WaitingLine()
    line.join("a")
    first, other = line.begin("a"), line.begin("b")
    assert (first(), other(), line.join("c")) == (True, True, 0)
    second = line.begin("a")
    assert (first(), second(), other()) == (False, True, True)
    line.leave("a")
    assert (second(), other()) == (False, True)


def test_a_page_that_was_closed_while_it_waited_is_forgotten_after_a_while() -> None:
    clock = Clock()
    line = WaitingLine(now=clock)
    line.join("closed")
    clock.seconds = SECONDS_REMEMBERED - 1
    assert line.join("a") == 1
    clock.seconds = SECONDS_REMEMBERED
    assert line.join("b") == 1


def test_many_threads_are_each_told_another_place() -> None:
    line = WaitingLine()
    together = threading.Barrier(8)

    def ask(thread: int) -> list[int]:
        together.wait()
        return [line.join(f"{thread}-{turn}") for turn in range(50)]

    with ThreadPoolExecutor(8) as pool:
        places = [place for some in pool.map(ask, range(8)) for place in some]
    assert sorted(places) == list(range(400))
