"""Scores -> figures: a mean with its bootstrap interval, or a percentile, with the number of cases beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.metrics import Score

SEED = 20230921
RESAMPLES = 2000
LEVEL = 0.95
_CELLS_AT_ONCE = 1_000_000


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
    if len(scores) < 2:
        return Figure(value=value, n=total)
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(_resampled_means(values, weights), [tail, 100 - tail])
    return Figure(value=value, n=total, low=float(low), high=float(high))


def percentile_figure(values: Sequence[float], percent: float) -> Figure:
    """The percentile of some values, interpolated linearly between neighbours."""
    if not values:
        return Figure(value=None, n=0)
    return Figure(value=float(np.percentile(values, percent)), n=len(values))


def _resampled_means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(SEED)
    rows = max(1, _CELLS_AT_ONCE // len(values))
    means = []
    for start in range(0, RESAMPLES, rows):
        drawn = rng.integers(0, len(values), size=(min(rows, RESAMPLES - start), len(values)))
        means.append(values[drawn].sum(axis=1) / weights[drawn].sum(axis=1))
    return np.concatenate(means)
