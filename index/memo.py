"""What was computed a while ago and is asked for again: vectors of sentences, readings of passages."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
MOST = 4_096  # texts; with their vectors or readings about 10 MB


class Memo(Generic[_Key, _Value]):
    """The values of the keys that were asked for last, up to `most` of them; safe to share between threads.

    Two threads that ask for the same new key at once both compute it.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()

    def values(self, keys: Sequence[_Key], compute: Callable[[list[_Key]], Iterable[_Value]]) -> list[_Value]:
        """One value a key, in their order; `compute` gets those that are not known, each once."""
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
        if new := [key for key in dict.fromkeys(keys) if key not in known]:
            known |= zip(new, compute(new), strict=True)
        with self._lock:
            for key in keys:
                self._kept[key] = known[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return [known[key] for key in keys]
