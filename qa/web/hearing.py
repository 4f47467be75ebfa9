"""What another thread says, so that whoever listens can leave at any moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

from qa.llm import unless

T = TypeVar("T")
_OVER = object()


def heard(say: Callable[[], Iterator[T]], *, patience: float) -> Iterator[T | None]:
    """The items of an iterator that runs on a thread of its own, and None whenever none came for so many seconds.

    Whoever closes this is free at once, and the language model's call is ended; the iterator itself is closed after its
    next item.
    """
    items: SimpleQueue[T | object] = SimpleQueue()
    left: Future[None] = Future()

    def speak() -> None:
        try:
            with unless(left):
                for item in say():
                    if left.done():
                        return
                    items.put(item)
        finally:
            items.put(_OVER)

    threading.Thread(target=speak, name="dateline-answer", daemon=True).start()
    try:
        while True:
            try:
                item = items.get(timeout=patience)
            except Empty:
                yield None
                continue
            if item is _OVER:
                return
            yield item  # type: ignore[misc]
    finally:
        left.set_result(None)
