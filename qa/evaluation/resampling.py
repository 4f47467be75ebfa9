"""How far a figure could be off: the bootstrap, by which cases are drawn anew from those that there are (Efron, 1979)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SEED = 20230921
RESAMPLES = 2000
LEVEL = 0.95
Drawn = NDArray[np.int64]  # (resamples, cases): which case stands in each place
Statistic = Callable[[Drawn], NDArray[np.float64]]
_CELLS_AT_ONCE = 1_000_000


def interval(cases: int, statistic: Statistic) -> tuple[float | None, float | None]:
    """The bounds of the percentile interval of a statistic, from one seed; None for fewer than two cases.

    `statistic` gives one value for each row of drawn cases, or nan for a row that has none.
    """
    if cases < 2:
        return None, None
    rng = np.random.default_rng(SEED)
    rows = max(1, _CELLS_AT_ONCE // cases)
    sizes = [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
    values = np.concatenate([statistic(rng.integers(0, cases, size=(size, cases))) for size in sizes])
    tail = 50 * (1 - LEVEL)
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


def tallies(drawn: Drawn, group: NDArray[np.int64], groups: int, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the sum of the drawn cases' weights by group: (resamples, groups)."""
    places = np.arange(len(drawn))[:, None] * groups + group[drawn]
    sums = np.bincount(places.ravel(), weights=weight[drawn].ravel(), minlength=len(drawn) * groups)
    return np.asarray(sums.reshape(len(drawn), groups), dtype=np.float64)
