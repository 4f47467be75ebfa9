"""What was asked and what came back, one record a question, before any of it is judged; a run is a folder of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qa.evaluation.questions import Question
from qa.types import Answer


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run asked, over what, with what: everything that two runs have to share before they can be compared.

    `fingerprints` has the keys corpus, index, questions, prompt, model, reader, embedder, settings and code; a value is
    None where there is no such thing. `sample` and `seed` tell which part of the question file was asked. Times are ISO
    8601 in UTC.
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
