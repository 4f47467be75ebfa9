"""A conversation in the page: turns, what is shown, what is remembered, and what a browser may send back."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.types import Answer, AnswerStatus, Disagreement, Headline, Sentence, Verdict
from qa.web.session import TURNS_KEPT, Session
from tests.qa.answers import HARBOUR


def said(question: str, status: AnswerStatus = AnswerStatus.ANSWERED, **more: Any) -> Answer:
    return Answer(question=question, text=f"About {question}. [1]", status=status, citations=(HARBOUR,), **more)


def session(turns: int) -> Session:
    """A conversation whose questions are the numbers of their turns."""
    made = Session()
    for turn in range(turns):
        made = made.with_answer(said(str(turn)))
    return made


def test_a_new_conversation_is_empty_and_shows_nothing() -> None:
    new = Session()
    assert (new.next, new.history(), new.answer(new.shown), new.answer(0)) == (0, [], None, None)


def test_a_new_answer_is_the_one_whose_sources_are_shown() -> None:
    two = session(1).showing(0, 1).with_answer(said("second"))
    assert (two.shown, two.marked, two.next) == (1, None, 2)


def test_a_long_conversation_forgets_its_oldest_turns_and_counts_on() -> None:
    long = session(TURNS_KEPT + 5)
    assert len(long.answers) == TURNS_KEPT
    assert (long.first, long.next, long.shown) == (5, TURNS_KEPT + 5, TURNS_KEPT + 4)
    assert long.answer(4) is None
    for turn in (5, TURNS_KEPT, TURNS_KEPT + 4):
        answer = long.answer(turn)
        assert answer is not None
        assert answer.question == str(turn)


@pytest.mark.parametrize("turn", [-1, 3, 10**9, None])
def test_a_turn_that_is_not_kept_has_no_answer_and_cannot_be_shown(turn: int | None) -> None:
    three = session(3)
    assert three.answer(turn) is None
    if turn is not None:
        assert three.showing(turn, 1) == three


def test_messages_count_from_the_oldest_turn_that_is_kept() -> None:
    long = session(TURNS_KEPT + 2)
    assert [long.turn_of(message) for message in (0, 1, 2, (3, 0))] == [2, 2, 3, 3]


@pytest.mark.parametrize("status", AnswerStatus)
def test_only_what_the_engine_looked_for_in_the_articles_is_history(status: AnswerStatus) -> None:
    looked = status in (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_ARTICLES)
    history = session(1).with_answer(said("later", status)).history()
    assert history == [["0", "About 0. [1]"], ["later", "About later. [1]"]][: 2 if looked else 1]


def test_asking_a_turn_again_drops_it_and_what_came_after() -> None:
    back = session(4).before(2)
    assert [answer.question for answer in back.answers] == ["0", "1"]
    assert (back.next, back.shown) == (2, 1)
    assert session(4).before(0) == Session()


def test_asking_a_turn_again_that_is_forgotten_drops_all_that_came_after() -> None:
    assert session(TURNS_KEPT + 5).before(2) == Session(first=5)


@given(turns=st.integers(0, TURNS_KEPT + 9), turn=st.integers(-3, TURNS_KEPT + 12))
def test_what_is_shown_is_always_kept_whatever_is_asked_again(turns: int, turn: int) -> None:
    back = session(turns).before(turn)
    assert back.next <= turns
    assert (back.answer(back.shown) is None) == (not back.answers)
    assert back.with_answer(said("again")).answer(back.next) == said("again")


def test_a_conversation_comes_back_from_the_dictionaries_of_its_answers() -> None:
    whole = said(
        "Who?",
        as_of=date(2023, 4, 5),
        newest_source=date(2023, 4, 2),
        sentences=(Sentence(text="About.", verdict=Verdict.SUPPORTED, citations=(1,)),),
        nearest=(Headline(article_id="h", title="H", publisher=None, published=None),),
        disagreements=(Disagreement(text="Two [1] or three [1]", numbers=(1,)),),
        notices=("Old.",),
        timings={"read": 1.5},
    )
    back = Session.of(json.loads(json.dumps([whole.to_dict(), said("When?").to_dict()])), 7)
    assert back.answers == (whole, said("When?"))
    assert (back.first, back.next, back.shown) == (7, 9, 8)


def test_a_conversation_that_is_too_long_comes_back_with_its_newest_turns() -> None:
    kept = [said(str(turn)).to_dict() for turn in range(TURNS_KEPT + 3)]
    back = Session.of(kept, 10)
    assert (back.first, back.answers[0].question, back.answers[-1].question) == (13, "3", str(TURNS_KEPT + 2))


def test_an_empty_conversation_comes_back_empty() -> None:
    assert Session.of([]) == Session()


@pytest.mark.parametrize("answers", [None, {}, "[]", 3, [None], [[]], ["x"], [{}], [{"schema": 1}]])
def test_what_is_no_list_of_answers_is_refused(answers: Any) -> None:
    with pytest.raises(ValueError, match=r"^a kept (conversation|answer) .+\.$"):
        Session.of(answers)


@pytest.mark.parametrize("first", [-1, 10**6, 1.5, "1", None])
def test_a_first_turn_that_is_no_number_of_turns_is_refused(first: Any) -> None:
    with pytest.raises(ValueError, match="number of the first"):
        Session.of([], first)


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": 2},
        {"question": 3},
        {"text": None},
        {"status": "MAYBE"},
        {"as_of": "yesterday"},
        {"notices": "none"},
        {"citations": 1},
        {"citations": [{}]},
        {"nearest": [{"title": "only"}]},
    ],
)
def test_a_damaged_answer_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^a kept answer .+\.$"):
        Session.of([said("Who?").to_dict(), said("Who?").to_dict() | damage])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", '1"><img src=x>'),
        ("start", "<b>"),
        ("end", None),
        ("verdict", '"><b>'),
        ("title", 5),
        ("age_days", []),
    ],
)
def test_a_citation_that_could_carry_markup_into_the_panel_is_refused(name: str, value: Any) -> None:
    answer = said("Who?").to_dict()
    answer["citations"][0][name] = value
    with pytest.raises(ValueError, match=rf"damaged at 0\.citations\.0\.{name}"):
        Session.of([answer])
