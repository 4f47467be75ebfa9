"""How the page looks, at every width and in both colour schemes, to the eye, to the keyboard and to a screen reader."""

from collections.abc import Callable, Mapping
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import FACT, NEAR_TOPIC, OVERVIEW, OpenPage, ask, broken_rules, cards, open_articles

Scheme = Literal["light", "dark"]

WIDTHS = {390: 844, 1280: 800, 2560: 1440}
# What reaches beyond the right edge of the window, or of the open dialog.
CUT_OFF = """
() => {
  const shown = document.querySelector("dialog[open]") ?? document.documentElement;
  return Math.max(0, shown.scrollWidth - shown.clientWidth, document.documentElement.scrollWidth - innerWidth);
}
"""
# The parts of the page, none of which lies within another, that lie over one another.
OVERLAPPING = """
parts => {
  const boxes = parts.map(part => [part, document.querySelector(part)?.getBoundingClientRect()])
    .filter(([, box]) => box?.width && box.height);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap(([one, a], i) =>
    boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${one} and ${other} overlap`));
}
"""
PARTS = [
    *("#dl-masthead", "#dl-bar", "#dl-chat", "#dl-next", "#dl-question", "#dl-filters", ".dl-sources"),
    *("#dl-overview", "#dl-adding", "#dl-url", "#dl-outcome", "#dl-search", "#dl-ask-these", "#dl-listing"),
]
# Whether the element that has the focus, or what surrounds it, looks different for it.
STANDS_OUT = """
() => {
  const focused = document.activeElement;
  const around = [];
  for (let at = focused; at && around.length < 5; at = at.parentElement) around.push(at);
  const look = () => around.map(element => {
    const style = getComputedStyle(element);
    const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
    return [outline, style.boxShadow, style.borderColor].join();
  }).join("|");
  const on = look();
  focused.blur();
  const off = look();
  focused.focus({ focusVisible: true });
  return on !== off;
}
"""
# The name of what has the focus; nothing where that is the page itself, or had the focus before.
FOCUSED = """
() => {
  const at = document.activeElement;
  const isNew = at !== document.body && !at.dataset.passed;
  at.dataset.passed = "yes";
  return isNew ? at.getAttribute("aria-label") || at.labels?.[0]?.textContent.trim() || at.textContent.trim() : null;
}
"""
MOVING = """
() => [...document.querySelectorAll("*")].filter(element => {
  const style = getComputedStyle(element);
  return style.animationName !== "none" || style.transitionDuration !== "0s" || style.scrollBehavior === "smooth";
}).map(element => element.outerHTML.slice(0, 100))
"""
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
    "#dl-tabs button.selected",
    "#dl-new",
    "#dl-kept",
    "#dl-chat [data-testid=user] p",
    "#dl-chat [data-testid=bot] p",
    "#dl-chat [data-testid=bot] small",
    "#dl-chat a[href^='#dl-source-']",
    "#dl-next p",
    "#dl-next a",
    "#dl-question .submit-button",
    "#dl-as-of label > span",
    "#dl-publishers .container > span",
    ".dl-sources h2",
    ".dl-about",
    ".dl-tools a",
    ".dl-number",
    ".dl-publisher",
    ".dl-badge",
    ".dl-card h3",
    ".dl-date",
    ".dl-card blockquote",
    ".dl-card mark",
    ".dl-verdict",
    ".dl-more a",
    ".dl-file",
)
SHELF_TEXTS = (
    "#dl-overview h2",
    "#dl-overview .dl-quiet",
    "#dl-overview h3",
    ".dl-most",
    ".dl-axis span",
    "#dl-overview summary",
    ".dl-chips .dl-do",
    ".dl-chips .dl-on",
    ".dl-chips .dl-quiet",
    "#dl-upload",
    "#dl-sync",
    "#dl-url .submit-button",
    "#dl-search .submit-button",
    "#dl-ask-these",
    "#dl-listing h2",
    "#dl-listing .dl-do",
    "#dl-listing .dl-read",
    "#dl-listing .dl-quiet",
)


def answer(page: Page) -> None:
    ask(page, FACT)
    page.locator("#dl-chat a[href='#dl-source-0-1']").first.click()
    expect(page.locator("#dl-card-0-1")).to_be_focused()
    expect(page.locator("#dl-next a").first).to_be_visible()


def edit(page: Page) -> None:
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#dl-chat .edit-textarea")).to_be_visible()


def correct(page: Page) -> None:
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Dislike").click()
    expect(page.locator("#dl-correct textarea")).to_be_visible()


def decline(page: Page) -> None:
    page.locator("#dl-correct textarea").press("Escape")
    expect(page.locator("#dl-correct textarea")).to_have_count(0)
    ask(page, NEAR_TOPIC)


