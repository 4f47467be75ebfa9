"""How likely it is that a sentence answers a question: one logistic model over a few readable signals.

The weights for the shipped reader lie in qa/weights/confidence.json, keyed by it; `tools/fit_confidence.py` fits them on
tuning halves only. `dateline calibrate` fits any other reader. Until then sentences can be ranked but not weighed.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from index.keywords import terms, words
from index.settings import DEFAULT_EMBEDDER
from qa.errors import ReaderError
from qa.question import Expected, Question

NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands"
    " million millions billion billions dozen dozens half twice once both several".split()
)
_TIME = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}:\d\d\b|\b(?:today|yesterday|tomorrow|tonight|day|week|month|year|morning|evening"
    r"|night|noon|midnight|century|decade|hour|summer|winter|spring|autumn|future)s?\b|\b\d{1,2} ?[ap]\.?m\b",
    re.I,
)
UNIT = re.compile(
    r"\b(?:second|minute|hour|day|week|month|year|decade|centur(?:y|ies))s?\b|-(?:hour|day|week|month|year|minute)",
    re.I,
)
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w’'-]+")

RULED_OUT = 0.01  # the confidence of a sentence that is about something else
SAME_MATTER = 0.6  # cosine from which a sentence may answer though it uses other names: "Moscow" for "Russia"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known of one candidate sentence; every field becomes a feature."""

    reader: float  # logits of the span less those of "no answer here"
    lead: float  # by how much the reader prefers this passage to the best one of another article
    question_to_sentence: float  # cosine
    question_to_passage: float  # cosine
    retrieved: float  # fused retrieval score, 0 to 1
    met_in_sentence: float  # share of the question's terms, weighted by rarity, in sentence and title
    met_in_passage: float  # the same for passage and title
    rarest_missing: float  # rarity of the rarest term of the question that the article lacks
    names_elsewhere: float  # share of the question's names that the article lacks and another article has
    names_unknown: float  # share of the question's names that no article has
    counted_missing: float  # 1 where what is to be counted, or a number, is not in the sentence, else 0
    numbers_missing: float  # share of the question's numbers that the article and its date lack
    type_met: float  # 1 the span is of the expected type, 0 it is not, 0.5 any type will do
    echo: float  # share of the span's words that the question already has
    span_words: float
    asks_yes_no: float  # 1 where the question wants a yes or a no, else 0
    asks_why: float  # 1 where it asks for a reason or a manner, and takes for granted what may never have happened

    @property
    def is_about_something_else(self) -> bool:
        """Half of the names in the question are another article's or nobody's, or all of its numbers are missing.

        On the tuning parts this changes next to nothing in sum (docs/measurements.md), but a wrong person is the worst
        mistake there is, so it is not left to the sum of the signals.
        """
        other_names = self.names_elsewhere + self.names_unknown >= 0.5 and self.question_to_sentence < SAME_MATTER
        return other_names or self.numbers_missing == 1


FEATURES = tuple(Signals.__dataclass_fields__)


def features(signals: Signals) -> tuple[float, ...]:
    """The signals on comparable scales, in the order of `FEATURES`."""
    scaled = {name: float(getattr(signals, name)) for name in FEATURES}
    scaled["reader"] = max(-10.0, min(15.0, signals.reader)) / 5
    scaled["lead"] = max(-10.0, min(10.0, signals.lead)) / 5
    scaled["span_words"] = math.log1p(signals.span_words) / 3
    return tuple(scaled[name] for name in FEATURES)


def share_met(wanted: Sequence[str], present: frozenset[str], rarity: Callable[[str], float]) -> float:
    """The share of the wanted terms that are present, each weighted by its rarity; 1 if none is wanted."""
    weights = {term: 0.1 + rarity(term) for term in wanted}
    total = sum(weights.values())
    return sum(w for term, w in weights.items() if term in present) / total if total else 1.0


def share_missing(wanted: Sequence[str], present: frozenset[str]) -> float:
    """The share of the wanted terms that are not present; 0 if none is wanted."""
    return sum(term not in present for term in wanted) / len(wanted) if wanted else 0.0


def type_met(expected: Expected, span: str) -> float:
    """Whether a span looks like what the question expects: 1, 0, or 0.5 where any type will do."""
    has_number = any(word[0].isdigit() or word in NUMBER_WORDS for word in words(span.replace("-", " ")))
    checks: Mapping[Expected, Callable[[], bool]] = {
        Expected.NAME: lambda: bool(_CAPITAL.search(span)),
        Expected.PLACE: lambda: bool(_CAPITAL.search(span)),
        Expected.TIME: lambda: bool(_TIME.search(span)),
        Expected.NUMBER: lambda: has_number,
        Expected.DURATION: lambda: has_number or bool(UNIT.search(span)),
    }
    return 0.5 if expected is Expected.ANY else float(checks[expected]())


def echo(question: Question, span: str) -> float:
    """The share of a span's words that only repeat the question."""
    said = terms(span)
    asked = frozenset(terms(question.text))
    return sum(word in asked for word in said) / len(said) if said else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A fitted model: the probability that a sentence holds the right answer; `threshold` is the default bar."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def weigh(self, signals: Signals) -> float:
        """The probability, 0 to 1; next to nothing for a sentence that is about something else."""
        if signals.is_about_something_else:
            return RULED_OUT
        total = self.bias + sum(w * x for w, x in zip(self.weights, features(signals), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def calibration_key(reader_id: str, embedder: str) -> str:
    """What a fitted model belongs to: the reader, and the embedder where it is not the default one."""
    return reader_id if embedder == DEFAULT_EMBEDDER else f"{reader_id} over {embedder}"


def calibration_file(index_dir: Path) -> Path:
    """Where `dateline calibrate` keeps what it fits."""
    return index_dir / "confidence.json"


def load_confidence(key: str, index_dir: Path) -> Confidence | None:
    """The model fitted for this reader and embedder here, else the one that ships, or None. Raises `ReaderError`."""
    own = calibration_file(index_dir)
    if own.is_file() and (
        found := _read(
            own.read_text(encoding="utf-8"), key, f"{own} cannot be used. Delete it, or run: dateline calibrate"
        )
    ):
        return found
    shipped = "qa/weights/confidence.json cannot be used. Reinstall Dateline."
    try:
        return _read(files("qa").joinpath("weights/confidence.json").read_text(encoding="utf-8"), key, shipped)
    except OSError as error:
        raise ReaderError(shipped) from error


def _read(text: str, key: str, problem: str) -> Confidence | None:
    try:
        fitted = json.loads(text)
        if key not in fitted:
            return None
        found = fitted[key]
        return Confidence(
            weights=tuple(float(found["weights"][name]) for name in FEATURES),
            bias=float(found["bias"]),
            threshold=float(found["threshold"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReaderError(problem) from error
