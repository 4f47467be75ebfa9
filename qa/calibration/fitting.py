"""Labelled candidates -> the weights of the logistic model in `qa.confidence`, and the bar for declining."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.corpus import Corpus
from qa.candidates import CandidateFinder
from qa.confidence import FEATURES, features
from qa.normalise import canonical_words
from qa.question import clean, understand
from qa.retrieval import HybridRetriever
from qa.spelling import corrected
from qa.types import ScoredPassage

PENALTY = 1e-4  # on squared weights
FOLDS = 5
FETCHED = 400  # passages among which those that may be read are looked for
_FOR, _AGAINST = (0.0, None), (None, 0.0)
SIGNS: Mapping[str, tuple[float | None, float | None]] = dict.fromkeys(
    (
        "reader", "lead", "question_to_sentence", "question_to_passage", "retrieved", "met_in_sentence",
        "met_in_passage", "type_met",
    ),
    _FOR,
) | dict.fromkeys(
    ("rarest_missing", "names_elsewhere", "names_unknown", "counted_missing", "numbers_missing", "echo", "asks_why"), _AGAINST
)  # fmt: skip
"""The sign that a weight may have, where the other would make no sense."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One candidate of one question: its signals, and whether its sentence holds a gold answer."""

    source: str
    question: str
    answerable: bool
    signals: tuple[float, ...]
    ruled_out: bool
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Weights in the order of `FEATURES`, and the probabilities that held-out folds gave the rows."""

    weights: Vector
    bias: float
    held_out: Vector

    def with_bar(self, bar: float) -> dict[str, Any]:
        """The entry of confidence.json."""
        return {
            "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, self.weights, strict=True)},
            "bias": round(self.bias, 4),
            "threshold": bar,
        }


def rows_of(
    corpus: Corpus,
    finder: CandidateFinder,
    retriever: HybridRetriever,
    source: str,
    question: str,
    gold: Sequence[str],
    *,
    top_k: int,
    fits: Callable[[ScoredPassage], bool] | None = None,
) -> Iterator[Row]:
    """The candidates of a question over an index, labelled; with `fits`, only of the passages that it lets through."""
    asked = understand(corrected(clean(question), corpus))
    found = retriever.retrieve(asked.text, FETCHED if fits else top_k)
    found = tuple(scored for scored in found if fits is None or fits(scored))
    golds = [f" {canonical(answer)} " for answer in gold]
    for candidate in finder.find(asked, found[:top_k]).candidates:
        sentence = f" {canonical(candidate.sentence)} "
        yield Row(
            source=source,
            question=question,
            answerable=bool(gold),
            signals=features(candidate.signals),
            ruled_out=candidate.signals.is_about_something_else,
            right=any(answer in sentence for answer in golds),
        )


def canonical(text: str) -> str:
    """The words of a text in the form in which answers are compared."""
    return " ".join(canonical_words(text))


def fitted(rows: Sequence[Row], weight_of: Mapping[str, float]) -> Fitted:
    """A lightly regularised logistic regression over all rows; `held_out` comes from folds over questions.

    Rows that are ruled out anyway teach nothing. `weight_of` says how much a row of each source counts.
    """
    x = np.array([row.signals for row in rows])
    y = np.array([row.right for row in rows], dtype=float)
    weight = np.array([weight_of.get(row.source, 1.0) * (not row.ruled_out) for row in rows])
    fold = np.array([crc32(row.question.encode()) % FOLDS for row in rows])
    held_out = np.zeros(len(rows))
    for number in range(FOLDS):
        inside = fold != number
        if inside.any() and not inside.all():
            held_out[~inside] = logistic(x[~inside], *_regression(x[inside], y[inside], weight[inside]))
    held_out[[row.ruled_out for row in rows]] = 0.0
    weights, bias = _regression(x, y, weight)
    return Fitted(weights=weights, bias=bias, held_out=held_out)


def _regression(x: Vector, y: Vector, weight: Vector) -> tuple[Vector, float]:
    from scipy.optimize import minimize

    weight = weight / weight.sum()

    def loss(parameters: Vector) -> tuple[float, Vector]:
        chance = logistic(x, parameters[:-1], float(parameters[-1]))
        slope = (chance - y) * weight
        entropy = -(weight * (y * np.log(chance + 1e-9) + (1 - y) * np.log(1 - chance + 1e-9))).sum()
        penalty = PENALTY * parameters[:-1]
        return float(entropy + penalty @ parameters[:-1]), np.append(x.T @ slope + 2 * penalty, slope.sum())

    bounds = [*(SIGNS.get(name, (None, None)) for name in FEATURES), (None, None)]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    return found[:-1], float(found[-1])


def logistic(x: Vector, weights: Vector, bias: float) -> Vector:
    """The probabilities of a logistic model."""
    return np.asarray(1 / (1 + np.exp(-(x @ weights + bias))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How the best candidate of each question fares, at the bar that leaves the wanted share of false answers."""

    questions: int
    unanswerable: int
    right_first: float  # of the answerable, never declining
    bar: float
    answered: float  # of the answerable, at the bar
    right: float  # of those


def summary(rows: Sequence[Row], held_out: Vector, false_answers: float) -> Summary:
    """Judge by held-out probabilities; `false_answers` is the share of unanswerable questions that may be answered."""
    best: dict[str, tuple[float, Row]] = {}
    for row, score in zip(rows, held_out, strict=True):
        key = f"{row.source} {row.answerable} {row.question}"
        if key not in best or score > best[key][0]:
            best[key] = (float(score), row)
    none = sorted((score for score, row in best.values() if not row.answerable), reverse=True)
    some = [(score, row.right) for score, row in best.values() if row.answerable]
    bar = none[int(len(none) * false_answers)] if none else 0.0
    sure = [right for score, right in some if score > bar]
    return Summary(
        questions=len(best),
        unanswerable=len(none),
        right_first=_share([right for _, right in some]),
        bar=round(bar, 2),
        answered=len(sure) / max(len(some), 1),
        right=_share(sure),
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
