"""What somebody said: who is asked about, and which sentences are theirs."""

import pytest

from qa.attribution import attribution_of
from qa.question import understand
from qa.statements import is_statement_of, names_in_matter, speaker_asked_for


def is_answered_by(question: str, sentence: str) -> bool:
    return is_statement_of(speaker_asked_for(understand(question)), attribution_of(sentence, 0, len(sentence)))


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Ansa Kolvery say about the pier?", {"kolveri"}),
        ("What did President Kolvery demand?", {"kolveri"}),
        ("How does Tarvo describe the closure?", {"tarvo"}),
        ("what did the lawyer say about the sum", {"lawyer"}),
        ("What did the Harbour Board's chairman tell Pell Ostrig?", {"board", "chairman"}),
        ("What did the storm destroy?", set()),
        ("Who said that the pier was closed?", set()),
        ("When did the talks begin?", set()),
    ],
)
def test_a_question_for_a_statement_names_its_speaker(question: str, speaker: set[str]) -> None:
    assert speaker_asked_for(understand(question)) == speaker


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Ansa Kolvery said that the pier was closed.", True),
        ("The pier was closed, Kolvery added.", True),
        ("President Pell Ostrig said that the pier was closed.", False),
        ("The pier was closed.", False),
    ],
)
def test_a_statement_is_the_named_speakers_and_nobody_elses(sentence: str, expected: bool) -> None:
    assert is_answered_by("What did President Ansa Kolvery say?", sentence) is expected


def test_one_word_of_a_long_role_may_be_missing() -> None:
    said = "The chairman of the harbour board said that the pier was closed."
    assert is_answered_by("What did the old harbour board chairman say?", said)
    assert not is_answered_by("What did the Tarvo chairman say?", said)


def test_the_names_of_the_matter_are_those_beside_the_speaker() -> None:
    assert names_in_matter(understand("What did President Ansa Kolvery say about the port of Elm?")) == ("elm",)
