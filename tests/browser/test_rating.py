"""What readers say of answers, in a real browser."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.pages import FACT, OTHER_FACT, OpenPage, ask

RIGHT = "The palace said three hours and a half."


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_thumbs_and_a_correction_are_kept_with_the_whole_answer(open_page: OpenPage, feedback: Path) -> None:
    page = open_page()
    before = len(lines(feedback))
    ask(page, OTHER_FACT)
    ask(page, FACT)
    correction = page.get_by_role("textbox", name="What would have been right?")
    page.get_by_role("button", name="Like", exact=True).first.click()
    expect(page.locator(".toast-body")).to_contain_text("Noted. Thank you.")
    expect(correction).to_have_count(0)
    page.get_by_role("button", name="Dislike", exact=True).last.click()
    expect(correction).to_be_in_viewport()
    correction.fill(RIGHT)
    correction.press("Enter")
    expect(correction).to_have_count(0)
    page.get_by_role("button", name="Dislike", exact=True).first.click()
    expect(correction).to_have_value("")
    correction.fill("Not to be sent")
    page.locator("#dl-masthead h1").click()
    page.keyboard.press("Escape")
    expect(correction).to_have_count(0)
    page.get_by_role("button", name="Like", exact=True).last.click()
    page.get_by_role("button", name="Dislike", exact=True).last.click()
    correction.fill("Not to be sent either")
    page.locator("#dl-correct").get_by_role("button", name="Close").click()
    expect(correction).to_have_count(0)
    given = lines(feedback)[before:]
    assert [(one["answer"]["question"], one["helpful"], one["correction"]) for one in given] == [
        (OTHER_FACT, True, None),
        (FACT, False, None),
        (FACT, False, RIGHT),
        (OTHER_FACT, False, None),
        (FACT, True, None),
        (FACT, False, None),
    ]
    assert "three hours" in given[2]["answer"]["text"]
    assert given[2]["answer"]["citations"][0]["quote"] in given[2]["answer"]["evidence"][0]["text"]
