"""Words that exclude each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.opposites import says_the_opposite


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who holds the eastern bank?", "The western bank is held by Marovia."),
        ("Who leads South Marovia?", "North Marovian leader Ada Holm came."),
        ("By how much did imports grow?", "The exports grew by 4 percent."),
        ("What is the largest port of Ostrel?", "Tarvo is the second-largest port of Ostrel."),
        ("What is the tallest tower?", "It is the third tallest tower."),
    ],
)
def test_a_sentence_about_the_opposite_is_told(question: str, sentence: str) -> None:
    assert says_the_opposite(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who holds the eastern bank?", "The eastern bank faces the western one, held by Marovia."),
        ("Do the eastern and the western bank belong together?", "The western bank is Marovia's."),
        ("Which port lies in the south?", "Tarvo lies on the road to North Marovia."),
        ("Who won in South Marovia?", "A writer from the north won."),
        ("What is the second-largest port?", "Tarvo is the second-largest port."),
        ("What is the largest port?", "Tarvo is the largest port and has the second-largest dock."),
        ("Who came?", "The mayor came."),
    ],
)
def test_a_sentence_that_has_the_word_or_another_name_is_no_opposite(question: str, sentence: str) -> None:
    assert not says_the_opposite(question, sentence)


@given(st.text(max_size=80))
def test_no_text_is_its_own_opposite(text: str) -> None:
    assert not says_the_opposite(text, text)
