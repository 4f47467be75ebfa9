"""What the keys do in the box for questions, in a real browser."""

from playwright.sync_api import expect

from tests.browser.pages import FACT, OpenPage, answered, questions


def test_enter_sends_and_shift_with_enter_breaks_the_line(open_page: OpenPage) -> None:
    page = open_page()
    box = page.locator("#dl-question textarea")
    expect(box).to_be_focused()
    first, _, second = FACT.partition(" in ")
    page.keyboard.type(first)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(f"in {second}")
    expect(box).to_have_value(f"{first}\nin {second}")
    expect(questions(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(questions(page)).to_have_count(1)
    expect(answered(page)).to_contain_text("three hours")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
