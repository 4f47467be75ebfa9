"""Countries under their several names."""

import pytest

from index.keywords import terms
from qa.places import _countries, other_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What did Moscow want?", "Russian"),
        ("the Kremlin said", "Moscow"),
        ("the United States", "American"),
        ("a U.S. envoy", "Washington"),
        ("Downing Street", "British"),
    ],
)
def test_a_government_goes_by_several_names(text: str, name: str) -> None:
    assert set(terms(name)) <= other_names(text)


@pytest.mark.parametrize("text", ["let us go", "a turkey farm", "polish the floor", "The port of Karsund."])
def test_other_words_are_no_countries(text: str) -> None:
    assert not other_names(text)


def test_no_name_belongs_to_two_countries() -> None:
    lines = [{*country} for country in {tuple(country) for country in _countries().values()}]
    assert sum(map(len, lines)) == len(_countries())
