"""Listening to an iterator on another thread: what is heard, and leaving while nothing is said."""

import threading
from collections.abc import Iterator

from qa.web.hearing import heard

LONG = 30.0  # seconds


def test_all_that_is_said_is_heard_in_its_order() -> None:
    assert list(heard(lambda: iter("abc"), patience=LONG)) == ["a", "b", "c"]


def test_silence_is_heard_as_nothing() -> None:
    go_on = threading.Event()

    def say() -> Iterator[str]:
        yield "a"
        go_on.wait(LONG)
        yield "b"

    listening = heard(say, patience=0.01)
    assert next(listening) == "a"
    assert next(listening) is None
    go_on.set()
    assert [item for item in listening if item] == ["b"]


def test_who_leaves_is_free_at_once_and_what_was_listened_to_is_closed_after_its_next_item() -> None:
    go_on, closed = threading.Event(), threading.Event()

    def say() -> Iterator[str]:
        try:
            yield "a"
            go_on.wait(LONG)
            yield "b"
        finally:
            closed.set()

    listening = heard(say, patience=0.01)
    assert next(listening) == "a"
    listening.close()  # type: ignore[attr-defined]
    assert not closed.is_set()
    go_on.set()
    assert closed.wait(LONG)