def article(page: Page) -> None:
    page.locator(".dl-sources .dl-read").first.click()
    expect(page.locator("dialog .dl-article")).to_be_visible()


def conversations(page: Page) -> None:
    page.keyboard.press("Escape")
    page.click("#dl-kept")
    expect(page.locator("dialog .dl-open")).to_be_visible()
    page.get_by_role("button", name="Rename").click()


def publishers(page: Page) -> None:
    page.keyboard.press("Escape")
    page.click("#dl-publishers input")
    page.get_by_role("option").first.click()


def articles(page: Page) -> None:
    page.keyboard.press("Escape")
    open_articles(page)
    page.locator("#dl-overview summary").first.click()


def narrowed(page: Page) -> None:
    page.locator("#dl-overview .dl-chips .dl-do").first.click()
    expect(page.locator("#dl-overview .dl-on")).to_have_count(1)
    page.locator("#dl-overview .dl-histogram .dl-do").first.click()
    expect(page.locator("#dl-overview .dl-on")).to_have_count(3)  # one of them in the table
    expect(page.locator("#dl-listing h2")).to_contain_text("published in")


STATES: Mapping[str, Callable[[Page], object]] = {  # each reached from the one before
    "empty": lambda page: expect(page.locator("#dl-chat .example").first).to_be_visible(),
    "answer": answer,
    "edit": edit,
    "correction": correct,
    "decline": decline,
    "article": article,
    "conversations": conversations,
    "publishers": publishers,
    "articles": articles,
    "articles narrowed": narrowed,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_wcag_is_broken_and_nothing_is_cut_off_at_any_width(open_page: OpenPage, scheme: Scheme) -> None:
    page = open_page(color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for state, reach in STATES.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        reach(page)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            faults = broken_rules(page) + page.evaluate(OVERLAPPING, PARTS)
            cut_off = page.evaluate(CUT_OFF)
            found[f"{state} at {width}"] = faults + ([f"{cut_off} pixels are cut off"] if cut_off else [])
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(open_page: OpenPage, scheme: Scheme) -> None:
    page = open_page(color_scheme=scheme)
    ask(page, FACT)
    expect(page.locator("#dl-next a").first).to_be_visible()
    contrasts = {selector: page.locator(selector).first.evaluate(CONTRAST) for selector in TEXTS}
    assert {selector: contrast for selector, contrast in contrasts.items() if contrast < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_articles_stands_out_from_its_background(open_page: OpenPage, scheme: Scheme) -> None:
    page = open_page(color_scheme=scheme)
    open_articles(page)
    page.locator("#dl-overview .dl-chips .dl-do").first.click()
    expect(page.locator("#dl-overview .dl-on")).to_have_count(1)
    contrasts = {selector: page.locator(selector).first.evaluate(CONTRAST) for selector in SHELF_TEXTS}
    assert {selector: contrast for selector, contrast in contrasts.items() if contrast < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_has_the_focus_shows_it_and_nothing_moves_for_those_who_want_no_motion(
    open_page: OpenPage, scheme: Scheme
) -> None:
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    ask(page, FACT)
    expect(page.locator("#dl-next a").first).to_be_visible()
    page.click("#dl-masthead h1")  # Tab goes on from here
    passed, unseen = list[str](), list[str]()
    page.keyboard.press("Tab")
    while focused := page.evaluate(FOCUSED):
        passed.append(focused)
        if not page.evaluate(STANDS_OUT):
            unseen.append(focused)
        page.keyboard.press("Tab")
    assert {"Ask", "New conversation", "Conversations", "[1]", "Read the whole article", "Dislike", "until"} <= {
        *passed
    }
    assert unseen == []
    assert page.evaluate(MOVING) == []


def test_conversation_sources_question_and_filters_are_in_their_places(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, OVERVIEW)
    expect(page.locator("#dl-next a").first).to_be_visible()
    for part in ("#dl-masthead", "#dl-new", "#dl-question", "#dl-as-of", "#dl-publishers"):
        assert 0 <= edges(page, part)["top"] < edges(page, part)["bottom"] <= WIDTHS[1280], part
    assert edges(page, "#dl-chat")["bottom"] - edges(page, "#dl-chat")["top"] >= 300
    expect(cards(page).first).to_be_in_viewport()
    for width in (1280, 2560):
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        assert edges(page, ".dl-sources")["left"] >= edges(page, "#dl-chat")["right"]
    page.set_viewport_size({"width": 390, "height": WIDTHS[390]})
    assert edges(page, ".dl-sources")["top"] >= edges(page, "#dl-question")["bottom"]


def edges(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).bounding_box()
    assert box
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return {"left": box["x"], "right": right, "top": box["y"], "bottom": bottom}
