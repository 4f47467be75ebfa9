"""Reading misspelt questions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import QAEngine
from qa.spelling import corrected

VOCABULARY = (
    "which",
    "first",
    "harbour",
    "kolvery",
    "delegation",
    "tarvo",
    "talks",
    "sign",
    "siren",
    "being",
    "sunrise",
)


class Known:
    """A vocabulary in a few words."""

    def knows(self, word: str) -> bool:
        return word in {*VOCABULARY, "paris", "port"}

    def vocabulary(self) -> Sequence[str]:
        return VOCABULARY

    def language(self) -> Sequence[str]:
        return "every", "baking", "where"


def read(text: str) -> str:
    return corrected(text, Known())


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("wich harbor", "which harbour"),
        ("the frist taks", "the first talks"),
        ("Who is Kolvary?", "Who is Kolvery?"),
        ("the delagaton", "the delegation"),
        ("delagatoin", "delegation"),
        ("Kolvare", "Kolvare"),
        ("the sirn", "the siren"),
        ("eveyr baing", "every baking"),
        ("wheyye", "where"),
        ("Summarise what happened", "Summarise what happened"),
        ("Paris port", "Paris port"),
        ("TARVO", "TARVO"),
        ("zzzzzz", "zzzzzz"),
        ("kat", "kat"),
        ("", ""),
    ],
)
def test_a_slip_is_read_as_the_articles_spell_it(asked: str, meant: str) -> None:
    assert read(asked) == meant


class Unasked(Known):
    """Knows every word and is never asked for one."""

    def knows(self, word: str) -> bool:
        return True

    def vocabulary(self) -> Sequence[str]:
        raise AssertionError("not needed")

    language = vocabulary


@given(st.text())
def test_a_known_question_stays_as_it_is(text: str) -> None:
    assert corrected(text, Unasked()) == text


@pytest.mark.parametrize("word", ["campers", "dearer", "voted"])
def test_other_forms_of_an_english_word_are_known(engine: QAEngine, word: str) -> None:
    assert not any(notice.startswith("Read as") for notice in engine.answer(f"Who met the {word}?").notices)


def test_a_misspelt_question_is_answered_and_says_how_it_was_read(engine: QAEngine) -> None:
    answer = engine.answer("In wich city was the frist round of talks betwen Azerbaijan and Nagorno-Karabak held?")
    assert answer.short_answer == "Yevlakh"
    assert any(notice.startswith("Read as: In which city was the first round") for notice in answer.notices)


def test_an_english_word_that_the_articles_lack_is_no_slip(engine: QAEngine) -> None:
    answer = engine.answer("Who is the mayor of Paris?")
    assert not any(notice.startswith("Read as") for notice in answer.notices)
