"""The articles as a reader sees them: what there is, and finding it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from index.errors import IndexMissing
from qa.histogram import Bar, Span
from qa.library import Library
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, Newsroom
from tests.qa.library.shelves import opened, titles


def test_the_overview_counts_what_is_indexed(library: Library, newsroom: Newsroom) -> None:
    overview = library.overview()
    assert (overview.articles, overview.passages, overview.undated) == (4, 4, 1)
    assert overview.publishers == (("Bay Herald", 2), ("Elm Courier", 1))
    assert overview.roots == (str(newsroom.folder),)
    assert overview.problems == ()
    assert datetime.now(UTC) - overview.synced < timedelta(minutes=1)


def test_the_stories_are_those_with_several_articles(library: Library, newsroom: Newsroom) -> None:
    assert library.stories() == ()
    newsroom.write("river Braek rises", RIVER, publisher="Bay Herald", published="2023-09-25")
    newsroom.sync()
    (story,) = library.stories()
    assert (story.title, story.publishers, story.oldest) == ("river Braek rises", ("Bay Herald",), date(2023, 9, 25))
    total, articles = library.find("Braek")
    assert (total, list(story.articles)) == (2, [article.id for article in articles])


def test_bars_have_no_gaps(library: Library) -> None:
    overview = library.overview()
    assert overview.span is Span.DAY
    assert overview.bars == (
        Bar(start=date(2023, 9, 21), articles=1),
        Bar(start=date(2023, 9, 22), articles=0),
        Bar(start=date(2023, 9, 23), articles=2),
    )


@pytest.mark.parametrize(
    ("last", "span", "bars"),
    [
        ("2020-01-31", Span.DAY, 1),
        ("2020-04-01", Span.DAY, 62),
        ("2020-04-02", Span.MONTH, 4),
        ("2024-12-31", Span.MONTH, 60),
        ("2025-01-01", Span.YEAR, 6),
    ],
)
def test_the_longer_the_time_the_wider_the_bars(newsroom: Newsroom, last: str, span: Span, bars: int) -> None:
    newsroom.write("first", HARBOUR, published="2020-01-31")
    newsroom.write("last", CHOIR, published=last)
    newsroom.sync()
    overview = opened(newsroom).overview()
    assert (overview.span, len(overview.bars)) == (span, bars)
    assert sum(bar.articles for bar in overview.bars) == 2
    assert overview.bars[-1].articles >= 1


def test_undated_articles_that_a_year_would_date_are_counted(newsroom: Newsroom) -> None:
    newsroom.write("harbour", f"ELMBRIDGE, September 27. /TASS/. {HARBOUR}")
    newsroom.write("river", RIVER)
    newsroom.write("choir", CHOIR, published="2023-09-23")
    newsroom.sync()
    overview = opened(newsroom).overview()
    assert (overview.undated, overview.yearless) == (2, 1)


def test_without_days_there_are_no_bars(newsroom: Newsroom) -> None:
    newsroom.write("river", RIVER)
    newsroom.sync()
    overview = opened(newsroom).overview()
    assert (overview.bars, overview.undated) == ((), 1)


def test_what_could_not_be_read_is_told(newsroom: Newsroom) -> None:
    newsroom.write("river", RIVER)
    (newsroom.folder / "broken.jsonl").write_text('{"title": "A", "text": \n', encoding="utf-8")
    newsroom.sync()
    (problem,) = opened(newsroom).overview().problems
    assert (problem.path, problem.line, problem.failed) == (str(newsroom.folder / "broken.jsonl"), 1, True)
    assert "broken JSON" in problem.reason


def test_without_an_index_there_is_nothing_to_see(newsroom: Newsroom) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        opened(newsroom).overview()


def test_the_newest_come_first_and_the_undated_last(library: Library) -> None:
    found = titles(library)
    assert set(found[:2]) == {"choir", "school"}
    assert found[2:] == ["harbour", "river"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ninety voices", {"choir"}),
        ("VOICES ninety", {"choir"}),
        ("ninety winter", set()),
        ("fisher", {"choir"}),  # the beginning of a word
        ("isher", set()),
        ("quillàne", {"choir"}),
        ("herald", {"choir", "school"}),
        ("courier pier", {"harbour"}),
        ("river", {"river"}),
        ("published", set()),  # a field's name is no text
        ("%", {"choir", "school", "harbour", "river"}),
        ("'; drop table article; --", set()),
        (".*", {"choir", "school", "harbour", "river"}),
    ],
)
def test_every_word_has_to_be_met_in_title_publisher_or_text(library: Library, text: str, expected: set[str]) -> None:
    assert set(titles(library, text)) == expected


def test_accents_and_typographic_marks_make_no_difference(newsroom: Newsroom) -> None:
    newsroom.write("islands", "Ministers of São Tomé met the “Gül delegation” on Monday; Straße was Łukasz’s word.")
    newsroom.sync()
    library = opened(newsroom)
    assert all(
        titles(library, text) == ["islands"] for text in ("sao tome gul", "SÃO TOMÉ", "strasse", "łukasz", "gül")
    )


def test_publishers_and_days_narrow_what_is_found(library: Library) -> None:
    assert set(titles(library, publishers=["Bay Herald"])) == {"choir", "school"}
    assert titles(library, "ninety", publishers=["Elm Courier"]) == []
    assert len(titles(library, publishers=["Elm Courier", "Bay Herald"])) == 3
    assert titles(library, until=date(2023, 9, 21)) == ["harbour"]
    assert set(titles(library, since=date(2023, 9, 22))) == {"choir", "school"}
    assert titles(library, since=date(2023, 9, 24)) == []


def test_what_is_found_can_be_paged_through(library: Library) -> None:
    pages = [library.find(limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [(total, len(articles)) for total, articles in pages] == [(4, 3), (4, 1), (4, 0)]
    assert len({article.id for _, articles in pages for article in articles}) == 4
    assert library.find(limit=-1, offset=-5) == (4, ())
