"""Who holds an office, and who does not."""

import pytest

from qa.offices import is_another_group, is_no_holder
from qa.question import understand

ENVOY = "Present were Ada Holm, special envoy of the Ostranian president and head of an agency, and Jon Vell."
HOLDER = "Drovnia's President Mira Solvane met the envoys in Tarvo."


@pytest.mark.parametrize(
    ("question", "short", "sentence"),
    [
        ("Who is the president of Ostrania?", "Ada Holm", ENVOY),
        ("Who is Ostrania's president?", "Mira Solvane", "President Mira Solvane said that nobody was harmed."),
        ("Who represented Ostrania at the talks?", "Solvane", "Solvane received the envoys of Ostrania."),
        ("Who is the president of Drovnia?", "Jon Vell", "The president's spokesman, Jon Vell, declined to comment."),
        ("Who is the mayor of Tarvo?", "Ada Holm", "The then mayor, Ada Holm, opened the bridge."),
        ("Who is the mayor of Tarvo?", "Ada Holm", "Former mayor Ada Holm opened the bridge."),
        ("Who is the mayor of Tarvo?", "Ada Holm", "Deputy Mayor Ada Holm opened the bridge."),
        ("Who is the defence minister?", "Ada Holm", "Foreign Minister Ada Holm spoke of a surrender."),
        ("Who was the mayor?", "Jon Vell", "Jon Vell, an adviser to the mayor, left early."),
    ],
)
def test_another_ones_office_is_told(question: str, short: str, sentence: str) -> None:
    assert is_no_holder(question, frozenset(understand(question).names), short, sentence, f"{HOLDER} {sentence}")


@pytest.mark.parametrize(
    ("question", "short", "sentence"),
    [
        ("Who is the president of Drovnia?", "Mira Solvane", HOLDER),
        ("Who is Drovnia's president?", "Solvane", "President Solvane said that nobody was harmed."),
        ("Who is the Ostranian president's special envoy?", "Ada Holm", ENVOY),
        ("Who represented Drovnia at the talks?", "Solvane", "Solvane received the envoys of Ostrania."),
        ("Who is the deputy mayor of Tarvo?", "Ada Holm", "Deputy Mayor Ada Holm opened the bridge."),
        ("Who is the mayor of Tarvo?", "Ada Holm", "Then the mayor, Ada Holm, opened the bridge."),
        ("Who is the defense minister?", "Ada Holm", "Defence Minister Ada Holm spoke of a surrender."),
        ("Who is the mayor?", "Ada Holm", "The spokesman for the mayor, Ada Holm, declined to comment."),
        ("Who was arrested for attacking the mayor?", "Jon Vell", "Jon Vell was held after the mayor's car was hit."),
        ("Who is suing the mayor?", "Jon Vell", "The mayor's neighbour, Jon Vell, is going to court."),
        ("Who won?", "Jon Vell", "The mayor's neighbour, Jon Vell, won."),
    ],
)
def test_a_holder_and_whoever_is_asked_for_otherwise_may_answer(question: str, short: str, sentence: str) -> None:
    assert not is_no_holder(question, frozenset(understand(question).names), short, sentence, f"{HOLDER} {sentence}")


GUESTS = (
    "Ansa Kolvery of Velmora received a delegation from the Federation of Brenn. The delegation was led by Jon Vell."
)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who led the Velmoran delegation?", GUESTS, True),
        ("Who led Velmora's delegation?", GUESTS, True),
        ("Who led the delegation from Velmora?", GUESTS, True),
        ("Who led the Brennish delegation?", GUESTS, False),
        ("Who led the delegation?", GUESTS, False),
        ("Who led the Velmoran army?", GUESTS, False),
        ("Who led the Velmoran delegation?", "The envoys met. The delegation was led by Jon Vell.", False),
        ("Who led the US delegation?", "A delegation from Washington came. The delegation was led by Jon Vell.", False),
        ("Who led the Armenian delegation?", "Azerbaijan's delegation came. The delegation was led by Jon Vell.", True),
    ],
)
def test_the_delegation_of_others_is_told(question: str, text: str, expected: bool) -> None:
    assert is_another_group(question, text[text.index("The delegation") :], text) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who led the Velmoran delegation?", "Ansa Kolvery of Velmora received a delegation from Brenn.", True),
        (
            "Who led the Velmoran delegation?",
            "The Brennish delegation was led by Vell and the Velmoran one by Holm.",
            False,
        ),
        ("Who led the Velmoran delegation?", "Vell and Holm led the Brennish and the Velmoran delegation.", False),
        ("Who led the delegation of Velmora?", "Delegations from Brenn, Ostrania and Velmora were led by Holm.", False),
        ("Who led the delegation of Velmora?", "The delegations of Brenn and of Velmora were led by Holm.", False),
        ("By how much did Norvia's shares fall?", "Shares in Velmora Air fell by 3 per cent.", True),
        ("By how much did Velmora's shares fall?", "Shares in Velmora Air fell by 3 per cent.", False),
        ("What is the name of the team from Tarvo?", "The Lindholt Rovers and the Tarvo Foxes field teams.", False),
        ("Which army did Velmora's troops meet?", "Velmora's tired young troops met the army of Brenn.", False),
    ],
)
def test_whose_delegation_it_is_may_stand_in_the_sentence(question: str, sentence: str, expected: bool) -> None:
    assert is_another_group(question, sentence, sentence) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("{} Neighbouring Tavira sent dogs.", True), ("Tavira was hit. {}", False)]
)
def test_an_office_is_not_of_a_country_that_is_named_later_only(text: str, expected: bool) -> None:
    sentence = "President Luca Orsini flew to the region."
    wanted = frozenset(understand("Who is the president of Tavira?").names)
    asked = "Who is the president of Tavira?"
    assert is_no_holder(asked, wanted, "Luca Orsini", sentence, text.format(sentence)) is expected
