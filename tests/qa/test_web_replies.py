"""What the conversation says: answers with links to their sources, and questions as they were typed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.markdown import visible
from qa.types import Answer, AnswerStatus, Disagreement, Sentence, Verdict
from qa.web.replies import asked, bubble, messages, so_far, told, unasked
from qa.web.session import Session
from tests.qa.answers import HARBOUR, Rendered

MARKUP = st.text(
    st.one_of(st.sampled_from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \n\t12aw"), st.characters()), max_size=40
)
DAY = date(2023, 4, 5)


def answered(text: str = "Three convoys. [1]", **changes: Any) -> Answer:
    values: dict[str, Any] = {"status": AnswerStatus.ANSWERED, "citations": (HARBOUR,), "as_of": DAY}
    return Answer(question="How many convoys?", text=text, **values | changes)


def rendered(text: str, **changes: Any) -> Rendered:
    return Rendered(bubble(answered(text, **changes), 3))


def test_a_marker_leads_to_the_card_of_its_turn_and_number() -> None:
    page = rendered("Three convoys. [1]")
    assert page.links == ["#dl-source-3-1"]
    assert page.text == "Three convoys. [1] As of 5 Apr 2023."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Three [1](https://evil.example/) left.", "Three [1](https://evil.example/) left."),
        ("Three [1]: they left.", "Three [1]: they left."),
        ("[1]: https://evil.example/", "[1]: https://evil.example/"),
        ("Three ([1]) left.", "Three ([1]) left."),
        ("Three! [1]", "Three! [1]"),
        ("Three![1]", "Three![1]"),
        ("**Three [1]** left.", "Three [1] left."),
        ("- Three left. [1]", "Three left. [1]"),
        ("Three left [01].", "Three left [1]."),
    ],
)
def test_a_marker_is_one_link_whatever_stands_beside_it(text: str, shown: str) -> None:
    page = rendered(text)
    assert page.links == ["#dl-source-3-1"]
    assert page.text == f"{shown} As of 5 Apr 2023."


def test_markers_side_by_side_are_links_of_their_own() -> None:
    page = rendered("Three. [1][2]", citations=(HARBOUR, replace(HARBOUR, number=2)))
    assert page.links == ["#dl-source-3-1", "#dl-source-3-2"]
    assert page.text.startswith("Three. [1][2]")


@pytest.mark.parametrize("words", [r"\[1\]", r"\[1]", "[2]", "[0]", "[1,2]", "[1-3]", "［1］", "[999999999999]"])
def test_brackets_that_are_words_of_an_article_lead_nowhere(words: str) -> None:
    assert rendered(f"The sign read {words} twice.").links == []


def test_markers_of_disagreeing_sources_are_links_too() -> None:
    both = (HARBOUR, replace(HARBOUR, number=2))
    page = rendered("x", citations=both, disagreements=(Disagreement(text="Two [1] or three", numbers=(1, 2)),))
    assert page.links == ["#dl-source-3-1", "#dl-source-3-2"]
    assert "Sources disagree Two [1] or three [2]" in page.text


def test_the_reply_leaves_the_sources_to_the_panel() -> None:
    reply = bubble(answered(), 0)
    assert "Sources" not in reply
    assert "The Example Courier" not in reply


def test_the_reply_tells_the_notices_as_text() -> None:
    page = rendered("Three. [1]", notices=("2 undated articles were <b>left out</b> [1].",))
    assert "2 undated articles were <b>left out</b> [1]." in page.text
    assert page.links == ["#dl-source-3-1"]


def test_a_reply_without_sources_says_no_day() -> None:
    declined = Answer(question="Who?", text="The articles do not tell.", status=AnswerStatus.NOT_IN_ARTICLES)
    assert bubble(declined, 0) == "The articles do not tell."


@pytest.mark.parametrize("status", AnswerStatus)
def test_only_what_the_articles_were_asked_for_can_be_rated(status: AnswerStatus) -> None:
    reply = bubble(Answer(question="Who?", text="So it is.", status=status), 0)
    assert ("dl-not-rated" in reply) is (
        status in (AnswerStatus.BUSY, AnswerStatus.FAILED, AnswerStatus.INVALID_QUESTION)
    )
    assert Rendered(reply).text == "So it is."


def test_the_newest_source_is_told_with_its_age_on_the_day_of_the_answer() -> None:
    page = rendered("Three. [1]", newest_source=date(2023, 4, 2))
    assert page.text.endswith("As of 5 Apr 2023. Newest source: 2 Apr 2023, 3 days old.")


def test_an_answer_as_of_no_day_counts_from_today() -> None:
    yesterday = date.today() - timedelta(days=1)
    assert rendered("Three. [1]", as_of=None, newest_source=yesterday).text.endswith("1 day old.")


def test_the_newest_source_is_not_told_twice() -> None:
    old = "The newest source is 5 months old, from 2 Apr 2023: things may have changed since."
    page = rendered("Three. [1]", newest_source=date(2023, 4, 2), notices=(old,))
    assert page.text.endswith("changed since. As of 5 Apr 2023.")


def test_a_notice_about_another_day_does_not_hide_the_newest_source() -> None:
    page = rendered("Three. [1]", newest_source=date(2023, 4, 2), notices=("Read as: what was said on 12 Apr 2023?",))
    assert "Newest source: 2 Apr 2023" in page.text


@given(MARKUP)
def test_an_answer_of_any_words_has_no_links_but_to_its_sources(text: str) -> None:
    page = rendered(text, reason=text * 2, notices=(text,), disagreements=(Disagreement(text=text, numbers=(1,)),))
    assert set(page.elements) <= {"p", "strong", "ul", "li", "a", "small"}
    assert set(page.links) == {"#dl-source-3-1"}


@given(MARKUP)
def test_links_change_no_word_of_what_is_said(text: str) -> None:
    said = Rendered(answered(text).to_markdown()).text.partition("Sources [1] The Example Courier")[0].strip()
    assert rendered(text).text == f"{said} As of 5 Apr 2023.".strip()


@given(MARKUP)
def test_a_question_is_shown_as_it_was_typed(question: str) -> None:
    message = asked(question)
    page = Rendered(message["content"])
    assert message["role"] == "user"
    assert page.text == " ".join(visible(question).split())
    assert set(page.elements) <= {"p"}


@given(MARKUP)
def test_a_question_that_is_edited_is_the_one_that_was_typed(question: str) -> None:
    assert unasked(asked(question)["content"]) == " ".join(visible(question).split())


def test_what_is_typed_into_an_edited_question_stays() -> None:
    assert unasked("Is AT&T <now> &copy; or *gone*?") == "Is AT&T <now> &copy; or *gone*?"


def test_each_turn_is_two_messages_that_know_its_number() -> None:
    session = Session(answers=(answered("Three. [1]"), answered("Four. [1]")), first=41)
    shown = messages(session, asked("And then?"), told("Searching"))
    assert [message["role"] for message in shown] == ["user", "assistant"] * 3
    assert "(#dl-source-41-1)" in shown[1]["content"]
    assert "(#dl-source-42-1)" in shown[3]["content"]
    assert [message["content"] for message in shown[4:]] == ["And then?", "Searching"]
    assert [session.turn_of(at) for at in range(4)] == [41, 41, 42, 42]


def test_an_answer_without_a_question_is_still_two_messages() -> None:
    assert [m["content"] for m in messages(Session(answers=(replace(answered("x", citations=()), question=""),)))] == [
        "",
        "x",
    ]


def test_what_is_written_so_far_shows_text_as_text_and_its_numbers() -> None:
    sentence = Sentence(text="Talks <b>ended</b> [2].", verdict=Verdict.SUPPORTED, citations=(1, 3))
    assert so_far([sentence, sentence]).startswith(r"Talks &lt;b&gt;ended&lt;/b&gt; \[2\]. \[1\]\[3\]")
    assert Rendered(so_far([sentence])).text == "Talks <b>ended</b> [2]. [1][3] …"


@given(MARKUP)
def test_what_is_written_so_far_has_no_markup_of_its_own(text: str) -> None:
    page = Rendered(so_far([Sentence(text=text, verdict=Verdict.SUPPORTED, citations=(1,))]))
    assert set(page.elements) == {"p"}
