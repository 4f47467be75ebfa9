"""Questions asked of an engine, and what is looked up while it is at hand."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qa import QAEngine
from qa.evaluation import Question
from qa.evaluation.asking import Asker, ask_all, sample_questions
from qa.evaluation.records import ArticleKeys, Cited
from qa.types import Answer, AnswerStatus, Evidence
from tests.qa.evaluation.prepared import CUP, ENVOYS, TEXT, PreparedEngine, ask, cite, reply
from tests.qa.evaluation.running import Counting, newsroom_engine

KEYS = ArticleKeys(title="Envoys meet", path="envoys.txt")


def cited(**changes: Any) -> Cited:
    """What is behind one citation of the envoys, changed so."""
    answer = reply("q?", "In Tarvo. [1]", replace(cite(ENVOYS, "The envoys met in Tarvo."), **changes))
    (found,) = Asker(PreparedEngine({"q?": answer})).ask(ask("q")).cited
    return found


@pytest.mark.parametrize(
    ("changes", "in_article"),
    [
        ({}, True),
        ({"end": 23}, False),
        ({"quote": "The envoys met in tarvo."}, False),
        ({"article_id": CUP.id}, False),
        ({"start": 3, "end": 3, "quote": ""}, False),
        ({"start": -6, "end": len(TEXT), "quote": "hours."}, False),
    ],
)
def test_a_quote_is_in_the_article_if_its_offsets_cut_it_from_there(changes: dict[str, Any], in_article: bool) -> None:
    assert cited(**changes).in_article is in_article


def test_a_citation_of_an_unknown_article_has_nothing_behind_it() -> None:
    assert cited(article_id="gone") == Cited(article=None, in_article=False, in_file=None)


@pytest.mark.parametrize(
    ("name", "content", "in_file"),
    [
        ("e.txt", b"Headline\n\nThe envoys\nmet in  Tarvo. More.", True),
        ("e.md", b"The envoys met in Brenn.", False),
        ("e.txt", b"\xff\xfe\x00", None),
        ("e.html", b"The envoys met in Tarvo.", None),
    ],
)
def test_a_quote_is_looked_up_in_a_text_file_only(
    tmp_path: Path, name: str, content: bytes, in_file: bool | None
) -> None:
    (tmp_path / name).write_bytes(content)
    assert cited(path=str(tmp_path / name)).in_file is in_file


def test_a_record_holds_the_answer_and_the_articles_of_its_citations_and_evidence() -> None:
    shown = Evidence(passage_id="p", article_id=ENVOYS.id, title="t", text=TEXT, score=1, found_by="dense")
    lost = replace(shown, article_id="gone", title="A lost article")
    answer = reply("q?", "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."), evidence=(shown, lost))
    record = Asker(PreparedEngine({"q?": answer})).ask(ask("q"))
    assert (record.answer, record.question) == (answer, ask("q"))
    assert [one.article for one in record.cited] == [KEYS]
    assert record.evidence == (KEYS, ArticleKeys(title="A lost article"))
    assert record.retrieved == (), "this engine has no search of its own"


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    with newsroom_engine(tmp_path_factory.mktemp("news")) as engine:
        yield engine


def test_the_search_is_recorded_with_the_articles_of_its_passages(searched: QAEngine) -> None:
    record = Asker(searched).ask(ask("ferry", question="How many passengers did the ferry of Selmouth carry?"))
    first = record.retrieved[0]
    assert first.article.title == "ferry"
    assert first.article.path is not None
    assert first.article.path.endswith("ferry.md")
    assert "passengers" in first.text
    assert [one.score for one in record.retrieved] == sorted((one.score for one in record.retrieved), reverse=True)
    assert 1 < len(record.retrieved) <= searched.settings.most_read


def test_the_search_keeps_to_the_day_of_the_question(searched: QAEngine) -> None:
    early = ask("ferry", question="How many passengers did the ferry carry?", as_of=date(2020, 1, 1))
    assert Asker(searched).ask(early).retrieved == ()


def test_a_question_that_cannot_be_asked_is_not_searched_for(searched: QAEngine) -> None:
    record = Asker(searched).ask(ask("nothing", question="?!"))
    assert (record.answer.status, record.retrieved) == (AnswerStatus.INVALID_QUESTION, ())


def test_an_article_is_fetched_once_however_often_it_is_cited() -> None:
    answer = reply("q?", "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."))
    engine = Counting({"q?": answer})
    list(ask_all(engine, [ask("q"), ask("r", question="q?")]))
    assert engine.fetched == [ENVOYS.id]


class Together(PreparedEngine):
    """Answers only once so many questions are being asked at the same time."""

    def __init__(self, answers: Mapping[str, Answer], parties: int) -> None:
        super().__init__(answers)
        self._barrier = threading.Barrier(parties, timeout=10)

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        self._barrier.wait()
        return super().answer(question, history=history, as_of=as_of)


def test_workers_ask_at_the_same_time_and_every_question_once() -> None:
    questions = [ask(str(number)) for number in range(6)]
    records = list(ask_all(Together({}, 3), questions, workers=3))
    assert sorted(record.question.id for record in records) == [question.id for question in questions]


def test_a_worker_that_is_stopped_stops_the_others() -> None:
    engine = Counting({}, stops_after=2)
    with pytest.raises(KeyboardInterrupt):
        list(ask_all(engine, [ask(str(number)) for number in range(200)], workers=2))
    assert len(engine.asked) < 200


def ids(questions: Sequence[Question]) -> list[str]:
    return [question.id for question in questions]


def test_a_sample_is_the_same_for_a_seed_and_keeps_the_order_of_the_file() -> None:
    questions = [ask(f"{number:03}") for number in range(100)]
    drawn = sample_questions(questions, 10, 1)
    assert ids(drawn) == sorted(set(ids(drawn)))
    assert len(drawn) == 10
    assert drawn == sample_questions(questions, 10, 1) != sample_questions(questions, 10, 2)


@pytest.mark.parametrize("count", [None, 3, 4])
def test_a_sample_of_all_is_all(count: int | None) -> None:
    questions = [ask("a"), ask("b"), ask("c")]
    assert sample_questions(questions, count, 0) == tuple(questions)
