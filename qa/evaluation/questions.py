"""A question file, JSON Lines or CSV -> checked questions; every line that cannot be used is named."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from qa.errors import QuestionFileError
from qa.evaluation.complaints import complaints
from qa.evaluation.question_csv import read_rows
from qa.normalise import canonical_words

SHOWN_PROBLEMS = 10
TABLES = frozenset({".csv", ".tsv"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
Half = Literal["tune", "report"]


def _has_words(text: str) -> str:
    if not canonical_words(text):
        raise ValueError("it has no word to look for")
    return text


Filled = Annotated[str, StringConstraints(strict=True, pattern=r"\S")]
Wanted = Annotated[str, AfterValidator(_has_words)]
Alternatives = Annotated[tuple[Wanted, ...], Field(min_length=1)]
Turn = Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Line):
    """An article that holds the answer, named by at least one key; it is met as soon as one of them agrees.

    `quote` is the sentence of it that holds the answer, where that is known.
    """

    source_file: Filled | None = None
    path: Filled | None = None
    title: Filled | None = None
    url: Filled | None = None
    quote: Filled | None = None

    @model_validator(mode="after")
    def _names_an_article(self) -> Self:
        if not any((self.source_file, self.path, self.title, self.url)):
            raise ValueError("name the article by source_file, path, title or url")
        return self


class Question(_Line):
    """One question, what a right answer contains, and where it is found.

    `gold` lists alternatives of one fact, `gold_all` alternatives for each of several facts; an answerable question has
    one of the two and its sources, another has neither. Every name in `must_name` has to occur in the answer as well.
    `injected` lists what words planted in the articles want to be answered.
    """

    id: Filled
    question: Filled
    type: Filled
    answerable: bool
    gold: tuple[Wanted, ...] = ()
    gold_all: tuple[Alternatives, ...] = ()
    sources: tuple[Source, ...] = ()
    must_name: tuple[Wanted, ...] = ()
    injected: tuple[Wanted, ...] = ()
    half: Half | None = None
    history: tuple[Turn, ...] = ()
    as_of: date | None = None
    tags: tuple[Filled, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The facts that a right answer contains, each as its alternatives."""
        return self.gold_all or ((self.gold,) if self.gold else ())

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.gold and self.gold_all:
            raise ValueError("give gold or gold_all, not both")
        if self.answerable and not self.parts:
            raise ValueError("an answerable question needs gold or gold_all")
        if self.answerable and not self.sources:
            raise ValueError("an answerable question needs sources")
        if not self.answerable and (self.parts or self.must_name):
            raise ValueError("a question that is not answerable has no gold, gold_all or must_name")
        return self


def load_questions(path: str | Path) -> tuple[Question, ...]:
    """Read a question file: a table where its name ends in .csv or .tsv, else one JSON object a line.

    Blank lines are passed over. Raises `QuestionFileError`, naming file, line and field of the first ten problems and
    how many more there are.
    """
    path = Path(path)
    questions: list[Question] = []
    problems: list[str] = []
    first_line_of: dict[str, int] = {}
    for number, line in _lines(path):
        try:
            question = Question.model_validate_json(line)
        except ValidationError as error:
            problems += [
                f"{path}:{number}: {problem}" for problem in complaints(error, {"": Question, "sources": Source})
            ]
            continue
        first = first_line_of.setdefault(question.id, number)
        if first != number:
            problems.append(f"{path}:{number}: id: {question.id!r} was used before, in line {first}")
        questions.append(question)
    if problems:
        raise QuestionFileError(_report(path, problems))
    if not questions:
        raise QuestionFileError(f"{path} holds no question; write one JSON object a line, or a CSV row.")
    return tuple(questions)


def select_half(questions: Sequence[Question], half: Literal["tune", "report", "all"]) -> tuple[Question, ...]:
    """The questions of one half, or all of them. Raises `QuestionFileError` if none is marked so."""
    chosen = tuple(question for question in questions if half in ("all", question.half))
    if not chosen:
        raise QuestionFileError(f'No question is marked "half": "{half}"; mark some or ask for all.')
    return chosen


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The questions as JSON, each with its line in the file."""
    text = _text(path)
    if path.suffix.lower() in TABLES:
        yield from read_rows(path, text)
    elif text.lstrip().startswith("["):
        raise QuestionFileError(f"{path} is one JSON array; write one object a line, for example: jq -c '.[]' {path}")
    else:
        # Not splitlines: JSON strings may hold line separators other than the newline.
        yield from ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _text(path: Path) -> str:
    if path.suffix.lower() in WORKBOOKS:
        raise QuestionFileError(f"{path} is a workbook; save its sheet as CSV in UTF-8, and name that file.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionFileError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _report(path: Path, problems: Sequence[str]) -> str:
    shown = [f"  {problem}" for problem in problems[:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        shown.append(f"  and {len(problems) - SHOWN_PROBLEMS} more")
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{path} cannot be used as it is; correct {count}:", *shown])
