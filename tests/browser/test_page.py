"""What a reader sees and can do, in a real browser."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import OpenPage

FACT = "How long did the meeting in Yevlakh last?"
OFF_TOPIC = "Who won the chess world championship in 1972?"

# The contrast of a text with the nearest background behind it, as WCAG 2.2 defines it.
CONTRAST = """
element => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const opaque = colour => { const p = parts(colour); return p.length < 4 || p[3] === 1; };
  const light = ([r, g, b]) => [r, g, b]
    .map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = element;
  while (behind.parentElement && !opaque(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(c => light(parts(c)));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
"""
TEXTS = (
    "#dl-masthead h1",
    "#dl-masthead p",
    "#dl-chat [data-testid=user] p",
    "#dl-chat [data-testid=bot] p",
    "#dl-question .submit-button",
    "#dl-as-of label > span",
    "#dl-clear",
    ".dl-sources h2",
    ".dl-number",
    ".dl-publisher",
    ".dl-badge",
    ".dl-card h3",
    ".dl-date",
    ".dl-card blockquote",
    ".dl-card mark",
    ".dl-verdict",
)


def ask(page: Page, question: str) -> Locator:
    """Type a question, press Enter, and wait for the reply."""
    replies = page.locator("#dl-chat [data-testid=bot]")
    before = replies.count()
    page.fill("#dl-question textarea", question)
    page.keyboard.press("Enter")
    expect(replies).to_have_count(before + 1, timeout=20_000)
    return replies.last


def edges(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).bounding_box()
    assert box
    return {
        "left": box["x"],
        "right": box["x"] + box["width"],
        "top": box["y"],
        "bottom": box["y"] + box["height"],
    }


def test_a_question_is_answered_with_its_source_beside_it(open_page: OpenPage) -> None:
    page = open_page()
    reply = ask(page, FACT)
    expect(reply).to_contain_text("three hours")
    expect(reply).to_contain_text("[1]")
    card = page.locator(".dl-card").first
    expect(card.locator("mark")).to_contain_text("three hours")
    expect(card.locator(".dl-publisher")).to_contain_text("Dateline brief after")
    expect(card.locator(".dl-badge")).to_have_text("brief")
    expect(card.locator(".dl-date")).to_contain_text("21 Sep 2023")
    expect(card.locator(".dl-verdict")).to_have_text("Quoted word for word")
    expect(page.locator("#dl-question textarea")).to_have_value("")


def test_a_decline_is_plain_and_shows_what_was_searched(open_page: OpenPage) -> None:
    page = open_page()
    expect(ask(page, OFF_TOPIC)).to_contain_text("Searched: 11 articles")
    expect(page.locator(".dl-sources h2")).to_have_text("No source answers this")
    expect(page.locator(".dl-sources li").first).to_be_visible()
    expect(page.locator(".dl-card")).to_have_count(0)
    expect(page.locator(".toast-wrap .error")).to_have_count(0)


def test_a_click_on_an_example_asks_it(open_page: OpenPage) -> None:
    page = open_page()
    example = page.locator("#dl-chat .example").first
    text = example.inner_text()
    example.click()
    expect(page.locator("#dl-chat [data-testid=user]")).to_have_text(text)
    expect(page.locator("#dl-chat [data-testid=bot]")).to_have_count(1, timeout=20_000)
    expect(page.locator(".dl-card").first).to_be_visible()


def test_clear_empties_conversation_and_sources(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    page.click("#dl-clear")
    expect(page.locator("#dl-chat .example").first).to_be_visible()
    expect(page.locator(".dl-card")).to_have_count(0)


def test_a_day_that_is_none_is_answered_with_one_sentence(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-as-of input", "last week")
    expect(ask(page, FACT)).to_contain_text("which is no day")


def test_a_day_before_the_first_article_leaves_nothing_to_answer_from(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-as-of input", "2020-01-01")
    ask(page, FACT)
    expect(page.locator(".dl-card")).to_have_count(0)


def test_an_empty_question_is_not_asked(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-question textarea", "   ")
    with page.expect_response("**/queue/join*"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    expect(page.locator("#dl-chat [data-testid=user]")).to_have_count(0)


def test_markup_in_a_question_is_shown_as_it_was_typed_and_loads_nothing(open_page: OpenPage) -> None:
    page = open_page()
    typed = '<img src="https://example.org/a.png"> ![b](https://example.org/b.png) <script>alert(1)</script>'
    ask(page, typed)
    expect(page.locator("#dl-chat [data-testid=user]")).to_have_text(typed)
    expect(page.locator("#dl-chat .message-content img")).to_have_count(0)


def test_the_title_and_the_line_about_the_index_are_shown(open_page: OpenPage) -> None:
    page = open_page()
    assert page.title() == "Dateline"
    expect(page.locator("#dl-masthead h1")).to_have_text("Dateline")
    expect(page.locator("#dl-masthead p")).to_contain_text("11 articles")
    expect(page.locator("#dl-masthead p")).to_contain_text("19 Jun 2024")


@pytest.mark.parametrize("width", [1280, 2560])
def test_on_a_wide_window_the_sources_stand_right_of_the_conversation(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    ask(page, FACT)
    assert edges(page, ".dl-sources")["left"] >= edges(page, "#dl-chat")["right"]
    assert edges(page, "#dl-clear")["bottom"] <= 800


def test_on_a_phone_the_sources_stand_below_and_nothing_is_cut_off(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    ask(page, FACT)
    assert edges(page, ".dl-sources")["top"] >= edges(page, "#dl-question")["bottom"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(open_page: OpenPage, scheme: Literal["light", "dark"]) -> None:
    page = open_page(scheme=scheme)
    ask(page, FACT)
    contrasts = {selector: page.locator(selector).first.evaluate(CONTRAST) for selector in TEXTS}
    assert {selector: contrast for selector, contrast in contrasts.items() if contrast < 4.5} == {}
