"""What happens when somebody asks, in the page or through its HTTP interface; knows neither gradio nor HTML."""

import logging
import traceback
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from index.errors import DatelineError
from index.types import Article
from qa.types import Answer, AnswerStatus

logger = logging.getLogger(__name__)

# Later questions need the last few turns only ("and when did he say that?"); a long session must not grow for ever.
TURNS_KEPT = 20
_ANSWERED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_ARTICLES})


class BadInput(ValueError):
    """Something that came with the question cannot be used; the text is one sentence for the reader."""


class Coverage(Protocol):
    """What the index holds, in one line."""

    @property
    def articles(self) -> int: ...
    @property
    def publishers(self) -> tuple[str, ...]: ...
    @property
    def oldest(self) -> date | None: ...
    @property
    def newest(self) -> date | None: ...


class Engine(Protocol):
    """The part of `qa.QAEngine` that the page needs; `answer` is called from several threads at once."""

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer: ...
    def article(self, article_id: str) -> Article: ...
    def examples(self) -> tuple[str, ...]: ...
    def coverage(self) -> Coverage: ...
    def close(self) -> None: ...


def ask(engine: Engine, question: object, history: object = (), as_of: object = None) -> Answer:
    """The engine's own answer; what cannot be asked, and every error, becomes an Answer that says so.

    Arguments come from the network, so their shapes are checked. Error texts of libraries never leave the machine, and
    the log holds where an error arose but not its message, which may quote the question.
    """
    text = question if isinstance(question, str) else ""
    try:
        return engine.answer(text, history=checked_history(history), as_of=checked_day(as_of))
    except BadInput as error:
        return _refusal(text, AnswerStatus.INVALID_QUESTION, str(error))
    except DatelineError as error:
        return _refusal(text, AnswerStatus.FAILED, str(error))
    except Exception as error:
        logger.error(
            "answering failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
        )
        return _refusal(
            text, AnswerStatus.FAILED, "Something went wrong on this machine, so the question has no answer."
        )


def checked_day(given: object) -> str | None:
    """A day as YYYY-MM-DD, or None where none is given. Raises `BadInput`."""
    text = "" if given is None else str(given).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(f"“{text[:40]}” is not a day: write the year, month and day like 2023-09-27.") from None


def checked_history(given: object) -> tuple[tuple[str, ...], ...]:
    """Earlier turns, oldest first, each `[question]` or `[question, answer]`. Raises `BadInput`."""
    if given is None:
        return ()
    if not isinstance(given, list | tuple) or not all(_is_turn(turn) for turn in given):
        raise BadInput("The history must be a list of turns, each [question] or [question, answer text].")
    return tuple(tuple(turn) for turn in given[-TURNS_KEPT:])


def remember(turns: Sequence[Sequence[str]], answer: Answer) -> list[list[str]]:
    """The turns with this one added; a question that could not be asked, or failed, is not remembered."""
    if answer.status not in _ANSWERED:
        return [list(turn) for turn in turns]
    return [*(list(turn) for turn in turns), [answer.question, answer.text]][-TURNS_KEPT:]


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, list | tuple) and len(turn) in (1, 2) and all(isinstance(part, str) for part in turn)


def _refusal(question: str, status: AnswerStatus, reason: str) -> Answer:
    return Answer(question=question, text=reason, status=status, reason=reason)
