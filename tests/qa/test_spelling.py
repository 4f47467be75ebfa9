"""Reading misspelt questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import QAEngine
from qa.spelling import corrected

VOCABULARY = ("which", "first", "harbour", "kolvery", "delegation", "tarvo", "talks")


def read(text: str) -> str:
    known = {*VOCABULARY, "paris", "port"}
    return corrected(text, known.__contains__, lambda: VOCABULARY)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("wich harbor", "which harbour"),
        ("the frist taks", "the first talks"),
        ("Who is Kolvary?", "Who is Kolvery?"),
        ("the delagaton", "the delegation"),
        ("Paris port", "Paris port"),
        ("TARVO", "TARVO"),
        ("zzzzzz", "zzzzzz"),
        ("kat", "kat"),
        ("", ""),
    ],
)
def test_a_slip_is_read_as_the_articles_spell_it(asked: str, meant: str) -> None:
    assert read(asked) == meant


@given(st.text())
def test_a_known_question_stays_as_it_is(text: str) -> None:
    assert corrected(text, lambda _: True, lambda: VOCABULARY) == text


def test_the_vocabulary_is_asked_for_only_when_needed() -> None:
    def unused() -> tuple[str, ...]:
        raise AssertionError("not needed")

    assert corrected("the port", lambda _: True, unused) == "the port"


def test_a_misspelt_question_is_answered_and_says_how_it_was_read(engine: QAEngine) -> None:
    answer = engine.answer("In wich city was the frist round of talks betwen Azerbaijan and Nagorno-Karabak held?")
    assert answer.short_answer == "Yevlakh"
    assert any(notice.startswith("Read as: In which city was the first round") for notice in answer.notices)


def test_an_english_word_that_the_articles_lack_is_no_slip(engine: QAEngine) -> None:
    answer = engine.answer("Who is the mayor of Paris?")
    assert not any(notice.startswith("Read as") for notice in answer.notices)
