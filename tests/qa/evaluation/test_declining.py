"""What declining and confidence are worth, held against sums done by hand and by brute force."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.declining import (
    Outcome,
    balanced_accuracy,
    calibration_error,
    declining_of,
    outcomes_of,
    reliability,
    risk_area,
    risk_coverage,
    threshold_for,
)
from qa.types import AnswerStatus
from tests.qa.evaluation.made import UNANSWERABLE, asked, record

CONFIDENCES = st.sampled_from([0.0, 0.2, 0.5, 0.75, 1.0])


def given_answer(confidence: float | None, *, right: bool = True, answerable: bool = True) -> Outcome:
    return Outcome(answerable=answerable, answered=True, right=right and answerable, confidence=confidence)


def declined(*, answerable: bool, confidence: float | None = 0.1) -> Outcome:
    return Outcome(answerable=answerable, answered=False, right=False, confidence=confidence)


OUTCOMES = st.lists(st.builds(given_answer, CONFIDENCES, right=st.booleans()), min_size=1, max_size=5)


def area_by_hand(outcomes: list[Outcome]) -> float:
    """The mean, over all orders that confidence allows, of the mean risk over all coverages."""
    areas = []
    for order in permutations(outcomes):
        levels = [one.confidence or 0.0 for one in order]
        if levels == sorted(levels, reverse=True):
            wrong = [not one.right for one in order]
            areas.append(sum(sum(wrong[:n]) / n for n in range(1, len(wrong) + 1)) / len(wrong))
    return sum(areas) / len(areas)


@settings(deadline=None)
@given(OUTCOMES)
def test_the_area_under_the_curve_is_the_mean_over_all_orders_of_equal_confidence(outcomes: list[Outcome]) -> None:
    assert risk_area(outcomes).value == pytest.approx(area_by_hand(outcomes))


@settings(deadline=None)
@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(outcomes: list[Outcome], random: Random) -> None:
    shuffled = random.sample(outcomes, len(outcomes))
    assert risk_coverage(shuffled) == risk_coverage(outcomes)
    assert risk_area(shuffled).value == pytest.approx(risk_area(outcomes).value)
    assert calibration_error(shuffled).value == pytest.approx(calibration_error(outcomes).value)


@settings(deadline=None)
@given(OUTCOMES)
def test_the_curve_ends_where_all_answers_are_given_and_coverage_only_grows(outcomes: list[Outcome]) -> None:
    curve = risk_coverage(outcomes)
    assert [point.coverage for point in curve] == sorted({point.coverage for point in curve})
    assert curve[-1].coverage == 1
    assert curve[-1].risk == pytest.approx(sum(not one.right for one in outcomes) / len(outcomes))


def test_the_curve_by_hand() -> None:
    outcomes = [
        given_answer(0.9),
        given_answer(0.8, right=False),
        given_answer(0.8),
        given_answer(0.4, answerable=False),
        declined(answerable=True),
    ]
    assert [(point.confidence, point.coverage, point.risk) for point in risk_coverage(outcomes)] == [
        (0.9, 0.2, 0.0),
        (0.8, 0.6, pytest.approx(1 / 3)),
        (0.4, 0.8, 0.5),
    ]


def test_confidence_that_puts_right_answers_first_has_the_smaller_area() -> None:
    good = [given_answer(0.9), given_answer(0.8), given_answer(0.3, right=False)]
    bad = [given_answer(0.3), given_answer(0.4), given_answer(0.9, right=False)]
    assert (risk_area(good).value or 0) < (risk_area(bad).value or 0)


def test_balanced_accuracy_weighs_both_kinds_the_same_however_many_there_are() -> None:
    outcomes = [*[given_answer(0.9)] * 8, *[declined(answerable=True)] * 2, given_answer(0.9, answerable=False)]
    figure = balanced_accuracy(outcomes)
    assert figure.value == pytest.approx((0.8 + 0.0) / 2)
    assert figure.n == 11
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= 0.4 <= figure.high


def test_balanced_accuracy_needs_both_kinds_of_question() -> None:
    assert balanced_accuracy([given_answer(0.9)] * 3).value is None
    assert balanced_accuracy([declined(answerable=False)] * 3).value is None
    assert balanced_accuracy([]).value is None


def test_bins_tell_how_often_answers_of_a_confidence_are_right() -> None:
    outcomes = [given_answer(0.72), given_answer(0.78, right=False), given_answer(1.0), given_answer(0.0, right=False)]
    found = [(one.low, one.high, one.confidence, one.right, one.n) for one in reliability(outcomes)]
    assert found == [
        (0.0, 0.1, 0.0, 0.0, 1),
        (0.7, 0.8, pytest.approx(0.75), 0.5, 2),
        (0.9, 1.0, 1.0, 1.0, 1),
    ]
    assert calibration_error(outcomes).value == pytest.approx((0 + 2 * 0.25 + 0) / 4)


def test_an_overconfident_engine_is_wrong_by_what_it_claims_too_much() -> None:
    outcomes = [given_answer(0.95, right=n % 2 == 0) for n in range(40)]
    figure = calibration_error(outcomes)
    assert figure.value == pytest.approx(0.45)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.45 < figure.high


THRESHOLDS = [
    *(given_answer(level) for level in (0.95, 0.85, 0.6)),
    *(given_answer(level, answerable=False) for level in (0.9, 0.7, 0.5)),
    *[declined(answerable=False)] * 7,
    declined(answerable=True),
]


@pytest.mark.parametrize(
    ("wished", "confidence", "false_answers", "answered"),
    [
        (0.3, 0.0, 0.3, 0.75),  # three of ten: as it is
        (0.29, 0.6, 0.2, 0.75),
        (0.2, 0.6, 0.2, 0.75),
        (0.1, 0.85, 0.1, 0.5),
        (0.0, 0.95, 0.0, 0.25),
    ],
)
def test_a_wished_for_rate_of_false_answers_needs_a_confidence_that_keeps_as_many_answers_as_it_can(
    wished: float, confidence: float, false_answers: float, answered: float
) -> None:
    threshold = threshold_for(THRESHOLDS, wished)
    assert threshold is not None
    assert threshold.confidence == confidence
    assert [threshold.false_answers, threshold.answered] == pytest.approx([false_answers, answered])


def test_no_confidence_will_do_where_the_surest_answer_is_a_false_one() -> None:
    threshold = threshold_for([given_answer(0.9, answerable=False), given_answer(0.8)], 0.0)
    assert threshold is not None
    assert (threshold.confidence, threshold.false_answers, threshold.answered) == (None, 0.0, 0.0)
    assert threshold_for([given_answer(0.9)], 0.1) is None


@settings(deadline=None)
@given(
    st.lists(st.builds(given_answer, CONFIDENCES, answerable=st.booleans()), min_size=1, max_size=12), st.floats(0, 1)
)
def test_answering_from_the_threshold_on_keeps_to_the_wished_for_rate(outcomes: list[Outcome], wished: float) -> None:
    threshold = threshold_for(outcomes, wished)
    false = [one for one in outcomes if not one.answerable]
    if threshold is None:
        assert not false
        return
    kept = [one for one in false if threshold.confidence is not None and (one.confidence or 0) >= threshold.confidence]
    assert len(kept) / len(false) == pytest.approx(threshold.false_answers)
    assert threshold.false_answers <= wished + 1e-9


def test_answers_without_a_confidence_are_counted_and_enter_neither_curve_nor_bins() -> None:
    weighed = [record(confidence=0.8), record(asked(**UNANSWERABLE), confidence=0.3)]
    found = declining_of([*weighed, record(confidence=None)])
    without = declining_of(weighed)
    assert (found.unweighed, without.unweighed) == (1, 0)
    assert (found.curve, found.bins, found.aurc) == (without.curve, without.bins, without.aurc)
    assert found.over_refusals.n == 2


def test_records_become_outcomes_and_unscored_ones_are_counted_apart() -> None:
    records = [
        record(confidence=0.9),
        record(text="In Brenn. [1]", confidence=0.9),
        record(status=AnswerStatus.NOT_IN_ARTICLES, confidence=0.2),
        record(asked(**UNANSWERABLE), status=AnswerStatus.PARTIAL, confidence=0.6),
        record(status=AnswerStatus.BUSY),
        record(status=AnswerStatus.FAILED),
    ]
    assert outcomes_of(records) == (
        given_answer(0.9),
        given_answer(0.9, right=False),
        declined(answerable=True, confidence=0.2),
        given_answer(0.6, answerable=False),
    )
    found = declining_of(records)
    assert found.unscored == 2
    assert (found.false_answers.value, found.false_answers.n) == (1.0, 1)
    assert found.over_refusals.value == pytest.approx(1 / 3)
    assert found.over_refusals.n == 3
    assert [one.wished for one in found.thresholds] == [0.05, 0.1, 0.2]


def test_without_any_answer_there_is_no_curve_and_no_figure() -> None:
    found = declining_of([record(status=AnswerStatus.NOT_IN_ARTICLES)])
    assert (found.curve, found.bins, found.thresholds) == ((), (), ())
    assert found.aurc.value is None
    assert found.calibration_error.value is None
    assert declining_of([]).over_refusals.value is None
