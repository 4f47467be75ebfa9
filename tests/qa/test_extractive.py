"""Drafts from hand-made evidence: speakers, length, order."""

from dataclasses import replace
from datetime import date

import pytest

from index.types import Article, Passage
from qa.candidates import Candidate
from qa.citations import cite
from qa.confidence import Signals
from qa.extractive import FACT_WORDS, SHORT_BAR, draft_fact
from qa.prompting import load_wording
from qa.question import understand
from qa.sentences import sentences_of
from qa.types import ScoredPassage

SIGNALS = Signals(
    reader=6.0, lead=3.0, question_to_sentence=0.7, question_to_passage=0.6, retrieved=0.9, met_in_sentence=0.8,
    met_in_passage=0.9, rarest_missing=0.0, names_elsewhere=0.0, names_unknown=0.0, counted_missing=0.0, numbers_missing=0.0, type_met=1.0, echo=0.0, span_words=2, asks_yes_no=0.0, asks_why=0.0,
)  # fmt: skip
LONG = (
    "The board, " + "which had met in the hall by the old pier again and again, " * 12 + "chose Ansa Kolvery on Monday."
)


def candidate(text: str, short: str, sentence: int = -1) -> Candidate:
    article = Article(id="a1", title="Port", text=text, published=date(2023, 3, 1))
    start, end = sentences_of(text)[sentence]
    passage = Passage(id="a1-000", article_id="a1", ordinal=0, start=0, end=len(text), text=text)
    scored = ScoredPassage(passage=passage, article=article, score=1, similarity=1, found_by="dense")
    at = text.index(short, start)
    return Candidate(
        scored=scored, start=start, end=end, span=(at, at + len(short)), signals=SIGNALS, confidence=0.9, rank=0.9
    )


def text_of(question: str, found: Candidate) -> str:
    draft = draft_fact(understand(question), [found], load_wording())
    return cite(draft.lines, date(2023, 3, 2)).text


def test_a_plain_fact_is_its_short_answer_and_its_sentence() -> None:
    text = text_of("When did the port reopen?", candidate("The port reopened on Monday.", "Monday"))
    assert text == "**Monday** [1]\n\nThe port reopened on Monday. [1]"


def test_a_claim_names_its_speaker_before_the_short_answer() -> None:
    text = text_of("What was closed?", candidate("Ansa Kolvery said that pier 4 was closed.", "pier 4"))
    assert text.startswith("According to Ansa Kolvery: **pier 4** [1]")


def test_a_role_is_written_small_within_a_sentence() -> None:
    text = text_of("What was closed?", candidate("The harbour masters said that pier 4 was closed.", "pier 4"))
    assert text.startswith("According to the harbour masters: **pier 4** [1]")


def test_a_speaker_is_not_according_to_himself() -> None:
    text = text_of("Who spoke of pier 4?", candidate("Ansa Kolvery said that pier 4 was closed.", "Ansa Kolvery"))
    assert text.startswith("**Ansa Kolvery** [1]")


def test_what_stands_outside_the_claim_is_the_articles_own() -> None:
    found = candidate("On Monday, the harbour board announced that pier 4 was closed.", "Monday")
    assert text_of("When was it announced?", found).startswith("**Monday** [1]")


def test_a_yes_or_no_question_gets_the_sentence_and_its_resolved_speaker() -> None:
    found = candidate("Harbour President Ansa Kolvery spoke. The president pointed out that nobody was hurt.", "nobody")
    assert text_of("Was anybody hurt?", found) == (
        "According to Ansa Kolvery: The president pointed out that nobody was hurt. [1]"
    )


@pytest.mark.parametrize("question", ["Who was chosen?", "Was Ansa Kolvery chosen?"])
def test_an_answer_to_one_fact_has_at_most_sixty_words_and_keeps_the_answer(question: str) -> None:
    draft = draft_fact(understand(question), [candidate(LONG, "Ansa Kolvery")], load_wording())
    assert sum(len(line.plain.split()) for line in draft.lines) <= FACT_WORDS + 2  # two ellipses
    assert "Ansa Kolvery" in draft.lines[-1].plain
    assert cite(draft.lines, date(2023, 3, 2)).citations[0].quote == LONG


