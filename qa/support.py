"""The probability that a fair reader finds a claim in its source, from how far the two agree."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

from qa.agreement import FEATURES, Agreement
from qa.errors import ReaderError

Tree: TypeAlias = "float | tuple[int, float, Tree, Tree]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Boosted regression trees over `Agreement`; from `threshold` on a claim counts as supported.

    Fitted by tools/fit_support.py on tuning halves: our own drafts, sentences, both with one thing changed, and
    AttributionBench; no tree may trust a claim less for agreeing more. A tree is nested: (feature, bound, where the
    feature is at most the bound, else), with numbers as leaves; their sum is the logit.
    """

    trees: tuple[Tree, ...]
    bias: float
    threshold: float

    def weigh(self, found: Agreement) -> float:
        """The probability, 0 to 1, that a fair reader finds the claim in the passages."""
        values = features(found)
        total = self.bias + sum(_leaf(tree, values) for tree in self.trees)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _leaf(tree: Tree, values: Sequence[float]) -> float:
    while not isinstance(tree, float):
        feature, bound, low, high = tree
        tree = low if values[feature] <= bound else high
    return tree


def _tree(data: Any) -> Tree:
    if not isinstance(data, list):
        return float(data)
    name, bound, low, high = data
    return FEATURES.index(name), float(bound), _tree(low), _tree(high)


def features(found: Agreement) -> tuple[float, ...]:
    """The agreement as numbers, in the order of `FEATURES`."""
    return tuple(float(getattr(found, name)) for name in FEATURES)


@lru_cache(maxsize=1)
def load_support() -> Support:
    """The model that ships. Raises `ReaderError`."""
    try:
        fitted = json.loads(files("qa").joinpath("weights/support.json").read_text(encoding="utf-8"))
        return Support(
            trees=tuple(_tree(tree) for tree in fitted["trees"]),
            bias=float(fitted["bias"]),
            threshold=float(fitted["threshold"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReaderError("qa/weights/support.json cannot be used. Reinstall Dateline.") from error
