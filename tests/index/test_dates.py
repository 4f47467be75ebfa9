"""When an article was published, and how that is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.datelines import agency_in, dateline_of
from index.dates import Day, days_in, days_of_line, is_date_line, lacks_year, publication
from index.types import DateSource

TODAY = date(2024, 6, 1)


def published(
    *,
    stated: tuple[str | int | float, ...] = (),
    head: str = "",
    year: int | None = None,
    url: str | None = None,
    name: str = "story.txt",
    default_year: int | None = None,
) -> tuple[date | None, str]:
    found, source = publication(
        stated=stated, head=days_in(head), year=year, url=url, name=name, default_year=default_year, today=TODAY
    )
    return found, source.value


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-09-27", date(2023, 9, 27)),
        ("2023-9-7", date(2023, 9, 7)),
        ("2023/09/27", date(2023, 9, 27)),
        ("20230927", date(2023, 9, 27)),
        ("20230927T101500Z", date(2023, 9, 27)),
        ("2023-09-27T23:30:00-05:00", date(2023, 9, 27)),
        ("2023-09-27T00:30:00+04:00", date(2023, 9, 27)),
        ("Wed, 27 Sep 2023 14:05:00 GMT", date(2023, 9, 27)),
        ("27 September 2023", date(2023, 9, 27)),
        ("September 27, 2023", date(2023, 9, 27)),
        ("Sept. 27th 2023", date(2023, 9, 27)),
        ("27.09.2023 10:15", date(2023, 9, 27)),
        ("3.4.2023", date(2023, 4, 3)),
        ("27/09/2023", date(2023, 9, 27)),
        ("09/27/2023", date(2023, 9, 27)),
        ("04/04/2023", date(2023, 4, 4)),
        ("29 February 2024", date(2024, 2, 29)),
        (1695823200, date(2023, 9, 27)),
        (1695823200.5, date(2023, 9, 27)),
        (1695823200000, date(2023, 9, 27)),
        ("1695823200", date(2023, 9, 27)),
        (20230927, date(2023, 9, 27)),
        ("٢٠٢٣-٠٩-٢٧", date(2023, 9, 27)),
        ("2024-06-03", date(2024, 6, 3)),
    ],
)
def test_metadata_gives_the_day_as_it_is_written(written: str | int | float, day: date) -> None:
    assert published(stated=(written,)) == (day, "metadata")


@pytest.mark.parametrize(
    "written",
    [
        *("03/04/2023", "3-4-2023", "2023-02-30", "30 February 2023", "29 February 2023", "0000-00-00", "0001-01-01"),
        *("2023-13-01", "31/31/2023", "2093-01-01", "2024-06-04", "yesterday", "soon", "", "2023", "September 2023"),
        *("²⁰²³-⁰⁹-²⁷", 0, -1, 10**18, 2**80, float("inf"), float("nan"), "9" * 5000),
    ],
)
def test_a_date_that_is_ambiguous_impossible_or_ahead_of_us_is_no_date(written: str | int | float) -> None:
    assert published(stated=(written,)) == (None, "unknown")


def test_an_unusable_metadata_date_gives_way_to_the_date_in_the_text() -> None:
    assert published(stated=("03/04/2023",), head="3 April 2023") == (date(2023, 4, 3), "text")


@pytest.mark.parametrize(
    ("given_year", "day"),
    [
        ({"year": 2023}, date(2023, 9, 21)),
        ({"default_year": 2022}, date(2022, 9, 21)),
        ({"year": 2023, "default_year": 2022}, date(2023, 9, 21)),
        ({"url": "https://news.example/2023/09/22/talks"}, date(2023, 9, 21)),
        ({"url": "https://news.example/2023/sep/21/talks"}, date(2023, 9, 21)),
        ({"url": "https://news.example/2023/09/talks"}, date(2023, 9, 21)),
        ({"name": "archive/2023-09-21-talks.txt"}, date(2023, 9, 21)),
        ({"name": "archive/20230922_talks.txt"}, date(2023, 9, 21)),
        ({"name": "archive/2023/09/21/talks.txt"}, date(2023, 9, 21)),
    ],
)
def test_a_day_without_a_year_takes_it_from_elsewhere_and_says_so(given_year: dict[str, object], day: date) -> None:
    assert published(head="21 September", **given_year) == (day, "text+setting")  # type: ignore[arg-type]


def test_a_day_without_any_year_stays_unknown() -> None:
    assert published(head="21 September") == (None, "unknown")


def test_a_day_before_new_year_is_not_moved_a_year_ahead_by_the_address() -> None:
    url = "https://news.example/2024/01/01/fireworks"
    assert published(head="December 31", url=url) == (date(2023, 12, 31), "text+setting")


def test_an_address_far_from_the_day_in_the_text_is_believed_itself() -> None:
    url = "https://news.example/2023/09/27/history"
    assert published(head="4 July", url=url) == (date(2023, 9, 27), "metadata")


def test_a_day_that_the_default_year_puts_ahead_of_us_or_does_not_have_is_unknown() -> None:
    assert published(head="21 September", default_year=2024) == (None, "unknown")
    assert published(head="29 February", default_year=2023) == (None, "unknown")


def test_a_full_date_in_the_address_or_file_name_is_used_where_nothing_else_is_known() -> None:
    assert published(url="https://news.example/2023/09/27/x") == (date(2023, 9, 27), "metadata")
    assert published(name="2023-09-27-x.txt") == (date(2023, 9, 27), "metadata")
    assert published(name="report-2023.txt") == (None, "unknown")


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("• 21 September, 16:59", "--09-21"),
        ("Published: 3 March 2023 at 10:15 GMT", "2023-03-03"),
        ("Published 3 March 2023 | Updated 4 March 2023", "2023-03-03 2023-03-04"),
        ("Updated 4 March 2023, first published 3 March 2023", "2023-03-03 2023-03-04"),
        ("27 SEP, 12:30", "--09-27"),
        ("Mon 3 Apr 2023 10.15 BST", "2023-04-03"),
        ("March 3, 2023 10:15 AM ET", "2023-03-03"),
        ("Sept. 27, 2023 at 9:41 a.m. EDT", "2023-09-27"),
        ("Last updated on: 3-Mar-2023 (10:00 UTC+4)", "2023-03-03"),
        ("2023-09-27T14:05:00+04:00", "2023-09-27"),
        ("3 hours ago", ""),
        ("03/04/2023", ""),
    ],
)
def test_a_line_that_only_says_when_is_a_date_line(line: str, days: str) -> None:
    assert is_date_line(line)
    assert " ".join(day.isoformat() for day in days_of_line(line)) == days


@pytest.mark.parametrize("line", ["The talks began on 3 March 2023.", "1066", "March", "Storm of 3 March", "", "16:59"])
def test_a_line_that_says_more_or_no_day_is_no_date_line(line: str) -> None:
    assert not is_date_line(line)


@pytest.mark.parametrize(
    ("paragraph", "publisher", "days", "rest"),
    [
        ("BAKU, September 27. /TASS/. The board", "TASS", "--09-27", "The board"),
        ("LONDON, March 3 (Reuters) - The board", "Reuters", "--03-03", "The board"),
        ("Sept 27 (Reuters) - The board", "Reuters", "--09-27", "The board"),
        ("AMSTERDAM/BERLIN, Jan 3 (Reuters) - The board", "Reuters", "--01-03", "The board"),
        ("WASHINGTON (AP) — The board", "AP", "", "The board"),
        ("TEL AVIV, Israel (AP) — The board", "AP", "", "The board"),
        ("KYIV, 5 Feb 2023 /Ukrinform/ — The board", "Ukrinform", "2023-02-05", "The board"),
        ("(Xinhua) -- BEIJING, Sept. 27. The board", "Xinhua", "--09-27", "The board"),
        ("BEIJING, Sept. 27 (Xinhua) -- The board", "Xinhua", "--09-27", "The board"),
        ("YEREVAN, SEPTEMBER 27, ARMENPRESS. The board", "ARMENPRESS", "--09-27", "The board"),
        ("BAKU, Azerbaijan, September 27. Trend: The board", "Trend", "--09-27", "The board"),
        ("MOSCOW. Sept 27 (Interfax) - The board", "Interfax", "--09-27", "The board"),
        ("NEW YORK, March 3, 2023 /Harbour Wire/ -- The board", "Harbour Wire", "2023-03-03", "The board"),
        ("PARIS, 3 March 2023 — The board", None, "2023-03-03", "The board"),
        ("CNN —", "CNN", "", ""),
    ],
)
def test_a_dateline_tells_agency_and_day(paragraph: str, publisher: str | None, days: str, rest: str) -> None:
    found = dateline_of(paragraph)
    assert found is not None
    assert (found.publisher, " ".join(day.isoformat() for day in found.days)) == (publisher, days)
    assert paragraph[found.end :] == rest


@pytest.mark.parametrize(
    "paragraph",
    [
        "ROE (Labour) - who chairs the board - resigned.",
        "On March 3 (Friday) - a holiday - the board met.",
        "By March 3, 2021 - the board had met twice.",
        "Reuters reported that the board met.",
        "In May (2023), the board said it would meet.",
        "The board (PA) - which met on Friday - agreed.",
        "",
    ],
)
def test_prose_with_brackets_and_dashes_is_no_dateline(paragraph: str) -> None:
    assert dateline_of(paragraph) is None


def test_a_byline_names_an_agency_only_if_it_is_known() -> None:
    assert agency_in("By A. Writer, Reuters") == "Reuters"
    assert agency_in("By A. Writer, Chief Gardener") is None


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%a, %d %b %Y 10:00:00 GMT"]),
)
def test_every_past_day_is_read_back_from_every_usual_form(day: date, form: str) -> None:
    assert published(stated=(day.strftime(form),)) == (day, "metadata")


@given(st.text(max_size=80), st.text(max_size=80), st.none() | st.integers(1800, 2200))
def test_no_text_makes_a_date_ahead_of_us(stated: str, head: str, default_year: int | None) -> None:
    found, source = published(stated=(stated,), head=head, default_year=default_year)
    assert (found is None) == (source == DateSource.UNKNOWN)
    assert found is None or found <= TODAY + timedelta(days=2)


def test_a_day_knows_which_years_have_it() -> None:
    assert Day(year=None, month=2, day=29).in_year(2024) == date(2024, 2, 29)
    assert Day(year=None, month=2, day=29).in_year(2023) is None


@pytest.mark.parametrize(
    ("stated", "head", "lacks"),
    [
        ((), "27 September", True),
        (("27 September",), "", True),
        (("2023-09-27",), "27 September", False),
        ((), "", False),
    ],
)
def test_a_day_without_a_year_is_told_from_no_day(stated: tuple[str, ...], head: str, lacks: bool) -> None:
    assert lacks_year(stated=stated, head=days_in(head)) is lacks