def test_markup_in_an_article_is_only_text() -> None:
    found = candidate("The port <b>reopened</b> on *Monday* [2] for $5.", "Monday")
    text = text_of("When did the port reopen?", found)
    assert "<b>" not in text
    assert "\\[2\\]" in text


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("Who attended the meeting?", "Those who attended the meeting were Ansa Kolvery and her deputy.", "Those"),
        ("Who is Ansa Kolvery?", "Ansa Kolvery met Pell Ostrig in Tarvo.", "Pell Ostrig"),
    ],
)
def test_words_that_say_nothing_or_name_somebody_else_are_no_short_answer(question: str, text: str, short: str) -> None:
    draft = draft_fact(understand(question), [candidate(text, short)], load_wording())
    assert draft.short_answer is None
    assert [line.plain for line in draft.lines] == [text]


def test_an_unsure_span_leaves_its_sentence_alone() -> None:
    found = replace(candidate("The port reopened on Monday.", "Monday"), confidence=SHORT_BAR - 0.01)
    assert draft_fact(understand("When did the port reopen?"), [found], load_wording()).short_answer is None


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("Who is the president?", "President Ansa Kolvery met Pell Ostrig.", "Ansa Kolvery"),
        ("Who spoke?", "Ansa Kolvery's speech was long.", "Ansa Kolvery"),
    ],
)
def test_somebody_who_is_asked_for_is_named_without_office_and_ending(question: str, text: str, short: str) -> None:
    span = text.partition(" met ")[0].partition(" speech")[0]
    assert draft_fact(understand(question), [candidate(text, span)], load_wording()).short_answer == short


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who spoke for the town?", "Ansa Kolvery, Pell Ostrig and Bo van Dam"),
        ("Which two men spoke for the town?", "Ansa Kolvery, Pell Ostrig and Bo van Dam"),
        ("Who was the speaker of the town?", "Pell Ostrig"),
        ("Who spoke for the town with Bo van Dam?", "Pell Ostrig"),
    ],
)
def test_whoever_is_named_with_others_is_named_with_them_unless_one_is_asked_for(question: str, short: str) -> None:
    text = "On Monday Ansa Kolvery, Pell Ostrig and Bo van Dam spoke for the town."
    draft = draft_fact(understand(question), [candidate(text, "Pell Ostrig")], load_wording())
    assert draft.short_answer == short


def test_that_does_not_begin_a_short_answer() -> None:
    found = candidate("Ansa Kolvery said that pier 4 was closed.", "that pier 4 was closed")
    assert (
        draft_fact(understand("What did Ansa Kolvery say?"), [found], load_wording()).short_answer
        == "pier 4 was closed"
    )


@pytest.mark.parametrize(
    ("text", "span", "short"),
    [
        ("The mayor, Ansa Kolvery, and the envoy of Elm met.", "The mayor, Ansa Kolvery, and the envoy", "The mayor"),
        ("Ansa Kolvery, the mayor of Elm, left.", "Ansa Kolvery, the mayor of Elm", "the mayor of Elm"),
        ("Elm's President Ansa Kolvery left.", "Elm's President", "Elm's President"),
    ],
)
@pytest.mark.parametrize("question", ["Who is Ansa Kolvery?", "who is ansa kolvery"])
def test_who_somebody_is_is_told_without_the_name(question: str, text: str, span: str, short: str) -> None:
    assert draft_fact(understand(question), [candidate(text, span)], load_wording()).short_answer == short


def test_who_does_something_is_answered_by_a_name() -> None:
    found = candidate("An inquiry under Ansa Kolvery began.", "Ansa Kolvery")
    draft = draft_fact(understand("Who is in charge of the inquiry?"), [found], load_wording())
    assert draft.short_answer == "Ansa Kolvery"


def test_a_speaker_known_by_a_pronoun_alone_is_not_named() -> None:
    text = text_of("What was closed?", candidate("She said that pier 4 was closed.", "pier 4"))
    assert text == "**pier 4** [1]\n\nShe said that pier 4 was closed. [1]"


@pytest.mark.parametrize(("confidence", "second"), [(SHORT_BAR - 0.01, True), (SHORT_BAR + 0.01, False)])
def test_beside_an_unsure_answer_stands_the_second_best_sentence(confidence: float, second: bool) -> None:
    best = replace(candidate("The port reopened on Monday.", "Monday"), confidence=confidence)
    other = candidate("The pier of the port had reopened by Friday.", "Friday")
    other = replace(other, scored=replace(other.scored, article=replace(other.article, id="a2")), confidence=0.4)
    draft = draft_fact(understand("When did the port reopen?"), [best, other], load_wording())
    assert any("Friday" in line.plain for line in draft.lines) == second
