"""A conversation in the page: its answers so far, and which of their sources stand beside it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from qa.types import SCHEMA, Answer, AnswerStatus
from qa.web.conversation import NO_FILTERS, Filters

# What a page that stays open for days keeps and shows; older turns are in the browser's own storage.
TURNS_KEPT = 40
NEAREST_MARK = 0  # in the place of a citation's number, for what comes nearest to a declined question
_NOT_ASKED = frozenset({AnswerStatus.INVALID_QUESTION, AnswerStatus.BUSY, AnswerStatus.FAILED})


def counts(answer: Answer) -> bool:
    """Whether the articles were asked, with or without success: only then is there something to remember and to rate."""
    return answer.status not in _NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The answers of one conversation, oldest first.

    A turn is known by its number in the whole conversation: `first` is that of the oldest answer kept. `filters` are
    those that each of the answers was asked for with. `shown` is the turn whose sources are beside the conversation,
    `marked` the number of the citation that stands out among them, or `NEAREST_MARK`.
    """

    answers: tuple[Answer, ...] = ()
    filters: tuple[Filters, ...] = ()
    first: int = 0
    shown: int | None = None
    marked: int | None = None

    @property
    def next(self) -> int:
        """The number of the turn to come."""
        return self.first + len(self.answers)

    def history(self) -> list[list[str]]:
        """The turns as the engine takes them; what could not be asked, or failed, is not among them."""
        return [[a.question, a.text] for a in self.answers if counts(a)]

    def answer(self, turn: int | None) -> Answer | None:
        """The answer of a turn, or None where it is not kept."""
        at = self._at(turn)
        return None if at is None else self.answers[at]

    def filters_of(self, turn: int | None) -> Filters:
        """What narrowed the question of a turn."""
        at = self._at(turn)
        return NO_FILTERS if at is None else self.filters[at]

    def _at(self, turn: int | None) -> int | None:
        at = -1 if turn is None else turn - self.first
        return at if 0 <= at < len(self.answers) else None

    def turn_of(self, message: int | tuple[int, int]) -> int:
        """The turn of a message of the chat, which shows two for each: the question and the reply."""
        return self.first + (message if isinstance(message, int) else message[0]) // 2

    def with_answer(self, answer: Answer, filters: Filters = NO_FILTERS) -> Self:
        """The conversation with one more answer, its sources shown."""
        answers, asked = (*self.answers, answer)[-TURNS_KEPT:], (*self.filters, filters)[-TURNS_KEPT:]
        first = self.next + 1 - len(answers)
        return replace(self, answers=answers, filters=asked, first=first, shown=self.next, marked=None)

    def showing(self, turn: int, number: int | None = None) -> Self:
        """The sources of another turn; a turn that is not kept changes nothing."""
        return replace(self, shown=turn, marked=number) if self.answer(turn) else self

    def before(self, turn: int) -> Self:
        """The conversation up to a turn, which is about to be asked again."""
        left = max(0, turn - self.first)
        kept = self.answers[:left]
        last = self.first + len(kept) - 1
        return replace(self, answers=kept, filters=self.filters[:left], shown=last if kept else None, marked=None)

    @classmethod
    def of(cls, answers: Any, first: Any = 0) -> Self:
        """A conversation from the dictionaries of its answers, every field checked, each with its "filters" or without.

        Raises `ValueError`.
        """
        if not isinstance(answers, list) or not isinstance(first, int) or not 0 <= first < 1_000_000:
            raise ValueError("a kept conversation is a list of answers and the number of the first.")
        if any(not isinstance(answer, dict) or answer.get("schema") != SCHEMA for answer in answers):
            raise ValueError("a kept answer has another form than this version of Dateline writes.")
        try:
            kept = _checked().validate_python(answers[-TURNS_KEPT:])
            asked = _checked_filters().validate_python([a.get("filters", {}) for a in answers[-TURNS_KEPT:]])
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            raise ValueError(f"a kept answer is damaged at {where}.") from error
        first += len(answers) - len(kept)
        return cls(answers=kept, filters=asked, first=first, shown=first + len(kept) - 1 if kept else None)


@lru_cache(maxsize=1)
def _checked() -> TypeAdapter[tuple[Answer, ...]]:
    """What a browser sends back may hold anything: `Answer.from_dict` would take a number of a citation that is HTML."""
    return TypeAdapter(tuple[Answer, ...])


@lru_cache(maxsize=1)
def _checked_filters() -> TypeAdapter[tuple[Filters, ...]]:
    return TypeAdapter(tuple[Filters, ...])
