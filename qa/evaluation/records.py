"""What was asked and what came back, one record a question, before any of it is judged; a run is a folder of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from qa.evaluation.questions import Question
from qa.types import Answer

SCHEMA = 1


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
    in its order (the reader's ranking); `milliseconds` is the wall time of the call.
    """

    question: Question
    answer: Answer
    milliseconds: float
    retrieved: tuple[Retrieved, ...] = ()
    cited: tuple[Cited, ...] = ()
    evidence: tuple[ArticleKeys, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "question": self.question.model_dump(mode="json", exclude_defaults=True),
            "answer": self.answer.to_dict(),
            "milliseconds": self.milliseconds,
            "retrieved": [asdict(passage) for passage in self.retrieved],
            "cited": [asdict(cited) for cited in self.cited],
            "evidence": [asdict(keys) for keys in self.evidence],
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
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no record of an evaluation: {error}.") from error
        if (len(record.cited), len(record.evidence)) != (len(record.answer.citations), len(record.answer.evidence)):
            raise ValueError("what was looked up does not fit the citations and evidence of the answer.")
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run asked, over what, with what: everything that two runs have to share before they can be compared.

    `fingerprints` has the keys corpus, index, questions, prompt, model, reader, embedder, settings and code; a value is
    None where there is no such thing. `sample` and `seed` tell which part of the question file was asked. `articles` are
    the folders of a passing index, none where a lasting index was asked. Times are ISO 8601 in UTC; `ended` is None
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

    def to_dict(self) -> dict[str, Any]:
        """The manifest as JSON values."""
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Take back what `to_dict` gave. Raises `ValueError`."""
        try:
            if data["schema"] != SCHEMA:
                raise ValueError(f"it has schema {data['schema']!r}; this version of Dateline reads {SCHEMA}.")
            values = {name: value for name, value in data.items() if name != "schema"}
            return cls(**values | {"articles": tuple(values.get("articles", ()))})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it does not describe a run: {error}.") from error


def _retrieved(data: Mapping[str, Any]) -> Retrieved:
    return Retrieved(**{**data, "article": ArticleKeys(**data["article"])})


def _cited(data: Mapping[str, Any]) -> Cited:
    return Cited(**{**data, "article": ArticleKeys(**data["article"]) if data["article"] else None})
