"""Conversations that stay in the browser, leave it as files and links, and come back, in a real browser."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import FACT, OTHER_FACT, OpenPage, answered, ask, cards, kept, questions, replies

BRIEF = "Dateline brief after an unknown publisher"
FOLLOWING = "Who represented Nagorno-Karabakh?"
ROOM = 5_241_500  # characters: all but a few of what Chromium stores for a page
DAMAGED = (
    '{"cut off',
    '"text"',
    "[1, 2]",
    '{"a": 5, "b": {"title": "t"}, "c": {"answers": []}, "d": null}',
)


def test_a_reload_goes_on_where_it_was(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    page.reload()
    expect(questions(page)).to_have_text([FACT])
    expect(replies(page)).to_contain_text("three hours")
    expect(cards(page).first).to_be_visible()
    expect(ask(page, FOLLOWING)).to_contain_text("Melkumyan")
    page.reload()
    expect(questions(page)).to_have_text([FACT, FOLLOWING])
    page.locator("#dl-chat a[href='#dl-source-0-1']").first.click()
    expect(page.locator("#dl-card-0-1")).to_be_focused()
    assert kept(page) == [FACT]


def test_conversations_are_listed_searched_renamed_opened_and_deleted(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    new_conversation(page)
    ask(page, OTHER_FACT)
    assert kept(page) == [FACT, OTHER_FACT]
    window = conversations(page)
    titles = window.locator(".dl-open")
    expect(titles).to_have_text([OTHER_FACT, FACT])
    search = window.get_by_role("searchbox", name="Search in conversations")
    search.fill("RIGHTS AND THE SECURITY")  # words of an answer
    expect(titles).to_have_text([FACT])
    search.fill("citations")  # what the storage calls them, which nobody said
    expect(window).to_contain_text("No conversation holds “citations”.")
    window.get_by_role("button", name="Show all").click()
    expect(titles).to_have_count(2)
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    window.get_by_role("button", name=f"Rename: {FACT}").click()
    window.get_by_role("textbox", name="Rename").fill("The <b>first</b> talks")
    page.keyboard.press("Enter")
    expect(titles).to_have_text([OTHER_FACT, "The <b>first</b> talks"])
    titles.last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(questions(page)).to_have_text([FACT])
    expect(cards(page).first.locator("mark")).to_contain_text("three hours")
    expect(ask(page, FOLLOWING)).to_contain_text("Melkumyan")
    expect(replies(page)).to_have_count(2)
    window = conversations(page)
    expect(titles).to_have_text(["The <b>first</b> talks", OTHER_FACT])
    window.get_by_role("button", name=f"Delete: {OTHER_FACT}").click()
    expect(titles).to_have_count(1)
    assert kept(page) == ["The <b>first</b> talks"]


def test_a_deletion_can_be_undone_and_the_conversation_that_is_open_goes_from_the_page_too(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    window = conversations(page)
    window.get_by_role("button", name=f"Delete: {FACT}").press("Enter")
    expect(questions(page)).to_have_count(0)
    assert kept(page) == []
    expect(window.get_by_role("button", name=f"Undo: {FACT}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(window.locator(".dl-open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(questions(page)).to_have_text([FACT])
    assert kept(page) == [FACT]


def test_a_new_conversation_begins_with_an_empty_page(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    new_conversation(page)
    expect(cards(page)).to_have_count(0)
    page.reload()
    expect(page.locator("#dl-chat .example").first).to_be_visible()
    page.wait_for_timeout(1_000)
    expect(questions(page)).to_have_count(0)


def test_a_conversation_is_saved_as_files_that_name_its_sources(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    ask(page, OTHER_FACT)
    window = conversations(page)
    markdown = saved(page, window, "Markdown", ".md").read_text(encoding="utf-8")
    assert markdown.startswith(f"# {FACT}\n")
    assert f"## {OTHER_FACT}" in markdown
    assert "three hours" in markdown
    assert markdown.count("Sources") == 2
    assert "Ostrania Today" in markdown
    html = saved(page, window, "HTML", ".html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert f"<h1>{FACT}</h1>" in html
    assert "Ostrania Today" in html
    answers = json.loads(saved(page, window, "JSON", ".json").read_text(encoding="utf-8"))
    assert [answer["question"] for answer in answers] == [FACT, OTHER_FACT]
    assert "three hours" in answers[0]["citations"][0]["quote"]


def test_an_answer_is_copied_with_its_sources_or_as_a_link_that_asks_it_again(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.fill("#dl-as-of input", "2023-10-01")
    page.fill("#dl-since input", "2023-09-01")
    page.click("#dl-publishers input")
    page.get_by_role("option", name=BRIEF).click()
    page.keyboard.press("Escape")
    ask(page, FACT)
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator(".dl-status")).to_have_text("Copied")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**three hours** [1]\n\nThe meeting lasted three hours")
    assert "Azerbaijan and Nagorno-Karabakh open talks in Yevlakh" in copied.partition("Sources")[2]
    page.get_by_role("button", name="Copy a link").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('http')")
    link = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    narrowed = {"as_of": ["2023-10-01"], "since": ["2023-09-01"], "publisher": [BRIEF]}
    assert parse_qs(link.query) == {"q": [FACT]} | narrowed
    assert page.url.startswith(f"{link.scheme}://{link.netloc}{link.path}")
    other = open_page(f"/?{link.query}")
    expect(questions(other)).to_have_text([FACT])
    expect(answered(other)).to_contain_text("As of 1 Oct 2023.")
    expect(other.locator("#dl-as-of input")).to_have_value("2023-10-01")
    expect(other.locator("#dl-since input")).to_have_value("2023-09-01")
    expect(other.locator("#dl-publishers .token")).to_have_text(BRIEF)
    expect(ask(other, OTHER_FACT)).to_contain_text(f"from {BRIEF}")
    other.reload()
    expect(questions(other)).to_have_text([FACT, OTHER_FACT])
    assert (
        parse_qs(urlsplit(other.locator(".dl-link").get_attribute("href") or "").query)
        == {"q": [OTHER_FACT]} | narrowed
    )


def test_a_link_to_a_publisher_that_is_not_indexed_says_so_and_is_asked_of_the_others(open_page: OpenPage) -> None:
    page = open_page(f"/?{urlencode({'q': FACT, 'publisher': 'The <b>Nobody</b> Times'})}")
    expect(page.locator(".toast-body")).to_contain_text("The link asks for articles from The <b>Nobody</b> Times")
    expect(answered(page)).to_contain_text("three hours")
    expect(page.locator("#dl-publishers .token")).to_have_count(0)


def test_where_the_browser_has_no_more_room_the_oldest_conversation_goes(open_page: OpenPage) -> None:
    page = open_page()
    old = {"title": "Old", "answers": [{"question": "x" * ROOM}], "updated": 1}
    store(page, json.dumps({"old": old}))
    ask(page, FACT)
    assert kept(page) == [FACT]


def test_a_storage_full_of_other_things_keeps_nobody_from_asking(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate(
        "() => { try { for (let size = 1 << 22; size; size >>= 1)"
        " for (let i = 0; i < 3; i++) localStorage.setItem(`other-${size}-${i}`, 'x'.repeat(size)); } catch {} "
        " for (let i = 0; ; i++) try { localStorage.setItem(`more-${i}`, 'x'.repeat(1000)); } catch { break; } }"
    )
    expect(ask(page, FACT)).to_contain_text("three hours")
    expect(ask(page, OTHER_FACT)).to_contain_text("71")
    assert kept(page) == []


def test_a_damaged_storage_is_passed_over(open_page: OpenPage) -> None:
    page = open_page()
    for damaged in DAMAGED:
        store(page, damaged)
        expect(conversations(page)).to_contain_text("No conversation is kept in this browser.")
        page.keyboard.press("Escape")
        page.reload()
        page.wait_for_selector(".dl-status", state="attached")
    ask(page, FACT)
    assert kept(page) == [FACT]


def test_a_kept_conversation_that_cannot_be_read_is_told_of_and_stays(open_page: OpenPage) -> None:
    page = open_page()
    old = {"title": "Old", "answers": [{"schema": 1, "text": ["<img src=x>"]}], "updated": 1}
    store(page, json.dumps({"old": old}))
    conversations(page).locator(".dl-open").click()
    expect(page.locator(".toast-body")).to_contain_text("cannot be opened; it stays in the list.")
    expect(questions(page)).to_have_count(0)
    ask(page, FACT)
    assert kept(page) == ["Old", FACT]


def new_conversation(page: Page) -> None:
    """Press the button, and wait for the empty page."""
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#dl-chat .example").first).to_be_visible()


def conversations(page: Page) -> Locator:
    """Open the window that lists what is kept."""
    page.get_by_role("button", name="Conversations", exact=True).click()
    return page.get_by_role("dialog", name="Conversations")


def saved(page: Page, window: Locator, form: str, suffix: str) -> Path:
    """The file that a button of the window gives."""
    with page.expect_download() as waiting:
        window.get_by_role("button", name=form).click()
    assert waiting.value.suggested_filename.endswith(suffix)
    return Path(waiting.value.path())


def store(page: Page, text: str) -> None:
    """Put a text where the page keeps its conversations."""
    page.evaluate("text => localStorage.setItem('dateline.conversations', text)", text)
