"""What narrows a question in the page: mistakes in its own words, and links that carry it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.web.conversation import NO_FILTERS, Filters
from qa.web.filtering import link_to, linked, mistake


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (NO_FILTERS, ""),
        (Filters(as_of="2023-09-21", since="2023-01-01", until="2023-01-01"), ""),
        (Filters(as_of="last week"), "“Answer as of” is “last week”, which is no day: write it like 2023-09-21."),
        (Filters(since="21.9.2023"), "“Published from” is “21.9.2023”, which is no day: write it like 2023-09-21."),
        (Filters(until="2023-02-30"), "“until” is “2023-02-30”, which is no day: write it like 2023-09-21."),
        (
            Filters(since="2023-09-21", until="2023-09-20"),
            "“Published from” is 2023-09-21, which comes after “until”, 2023-09-20: exchange the two, or leave one out.",
        ),
    ],
)
def test_a_day_that_cannot_be_used_is_named_as_the_page_names_it(filters: Filters, said: str) -> None:
    assert mistake(filters) == said


@given(
    question=st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cf"]), min_size=1, max_size=80),
    publishers=st.lists(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20), max_size=3),
)
def test_a_link_asks_the_same_question_of_the_same_articles(question: str, publishers: list[str]) -> None:
    filters = Filters(as_of="2023-09-21", since="2023-01-01", until="2023-12-31", publishers=tuple(publishers))
    link = link_to(question, filters)
    assert link.isascii()
    assert linked(link) == (question, filters)


def test_a_link_names_only_what_narrows() -> None:
    assert link_to("Who?", NO_FILTERS) == "?q=Who%3F"
    assert link_to("Who?", Filters(until="2023-12-31", publishers=("A", "B"))) == (
        "?q=Who%3F&until=2023-12-31&publisher=A&publisher=B"
    )


@pytest.mark.parametrize(
    ("query", "question", "filters"),
    [
        ("", "", NO_FILTERS),
        ("?", "", NO_FILTERS),
        ("?q=", "", NO_FILTERS),
        ("?as_of=2023-10-01&q=Who%3F", "Who?", Filters(as_of="2023-10-01")),
        (
            "?q=Who&since=2023-10-01T12:00&until=tomorrow+or+later",
            "Who",
            Filters(since="2023-10-01", until="tomorrow o"),
        ),
        ("?q=Who&q=What&theme=dark&__sign=x", "Who", NO_FILTERS),
        ("?q=%FF%00&publisher=", "\ufffd\0", NO_FILTERS),
    ],
)
def test_of_any_address_only_question_and_filters_are_taken(query: str, question: str, filters: Filters) -> None:
    assert linked(query) == (question, filters)
