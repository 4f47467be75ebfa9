"""One text in several files: the same article found again, or what another publisher prints of it."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.copies import own_id
from index.corpus import Corpus
from index.types import Article, Scope
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom, passages

PRINTED = Article(id="a1", title="Pier", text=HARBOUR, publisher="Elm Courier")


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "index")


@pytest.fixture
def printed(newsroom: Newsroom) -> Newsroom:
    """A report of an agency in the papers of two publishers, and a third article."""
    for name, publisher in (("a", "Elm Courier"), ("b", "Bay Herald")):
        newsroom.write(name, HARBOUR, SCHOOL, RIVER, title="Pier", publisher=publisher)
    newsroom.write("choir", CHOIR)
    return newsroom


@pytest.fixture
def corpus(printed: Newsroom) -> Iterator[Corpus]:
    printed.sync()
    with closing(printed.open()) as opened:
        yield opened


def test_a_copy_is_skipped_and_counted_on_every_run(newsroom: Newsroom) -> None:
    first = newsroom.write("a", HARBOUR, title="Pier")
    newsroom.write("b", HARBOUR, title="Pier", publisher="Bay Herald")
    for unchanged in (0, 1):
        receipt = newsroom.sync()
        assert (receipt.found, receipt.unchanged, receipt.skipped, receipt.articles) == (2, unchanged, 1, 1)
        assert [str(p) for p in receipt.problems] == [f"skipped {newsroom.folder / 'b.md'}: the same text as {first}"]


def test_a_copy_that_comes_first_by_name_is_the_one_that_is_kept(newsroom: Newsroom) -> None:
    newsroom.write("b", HARBOUR, title="Pier")
    newsroom.sync()
    newsroom.write("a", HARBOUR, title="Pier")
    receipt = newsroom.sync()
    assert (receipt.indexed, receipt.skipped, receipt.embedded) == (1, 1, 0)
    (newsroom.folder / "a.md").unlink()
    assert newsroom.sync().articles == 1


def test_what_another_publisher_prints_is_an_article_and_nothing_of_it_is_embedded(printed: Newsroom) -> None:
    for unchanged in (0, 3):
        receipt = printed.sync()
        assert (receipt.found, receipt.articles, receipt.unchanged, receipt.skipped) == (3, 3, unchanged, 0)
    assert (receipt.passages, len(printed.embedder.embedded)) == (7, 4)


def test_a_copy_of_a_copy_is_skipped(printed: Newsroom) -> None:
    printed.write("c", HARBOUR, SCHOOL, RIVER, title="Pier", publisher="BAY HERALD")
    receipt = printed.sync()
    assert (receipt.found, receipt.indexed, receipt.skipped) == (4, 3, 1)
    assert receipt.problems[0].reason == f"the same text as {printed.folder / 'b.md'}"


def test_both_articles_are_one_story_and_each_is_cited_as_its_own(corpus: Corpus) -> None:
    (story,) = corpus.stories()
    assert len(story.articles) == 2
    assert set(story.publishers) == {"Elm Courier", "Bay Herald"}
    assert {corpus.article(id_).credited for id_ in story.articles} == {"Elm Courier", "Bay Herald"}
    assert list(passages(corpus).values()).count(HARBOUR) == 2


def test_a_question_to_one_publisher_finds_its_own_copy(corpus: Corpus) -> None:
    for publisher in ("Elm Courier", "Bay Herald"):
        scope = Scope(publishers=(publisher,))
        found = [passage for passage, _ in corpus.keyword("harbour pier", 5, scope)]
        assert {corpus.article(passage.article_id).publisher for passage in found} == {publisher}


def test_where_the_first_is_gone_the_other_stays_and_nothing_is_embedded(printed: Newsroom) -> None:
    printed.sync()
    (printed.folder / "a.md").unlink()
    receipt = printed.sync()
    assert (receipt.found, receipt.articles, receipt.skipped, receipt.embedded) == (2, 2, 0, 0)
    with closing(printed.open()) as corpus:
        assert {article.publisher for article in corpus.articles()} == {"Bay Herald", None}


def test_copies_in_one_file_are_told_apart_by_their_publishers(newsroom: Newsroom) -> None:
    lines = [{"title": "Pier", "text": HARBOUR, "publisher": name} for name in ("TNA", "Bay Herald", "TNA", "Wire")]
    (newsroom.folder / "wire.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    for unchanged in (0, 3):
        receipt = newsroom.sync()
        assert (receipt.found, receipt.unchanged, receipt.skipped, receipt.articles) == (4, unchanged, 1, 3)


def test_an_id_differs_only_where_another_publisher_has_it() -> None:
    assert own_id(PRINTED, {}) == "a1"
    assert own_id(PRINTED, {"a1": "Elm Courier"}) == own_id(PRINTED, {"a1": "ELM COURIER"}) == "a1"
    assert own_id(PRINTED, {"a1": None}) == own_id(replace(PRINTED, publisher=None), {"a1": "Bay Herald"}) == "a1"
    assert own_id(PRINTED, {"a1": "Bay Herald"}) not in ("a1", own_id(replace(PRINTED, publisher="TNA"), {"a1": "B"}))
