"""Sources that answer one question differently, side by side: they contradict each other, or speak of namesakes."""

import re
from collections.abc import Sequence

from index.keywords import terms
from qa.candidates import Candidate
from qa.normalise import MONTHS, canonical_words
from qa.places import other_names
from qa.question import Expected, Question

SURE = 0.7  # the confidence from which another answer is held against the best one
NEARLY = 0.85  # and its share of the best one's (both: docs/yardsticks.md)
MOST_VERSIONS = 3  # the best answer and two others
LONGEST = 6  # words of an answer that can be held against another; longer ones say several things
_YEAR = re.compile(r"1\d{3}|20\d\d")
_ONE_VALUE = re.compile(
    r"^what (?:is|was|are|were) the\b|^(?:what|which)(?: (?!(?:is|was|are|were|do|does|did|has|have|had)\b)\w+){1,3}"
    r" (?:is|was|are|were|do|does|did|has|have|had)\b",
    re.IGNORECASE,
)


def other_versions(question: Question, candidates: Sequence[Candidate], shorts: Sequence[str]) -> tuple[int, ...]:
    """Which of the candidates answer otherwise than the first, each from another article; `shorts` are their short answers.

    Only what can be compared counts: numbers with numbers, years with years, days with days, names with names.
    """
    best = candidates[0]
    bar = max(SURE, NEARLY * (best.confidence or 1.0))
    chosen = [0]
    for at in range(1, len(candidates)):
        candidate = candidates[at]
        if (candidate.confidence or 0.0) < bar or len(chosen) == MOST_VERSIONS:
            break
        held = [candidates[i].article.id for i in chosen]
        if candidate.article.id not in held and all(_differ(question, shorts[i], shorts[at]) for i in chosen):
            chosen.append(at)
    return tuple(chosen[1:])


def _differ(question: Question, one: str, other: str) -> bool:
    """Whether two short answers cannot both be meant by one that answers the question."""
    if not one or not other or max(len(one.split()), len(other.split())) > LONGEST:
        return False
    match question.expected:
        case Expected.TIME:
            return _other_time(canonical_words(one), canonical_words(other))
        case Expected.NUMBER | Expected.DURATION:
            return _other_number(canonical_words(one), canonical_words(other))
        case Expected.ANY if not _ONE_VALUE.search(question.text):
            return False
        case _:
            return _other_words(one, other)


def _other_time(one: Sequence[str], other: Sequence[str]) -> bool:
    years = [{word for word in words if _YEAR.fullmatch(word)} for words in (one, other)]
    if all(years) and not years[0] & years[1]:
        return True
    days = [
        {pair for pair in zip(words, words[1:], strict=False) if pair[0] in MONTHS and pair[1].isdigit()}
        for words in (one, other)
    ]
    return all(days) and not days[0] & days[1]


def _other_number(one: Sequence[str], other: Sequence[str]) -> bool:
    numbers = [{word for word in words if word[0].isdigit()} for words in (one, other)]
    units = [frozenset(words) - frozenset(found) for words, found in zip((one, other), numbers, strict=True)]
    return all(numbers) and not numbers[0] & numbers[1] and (not all(units) or bool(units[0] & units[1]))


def _other_words(one: str, other: str) -> bool:
    said, also = frozenset(terms(one)), frozenset(terms(other))
    if any(word[0].isdigit() for word in said | also):
        return _other_number(canonical_words(one), canonical_words(other))
    known = said | other_names(one)
    return bool(said and also) and not known & (also | other_names(other))
