"""All scores of a record together, and SQuAD's two of its short answer."""

import pytest

from qa.evaluation.questions import Question
from qa.evaluation.scores import QUESTION_METRICS, scores_of, squad_scores
from qa.types import AnswerStatus, Verdict
from tests.qa.evaluation.made import TALKS, UNANSWERABLE, asked, citation, record, sentence

WHOLE = record(
    text="They met in Tarvo for three hours on 21 September. [1]",
    short_answer="Tarvo",
    sentences=(sentence("They met in Tarvo for three hours on 21 September.", Verdict.SUPPORTED, 1),),
    citations=(citation(1, 0, TALKS[0], TALKS[1]),),
)


def test_every_score_has_one_metric_and_every_metric_can_be_scored() -> None:
    names = [metric.name for metric in QUESTION_METRICS]
    assert len(set(names)) == len(names)
    unanswerable, declined = asked("u", injected=("Brenn",), **UNANSWERABLE), AnswerStatus.NOT_IN_ARTICLES
    found = scores_of([WHOLE, record(unanswerable), record(asked("d"), status=declined)])
    assert {name for one in found for name in one} | {"quotes_verbatim"} == set(names)  # no citation was looked up here


def test_an_unscored_record_has_no_score_at_all_not_even_its_time() -> None:
    assert scores_of([record(status=AnswerStatus.BUSY), WHOLE])[0] == {}


def test_time_is_that_of_the_call() -> None:
    assert scores_of([record(milliseconds=42.0)])[0]["milliseconds"].value == 42.0


@pytest.mark.parametrize(
    ("question", "status", "short", "em", "f1"),
    [
        (asked(), AnswerStatus.ANSWERED, "the Tarvo", 1.0, 1.0),
        (asked(), AnswerStatus.ANSWERED, "old Tarvo", 0.0, 2 / 3),
        (asked(), AnswerStatus.ANSWERED, None, 0.0, 2 / 3),  # then the text counts: "In Tarvo."
        (asked(), AnswerStatus.NOT_IN_ARTICLES, "Tarvo", 0.0, 0.0),
        (asked(**UNANSWERABLE), AnswerStatus.NOT_IN_ARTICLES, None, 1.0, 1.0),
        (asked(**UNANSWERABLE), AnswerStatus.ANSWERED, "Tarvo", 0.0, 0.0),
        (asked(**UNANSWERABLE), AnswerStatus.ANSWERED, None, 0.0, 0.0),
    ],
)
def test_declining_is_the_right_answer_where_there_is_none(
    question: Question, status: AnswerStatus, short: str | None, em: float, f1: float
) -> None:
    scores = squad_scores(record(question, status=status, text="In Tarvo.", short_answer=short))
    assert [scores["squad_em"].value, scores["squad_f1"].value] == pytest.approx([em, f1])


def test_questions_for_several_facts_or_a_summary_have_no_squad_score() -> None:
    assert squad_scores(record(asked(gold=(), gold_all=(("Tarvo",), ("3 hours",))))) == {}
    assert squad_scores(record(asked(type="summary"))) == {}
