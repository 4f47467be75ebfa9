"""RAMDocs: questions that mean several things, over documents that disagree, mislead or have nothing to say."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qa.evaluation.adapters.yardstick import (
    Corpus,
    Runs,
    Yardstick,
    halved,
    has_any,
    read_lines,
    share,
    worded,
)
from qa.evaluation.figures import Figure
from qa.evaluation.questions import Half, Question, Source
from qa.evaluation.records import Record


class RamDocs(Yardstick):
    """Each question over its own few documents, so that what disagrees is sure to be at hand."""

    name = "ramdocs"
    title = "RAMDocs"
    about = (
        "Half of the 500 questions, each over its own documents: every right answer is to be given and none of the wrong "
        "ones that some documents hold"
    )
    source = "Wang et al. (2025), arXiv:2504.13079; no published figure is held here"
    file = "ramdocs/RAMDocs_test.jsonl"
    sample = 100  # each question has an index of its own

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """One corpus a question."""
        asked = enumerate(read_lines(data / self.file))
        for number, row in halved(asked, half, key=lambda pair: (len(pair[1]["gold_answers"]), pair[1]["question"])):
            yield Corpus(articles=tuple(_articles(number, row)), questions=(_question(number, row),))

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """What its paper asks for, by containment, and whether the reader is told that the documents disagree."""
        rows = {_id(number): row for number, row in enumerate(read_lines(data / self.file))}
        asked = [(record, rows[record.question.id]) for record in runs[""]]
        misled = [(record, row) for record, row in asked if row["wrong_answers"]]
        return {
            "every right answer and no wrong one": share(
                _has_all(record) and not has_any(_said(record), row["wrong_answers"]) for record, row in asked
            ),
            "every right answer": share(_has_all(record) for record, _ in asked),
            "a right answer": share(has_any(_said(record), row["gold_answers"]) for record, row in asked),
            "a wrong answer, some document has one": share(
                has_any(_said(record), row["wrong_answers"]) for record, row in misled
            ),
            "disagreement shown, documents disagree": share(
                bool(record.answer.disagreements) for record, row in asked if _disagree(row)
            ),
            "disagreement shown, documents agree": share(
                bool(record.answer.disagreements) for record, row in asked if not _disagree(row)
            ),
            "declined": share(not record.answered for record, _ in asked),
        }


def _articles(number: int, row: dict[str, Any]) -> Iterable[Mapping[str, str]]:
    for place, document in enumerate(row["documents"], 1):
        yield {"title": f"Document {place}", "url": _url(number, place), "text": document["text"]}


def _question(number: int, row: dict[str, Any]) -> Question:
    gold = worded(row["gold_answers"])
    right = [place for place, document in enumerate(row["documents"], 1) if document["type"] == "correct"]
    return Question(
        id=_id(number),
        question=row["question"],
        type="fact" if len(gold) == 1 else "several answers",
        answerable=True,
        gold=gold if len(gold) == 1 else (),
        gold_all=tuple((one,) for one in gold) if len(gold) > 1 else (),
        # Three questions have an answer, and no document with it; no document has the number 0.
        sources=tuple(Source(url=_url(number, place)) for place in right or [0]),
    )


def _id(number: int) -> str:
    return f"ramdocs-{number:03}"


def _url(number: int, place: int) -> str:
    return f"https://ramdocs.example/{number}/{place}"


def _said(record: Record) -> str:
    return record.answer.text if record.answered else ""


def _has_all(record: Record) -> bool:
    return all(has_any(_said(record), part) for part in record.question.parts)


def _disagree(row: dict[str, Any]) -> bool:
    return len(row["gold_answers"]) + len(row["wrong_answers"]) > 1
