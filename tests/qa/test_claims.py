"""What is read out of a claim: figures in one spelling, days, times, negation, names."""

import pytest

from qa.claims import facts_of, identity_of, is_same_name, names_of, office_of, resolved


def values(text: str) -> list[tuple[str, str]]:
    return [(number.value, number.unit) for number in facts_of(text).numbers]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4,523,000 people", "4.523 million people"),
        ("three hours", "a three-hour meeting"),
        ("a fortnight", "two weeks"),
        ("four fifths of it", "80 percent of it"),
        ("three decades", "30 years"),
        ("half an hour", "30 minutes"),
        ("$4.1 million", "4.1 million dollars"),
        ("twenty-six ships", "26 ships"),
    ],
)
def test_a_figure_is_the_same_in_another_spelling(one: str, other: str) -> None:
    assert values(one) == values(other)


@pytest.mark.parametrize(
    ("one", "other"), [("5 degrees", "-5 degrees"), ("12 hours", "12 days"), ("3 percent", "3 points"), ("50", "15")]
)
def test_signs_and_units_are_kept(one: str, other: str) -> None:
    assert values(one) != values(other)


@pytest.mark.parametrize(("one", "other"), [("at 2.15 p.m.", "at 14:15"), ("at 7 pm", "at 19:00")])
def test_a_time_of_day_is_the_same_by_either_clock(one: str, other: str) -> None:
    assert facts_of(one).times == facts_of(other).times != frozenset()


def test_a_day_is_read_with_and_without_its_month_and_year() -> None:
    days = [
        (day.month, day.day, day.year)
        for text in ("21 September 2023", "September 21", "on the 21st")
        for day in facts_of(text).days
    ]
    assert days == [("september", "21", "2023"), ("september", "21", ""), ("", "21", "")]


def test_one_of_them_and_the_fifteenth_century_are_no_figures_that_have_to_be_met() -> None:
    assert values("one of the ministers") == []
    assert facts_of("a painting by the 15th century master").days == ()


def test_what_a_not_reaches_is_negated_and_twice_is_not() -> None:
    assert "harm" in facts_of("Civilians were not harmed.").negated
    assert "harm" not in facts_of("Nobody was not harmed.").negated
    assert "harm" not in facts_of("No later than May, civilians were harmed.").negated


def test_names_are_words_written_as_names_but_for_months_titles_and_the_heads_of_sentences() -> None:
    found = names_of("Later President Dalca met Ms Orlo in Tarvo on 5 May (WHO).", frozenset({"later"}))
    assert [name.text for name in found] == ["Dalca", "Orlo", "Tarvo"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("azerbaijani", "azerbaijan", True), ("armenia", "armand", False), ("orlo", "orla", False)],
)
def test_a_name_may_have_another_ending(one: str, other: str, same: bool) -> None:
    assert is_same_name(one, other) is same


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Harbour Guild is Marta Veen.", ("Harbour Guild", "Marta Veen")),
        ("The Harbour Guild, an old body, was the League of Small Ports.", ("Harbour Guild", "League of Small Ports")),
        ("Marta Veen is Tarvonian.", None),
        ("Marta Veen is the Prime Minister.", None),
        ("Marta Veen is the Harbour Guild treasurer.", None),
        ("The winner is Marta Veen.", None),
    ],
)
def test_a_sentence_makes_two_names_one_only_where_both_sides_are_names(
    text: str, names: tuple[str, str] | None
) -> None:
    assert identity_of(text) == names


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Marta Veen is the treasurer of the guild.", ("Marta Veen", "treasurer")),
        ("Marta Veen, its former interior secretary, left.", ("Marta Veen", "former interior secretary")),
        ("Marta Veen was injured.", None),
        ("The treasurer is Marta Veen.", None),
    ],
)
def test_an_office_is_read_with_who_is_given_it(text: str, given: tuple[str, str] | None) -> None:
    assert office_of(text) == given


@pytest.mark.parametrize(
    ("text", "before", "full"),
    [
        ("It lasted three hours.", "The first meeting was held in Ostrel.", "The first meeting lasted three hours."),
        ("She left.", "Marta Veen told the guild nothing.", "Marta Veen left."),
        ("Its members left.", "The guild met.", "Its members left."),
        ("It lasted three hours.", "", "It lasted three hours."),
        ("It lasted three hours.", "They met in Ostrel.", "It lasted three hours."),
    ],
)
def test_a_leading_pronoun_stands_for_the_subject_of_the_sentence_before(text: str, before: str, full: str) -> None:
    assert resolved(text, before) == full


def test_what_is_disputed_is_not_denied() -> None:
    assert facts_of("The bank has been disputed since 1974.").denials == ()
    assert facts_of("The minister disputed the figures.").denials != ()
