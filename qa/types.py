"""The values that travel from a question to its answer, and the one result object that every interface returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from index.types import Article, Passage

SCHEMA = 1
NEAREST_PASSAGES = 2
NEAR = 0.03  # confidence from which a decline has passages that come near; questions far from the topic seldom have it


class AnswerStatus(StrEnum):
    """How a question ended."""

    ANSWERED = "ANSWERED"
    PARTIAL = "PARTIAL"  # at least one part is unanswered; `Answer.reason` names it
    NOT_IN_ARTICLES = "NOT_IN_ARTICLES"
    INVALID_QUESTION = "INVALID_QUESTION"
    BUSY = "BUSY"
    FAILED = "FAILED"


class Verdict(StrEnum):
    """What code found when it held a sentence against the passage that it cites."""

    VERBATIM = "verbatim"
    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    WRONG_SOURCE = "wrong_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPassage:
    """A passage found for a query; a higher score is better, `found_by` is "dense", "keyword" or "dense+keyword".

    Where the newest articles are asked for, it is "day". `similarity` is the cosine between query and passage, whichever way the passage was found.
    """

    passage: Passage
    article: Article
    score: float
    similarity: float
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One numbered source: `quote` is the article's own words, exactly `article.text[start:end]`.

    `publisher` is whom the citation may name, so a brief reads "Dateline brief after ..."; None means unknown.
    `age_days` counts from the as-of date of the answer, or from today.
    """

    number: int
    article_id: str
    passage_id: str
    title: str
    publisher: str | None
    published: date | None
    date_from: str
    kind: str
    url: str | None
    path: str | None
    quote: str
    start: int
    end: int
    age_days: int | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a draft, the numbers it cites, and what verification made of it."""

    text: str
    verdict: Verdict
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage that was considered for the answer."""

    passage_id: str
    article_id: str
    title: str
    text: str
    score: float
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article near the question, shown when the articles do not answer it."""

    article_id: str
    title: str
    publisher: str | None
    published: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two cited sources that say different things about the same point; `numbers` are their citations, newest first."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What every interface returns: chat, Python, command line and HTTP.

    `text` is Markdown with `[1]` markers; `confidence` is 0 to 1, or None where nothing was weighed; `timings` are
    milliseconds per stage. `to_dict` gives the documented flat JSON form (docs/answer.schema.json), `from_dict` takes
    it back without loss.
    """

    question: str
    text: str
    status: AnswerStatus
    short_answer: str | None = None
    confidence: float | None = None
    citations: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    as_of: date | None = None
    newest_source: date | None = None
    reason: str | None = None
    nearest: tuple[Headline, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    notices: tuple[str, ...] = ()
    model_id: str | None = None
    prompt_id: str | None = None
    index_id: str | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def nearest_passages(self) -> tuple[Evidence, ...]:
        """Of a decline, the passages that come nearest to an answer; none where nothing comes near.

        Where the articles do answer the question, these hold its answer two or three times in four (docs/measurements.md).
        """
        near = self.status is AnswerStatus.NOT_IN_ARTICLES and (self.confidence or 0.0) >= NEAR
        return self.evidence[:NEAREST_PASSAGES] if near else ()

    def to_dict(self) -> dict[str, Any]:
        """The flat JSON form: dates as YYYY-MM-DD, tuples as lists, keys as documented."""
        return {"schema": SCHEMA} | {f.name: _to_json(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Take back what `to_dict` gave. Raises `ValueError` for another schema."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"this answer has schema {data.get('schema')!r}; this version of Dateline reads {SCHEMA}.")
        values = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        values["status"] = AnswerStatus(values["status"])
        for name, kind in _PARTS.items():
            values[name] = tuple(_part(kind, item) for item in values.get(name, ()))
        values["notices"] = tuple(values.get("notices", ()))
        for name in ("as_of", "newest_source"):
            values[name] = _day(values.get(name))
        return cls(**values)

    def to_markdown(self) -> str:
        """The answer with its sources below, as it can be pasted into a note."""
        from qa.markdown import answer_markdown

        return answer_markdown(self)


_PARTS: dict[str, type] = {
    "citations": Citation,
    "sentences": Sentence,
    "evidence": Evidence,
    "nearest": Headline,
    "disagreements": Disagreement,
}


def _to_json(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    if type(value) in _PARTS.values():
        return {f.name: _to_json(getattr(value, f.name)) for f in fields(value)}
    return value


def _part(kind: type, item: Mapping[str, Any]) -> Any:
    values = {f.name: item[f.name] for f in fields(kind)}
    if "published" in values:
        values["published"] = _day(values["published"])
    if "verdict" in values:
        values["verdict"] = Verdict(values["verdict"])
    for name in ("citations", "numbers"):
        if name in values:
            values[name] = tuple(values[name])
    return kind(**values)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
