"""Who waits for an answer, so that the page can say at once how many come first."""

import threading
import time
from collections.abc import Callable
from weakref import WeakValueDictionary

# A page that was closed while it waited is forgotten after this.
SECONDS_REMEMBERED = 300


class _Turn:
    """An answer that is under way; only who gives it holds it."""


class WaitingLine:
    """The pages whose question has been taken and not yet begun, and those that hear an answer; safe to share between threads."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: dict[str, float] = {}
        self._hearing: WeakValueDictionary[str, _Turn] = WeakValueDictionary()

    def join(self, page: str) -> int:
        """Wait; returns how many questions came before."""
        with self._lock:
            since = self._now()
            self._waiting = {k: t for k, t in self._waiting.items() if since - t < SECONDS_REMEMBERED and k != page}
            before = len(self._waiting)
            self._waiting[page] = since
            return before

    def begin(self, page: str) -> Callable[[], bool]:
        """Wait no longer, since the answer begins; what is returned tells whether the page still wants to hear it."""
        turn = _Turn()
        with self._lock:
            self._waiting.pop(page, None)
            self._hearing[page] = turn
        return lambda: self._hearing.get(page) is turn

    def leave(self, page: str) -> None:
        """Neither wait any longer nor hear the answer that is under way."""
        with self._lock:
            self._waiting.pop(page, None)
            self._hearing.pop(page, None)
