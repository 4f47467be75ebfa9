"""Short answers that read well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.question import Expected
from qa.spans import widen


@pytest.mark.parametrize(
    ("text", "span", "expected", "short"),
    [
        ("The board took hundreds of pieces of coal.", "pieces of coal", Expected.ANY, "hundreds of pieces of coal"),
        ("A 24-hour strike began.", "24", Expected.DURATION, "24-hour"),
        ("It lasted three hours.", "three", Expected.DURATION, "three hours"),
        ("It cost 5 million crowns.", "5", Expected.NUMBER, "5 million"),
        ("It rose by 5.2 per cent.", "5.2", Expected.NUMBER, "5.2 per cent"),
        ("It opened on March 3, 2021, at last.", "March 3", Expected.TIME, "March 3, 2021"),
        ("The chair is Ansa Kolvery of Elm.", "Kolvery", Expected.NAME, "Ansa Kolvery"),
        ("The chair is Ansa Kolvery of Elm.", "Ansa", Expected.NAME, "Ansa Kolvery"),
        ("Elm's President Ansa Kolvery left.", "Elm's President Ansa Kolvery", Expected.NAME, "Ansa Kolvery"),
        ("It was MP Ansa Kolvery.", "MP Ansa Kolvery", Expected.NAME, "Ansa Kolvery"),
        ("Mayor Kolvery left.", "Mayor Kolvery", Expected.NAME, "Mayor Kolvery"),
        ("King Harald III left.", "King Harald III", Expected.NAME, "King Harald III"),
        ('They called it "a large storm" today.', '"a large storm', Expected.ANY, '"a large storm"'),
        ("The agency (USAID), it said.", "The agency (USAID", Expected.ANY, "The agency (USAID)"),
        ("The agency (in short USAID) left.", "The agency (in short", Expected.ANY, "The agency"),
        ("They met in Elm, then left.", "Elm,", Expected.PLACE, "Elm"),
        ("Officials met.", "Officials met.", Expected.ANY, "Officials met"),
        ("She spoke on behalf of the board.", "the board", Expected.NAME, "the board"),
        ("It is 60 kilometres away from Elm.", "60 kilometres away", Expected.NUMBER, "60 kilometres"),
    ],
)
def test_a_short_answer_is_whole(text: str, span: str, expected: Expected, short: str) -> None:
    start = text.index(span)
    a, b = widen(text, (start, start + len(span)), (0, len(text)), expected)
    assert text[a:b] == short


def test_of_several_numbers_the_one_of_what_is_counted_is_the_answer() -> None:
    text = "Police said 58 people were held and six officers hurt."
    span = (text.index("58"), text.index(" officers"))
    a, b = widen(text, span, (0, len(text)), Expected.NUMBER, ("offic",))
    assert text[a:b] == "six officers"


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60), st.sampled_from(list(Expected)))
def test_a_short_answer_stays_within_its_sentence(text: str, a: int, b: int, expected: Expected) -> None:
    a, b = sorted((min(a, len(text)), min(b, len(text))))
    start, end = widen(text, (a, b), (0, len(text)), expected)
    assert 0 <= start <= len(text)
    assert 0 <= end <= len(text)


def test_a_part_of_a_whole_is_told_with_the_whole() -> None:
    text = "The Alliance won 71 of 140 seats."
    a = text.index("71")
    bounds = widen(text, (a, len(text) - 1), (0, len(text)), Expected.NUMBER, ("seat",))
    assert text[slice(*bounds)] == "71 of 140 seats"


@pytest.mark.parametrize(
    ("text", "span", "short"),
    [
        ("The airline carried 4.1 million passengers in all.", "4.1 million passengers", "4.1 million passengers"),
        ("It made 42 million, after a loss of 18 million a year earlier.", "18 million a year", "18 million"),
        ("It pays 18 million a year.", "18 million a year", "18 million a year"),
    ],
)
def test_a_sum_is_told_whole_and_without_when_it_was(text: str, span: str, short: str) -> None:
    a = text.index(span)
    for expected in (Expected.NUMBER, Expected.ANY):
        start, end = widen(text, (a, a + len(span)), (0, len(text)), expected, ("passeng",))
        assert text[start:end] == short
