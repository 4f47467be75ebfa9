"""The one-call interface for scripts."""

import threading
from collections.abc import Sequence
from pathlib import Path

from index.generations import POINTER
from qa.engine import History, QAEngine
from qa.settings import Settings
from qa.timeframe import Day
from qa.types import Answer

_engines: dict[Path, tuple[str, QAEngine]] = {}
_opening = threading.Lock()


def answer(
    question: str,
    *,
    history: History = (),
    as_of: Day | None = None,
    since: Day | None = None,
    until: Day | None = None,
    publishers: Sequence[str] = (),
    index_dir: str | Path | None = None,
) -> Answer:
    """Answer one question; the index is opened once per process, and again after it was synced.

    What narrows the question is explained at `index.types.Scope`. Raises what `QAEngine.open` raises where there is no
    usable index, and `RequestError` for a history, day or publisher that cannot be used; everything else is said in the
    `Answer`.
    """
    engine = _engine(index_dir)
    return engine.answer(question, history=history, as_of=as_of, since=since, until=until, publishers=publishers)


def _engine(index_dir: str | Path | None) -> QAEngine:
    place = Path(index_dir) if index_dir is not None else Settings.load().index_dir
    key = place.resolve()
    pointer = key / POINTER
    live = pointer.read_text(encoding="utf-8") if pointer.is_file() else ""
    with _opening:
        if key not in _engines or _engines[key][0] != live:
            _engines[key] = (live, QAEngine.open(place))
        return _engines[key][1]
