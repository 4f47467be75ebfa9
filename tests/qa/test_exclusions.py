"""What cannot answer, and what must not be taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Article
from qa.exclusions import cannot_answer
from qa.question import understand
from qa.told import Told


def told(sentence: str, short: str, title: str) -> Told:
    start = sentence.index(short)
    article = Article(id="a", title=title, text=sentence)
    return Told(article=article, start=0, end=len(sentence), span=(start, start + len(short)))


@pytest.mark.parametrize(
    ("question", "short", "sentence"),
    [
        (
            "Who tested the brakes?",
            "Jon Vell",
            "Operations director Jon Vell insisted that the brakes had been tested.",
        ),
        ("Who represented Ostrel?", "Vell", "Delegates of the valley, Vell added, were seen by the envoys of Ostrel."),
        ("How many miners are still missing?", "Four", "Four miners were killed when the roof fell."),
        ("What was the mill's profit?", "9 million crowns", "The mill had a turnover of 9 million crowns."),
        ("When did the envoys leave Tarvo?", "Friday", "The envoys arrived in Tarvo on Friday."),
        (
            "How long did the operation last?",
            "three hours",
            "The meeting lasted three hours and dealt with the future.",
        ),
        ("How long did the hearing take?", "two days", "A committee took two days to elect its head."),
        ("How long will the ceasefire last?", "eleven days", "The ceasefire began after eleven days of fighting."),
        ("How long did the arrests take?", "31 hours", "The search began on Friday and took 31 hours."),
        (
            "How many seats did the Lantern Party win?",
            "140",
            "The Alliance has 71 of 140 seats, the Lantern Party fewer.",
        ),
        (
            "How many seats did the Lantern Party win?",
            "71",
            "The Alliance won 71 seats, two more than the Lantern Party.",
        ),
        ("How many seats did Vell win?", "40", "The Elm List won 40 seats, Vell nine and the Guild four."),
        ("How many seats did Elm win?", "nine", "The Elm List won 40 seats, Vell nine and the Guild four."),
        ("How many tents did Tarvo send?", "2,000", "Tarvo sent 60 men with dogs, and the Open Larder 2,000 tents."),
        ("How many staff does the airline have?", "240", "The airline will add six aircraft and hire 240 cabin staff."),
        ("How many schools collapsed?", "600", "In Tarvo, 600 houses collapsed, and a school."),
        ("How much did revenue fall?", "7 per cent", "Revenue rose by 7 per cent."),
        ("Was Jon Vell acquitted?", "acquitted", "The businessman Otto Brandl was acquitted."),
        ("What is the girl's name?", "nine", "We pulled out a girl of nine, said a man."),
        ("How old was Jon Vell?", "2003", "The painter Jon Vell died in 2003."),
        ("When was Jon Vell born?", "2003", "The painter Jon Vell died in 2003."),
        ("How many voted against the bill?", "Four", "Four senators abstained."),
        ("Who leads the government?", "Jon Vell", "The leader of the opposition, Jon Vell, was absent."),
        ("How many patients fell ill?", "41", "It closed 3 wards after 86 patients and 41 members of staff fell ill."),
        ("How long did the appeal last?", "two weeks", "The lawyer announced an appeal within two weeks."),
        ("How long did the talks last?", "two days", "The talks came to an end two days later."),
        ("How many miners were hurt?", "eleven", "The eleven miners were hoisted to the surface."),
        ("How many aircraft will it cut?", "six", "It will add six aircraft this year."),
        ("Why did the shares fall?", "3 per cent", "Shares in the firm fell by 3 per cent in Tarvo."),
        ("How old is Jon Vell?", "58", "Jon Vell spoke for his client, who is 58."),
        ("How old is Jon Vell?", "46", "Finance director Ada Holm, 46, takes the helm."),
        ("How long was Jon Vell's sentence?", "18 months", "His deputy, Ada Holm, got a sentence of 18 months."),
        ("How much did the inquiry cost?", "five months", "The inquiry worked for five months."),
        ("Who is the president of Ostrania?", "Ada Holm", "Ada Holm, envoy of the president, was there."),
    ],
)
def test_a_sentence_about_something_else_cannot_answer(question: str, short: str, sentence: str) -> None:
    assert cannot_answer(understand(question), told(sentence, short, "News from Tarvo"))


@pytest.mark.parametrize(
    ("question", "short", "sentence"),
    [
        ("Who said that the brakes had been tested?", "Jon Vell", "Jon Vell insisted that the brakes had been tested."),
        ("Who is the operations director?", "Jon Vell", "Operations director Jon Vell insisted that all was well."),
        ("Who leads the opposition?", "Jon Vell", "Jon Vell, who leads the opposition, said that it was late."),
        ("Who met the envoys?", "Jon Vell", "Jon Vell said that he had met the envoys on Friday."),
        ("How many miners were killed?", "Four", "Four miners died when the roof fell."),
        ("How many of the injured were freed?", "Four", "Four men were rescued from the shaft."),
        ("How many were hurt?", "Twelve", "Twelve people were taken to a hospital, and four were killed in the blast."),
        ("What was the mill's profit?", "9 million crowns", "The mill earned 9 million crowns on a turnover of 90."),
        ("How long did the talks last?", "three hours", "The meeting lasted three hours and dealt with the future."),
        ("How long did the operation last?", "three hours", "It lasted three hours, the ministry said."),
        ("How long did the operation last?", "three hours", "The ministry said the operation took three hours."),
        ("How long did the operation last?", "three hours", "It began on Friday and lasted three hours."),
        ("How long did the negotiations last?", "five days", "The accord was signed after five days of talks."),
        ("How many seats did the Alliance win?", "71", "The Alliance has 71 of 140 seats, the Lantern Party fewer."),
        ("How many seats does the parliament have?", "140", "The Alliance has 71 of 140 seats."),
        ("How many seats did the Alliance win?", "71", "The Alliance won 71 seats, two more than the Lantern Party."),
        ("How many more seats than the Party has it?", "two", "It won 71 seats, two more than the Lantern Party."),
        ("How long did the talks last?", "two days", "The talks lasted two days."),
        ("How old was Ada Holm?", "91", "The engineer Ada Holm, who built a bridge, died in Lisse at the age of 91."),
        ("How old is Vell?", "58", "Jon Vell, who will be replaced by a woman of 40, is 58."),
        ("What is the girl's name?", "Ada", "The girl, Ada, is nine."),
        ("How many staff does the airline have?", "240", "The airline employs 240 cabin staff."),
        ("How many staff will the airline hire?", "240", "The airline will hire 240 cabin staff."),
        ("How many schools collapsed?", "two", "In Tarvo, two schools and 600 houses collapsed."),
        ("How many passengers were saved?", "31", "Of its passengers 31 survivors were saved, passengers said."),
        ("How much did revenue rise?", "7 per cent", "Revenue rose by 7 per cent."),
        ("Was Jon Vell acquitted?", "acquitted", "He and Otto Brandl were acquitted."),
        ("How many seats did Vell win?", "nine", "The Elm List won 40 seats, Vell nine and the Guild four."),
        ("How many seats did Elm win?", "40", "The Elm List won 40 seats, Vell nine and the Guild four."),
        ("How many seats did Elm win on June 9?", "40", "In May, and June 9 at last, Elm won 40 seats."),
        ("How many miners were hurt?", "Eleven", "Eleven miners were taken to a hospital."),
        ("How many aircraft will it cut?", "six", "It will drop six aircraft and hire 40 pilots."),
        ("When does voting start?", "May 3", "Voting runs from May 3 to the end of the month."),
        ("Why did the shares fall?", "fuel was dear", "Shares in the firm fell because fuel was dear."),
        ("How old is Jon Vell?", "58", "The lawyer of Ada Holm, Jon Vell, 58, denied it."),
        ("How old is Jon Vell?", "58", "He is 58 and denies it."),
        ("When was Jon Vell born?", "1967", "He and Ada Holm were born in 1967."),
        ("How long was Jon Vell's sentence?", "six years", "The court sentenced the harbour chief to six years."),
        ("How much time did the inquiry cost?", "five months", "The inquiry worked for five months."),
        ("How much did the inquiry cost?", "five million", "The inquiry spent five million in a year."),
    ],
)
def test_a_sentence_that_may_answer_is_left(question: str, short: str, sentence: str) -> None:
    title = "Twelve hurt in blast" if "hurt" in question else "News from Tarvo"
    assert not cannot_answer(understand(question), told(sentence, short, title))


@given(st.text(max_size=80), st.text(min_size=1, max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_whatever_is_asked_and_told_is_judged(question: str, sentence: str, a: int, b: int) -> None:
    a, b = sorted((min(a, len(sentence)), min(b, len(sentence))))
    article = Article(id="a", title="News from Tarvo", text=sentence)
    for asked in (question, f"Who is the president of {question}?", f"How old is Jon {question}?"):
        cannot_answer(understand(asked), Told(article=article, start=0, end=len(sentence), span=(a, b)))
