"""The bootstrap, held against that of a mean and against sums over all draws."""

import numpy as np
import pytest

from qa.evaluation.figures import mean_figure
from qa.evaluation.metrics import Score
from qa.evaluation.resampling import interval, tallies

VALUES = np.array([0.0, 1.0, 1.0, 0.5, 0.25, 1.0, 0.0])


def test_the_interval_of_a_mean_is_that_of_a_report() -> None:
    figure = mean_figure([Score(value=float(value)) for value in VALUES])
    assert interval(len(VALUES), lambda drawn: VALUES[drawn].mean(axis=1)) == pytest.approx((figure.low, figure.high))


def test_more_cases_than_fit_at_once_give_the_interval_of_all_draws() -> None:
    low, high = interval(3000, lambda drawn: (drawn % 2).mean(axis=1))
    assert low is not None
    assert high is not None
    assert high - low == pytest.approx(2 * 1.96 * (0.25 / 3000) ** 0.5, rel=0.1)  # the normal approximation


def test_one_case_has_no_interval() -> None:
    assert interval(1, lambda drawn: drawn.mean(axis=1)) == (None, None)


def test_draws_without_a_value_are_left_out() -> None:
    def halves(drawn: np.ndarray) -> np.ndarray:
        return np.where((drawn == 0).any(axis=1), np.nan, 0.5)

    assert interval(4, halves) == (0.5, 0.5)


def test_tallies_add_up_weights_by_group_in_each_row() -> None:
    drawn = np.array([[0, 1, 2], [2, 2, 0]])
    group, weight = np.array([0, 1, 1]), np.array([1.0, 10.0, 100.0])
    assert tallies(drawn, group, 3, weight).tolist() == [[1, 110, 0], [1, 200, 0]]
