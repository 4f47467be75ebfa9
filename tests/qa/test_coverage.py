"""What was searched, in words."""

from datetime import date

import pytest

from index.articlestore import Coverage
from index.types import Scope
from qa.coverage import asked_for, searched

NAMES = ("Elm Courier", "Ostrel Post", "Karsund Daily", "Velmora Wire", "The Lock", "The Weir")
FIRST, LAST = date(2022, 11, 8), date(2024, 6, 19)


def covered(*names: str, articles: int = 11, oldest: date | None = FIRST, newest: date | None = LAST) -> Coverage:
    return Coverage(articles=articles, publishers=names, oldest=oldest, newest=newest, undated=0)


def test_without_a_scope_what_was_found_is_said() -> None:
    assert searched(covered(*NAMES)) == (
        "11 articles, published 8 Nov 2022 to 19 Jun 2024, from Elm Courier, Ostrel Post, Karsund Daily, Velmora Wire"
        " and 2 others"
    )
    assert searched(covered("Elm Courier", articles=1, newest=FIRST)) == (
        "1 article, published 8 Nov 2022, from Elm Courier"
    )
    assert searched(covered(oldest=None, newest=None)) == "11 articles, dates unknown, publishers unknown"


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(as_of=LAST), "11 articles, published 8 Nov 2022 to 19 Jun 2024 (as of 19 Jun 2024), from Elm Courier"),
        (Scope(since=FIRST), "11 articles, published since 8 Nov 2022, from Elm Courier"),
        (Scope(until=LAST), "11 articles, published up to 19 Jun 2024, from Elm Courier"),
        (Scope(since=FIRST, until=FIRST), "11 articles, published 8 Nov 2022, from Elm Courier"),
        (
            Scope(publishers=("Elm Courier", "The Weir")),
            "11 articles, published 8 Nov 2022 to 19 Jun 2024, from Elm Courier, The Weir",
        ),
    ],
)
def test_what_was_asked_for_is_said_where_it_was(scope: Scope, said: str) -> None:
    assert searched(covered("Elm Courier"), scope) == said


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(), ""),
        (Scope(as_of=LAST), ""),
        (Scope(since=FIRST), "published since 8 Nov 2022"),
        (Scope(publishers=("Elm Courier",), as_of=LAST), "from Elm Courier (as of 19 Jun 2024)"),
        (
            Scope(publishers=("Elm Courier",), since=FIRST, until=LAST),
            "published 8 Nov 2022 to 19 Jun 2024 from Elm Courier",
        ),
    ],
)
def test_a_period_and_publishers_are_named_and_an_as_of_day_alone_is_not(scope: Scope, said: str) -> None:
    assert asked_for(scope) == said
