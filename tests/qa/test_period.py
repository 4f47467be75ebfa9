"""Reading the period that a text names."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import Scope
from qa.period import Period, periods_in, without_periods

TODAY = date(2023, 9, 28)  # a Thursday


def days(text: str, today: date = TODAY, latest: date | None = None) -> list[str]:
    return [f"{p.since} {p.until}" for p in periods_in(text, today=today, latest=latest)]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What happened in April 2023?", "2023-04-01", "2023-04-30"),
        ("in April", "2023-04-01", "2023-04-30"),
        ("in November", "2022-11-01", "2022-11-30"),
        ("in March of 2021", "2021-03-01", "2021-03-31"),
        ("in late April", "2023-04-21", "2023-04-30"),
        ("in early May 2022", "2022-05-01", "2022-05-10"),
        ("in mid-June", "2023-06-11", "2023-06-20"),
        ("in 2021", "2021-01-01", "2021-12-31"),
        ("on 20 September", "2023-09-20", "2023-09-20"),
        ("on September 20", "2023-09-20", "2023-09-20"),
        ("on Sept. 20th, 2022", "2022-09-20", "2022-09-20"),
        ("on the 20th of September", "2023-09-20", "2023-09-20"),
        ("on 2023-09-20", "2023-09-20", "2023-09-20"),
        ("on 30 September", "2022-09-30", "2022-09-30"),
        ("between 1 and 5 April", "2023-04-01", "2023-04-05"),
        ("between September 19 and 21", "2023-09-19", "2023-09-21"),
        ("between 28 December and 3 January", "2022-12-28", "2023-01-03"),
        ("from 28 December 2021 to 3 January 2022", "2021-12-28", "2022-01-03"),
        ("from April to June", "2023-04-01", "2023-06-30"),
        ("between 2020 and 2022", "2020-01-01", "2022-12-31"),
        ("on April 1-5, 2022", "2022-04-01", "2022-04-05"),
        ("1–5 April 2022", "2022-04-01", "2022-04-05"),
        ("since 20 September", "2023-09-20", "2023-09-28"),
        ("today", "2023-09-28", "2023-09-28"),
        ("yesterday's headlines", "2023-09-27", "2023-09-27"),
        ("the day before yesterday", "2023-09-26", "2023-09-26"),
        ("this week", "2023-09-25", "2023-09-28"),
        ("last week", "2023-09-18", "2023-09-24"),
        ("last weekend", "2023-09-23", "2023-09-24"),
        ("this month", "2023-09-01", "2023-09-28"),
        ("last month's news", "2023-08-01", "2023-08-31"),
        ("last year", "2022-01-01", "2022-12-31"),
        ("last April", "2023-04-01", "2023-04-30"),
        ("in the past week", "2023-09-21", "2023-09-28"),
        ("over the last 3 days", "2023-09-25", "2023-09-28"),
        ("the last two weeks", "2023-09-14", "2023-09-28"),
        ("on Monday", "2023-09-25", "2023-09-25"),
        ("last Friday", "2023-09-22", "2023-09-22"),
    ],
)
def test_a_period_is_read_from_the_day_of_asking(text: str, since: str, until: str) -> None:
    assert days(text) == [f"{since} {until}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What may happen?",
        "on 31 April",
        "between 19 and 21 people",
        "in 2,023 cases",
        "May 5 percent",
        "a year",
        "12:30",
    ],
)
def test_what_names_no_day_of_the_calendar_is_none(text: str) -> None:
    assert days(text) == []


def test_a_day_without_its_year_is_the_last_that_is_not_after_the_newest_article() -> None:
    assert days("on 20 September", latest=date(2021, 12, 1)) == ["2021-09-20 2021-09-20"]
    assert days("on 20 September 2022", latest=date(2021, 12, 1)) == ["2022-09-20 2022-09-20"]
    assert days("yesterday", latest=date(2021, 12, 1)) == ["2023-09-27 2023-09-27"]


def test_several_periods_come_in_the_order_of_the_text_with_their_words() -> None:
    text = "He left on 3 May 2022 and came back last week."
    assert [text[p.start : p.end] for p in periods_in(text, today=TODAY)] == ["on 3 May 2022", "last week"]
    assert without_periods(text) == "He left and came back ."


def test_a_period_narrows_a_scope_and_holds_nothing_where_they_do_not_meet() -> None:
    (april,) = periods_in("in April 2023", today=TODAY)
    scope = Scope(as_of=TODAY, since=date(2023, 4, 20), publishers=("Elm Courier",))
    assert april.within(scope) == Scope(
        as_of=TODAY, since=date(2023, 4, 20), until=date(2023, 4, 30), publishers=("Elm Courier",)
    )
    apart = april.within(Scope(since=date(2023, 6, 1)))
    assert (apart.since, apart.until) == (date(2023, 6, 1), date(2023, 4, 30))


@settings(deadline=None)
@given(first=st.dates(date(1990, 1, 1), date(2090, 1, 1)), length=st.integers(0, 400))
def test_any_two_days_written_out_are_read_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    text = f"between {first.day} {first:%B} {first.year} and {last:%B} {last.day}, {last.year}"
    (found,) = periods_in(text, today=TODAY)
    assert (found.since, found.until) == (first, last)
    assert found.holds(Period(since=last, until=last, start=0, end=0))


@settings(deadline=None)
@given(st.text(alphabet="onbetwAprilMay0123456789 -,'fthsd", max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for found in periods_in(text, today=TODAY):
        assert found.since <= found.until
        assert text[found.start : found.end]
