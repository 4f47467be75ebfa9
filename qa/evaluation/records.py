"""What was asked and what came back, one record a question, before any of it is judged; a run is a folder of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from qa.evaluation.questions import Question
from qa.types import Answer, AnswerStatus

SCHEMA = 1
ANSWERED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})
UNSCORED = frozenset({AnswerStatus.BUSY, AnswerStatus.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleKeys:
    """What a gold source may know an article by."""

    title: str
    url: str | None = None
    path: str | None = None
    source_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A passage that the search found for the question as it was asked."""

    passage_id: str
    article: ArticleKeys
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What stands behind a citation, looked up while its article was at hand.

    `in_article` says whether the quote is what its offsets cut from the article, `in_file` whether it stands, up to
    white space, in the file that the article was read from; None where that is no text file, or is gone.
    """

    article: ArticleKeys | None
    in_article: bool
    in_file: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One question and all that came back.

    `retrieved` is best first, `cited` in the order of `answer.citations`, `evidence` the articles of `answer.evidence`
    in its order (the reader's ranking); `indexed` says of each gold source whether an article of the corpus is it, None
    where nobody could tell; `milliseconds` is the wall time of the call.
    """

    question: Question
    answer: Answer
    milliseconds: float
    retrieved: tuple[Retrieved, ...] = ()
    cited: tuple[Cited, ...] = ()
    evidence: tuple[ArticleKeys, ...] = ()
    indexed: tuple[bool, ...] | None = None

    @property
    def scored(self) -> bool:
        """Whether the engine gave an answer or declined, rather than being busy or failing."""
        return self.answer.status not in UNSCORED

    @property
    def answered(self) -> bool:
        """Whether an answer was given, whole or in part."""
        return self.answer.status in ANSWERED

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "question": self.question.model_dump(mode="json", exclude_defaults=True),
            "answer": self.answer.to_dict(),
            "milliseconds": self.milliseconds,
            "retrieved": [asdict(passage) for passage in self.retrieved],
            "cited": [asdict(cited) for cited in self.cited],
            "evidence": [asdict(keys) for keys in self.evidence],
            "indexed": None if self.indexed is None else list(self.indexed),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Take back what `to_dict` gave. Raises `ValueError`."""
        try:
            record = cls(
                question=Question.model_validate_json(json.dumps(data["question"])),
                answer=Answer.from_dict(data["answer"]),
                milliseconds=float(data["milliseconds"]),
                retrieved=tuple(_retrieved(one) for one in data["retrieved"]),
                cited=tuple(_cited(one) for one in data["cited"]),
                evidence=tuple(ArticleKeys(**keys) for keys in data["evidence"]),
                indexed=None if (indexed := data.get("indexed")) is None else tuple(map(bool, indexed)),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no record of an evaluation: {error}.") from error
        if (len(record.cited), len(record.evidence)) != (len(record.answer.citations), len(record.answer.evidence)):
            raise ValueError("what was looked up does not fit the citations and evidence of the answer.")
        if record.indexed is not None and len(record.indexed) != len(record.question.sources):
            raise ValueError("what is indexed does not fit the sources of the question.")
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run asked, over what, with what: everything that two runs have to share before they can be compared.

    `fingerprints` has the keys corpus, index, questions, prompt, model, reader, embedder, settings and code; a value is
    None where there is no such thing. `sample` and `seed` tell which part of the question file was asked. `articles` are
    the folders of a passing index, none where a lasting index was asked. `workers` is how many questions were asked at a
    time. Times are ISO 8601 in UTC; `ended` is None
    until every question has been asked.
    """

    started: str
    questions: int
    fingerprints: Mapping[str, str | None]
    ended: str | None = None
    sample: int | None = None
    seed: int = 0
    peak_memory_mb: float | None = None
    machine: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    question_file: str = ""
    half: str = "all"
    articles: tuple[str, ...] = ()
    workers: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The manifest as JSON values."""
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Take back what `to_dict` gave; what a later version added is passed over. Raises `ValueError`."""
        from pydantic import TypeAdapter, ValidationError

        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else None
            raise ValueError(f"it has schema {found!r}; this version of Dateline reads {SCHEMA}.")
        try:
            manifest: Self = TypeAdapter(cls).validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            named = ".".join(map(str, first["loc"]))
            raise ValueError(f"it does not describe a run: {named}: {first['msg']}") from error
        return manifest


def _retrieved(data: Mapping[str, Any]) -> Retrieved:
    return Retrieved(**{**data, "article": ArticleKeys(**data["article"])})


def _cited(data: Mapping[str, Any]) -> Cited:
    return Cited(**{**data, "article": ArticleKeys(**data["article"]) if data["article"] else None})
