"""What an answer says of its sources: how many of them are independent, where copies or agreement make that worth saying."""

from collections.abc import Iterator

import pytest

from index.sync import sync_index
from qa import QAEngine
from qa.settings import Settings
from qa.types import Verdict
from tests.index.newsroom import CHOIR, Newsroom
from tests.qa.test_retrieval import REPORT

APART = (
    "People in Tolmark had to leave their houses on Monday, when Quillane's water board let the river out of the dam above"
    " the town in the evening.",
    "The engineer on duty, Petra Zoll, opened the dam at Tolmark on Monday evening and then went to her own parents' house.",
)
HOUSEHOLDS = "How many households below the dam had been asked to leave before nightfall?"
SINGERS = "How many voices sang in the Quillane market hall?"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    """Over a report with a shortened copy and a version, another writer's, and one that two writers tell alike."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "news").mkdir()
    newsroom = Newsroom(folder=folder / "news", index=folder / "index")
    newsroom.write("Dam at Tolmark opened", *REPORT, publisher="TNA", published="2024-05-01")
    newsroom.write("Dam opened in Tolmark", *REPORT[:2], publisher="Bay Herald", published="2024-05-02")
    newsroom.write(
        "Tolmark dam stays open", *REPORT, "More rain fell on Wednesday.", publisher="TNA", published="2024-05-03"
    )
    newsroom.write("An evening in Tolmark", *APART, publisher="Elm Courier", published="2024-05-02")
    newsroom.write("Choir sings for fishermen", CHOIR, publisher="Elm Courier", published="2024-05-04")
    newsroom.write("Harbour closed", "EKEREN — Mayor Ada Holm closed the harbour of Ekeren on Thursday after a storm.")
    newsroom.write(
        "Boats kept in", "On Thursday evening Ada Holm, the mayor, closed the harbour of Ekeren; all boats stayed in."
    )
    newsroom.write("Ferry in Sunndal", "SUNNDAL, February 29. The ferry of Sunndal sank on Thursday beside its quay.")
    settings = Settings(index_dir=newsroom.index)
    sync_index([newsroom.folder], settings=settings)
    with QAEngine.open(settings=settings) as engine:
        yield engine


def sources(engine: QAEngine, question: str, **narrowed: object) -> list[str]:
    answer = engine.answer(question, **narrowed)  # type: ignore[arg-type]
    assert answer.citations, answer.text
    return [notice for notice in answer.notices if notice.startswith("Told by")]


def test_an_answer_from_a_story_of_three_articles_names_one_source(told: QAEngine) -> None:
    assert sources(told, HOUSEHOLDS) == [
        "Told by 1 source, 3 articles (TNA, Bay Herald): copies and versions of one report count as one source."
    ]


def test_only_articles_in_scope_are_counted(told: QAEngine) -> None:
    assert sources(told, HOUSEHOLDS, as_of="2024-05-01") == []
    (notice,) = sources(told, HOUSEHOLDS, as_of="2024-05-02")
    assert "1 source, 2 articles (Bay Herald, TNA)" in notice


@pytest.mark.parametrize(
    ("question", "word"), [("When did they have to leave?", "they"), ("What did she open?", "she"), (SINGERS, None)]
)
def test_a_word_that_stands_for_nobody_named_is_pointed_out(told: QAEngine, question: str, word: str | None) -> None:
    notices = [notice for notice in told.answer(question).notices if "does not say what" in notice]
    assert [f"“{word}”" in notice for notice in notices] == ([True] if word else [])


def test_a_word_that_the_conversation_explains_is_not_pointed_out(told: QAEngine) -> None:
    history = [["Who is Petra Zoll?", "Petra Zoll is the engineer on duty."]]
    answer = told.answer("What did she open?", history=history)
    assert "Read as: What did Petra Zoll open?" in answer.notices
    assert not any("does not say what" in notice for notice in answer.notices)


def test_an_answer_from_one_article_says_nothing_of_sources(told: QAEngine) -> None:
    assert sources(told, SINGERS) == []


def test_each_article_keeps_its_own_citation(told: QAEngine) -> None:
    answer = told.answer(HOUSEHOLDS)
    assert {citation.publisher for citation in answer.citations} == {"TNA"}
    assert told.article(answer.citations[0].article_id).title == "Tolmark dam stays open"


def test_two_writers_who_give_one_answer_are_two_independent_sources(told: QAEngine) -> None:
    (notice,) = sources(told, "On which day was the dam at Tolmark opened?")
    assert notice.startswith("Told by 2 independent sources, 4 articles (")


def test_two_reports_of_one_publisher_are_not_called_independent(told: QAEngine) -> None:
    (notice,) = sources(told, "Who closed the harbour of Ekeren?")
    assert notice == "Told by 2 separate reports, 2 articles (publishers unknown)."


def test_a_dateline_is_left_out_of_the_answer_and_stays_in_the_quote(told: QAEngine) -> None:
    answer = told.answer("Who closed the harbour of Ekeren?")
    assert "\n\nMayor Ada Holm closed the harbour of Ekeren on Thursday" in answer.text
    assert answer.citations[0].quote.startswith("EKEREN — Mayor Ada Holm closed")
    assert {sentence.verdict for sentence in answer.sentences} == {Verdict.VERBATIM}


def test_a_sentence_that_is_only_a_dateline_is_no_part_of_an_overview(told: QAEngine) -> None:
    answer = told.answer("Summarise the news from Sunndal.")
    assert answer.text == "The ferry of Sunndal sank on Thursday beside its quay. [1]"
    assert [citation.number for citation in answer.citations] == [1]
