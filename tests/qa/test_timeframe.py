"""Reading the days and publishers that come with a question."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import EVERYTHING, Scope
from qa.errors import RequestError
from qa.timeframe import scope_of

KNOWN = ("Elm Courier", "Ostrel Post", "Ostrel Posten", "Dateline brief after Elm Courier")


def known() -> Sequence[str]:
    return KNOWN


def unasked() -> Sequence[str]:
    raise AssertionError("the publishers are looked up only where one is named")


@pytest.mark.parametrize("nothing", [None, "", (), []])
def test_what_is_not_given_narrows_nothing(nothing: object) -> None:
    assert scope_of({}, unasked) == scope_of({"question": "Who?", "publishers": nothing}, unasked) == EVERYTHING
    assert scope_of({"since": None, "until": "", "as_of": None}, unasked) == EVERYTHING


@pytest.mark.parametrize("name", ["as_of", "since", "until"])
@pytest.mark.parametrize("value", [date(2023, 9, 21), datetime(2023, 9, 21, 23, 59), "2023-09-21", " 2023-09-21 "])
def test_a_day_is_a_date_or_its_text(name: str, value: object) -> None:
    assert scope_of({name: value}, unasked) == Scope(**{name: date(2023, 9, 21)})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["as_of", "since", "until"])
@pytest.mark.parametrize("value", ["soon", "2023-02-30", "21.9.2023", 5, ["2023-09-21"], "x" * 500])
def test_what_is_no_day_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(RequestError, match=rf"^{name} is .{{1,50}}, which is no day; write it like 2023-09-21\.$"):
        scope_of({name: value}, unasked)


def test_a_period_may_be_one_day_and_may_not_end_before_it_begins() -> None:
    assert scope_of({"since": "2023-09-21", "until": "2023-09-21"}, unasked).until == date(2023, 9, 21)
    with pytest.raises(RequestError, match=r"^since is 2023-09-22, which is after until, 2023-09-21; exchange the two"):
        scope_of({"since": "2023-09-22", "until": "2023-09-21"}, unasked)


def test_publishers_are_taken_as_they_are_credited_each_once() -> None:
    given = ["Ostrel Post", "Elm Courier", "Ostrel Post"]
    assert scope_of({"publishers": given}, known).publishers == ("Ostrel Post", "Elm Courier")


@pytest.mark.parametrize(
    ("name", "near"),
    [("Ostrel Past", "'Ostrel Post', 'Ostrel Posten'"), ("ELM COURIER", "'Elm Courier', 'Dateline brief after Elm")],
)
def test_an_unknown_publisher_is_refused_with_the_nearest_names_first(name: str, near: str) -> None:
    with pytest.raises(RequestError, match=rf"^publishers has '{name}', from whom no .*; the nearest names are {near}"):
        scope_of({"publishers": ["Elm Courier", name]}, known)


def test_at_most_three_near_names_are_named() -> None:
    with pytest.raises(RequestError) as raised:
        scope_of({"publishers": ["zz" * 1000]}, known)
    assert sum(repr(name) in str(raised.value) for name in KNOWN) == 3
    assert len(str(raised.value)) < 300


def test_where_no_publisher_is_known_none_is_proposed() -> None:
    with pytest.raises(RequestError, match="no article names its publisher, so leave it out"):
        scope_of({"publishers": ["Elm Courier"]}, lambda: ())


@pytest.mark.parametrize("value", ["Elm Courier", 7, {"Elm Courier": 1}, ["Elm Courier", None], [["Elm Courier"]]])
def test_publishers_of_another_shape_are_refused(value: Any) -> None:
    with pytest.raises(RequestError, match=r"^publishers is .*; it has to be a list of names"):
        scope_of({"publishers": value}, known)


DAYS = st.none() | st.dates()


@given(as_of=DAYS, since=DAYS, until=DAYS)
def test_any_days_are_read_or_refused_in_a_sentence(as_of: date | None, since: date | None, until: date | None) -> None:
    given = {"as_of": as_of, "since": since and since.isoformat(), "until": until}
    if since and until and since > until:
        with pytest.raises(RequestError, match="which is after until"):
            scope_of(given, unasked)
    else:
        scope = scope_of(given, unasked)
        assert scope == Scope(as_of=as_of, since=since, until=until)
        assert scope.is_dated == bool(as_of or since or until)
        assert scope.last in (as_of, until)
        assert all(scope.last is not None and scope.last <= day for day in (as_of, until) if day)
