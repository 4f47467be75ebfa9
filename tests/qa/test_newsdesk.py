"""What is new, and what happened in a period, over a small newsroom with an embedder of word counts."""

from collections.abc import Iterator
from typing import Any

import pytest

from qa import Answer, AnswerStatus, QAEngine
from qa.settings import Settings
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom

VOTE = "The council of Quillane voted on Friday to sell the town's only tram to a museum in Lindholt for one pound."
BACKGROUND = "The river of Braek had flooded the market on April 2 for the first time, and nobody was hurt that night."


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    """Seven articles of 2022 and 2023, two of them of one story, one that looks back, and one without a day."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "articles").mkdir()
    room = Newsroom(folder=folder / "articles", index=folder / "index")
    pier = "The vote passed by nine to four, and work on the old pier is to begin in the second week of March."
    room.write("Pier vote", HARBOUR, pier, publisher="Elm Courier", published="2023-01-10")
    room.write("Pier to be built", HARBOUR, pier, publisher="The Weir", published="2023-01-11")
    room.write("School to close", SCHOOL, publisher="Elm Courier", published="2023-04-20")
    room.write("River rises", RIVER, BACKGROUND, publisher="The Weir", published="2023-05-06")
    room.write("Choir sings", "What a night?", CHOIR, publisher="Elm Courier", published="2023-05-06")
    room.write("Tram sold", VOTE, publisher="Elm Courier", published="2022-06-03")
    room.write("Undated", "The bakery of Ostrel has baked its last loaf, says the family that has kept it for years.")
    room.sync()
    settings = Settings(index_dir=room.index, passage_tokens=32)
    with QAEngine.open(settings=settings, embedder=room.embedder) as engine:
        yield engine


def told(answer: Answer) -> list[str]:
    return [citation.title for citation in answer.citations]


@pytest.mark.parametrize(
    "question", ["What is the latest news?", "What's new?", "Any news today?", "Give me the headlines"]
)
def test_who_asks_for_news_gets_the_newest_stories_first_each_with_its_day(news: QAEngine, question: str) -> None:
    answer = news.answer(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert set(told(answer)[:2]) == {"River rises", "Choir sings"}
    assert told(answer)[2:] == ["School to close", "Pier to be built", "Tram sold"]
    assert answer.text.startswith("6 May 2023: ")
    assert f"6 May 2023: {CHOIR}" in answer.text
    assert any(notice.startswith("The newest source is") for notice in answer.notices)


def test_news_keep_to_the_day_and_the_publishers_that_were_asked_for(news: QAEngine) -> None:
    assert told(news.answer("What is the latest news?", as_of="2023-01-10")) == ["Pier vote", "Tram sold"]
    assert told(news.answer("What is new?", publishers=["The Weir"])) == ["River rises", "Pier to be built"]
    assert told(news.answer("Any news today?", as_of="2023-04-20")) == ["School to close"]


@pytest.mark.parametrize(
    ("question", "narrowed", "titles"),
    [
        ("What happened in January 2023?", {}, ["Pier to be built"]),
        ("What happened last week?", {"as_of": "2023-01-18"}, ["Pier to be built"]),
        ("What happened on 20 April?", {}, ["School to close"]),
        ("What happened on 3 June?", {}, ["Tram sold"]),
        ("What happened in 2022?", {}, ["Tram sold"]),
        ("Give me an overview of May 2023", {"publishers": ["The Weir"]}, ["River rises"]),
    ],
)
def test_what_happened_in_a_period_comes_from_its_articles(
    news: QAEngine, question: str, narrowed: dict[str, Any], titles: list[str]
) -> None:
    answer = news.answer(question, **narrowed)
    assert told(answer) == titles
    assert any("is read as" in notice for notice in answer.notices) != ("202" in question)


def test_a_later_article_is_quoted_where_it_names_a_day_of_the_period(news: QAEngine) -> None:
    answer = news.answer("What happened between 1 and 5 April 2023?")
    assert [citation.quote for citation in answer.citations] == [BACKGROUND]
    assert answer.text == f"{BACKGROUND} [1]"


def test_a_later_article_comes_after_those_of_the_period_and_in_the_order_of_days(news: QAEngine) -> None:
    assert told(news.answer("What happened in April 2023?")) == ["River rises", "School to close"]


@pytest.mark.parametrize(
    ("question", "narrowed", "said"),
    [
        (
            "What happened in July 2021?",
            {},
            "There is no article published 1 Jul 2021 to 31 Jul 2021. At hand: 7 articles",
        ),
        (
            "What happened last week?",
            {"as_of": "2023-03-15"},
            "published 6 Mar 2023 to 12 Mar 2023 (as of 15 Mar 2023)",
        ),
        ("What happened today?", {"as_of": "2023-05-01"}, "no article published 1 May 2023 (as of 1 May 2023)"),
    ],
)
def test_a_period_of_which_no_article_tells_is_declined_by_its_days(
    news: QAEngine, question: str, narrowed: dict[str, Any], said: str
) -> None:
    answer = news.answer(question, **narrowed)
    assert answer.status is AnswerStatus.NOT_IN_ARTICLES
    assert said in answer.text


def test_undated_articles_are_news_only_where_no_article_has_a_day(news: QAEngine, tmp_path_factory: Any) -> None:
    assert "Undated" not in told(news.answer("What is new?"))
    folder = tmp_path_factory.mktemp("undated")
    (folder / "articles").mkdir()
    room = Newsroom(folder=folder / "articles", index=folder / "index")
    room.write("School to close", SCHOOL)
    room.sync()
    settings = Settings(index_dir=room.index, passage_tokens=32)
    with QAEngine.open(settings=settings, embedder=room.embedder) as engine:
        assert engine.answer("What is new?").text == f"{SCHOOL} [1]"
