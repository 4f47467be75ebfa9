"""CLAPNQ's development set: long answers made of sentences of a passage, and passages that do not answer."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.evaluation.adapters.yardstick import (
    Corpus,
    Runs,
    Scored,
    Yardstick,
    halved,
    is_answerable,
    is_unanswerable,
    read_lines,
    worded,
)
from qa.evaluation.figures import Figure, mean_figure
from qa.evaluation.metrics import Score
from qa.evaluation.questions import Half, Question, Source
from qa.evaluation.records import Record

Answers = Sequence[Sequence[str]]  # of each annotator the sentences, without white space and marks


class ClapNQ(Yardstick):
    """Half of the 600 questions over the passages of all: which sentences are cited, and what is declined?"""

    name = "clapnq"
    title = "CLAPNQ"
    about = "Half of the 300 questions with an answer and of the 300 without, over the passages of all 600"
    source = "Rosenthal et al. (2024), arXiv:2404.02103; no published figure is held here"
    file = "clapnq_dev/clapnq_dev_answerable.jsonl"
    unanswerable = "clapnq_dev/clapnq_dev_unanswerable.jsonl"

    def present(self, data: Path) -> bool:
        """Whether both kinds of questions are there."""
        return super().present(data) and (data / self.unanswerable).is_file()

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """One corpus of all passages."""
        rows = self._rows(data)
        chosen = halved(rows, half, key=lambda row: (not _is_answered(row), row["input"]))
        yield Corpus(articles=tuple(map(_article, rows)), questions=tuple(map(_question, chosen)))

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """How well the cited sentences are those of the answer, the annotator who agrees best counting."""
        records, scored = runs[""], Scored(runs[""])
        golds = {
            str(row["id"]): [[_bare(one) for one in answer] for answer in _answers(row)] for row in self._rows(data)
        }
        asked = [(record, gold) for record in records if (gold := golds[record.question.id])]
        return {
            "sentence precision": mean_figure([_precision(record, gold) for record, gold in asked if record.answered]),
            "sentence recall": mean_figure([_recall(record, gold) for record, gold in asked]),
            "sentence recall when answered": mean_figure(
                [_recall(record, gold) for record, gold in asked if record.answered]
            ),
            "right passage first, reader": scored.mean("reader_success@1"),
            "declined, questions without an answer": scored.declined(is_unanswerable),
            "declined, questions with one": scored.declined(is_answerable),
        }

    def _rows(self, data: Path) -> list[dict[str, Any]]:
        return [row for file in (self.file, self.unanswerable) for row in read_lines(data / file)]


def _article(row: dict[str, Any]) -> Mapping[str, str]:
    passage = row["passages"][0]
    return {"title": passage["title"], "url": _url(row), "text": passage["text"]}


def _question(row: dict[str, Any]) -> Question:
    # One question has an answer of which nobody marked the sentences.
    gold = worded(one for answer in _answers(row) for one in answer) or worded(
        one["answer"] or "" for one in row["output"]
    )
    return Question(
        id=str(row["id"]),
        question=row["input"],
        type="long answer" if gold else "unanswerable",
        answerable=bool(gold),
        gold=gold,
        sources=(Source(url=_url(row)),) if gold else (),
    )


def _url(row: dict[str, Any]) -> str:
    return f"https://clapnq.example/{row['id']}"


def _answers(row: dict[str, Any]) -> list[list[str]]:
    """The sentences that each annotator chose, in the order of the passage; none where there is no answer."""
    chosen = ([one for one in answer.get("selected_sentences") or () if _bare(one)] for answer in row["output"])
    return [sentences for sentences in chosen if sentences]


def _is_answered(row: dict[str, Any]) -> bool:
    return any(answer["answer"] for answer in row["output"])


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _quotes(record: Record) -> list[str]:
    return list(dict.fromkeys(_bare(citation.quote) for citation in record.answer.citations))


def _precision(record: Record, answers: Answers) -> Score:
    quotes = _quotes(record)
    return Score(value=max((_met(quotes, gold) for gold in answers), default=0.0))


def _recall(record: Record, answers: Answers) -> Score:
    quotes = _quotes(record)
    return Score(value=max((_met(gold, quotes) for gold in answers), default=0.0))


def _met(these: Sequence[str], those: Sequence[str]) -> float:
    """The share of these sentences that hold, or lie in, one of those: sentences may have been cut elsewhere."""
    return sum(any(one in other or other in one for other in those) for one in these) / len(these) if these else 0.0
