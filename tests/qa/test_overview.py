"""An overview tells what matters most of one article, what stands together together, and nothing twice."""

from collections.abc import Iterator

import pytest

from index.settings import IndexSettings
from index.sync import sync_index
from qa import AnswerStatus, QAEngine, overview
from qa.overview import OVERVIEW_SENTENCES

BID = """The salt company Orrel made an offer on Tuesday for its smaller rival Vantry, the oldest firm of the coast.

It would pay 12 pounds a share, a fifth more than on Monday, and all of it in cash. The money comes from three banks and from
the sale of a harbour. Whoever holds shares has until 9 May to say yes.

Vantry was founded by two brothers in 1871. Its works stand on an island that can be reached on foot at low tide. In the
last war they were hit by a bomb that did not go off. A museum shows the bomb to schools.

The mayor of the island, Ottla Brisk, said that she had heard of it on the radio. A band that was to play at the works on
Saturday has put off its concert. The weather was fine.
"""
ORREL_EARLIER = """The salt company Orrel opened a second works on Monday.

It is to give work to 90 people, and stands in a wood of beeches.
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    """Two reports on one company, one of them on the offer."""
    folder = tmp_path_factory.mktemp("overview")
    (folder / "news").mkdir()
    for name, title, day, text in (
        ("bid", "Orrel bids for Vantry", "2024-04-16", BID),
        ("works", "Orrel opens second works", "2023-04-17", ORREL_EARLIER),
    ):
        front = f"---\ntitle: {title}\npublisher: Elm Courier\npublished: {day}\n---\n\n"
        (folder / "news" / f"{name}.md").write_text(front + text, encoding="utf-8")
    settings = IndexSettings(index_dir=folder / "index")
    sync_index([folder / "news"], settings=settings)
    with QAEngine.open(folder / "index") as opened:
        yield opened


QUESTION = "Summarise Orrel's offer for Vantry."


def test_what_stands_beside_the_best_sentences_is_told_with_them(
    engine: QAEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = engine.answer(QUESTION)
    assert answer.status is AnswerStatus.ANSWERED
    assert "12 pounds a share" in answer.text
    assert "bomb" not in answer.text
    monkeypatch.setattr(overview, "AROUND", 0.0)
    monkeypatch.setattr(overview, "CENTRAL", 0.0)
    assert "12 pounds a share" not in engine.answer(QUESTION).text


def test_an_overview_has_few_sentences_each_once_in_the_order_of_days(engine: QAEngine) -> None:
    answer = engine.answer("Give me an overview of what Orrel did.")
    quotes = [citation.quote for citation in answer.citations]
    assert 2 <= len(answer.sentences) <= OVERVIEW_SENTENCES
    assert len(set(quotes)) == len(quotes)
    days = [citation.published for citation in answer.citations if citation.published]
    assert days == sorted(days)
    assert len(set(days)) == 2


def test_each_sentence_of_an_overview_is_the_articles_own(engine: QAEngine) -> None:
    answer = engine.answer(QUESTION)
    for citation in answer.citations:
        assert engine.article(citation.article_id).text[citation.start : citation.end] == citation.quote
