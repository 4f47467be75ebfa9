"""What happens when somebody asks, in the page or through its HTTP interface; knows neither gradio nor HTML."""

import logging
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

from index.articlestore import Coverage
from index.errors import DatelineError
from index.types import Article
from qa.errors import RequestError
from qa.types import Answer, AnswerStatus, Sentence

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows the articles down, as the page and its HTTP interface take it; the engine checks the values."""

    as_of: str | None = None
    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()

    @classmethod
    def of(cls, as_of: Any, since: Any, until: Any, publishers: Any) -> Self:
        """The filters of four fields, of which any may be empty."""
        days = {"as_of": as_of, "since": since, "until": until}
        named = publishers if isinstance(publishers, (list, tuple)) else [publishers] if publishers else []
        return cls(publishers=tuple(map(str, named)), **{k: str(v or "").strip() or None for k, v in days.items()})


NO_FILTERS = Filters()


class Engine(Protocol):
    """The part of `qa.QAEngine` that the page needs; `answer` is called from several threads at once."""

    def answer(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Answer:  # fmt: skip
        """Answer one question."""

    def stream(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Iterator[Sentence | Answer]:  # fmt: skip
        """The sentences of the answer, then the answer."""

    def warm_up(self) -> Answer:
        """Load the models and try them; no language model is asked."""

    @property
    def index_id(self) -> str:
        """Changes with what is indexed."""

    @property
    def llm_id(self) -> str | None:
        """The language model that questions are sent to, if any."""

    def article(self, article_id: str) -> Article:
        """A whole article."""

    def examples(self) -> tuple[str, ...]:
        """Questions to offer."""

    def suggestions(self, answer: Answer, **filters: Any) -> tuple[str, ...]:
        """Questions that may be asked after this answer, each with an answer in the articles that the filters leave."""

    def coverage(self) -> Coverage:
        """What is indexed."""

    def close(self) -> None:
        """Release the index."""


def ask(
    engine: Engine, question: str, history: Sequence[Sequence[str]] | None = None, filters: Filters = NO_FILTERS
) -> Answer:
    """The engine's own answer; an argument that cannot be used, and every error, becomes an Answer that says so.

    The texts of other libraries' errors stay on this machine, and out of its log, since they may quote the question;
    the log gets their kind and where they arose.
    """
    try:
        return engine.answer(question, history=history or (), **asdict(filters))
    except Exception as error:
        return _instead(question, error)


def ask_aloud(
    engine: Engine, question: str, history: Sequence[Sequence[str]] | None = None, filters: Filters = NO_FILTERS
) -> Iterator[Sentence | Answer]:
    """The sentences as they come, then the answer that `ask` would give; closing it ends a language model's call."""
    try:
        yield from engine.stream(question, history=history or (), **asdict(filters))
    except Exception as error:
        yield _instead(question, error)


def _instead(question: str, error: Exception) -> Answer:
    """The answer that says what went wrong."""
    if isinstance(error, RequestError):
        return refused(question, AnswerStatus.INVALID_QUESTION, str(error))
    if isinstance(error, DatelineError):
        return refused(question, AnswerStatus.FAILED, str(error))
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("answering failed with %s\n%s", type(error).__name__, where)
    return refused(question, AnswerStatus.FAILED, "Dateline met an error of its own; its log has the details.")


def refused(question: Any, status: AnswerStatus, reason: str) -> Answer:
    """An answer that only says why there is none."""
    shown = question if isinstance(question, str) else ""
    return Answer(question=shown, text=reason, status=status, reason=reason)
