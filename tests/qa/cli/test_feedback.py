"""`dateline feedback export`: what readers said, as questions to review."""

from pathlib import Path

import pytest

from qa.evaluation import load_questions
from qa.feedback import Feedback, add_feedback
from qa.types import AnswerStatus
from tests.qa.cli.commands import Dateline, is_one_line
from tests.qa.evaluation.prepared import ENVOYS, cite, reply

GIVEN = (
    Feedback.now(reply("Where?", "In Brenn. [1]", cite(ENVOYS, "met")), helpful=False, correction="Tarvo"),
    Feedback.now(reply("Who paid?", "Not told.", status=AnswerStatus.NOT_IN_ARTICLES), helpful=True),
)


@pytest.fixture
def given(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Feedback on two answers, one of it given twice, and a line that is none."""
    monkeypatch.setenv("DATELINE_INDEX_DIR", "index")
    for feedback in (*GIVEN, GIVEN[0]):
        add_feedback(here / "feedback.jsonl", feedback)
    with (here / "feedback.jsonl").open("a") as file:
        file.write("torn")
    return here / "feedback.jsonl"


def test_feedback_becomes_a_question_file_that_can_be_asked(dateline: Dateline, given: Path) -> None:
    ended = dateline("feedback", "export", "--out", "q.jsonl")
    assert ended.code == 0
    assert ended.out == (
        "2 questions to review, from feedback.jsonl, written to q.jsonl. Review them, then: dateline eval q.jsonl\n"
    )
    assert ended.err == "feedback.jsonl:4 is no line of feedback and is left out.\n"
    where, paid = load_questions("q.jsonl")
    assert (where.question, where.gold, where.sources[0].title) == ("Where?", ("Tarvo",), "Envoys meet")
    assert (paid.question, paid.answerable) == ("Who paid?", False)


def test_without_a_file_the_questions_go_to_stdout_a_line_each(dateline: Dateline, given: Path) -> None:
    ended = dateline("feedback", "export")
    assert [line["question"] for line in ended.lines] == ["Where?", "Who paid?"]
    assert dateline("feedback", "export", "--json").json["questions"] == ended.lines


def test_no_feedback_ends_with_2_in_one_line(dateline: Dateline, here: Path) -> None:
    ended = dateline("feedback", "export")
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
