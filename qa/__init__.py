"""Questions in, cited answers out: `from qa import answer, QAEngine`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.api import answer as answer
    from qa.engine import QAEngine as QAEngine
    from qa.types import Answer as Answer
    from qa.types import AnswerStatus as AnswerStatus

__all__ = ["Answer", "AnswerStatus", "QAEngine", "answer"]
_HOMES = {"answer": "qa.api", "QAEngine": "qa.engine", "Answer": "qa.types", "AnswerStatus": "qa.types"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that `dateline --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
