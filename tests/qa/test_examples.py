"""The questions that an index opens with: answered, varied, the same each time."""

from collections.abc import Iterator

import pytest

from index.corpus import Corpus
from index.settings import IndexSettings
from qa import AnswerStatus, QAEngine
from qa.examples import MOST_ASKED, example_questions
from qa.types import Answer


@pytest.fixture(scope="module")
def corpus(engine: QAEngine) -> Iterator[Corpus]:
    opened = Corpus.open(IndexSettings(index_dir=engine.settings.index_dir))
    yield opened
    opened.close()


def test_the_example_questions_are_answered_of_several_forms_and_from_several_articles(
    engine: QAEngine, corpus: Corpus
) -> None:
    answers: dict[str, Answer] = {}

    def ask(question: str) -> Answer:
        answers[question] = engine.answer(question)
        return answers[question]

    found = example_questions(corpus, ask, 4)
    assert len(found) == 4
    assert all(answers[question].status is AnswerStatus.ANSWERED for question in found)
    assert len({question.split()[0] for question in found}) >= 3
    assert len({answers[question].citations[0].article_id for question in found[1:]}) == 3
    assert len(answers) <= MOST_ASKED + 4
    assert example_questions(corpus, engine.answer, 4) == found


def test_where_no_single_sentence_holds_what_was_said_and_overviews_are_offered(
    engine: QAEngine, corpus: Corpus
) -> None:
    def ask(question: str) -> Answer:
        general = question.startswith("Summarise") or question.endswith(" say?")
        status = AnswerStatus.ANSWERED if general else AnswerStatus.NOT_IN_ARTICLES
        return Answer(question=question, text="", status=status)

    found = example_questions(corpus, ask, 4)
    assert len(set(found)) == 4
    assert found[0].startswith("Summarise: ")


def test_an_index_that_answers_nothing_opens_with_nothing(corpus: Corpus) -> None:
    declined = Answer(question="?", text="", status=AnswerStatus.NOT_IN_ARTICLES)
    assert example_questions(corpus, lambda question: declined, 4) == ()
