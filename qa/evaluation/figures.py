"""Scores -> figures: a mean with its bootstrap interval, or a percentile, with the number of cases beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.metrics import Score
from qa.evaluation.resampling import LEVEL, interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value over `n` cases; None where there was no case.

    `low` and `high` bound the 95 % interval of a mean, None for percentiles and fewer than two questions.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def mean_figure(scores: Sequence[Score], *, share: bool = True) -> Figure:
    """The mean with its percentile bootstrap interval (Efron, 1979), resampled over questions from one seed.

    Where every question of a share has 0, or every one 1, there is nothing to resample: the interval is then the exact
    one of a binomial share (Clopper and Pearson, 1934), so that two right answers out of two do not pass for certainty.
    """
    values = np.array([score.value for score in scores], dtype=float)
    weights = np.array([score.of for score in scores], dtype=float)
    total = int(weights.sum())
    if not total:
        return Figure(value=None, n=0)
    value = float(values.sum() / weights.sum())
    low, high = interval(len(scores), lambda drawn: values[drawn].sum(axis=1) / weights[drawn].sum(axis=1))
    if share and low is not None and low == high and value in (0.0, 1.0):
        open_end = (0.5 - LEVEL / 2) ** (1 / len(scores))
        low, high = (0.0, 1 - open_end) if value == 0 else (open_end, 1.0)
    return Figure(value=value, n=total, low=low, high=high)


def percentile_figure(values: Sequence[float], percent: float) -> Figure:
    """The percentile of some values, interpolated linearly between neighbours."""
    if not values:
        return Figure(value=None, n=0)
    return Figure(value=float(np.percentile(values, percent)), n=len(values))
