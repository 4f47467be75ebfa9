"""Scores -> figures: a mean with its bootstrap interval, or a percentile, with the number of cases beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.metrics import Score
from qa.evaluation.resampling import interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value over `n` cases; None where there was no case.

    `low` and `high` bound the 95 % interval of a mean, None for percentiles and fewer than two questions. The interval
    of a share that is 0 or 1 throughout has no width, however few the cases.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def mean_figure(scores: Sequence[Score]) -> Figure:
    """The mean with its percentile bootstrap interval (Efron, 1979), resampled over questions from one seed."""
    values = np.array([score.value for score in scores], dtype=float)
    weights = np.array([score.of for score in scores], dtype=float)
    total = int(weights.sum())
    if not total:
        return Figure(value=None, n=0)
    value = float(values.sum() / weights.sum())
    low, high = interval(len(scores), lambda drawn: values[drawn].sum(axis=1) / weights[drawn].sum(axis=1))
    return Figure(value=value, n=total, low=low, high=high)


def percentile_figure(values: Sequence[float], percent: float) -> Figure:
    """The percentile of some values, interpolated linearly between neighbours."""
    if not values:
        return Figure(value=None, n=0)
    return Figure(value=float(np.percentile(values, percent)), n=len(values))
