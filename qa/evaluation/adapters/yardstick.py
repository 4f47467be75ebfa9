"""What a public question set has to tell: its articles, its questions, the figures read off a run, and those of others."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from qa.errors import QuestionFileError
from qa.evaluation.figures import Figure, mean_figure
from qa.evaluation.metrics import Score, contains
from qa.evaluation.questions import Half, Question
from qa.evaluation.records import Record
from qa.evaluation.retrieval_metrics import Ranking, first_ranks, ranked
from qa.evaluation.scores import scores_of
from qa.normalise import canonical_words

Runs = Mapping[str, Sequence[Record]]  # by the name of the run; a set that needs only one calls it ""
Kept = Callable[[Record], bool]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Some articles, with the fields of an article file, and what is asked of them alone; `run` is where it is recorded."""

    articles: tuple[Mapping[str, str], ...]
    questions: tuple[Question, ...]
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What another system reached, as a share; `over` says over what, where that is not the very questions asked."""

    system: str
    value: float
    over: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a set's table: a figure of ours, and those of others."""

    title: str
    figure: Figure
    published: tuple[Published, ...] = ()


class Yardstick(ABC):
    """A public question set; a subclass is all that a new one needs.

    `file` lies in the folder of the data, `source` names where the set and the figures of others come from, `about`
    says what is asked over what, `sample` how many questions are drawn where nobody says otherwise (None: all), `others`
    what other systems reached, by the names of `figures`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    source: ClassVar[str]
    file: ClassVar[str]
    sample: ClassVar[int | None] = None
    others: ClassVar[Mapping[str, tuple[Published, ...]]] = {}

    def present(self, data: Path) -> bool:
        """Whether the set is in the folder."""
        return (data / self.file).is_file()

    @abstractmethod
    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """The articles of one half with their questions; a question that is in several runs has the same id in each."""

    def load(self, data: Path, half: Half) -> tuple[Corpus, ...]:
        """All corpora of one half. Raises `QuestionFileError` where a file is not as its makers published it."""
        try:
            return tuple(self.corpora(data, half))
        except (OSError, ValueError, LookupError, TypeError) as error:
            reason = f"{type(error).__name__}, {' '.join(str(error).split())[:150]}"
            raise QuestionFileError(
                f"{data / self.file}, or a file beside it, does not hold {self.title}: {reason}. Take the files as they were "
                "published."
            ) from error

    @abstractmethod
    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """The figures over what was asked of the set, by their names, in the order of the table."""

    def published(self, data: Path, runs: Runs) -> Mapping[str, tuple[Published, ...]]:
        """What others reached, by the same names; where their answers are known, over the very questions asked."""
        return self.others

    def rows(self, data: Path, runs: Runs) -> tuple[Row, ...]:
        """The table of the set; what the engine was too busy for, or failed on, enters no figure."""
        scored = {name: [one for one in records if one.scored] for name, records in runs.items()}
        published = self.published(data, scored)
        return tuple(
            Row(title=title, figure=figure, published=published.get(title, ()))
            for title, figure in self.figures(data, scored).items()
        )


class Scored:
    """Records with their scores, made once for all the figures of a table."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._pairs = tuple(zip(records, scores_of(records), strict=True))

    def mean(self, metric: str, keep: Kept | None = None) -> Figure:
        """The mean of a metric over the records that have it, and that are kept."""
        return mean_figure([s[metric] for record, s in self._pairs if metric in s and (keep is None or keep(record))])

    def declined(self, keep: Kept) -> Figure:
        """The share of the scored questions that was declined."""
        return mean_figure([flag(not record.answered) for record, scores in self._pairs if scores and keep(record)])


def read_json(file: Path) -> Any:
    """What a JSON file holds."""
    return json.loads(file.read_text(encoding="utf-8"))


def read_lines(file: Path) -> list[dict[str, Any]]:
    """What each line of a JSON Lines file holds."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]


def halved(items: Iterable[T], half: Half, key: Callable[[T], Any]) -> list[T]:
    """Every second item in the order of a key: the even ranks to tune on, the odd ones to report."""
    return sorted(items, key=key)[int(half == "report") :: 2]


def worded(answers: Iterable[Any]) -> tuple[str, ...]:
    """The distinct answers that have a word to look for; annotators sometimes marked a full stop."""
    return tuple(dict.fromkeys(text for one in answers if canonical_words(text := str(one))))


def flag(value: bool) -> Score:
    """A score of 0 or 1."""
    return Score(value=float(value))


def share(values: Iterable[bool]) -> Figure:
    """How many of some are true."""
    return mean_figure([flag(value) for value in values])


def has_any(text: str, wanted: Iterable[str]) -> bool:
    """Whether a text contains one of the answers."""
    return any(contains(text, one) for one in wanted)


def found_within(records: Iterable[Record], ranking: Ranking, k: int) -> Figure:
    """How often a gold source is among the first `k` passages of a ranking, over the answerable questions."""
    return share(
        any(rank is not None and rank <= k for rank in first_ranks(record.question.sources, ranked(record, ranking)))
        for record in records
        if record.question.answerable
    )


def is_answerable(record: Record) -> bool:
    """Whether the articles tell what the question asks for."""
    return record.question.answerable


def is_unanswerable(record: Record) -> bool:
    """Whether the question has to be declined."""
    return not record.question.answerable


def reached(values: Mapping[str, float], over: str = "") -> tuple[Published, ...]:
    """What some systems reached over the same questions, by their names."""
    return tuple(Published(system=system, value=value, over=over) for system, value in values.items())
