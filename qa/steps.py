"""What travels from step to step of the chain that answers a question, and the time each step takes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any

from index.types import Scope
from qa.candidates import Findings
from qa.extractive import Draft
from qa.period import Period
from qa.question import Question
from qa.types import ScoredPassage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that can be answered, as it was asked and as it was understood."""

    raw: str
    question: Question
    parts: tuple[Question, ...]  # what has to be found, one by one; the question itself where it asks one thing
    scope: Scope
    period: Period | None = None  # of which a question for what happened asks
    history: tuple[tuple[str, ...], ...]
    timings: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The passages that were found for it, part by part, each best first."""

    asked: Asked
    by_part: tuple[tuple[ScoredPassage, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read, part by part; an overview has no candidates."""

    found: Found
    by_part: tuple[Findings, ...]

    @property
    def passages(self) -> tuple[ScoredPassage, ...]:
        """What was read, in the order in which it speaks for an answer; what gave no candidate comes as it was found."""
        rank: dict[str, float] = {}
        for candidate in chain.from_iterable(findings.candidates for findings in self.by_part):
            id_ = candidate.scored.passage.id
            rank[id_] = max(rank.get(id_, float("-inf")), candidate.rank)
        read = merged([findings.read for findings in self.by_part])
        return tuple(sorted(read, key=lambda scored: -rank.get(scored.passage.id, float("-inf"))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft, or None, and the parts of the question that it leaves unanswered.

    `model_id` and `prompt_id` are those of the language model that wrote it, `notices` what has to be said about that.
    """

    read: Read
    draft: Draft | None
    unanswered: tuple[str, ...] = ()
    model_id: str | None = None
    prompt_id: str | None = None
    notices: tuple[str, ...] = ()


def merged(by_part: Sequence[Sequence[ScoredPassage]]) -> tuple[ScoredPassage, ...]:
    """The passages of all parts once, the best of each part first."""
    first: dict[str, ScoredPassage] = {}
    for scored in chain.from_iterable(zip_longest(*by_part)):
        if scored:
            first.setdefault(scored.passage.id, scored)
    return tuple(first.values())


def timed(name: str, step: Callable[[Any], Any], since: float | None = None) -> Callable[[Any], Any]:
    """Run a step and note its milliseconds, or those since a reading of the clock, on the question it belongs to."""

    def run(value: Any) -> Any:
        began = since or time.perf_counter()
        result = step(value)
        return _noted(result, name, round((time.perf_counter() - began) * 1000, 1))

    return run


def _noted(value: Any, name: str, milliseconds: float) -> Any:
    match value:
        case Asked():
            return replace(value, timings={**value.timings, name: milliseconds})
        case Found():
            return replace(value, asked=_noted(value.asked, name, milliseconds))
        case Read():
            return replace(value, found=_noted(value.found, name, milliseconds))
        case _:
            return replace(value, read=_noted(value.read, name, milliseconds))
