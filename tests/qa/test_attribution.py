"""Who makes a claim."""

import pytest

from qa.attribution import attribution_of
from qa.sentences import sentences_of


def speaker(text: str, sentence: int = -1) -> str | None:
    start, end = sentences_of(text)[sentence]
    found = attribution_of(text, start, end)
    return found.name if found else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tarvo said that the port was closed.", "Tarvo"),
        ("The harbour board announced a new pier.", "The harbour board"),
        ("According to Ansa Kolvery, the port was closed.", "Ansa Kolvery"),
        ("The port was closed, according to the harbour board.", "the harbour board"),
        ("Tarvo, in turn, said there were no ships.", "Tarvo"),
        ("On Monday, the harbour board announced that the port was closed.", "the harbour board"),
        ('"The port is closed," the statement said.', "the statement"),
        ('"The port is closed," said Ansa Kolvery.', "Ansa Kolvery"),
        ("The port, Ansa Kolvery added, was closed.", "Ansa Kolvery"),
        ("Harbour President Ansa Kolvery spoke. The president pointed out that nobody was hurt.", "Ansa Kolvery"),
        ("Ansa Kolvery said it was late. She added that nobody was hurt.", "Ansa Kolvery"),
        ("The minister denied that the port was closed.", "The minister"),
        ("Ansa Kolvery called it a lie and said that nobody was hurt.", "Ansa Kolvery"),
        ("The port was closed, the harbour board said.", "the harbour board"),
        ("The port was closed, police said.", "police"),
        ("Harbour Minister Ansa Kolvery on Friday denied that the port was closed.", "Harbour Minister Ansa Kolvery"),
        ("Tarvo pointed out, according to the statement, that nobody was hurt.", "Tarvo"),
        ("Ansa Kolvery, head of the board, resigned. She said that it was late.", "Ansa Kolvery"),
        ("Ansa Kolvery resigned. In a letter to the staff she said that it was late.", "Ansa Kolvery"),
    ],
)
def test_a_claim_keeps_its_speaker(text: str, name: str) -> None:
    assert speaker(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "The port was closed on Monday.",
        "Ships came back after a week, and the pier was rebuilt.",
        "What the board had said was wrong.",
        "The meeting was attended by three officials.",
        "A judge could decide whether the pier called Elm may reopen.",
    ],
)
def test_the_article_itself_is_no_speaker(text: str) -> None:
    assert speaker(text) is None


def test_the_claim_is_told_from_the_rest_of_the_sentence() -> None:
    text = "On Monday, the harbour board announced that pier 4 was closed."
    found = attribution_of(text, 0, len(text))
    assert found is not None
    assert text[slice(*found.claim)] == " that pier 4 was closed."


def test_a_pronoun_that_nothing_explains_stays() -> None:
    assert speaker("She said that the port was closed.") == "She"


@pytest.mark.parametrize(
    "text",
    [
        "The harbour board said it was late. He added that nobody was hurt.",
        "Ansa Kolvery said it was late. The guard was Pell Ostrig. She added that nobody was hurt.",
        "While Ansa Kolvery slept the port burned. He said that nobody was hurt.",
    ],
)
def test_a_pronoun_is_given_no_name_that_it_may_not_stand_for(text: str) -> None:
    assert speaker(text) in {"He", "She"}


def test_a_pronoun_is_no_name() -> None:
    text = "She said that the port was closed. Ansa Kolvery said that it was open."
    first, second = (attribution_of(text, *bounds) for bounds in sentences_of(text))
    assert first is not None
    assert not first.is_named
    assert second is not None
    assert second.is_named
