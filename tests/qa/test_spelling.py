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
    "storage",
    "murders",
)


class Known:
    """A vocabulary in a few words."""

    def knows(self, word: str) -> bool:
        return word in {*VOCABULARY, "paris", "port", "axial", "stop", "happy"}

    def vocabulary(self) -> Sequence[str]:
        return VOCABULARY

    def language(self) -> Sequence[str]:
        return "every", "baking", "where", "shut", "down", "coastal", "subdued", "murders"


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
        ("eveyr signn", "every sign"),
        ("wheer", "where"),
        ("wheyye", "wheyye"),
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


@pytest.mark.parametrize("word", ["stoppage", "coaxial", "shutdown", "happiness", "subdue", "mourners", "delegación"])
def test_a_word_that_is_formed_of_others_or_far_from_all_is_no_slip(word: str) -> None:
    assert read(f"the {word} of Tarvo") == f"the {word} of Tarvo"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("kolvre", "kolvery"),
        ("Kolvre", "Kolvre"),
        ("subdoed", "subdued"),
        ("subdoex", "subdoex"),
        ("delegatoun", "delegation"),
    ],
)
def test_two_slips_are_believed_in_names_and_in_long_words_of_the_articles(asked: str, meant: str) -> None:
    assert read(f"the {asked} of Tarvo") == f"the {meant} of Tarvo"


def test_two_readings_that_are_about_as_likely_leave_the_word_as_it_is() -> None:
    class Alike(Known):
        def vocabulary(self) -> Sequence[str]:
            return "stole", "stale"

    assert corrected("who stqle it", Alike()) == "who stqle it"


@pytest.mark.parametrize(
    "question",
    [
        "Quien gano las elecciones de la region?",
        "Quelle est la date de la signature des talksi?",
        "Wer hat die Delegaton und den Hafen gesehen?",
    ],
)
def test_a_question_in_another_language_stays_as_it_is(question: str) -> None:
    assert read(question) == question


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
