"""Sources that answer otherwise: when two answers cannot both be meant, and how they are shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from index.sync import sync_index
from index.types import Article, Passage
from qa import QAEngine
from qa.candidates import Candidate
from qa.disagreement import other_versions
from qa.question import understand
from qa.settings import Settings
from qa.types import ScoredPassage
from tests.index.newsroom import Newsroom
from tests.qa.test_extractive import SIGNALS
from tests.qa.test_retrieval import REPORT


def candidate(short: str, article: str, confidence: float = 0.9) -> Candidate:
    passage = Passage(id=f"{article}-000", article_id=article, ordinal=0, start=0, end=len(short), text=short)
    scored = ScoredPassage(
        passage=passage,
        article=Article(id=article, title=article, text=short, published=date(2023, 3, 1)),
        score=1,
        similarity=1,
        found_by="dense",
    )
    span = (0, len(short))
    return Candidate(
        scored=scored, start=0, end=len(short), span=span, signals=SIGNALS, confidence=confidence, rank=confidence
    )


def versions(question: str, *shorts: str) -> list[str]:
    found = [candidate(short, f"a{at}") for at, short in enumerate(shorts)]
    return [shorts[at] for at in other_versions(understand(question), found, shorts)]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many ships came?", "40", "42 ships"),
        ("How long did the talks last?", "three hours", "five hours"),
        ("When was the treaty signed?", "March 3, 2021", "4 March 2021"),
        ("When was the treaty signed?", "in 1898", "1902"),
        ("Who directed the film?", "Ada Holm", "Pell Ostrig"),
        ("Where was the treaty signed?", "Tarvo", "Elm"),
        ("What is the population of Elm?", "741", "1,234"),
        ("What is the language of the film?", "Marovian", "Ostrelian"),
    ],
)
def test_answers_that_cannot_both_be_meant_differ(question: str, one: str, other: str) -> None:
    assert versions(question, one, other) == [other]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many ships came?", "forty", "40 ships"),
        ("How long did the talks last?", "three hours", "2 days"),
        ("When was the treaty signed?", "Monday", "4 March 2021"),
        ("When was the treaty signed?", "March 4", "2021"),
        ("When was the treaty signed?", "4 March", "March 4, 2021"),
        ("Who directed the film?", "Ada Holm", "Holm"),
        ("Who warned them?", "Moscow", "Russia"),
        ("What did the mayor say?", "the pier is safe", "nobody was hurt"),
        ("Who directed the film?", "Ada Holm", "the director who had made two films before that one"),
        ("Who directed the film?", "Ada Holm", ""),
    ],
)
def test_answers_that_may_mean_the_same_or_cannot_be_compared_do_not(question: str, one: str, other: str) -> None:
    assert versions(question, one, other) == []


def test_at_most_three_versions_are_shown() -> None:
    assert versions("How many ships came?", "1", "2", "3", "4") == ["2", "3"]


def test_an_unsure_answer_and_another_sentence_of_one_article_are_no_version() -> None:
    question, shorts = understand("How many ships came?"), ("40", "42")
    unsure = [candidate("40", "a0"), candidate("42", "a1", confidence=0.6)]
    same = [candidate("40", "a0"), replace(candidate("42", "a1"), scored=candidate("42", "a0").scored)]
    assert other_versions(question, unsure, shorts) == other_versions(question, same, shorts) == ()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    """Over reports that give a figure differently, one of them in two copies, and an article about something else."""
    folder = tmp_path_factory.mktemp("versions")
    (folder / "news").mkdir()
    newsroom = Newsroom(folder=folder / "news", index=folder / "index")
    newsroom.write(
        "Flood in Tolmark", "The flood in Tolmark killed 12 people on Monday.", publisher="TNA", published="2024-05-01"
    )
    newsroom.write(
        "Tolmark counts its dead", "In Tolmark the flood killed 17 people, officials of the district found.",
        publisher="Bay Herald", published="2024-05-03",
    )  # fmt: skip
    for publisher in ("TNA", "Elm Courier"):
        newsroom.write(f"Dam at Tolmark ({publisher})", *REPORT, publisher=publisher, published="2024-05-02")
    newsroom.write(
        "Dam gates open", "The water board of Quillane said that 410 households below the dam had been asked to leave.",
        publisher="Bay Herald", published="2024-05-03",
    )  # fmt: skip
    newsroom.write("Choir sings", "The choir of Elm sang for the fishermen.", publisher="TNA", published="2024-05-02")
    settings = Settings(index_dir=newsroom.index)
    sync_index([newsroom.folder], settings=settings)
    with QAEngine.open(settings=settings) as engine:
        yield engine


def test_both_versions_are_cited_and_held_against_each_other_newest_first(told: QAEngine) -> None:
    answer = told.answer("How many people did the flood in Tolmark kill?")
    by_publisher = {citation.publisher: citation.number for citation in answer.citations}
    (one,) = answer.disagreements
    newer, older = by_publisher["Bay Herald"], by_publisher["TNA"]
    assert one.numbers == (newer, older)
    assert one.text.startswith("17")
    assert "(Bay Herald, 3 May 2024)" in one.text
    assert "12" in answer.text
    assert "17" in answer.text


def test_sources_that_disagree_are_not_counted_as_telling_the_same(told: QAEngine) -> None:
    answer = told.answer("How many households below the dam had been asked to leave?")
    (one,) = answer.disagreements
    assert {"340", "410"} <= set(one.text.split())
    assert not any(notice.startswith("Told by") for notice in answer.notices)


def test_one_source_does_not_disagree(told: QAEngine) -> None:
    assert told.answer("Who sang for the fishermen?").disagreements == ()
