"""Asking and being answered, in a real browser."""

from playwright.sync_api import Browser, Page, expect

from qa.web.words import say
from tests.browser.pages import (
    FACT,
    OTHER_FACT,
    OVERVIEW,
    OpenPage,
    answered,
    ask,
    begin,
    cards,
    questions,
    replies,
)

# All that is offered within so many milliseconds.
OFFERED = """
ms => new Promise(done => {
  const seen = new Set();
  const looking = setInterval(() => seen.add(document.querySelector("#dl-next").innerText), 10);
  setTimeout(() => { clearInterval(looking); done([...seen].filter(Boolean)); }, ms);
})
"""


def test_a_question_is_answered_with_its_source_beside_it(open_page: OpenPage) -> None:
    page = open_page()
    assert page.title() == "Dateline"
    expect(page.locator("#dl-masthead h1")).to_have_text("Dateline")
    expect(page.locator("#dl-masthead p")).to_contain_text("11 articles, published 8 Nov 2022 to 19 Jun 2024")
    expect(page.locator("#dl-masthead .dl-leaves")).to_have_count(0)
    reply = ask(page, FACT)
    expect(reply.locator("strong")).to_have_text("three hours")
    expect(reply).to_contain_text("[1]")
    card = cards(page).first
    expect(card.locator("mark")).to_contain_text("three hours")
    expect(card.locator(".dl-publisher")).to_contain_text("Dateline brief after")
    expect(card.locator(".dl-badge")).to_have_text("brief")
    expect(card.locator(".dl-date")).to_contain_text("21 Sep 2023")
    expect(card.locator(".dl-verdict")).to_have_text("Quoted word for word")
    expect(page.locator("#dl-question textarea")).to_have_value("")


def test_what_is_clicked_is_asked(open_page: OpenPage) -> None:
    """An example of the empty page, and one of the questions that are offered after an answer."""
    page = open_page()
    example = page.locator("#dl-chat .example").first
    text = example.inner_text()
    example.click()
    expect(questions(page)).to_have_text([text])
    answered(page)
    expect(cards(page).first).to_be_visible()
    ask(page, OTHER_FACT)
    offered = page.locator("#dl-next a").first
    following = offered.inner_text()
    offered.click()
    expect(questions(page)).to_have_text([text, OTHER_FACT, following])
    answered(page)
    expect(page.locator(".dl-question")).to_have_text(following)
    expect(cards(page).first).to_be_visible()


def test_what_is_offered_after_an_answer_does_not_stand_under_the_next_one(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    ask(page, OTHER_FACT)  # at once, while questions to go on with are still being looked for
    seen = page.evaluate(OFFERED, 6_000)
    assert any("Yevlakh" not in offered for offered in seen)
    assert not any("Yevlakh" in offered or "Karabakh" in offered for offered in seen)


def test_a_server_that_does_not_reply_is_told_of_in_our_own_words(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector(".dl-status", state="attached")
    page.route("**/queue/join*", lambda route: route.abort())
    begin(page, FACT)
    toast = page.locator(".toast-body")
    expect(toast.locator(".toast-messages")).to_have_text(say("script.no_reply"))
    expect(toast.get_by_text("Error")).to_be_hidden()
    expect(page.locator("#dl-question textarea")).to_have_value(FACT)
    page.close()


def test_an_empty_question_is_not_asked(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-question textarea", "   ")
    with page.expect_response("**/queue/join*"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(1_000)
    expect(questions(page)).to_have_count(0)
    expect(page.locator("#dl-question .submit-button")).to_be_visible()


def test_markup_in_a_question_is_shown_as_it_was_typed_and_loads_nothing(open_page: OpenPage) -> None:
    page = open_page()
    typed = '<img src="https://example.org/a.png"> ![b](https://example.org/b.png) <script>alert(1)</script>'
    ask(page, typed)
    expect(questions(page)).to_have_text(typed)
    expect(page.locator(".dl-question")).to_have_text(typed)
    expect(page.locator("#dl-chat .message-content img")).to_have_count(0)


def test_a_follow_up_is_understood_from_what_was_said_before(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "Who led the Brennish delegation in Tarvo?")
    reply = ask(page, "When did the delegation come to Tarvo?")
    expect(reply).to_contain_text("[1]")
    expect(cards(page).first.locator("h3")).to_contain_text("Tarvo")
    expect(page.locator("#dl-beside .dl-question")).to_have_text("When did the delegation come to Tarvo?")


# An answer that is remembered comes so quickly that the button may be there for a few milliseconds only.
WATCH_FOR_STOP = """
new MutationObserver(() => {
  if (document.querySelector("#dl-question .stop-button")) document.body.dataset.couldBeStopped = "";
}).observe(document.body, { childList: true, subtree: true })
"""


def test_a_question_can_be_edited_and_the_last_one_asked_again(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, OVERVIEW)
    typed = 'What did A_B* say [1] about 5 < 6 & the "rate"?'
    ask(page, typed)
    page.get_by_role("button", name="Edit").last.click()
    box = page.get_by_role("textbox", name="Question").locator("visible=true").first
    expect(box).to_have_value(typed)
    expect(box).to_be_focused()
    box.fill(OTHER_FACT)
    page.get_by_role("button", name="Submit").click()
    expect(questions(page)).to_have_text([OVERVIEW, OTHER_FACT])
    expect(answered(page)).to_contain_text("71")
    page.evaluate(WATCH_FOR_STOP)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("body[data-could-be-stopped]")).to_be_attached()
    expect(answered(page)).to_contain_text("71")
    expect(questions(page)).to_have_text([OVERVIEW, OTHER_FACT])
    scroll_up(page)
    page.get_by_role("button", name="Edit").first.click()
    page.locator("#dl-chat .edit-textarea").fill(FACT)
    page.get_by_role("button", name="Submit").click()
    expect(questions(page)).to_have_text([FACT])
    expect(answered(page)).to_contain_text("three hours")


def test_a_long_answer_is_shown_from_its_beginning_until_the_reader_scrolls(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    ask(page, OVERVIEW)
    expect(page.locator("#dl-next a").first).to_be_visible()
    assert 0 <= below_the_top(page) <= 40
    scroll_up(page)
    page.wait_for_timeout(500)
    assert below_the_top(page) > 40
    ask(page, OTHER_FACT)
    expect(replies(page).last).to_be_in_viewport()


def scroll_up(page: Page) -> None:
    """To the first question, as a reader does; until then the page keeps the last one in sight."""
    page.locator("#dl-chat [role=log]").hover()
    for _ in range(20):  # one turn of the wheel may be lost on a busy machine
        page.mouse.wheel(0, -250)
    expect(questions(page).first).to_be_in_viewport()


def below_the_top(page: Page) -> float:
    """Pixels from the top of the conversation to the last question."""
    log, last = page.locator("#dl-chat [role=log]").bounding_box(), questions(page).last.bounding_box()
    assert log
    assert last
    return float(last["y"] - log["y"])
