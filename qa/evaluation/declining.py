"""Whether the right questions are declined, and what an answer's confidence is worth.

An answer is right if it contains the gold answer; any answer to an unanswerable question is wrong. What was declined
shows no answer that could be right or wrong, so risk and calibration are those of answers given, from the confidence
in force upwards. Answers without a confidence are counted and enter neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.figures import Figure, mean_figure
from qa.evaluation.metrics import Score, missing_parts
from qa.evaluation.records import Record
from qa.evaluation.resampling import Drawn, Statistic, interval, tallies

BINS = 10
WISHED_RATES = (0.05, 0.1, 0.2)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one scored question ended; `right` is false for whatever was declined."""

    answerable: bool
    answered: bool
    right: bool
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What happens when only answers of at least `confidence` are given.

    `coverage` is the share of the scored questions that are answered, `risk` the share of those answers that is wrong.
    """

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The `n` answers with a confidence from `low` to below `high`: their mean confidence, and the share that is right."""

    low: float
    high: float
    confidence: float
    right: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The least confidence at which no more than `wished` of the unanswerable questions are answered.

    `confidence` is 0 where the answers given keep to that already, None where no answer would be left. `false_answers`
    and `answered` are the shares of unanswerable and of answerable questions that are answered with it.
    """

    wished: float
    confidence: float | None
    false_answers: float
    answered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Declining:
    """What declining was worth over some records; `unweighed` answers had no confidence.

    `aurc` is the area under the risk-coverage curve: the mean risk over all coverages up to that of the run (lower is
    better). `calibration_error` is the expected one: by how much confidence and share right differ over the bins.
    """

    false_answers: Figure
    over_refusals: Figure
    balanced_accuracy: Figure
    aurc: Figure
    calibration_error: Figure
    curve: tuple[Point, ...]
    bins: tuple[Bin, ...]
    thresholds: tuple[Threshold, ...]
    unweighed: int
    unscored: int


def declining_of(records: Sequence[Record]) -> Declining:
    """All about declining; a figure is None where there is no question of its kind."""
    outcomes = outcomes_of(records)
    wished = (threshold_for(outcomes, rate) for rate in WISHED_RATES)
    return Declining(
        false_answers=mean_figure([_flag(one.answered) for one in outcomes if not one.answerable]),
        over_refusals=mean_figure([_flag(not one.answered) for one in outcomes if one.answerable]),
        balanced_accuracy=balanced_accuracy(outcomes),
        aurc=risk_area(outcomes),
        calibration_error=calibration_error(outcomes),
        curve=risk_coverage(outcomes),
        bins=reliability(outcomes),
        thresholds=tuple(one for one in wished if one),
        unweighed=sum(_is_unweighed(one) for one in outcomes),
        unscored=len(records) - len(outcomes),
    )


def outcomes_of(records: Sequence[Record]) -> tuple[Outcome, ...]:
    """How each scored record ended, in their order."""
    return tuple(_outcome(record) for record in records if record.scored)


def is_right(record: Record) -> bool:
    """Whether an answer was given, could be, and contains the gold one."""
    question = record.question
    return record.answered and question.answerable and not missing_parts(question, record.answer.text)


def balanced_accuracy(outcomes: Sequence[Outcome]) -> Figure:
    """The mean of two shares: answerable questions answered and unanswerable ones declined; `n` counts both."""
    answerable = np.array([one.answerable for one in outcomes], dtype=bool)
    well = np.array([one.answerable == one.answered for one in outcomes], dtype=bool)

    def balanced(drawn: Drawn) -> NDArray[np.float64]:
        of, good = answerable[drawn], well[drawn]
        with np.errstate(invalid="ignore"):  # a draw may hold one kind only: nan, which the interval leaves out
            shares = [(good & kind).sum(axis=1) / kind.sum(axis=1) for kind in (of, ~of)]
        return np.asarray((shares[0] + shares[1]) / 2)

    if answerable.all() or not answerable.any():
        return Figure(value=None, n=0)
    return _figure(len(outcomes), balanced)


def risk_coverage(outcomes: Sequence[Outcome]) -> tuple[Point, ...]:
    """A point for each confidence that occurs, from the highest down to where all answers are given."""
    levels, wrong = _by_confidence(outcomes)
    if not len(levels):
        return ()
    distinct, counts = np.unique(-levels, return_counts=True)
    given = counts.cumsum()
    risks = wrong.cumsum()[given - 1] / given
    of = sum(not _is_unweighed(one) for one in outcomes)
    return tuple(
        Point(confidence=-float(level), coverage=float(n / of), risk=float(risk))
        for level, n, risk in zip(distinct, given, risks, strict=True)
    )


def risk_area(outcomes: Sequence[Outcome]) -> Figure:
    """The area under the risk-coverage curve (Geifman, Uziel and El-Yaniv, 2019), over the coverage that was reached.

    Answers of equal confidence count as in the mean of all their orders.
    """
    levels, wrong = _by_confidence(outcomes)
    if not len(levels):
        return Figure(value=None, n=0)
    group = np.unique(-levels, return_inverse=True)[1].astype(np.int64)
    groups = int(group.max()) + 1
    harmonic = np.concatenate([[0.0], (1 / np.arange(1, len(levels) + 1)).cumsum()])

    def area(drawn: Drawn) -> NDArray[np.float64]:
        n = tallies(drawn, group, groups, np.ones(len(levels)))
        errors = tallies(drawn, group, groups, wrong)
        n_before, errors_before = n.cumsum(axis=1) - n, errors.cumsum(axis=1) - errors
        rate = errors / np.maximum(n, 1)
        # Sum over j = 1..n of (errors_before + j rate) / (n_before + j), in closed form.
        steps = harmonic[(n_before + n).astype(int)] - harmonic[n_before.astype(int)]
        return np.asarray((errors + (errors_before - rate * n_before) * steps).sum(axis=1) / drawn.shape[1])

    return _figure(len(levels), area)


def reliability(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """The answers by confidence in ten bins of equal width, the empty ones left out."""
    levels, wrong = _by_confidence(outcomes)
    binned = _bins(levels)
    return tuple(
        Bin(
            low=float(at / BINS),
            high=float((at + 1) / BINS),
            confidence=float(levels[binned == at].mean()),
            right=float(1 - wrong[binned == at].mean()),
            n=int((binned == at).sum()),
        )
        for at in np.unique(binned)
    )


def calibration_error(outcomes: Sequence[Outcome]) -> Figure:
    """The expected calibration error: the mean distance of confidence and share right over the bins (Guo et al., 2017)."""
    levels, wrong = _by_confidence(outcomes)
    if not len(levels):
        return Figure(value=None, n=0)
    binned, excess = _bins(levels), levels - (1 - wrong)

    def error(drawn: Drawn) -> NDArray[np.float64]:
        return np.asarray(np.abs(tallies(drawn, binned, BINS, excess)).sum(axis=1) / drawn.shape[1])

    return _figure(len(levels), error)


def threshold_for(outcomes: Sequence[Outcome], wished: float) -> Threshold | None:
    """The confidence that a wished-for rate of false answers needs, 0 to 1; None where no question is unanswerable.

    Only a confidence above the one in force can be found, since what was declined was not shown.
    """
    weighed = [one for one in outcomes if not _is_unweighed(one)]
    given = [(one.confidence or 0.0, one.answerable) for one in weighed if one.answered]
    unanswerable = sum(not one.answerable for one in weighed)
    if not unanswerable:
        return None
    false = sorted((level for level, answerable in given if not answerable), reverse=True)
    allowed = int(wished * unanswerable + _ROUNDING)
    needed: float | None = 0.0
    if len(false) > allowed:
        needed = min((level for level, _ in given if level > false[allowed]), default=None)
    kept = [answerable for level, answerable in given if needed is not None and level >= needed]
    return Threshold(
        wished=wished,
        confidence=needed,
        false_answers=kept.count(False) / unanswerable,
        answered=kept.count(True) / max(1, len(weighed) - unanswerable),
    )


def _outcome(record: Record) -> Outcome:
    return Outcome(
        answerable=record.question.answerable,
        answered=record.answered,
        right=is_right(record),
        confidence=record.answer.confidence,
    )


def _is_unweighed(outcome: Outcome) -> bool:
    return outcome.answered and outcome.confidence is None


def _by_confidence(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The confidence of each answer given, highest first, and 1 where it is wrong."""
    given = [(one.confidence, not one.right) for one in outcomes if one.answered and one.confidence is not None]
    given.sort(key=lambda pair: -pair[0])
    levels, wrong = zip(*given, strict=True) if given else ((), ())
    return np.array(levels, dtype=np.float64), np.array(wrong, dtype=np.float64)


def _bins(levels: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum((levels * BINS).astype(np.int64), BINS - 1)  # a confidence of 1 belongs to the last


def _figure(cases: int, statistic: Statistic) -> Figure:
    low, high = interval(cases, statistic)
    return Figure(value=float(statistic(np.arange(cases)[None, :])[0]), n=cases, low=low, high=high)


def _flag(value: bool) -> Score:
    return Score(value=float(value))
