"""Who waits for an answer, so that the page can say at once how many come first."""

import threading
import time
from collections.abc import Callable

# A page that was closed while it waited is forgotten after this.
SECONDS_REMEMBERED = 300


class WaitingLine:
    """The pages whose question has been taken and not yet begun; safe to share between threads."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: dict[str, float] = {}

    def join(self, page: str) -> int:
        """Wait; returns how many questions came before."""
        with self._lock:
            since = self._now()
            self._waiting = {k: t for k, t in self._waiting.items() if since - t < SECONDS_REMEMBERED and k != page}
            before = len(self._waiting)
            self._waiting[page] = since
            return before

    def leave(self, page: str) -> None:
        """Wait no longer."""
        with self._lock:
            self._waiting.pop(page, None)
