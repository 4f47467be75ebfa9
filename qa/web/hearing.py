"""What another thread says, so that whoever listens can leave at any moment."""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
_OVER = object()


def heard(say: Callable[[], Iterator[T]], *, patience: float) -> Iterator[T | None]:
    """The items of an iterator that runs on a thread of its own, and None whenever none came for so many seconds.

    Whoever closes this is free at once; the iterator itself is closed after its next item.
    """
    items: SimpleQueue[T | object] = SimpleQueue()
    is_left = threading.Event()

    def speak() -> None:
        try:
            for item in say():
                if is_left.is_set():
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
        is_left.set()
