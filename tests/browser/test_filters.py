"""What narrows the articles down, in a real browser."""

import re

from playwright.sync_api import expect

from tests.browser.pages import FACT, OTHER_FACT, OpenPage, ask, cards


def test_a_day_of_the_answer_changes_it_and_stays_set(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-as-of input", "2020-01-01")
    expect(ask(page, FACT)).to_contain_text("No article had been published by 1 Jan 2020.")
    expect(cards(page)).to_have_count(0)
    expect(page.locator("#dl-as-of input")).to_have_value("2020-01-01")
    expect(ask(page, OTHER_FACT)).to_contain_text("No article had been published by 1 Jan 2020.")
    page.fill("#dl-as-of input", "2023-10-01")
    expect(ask(page, FACT)).to_contain_text("As of 1 Oct 2023. Newest source: 21 Sep 2023, 10 days old.")
    expect(cards(page).first.locator(".dl-date")).to_have_text("21 Sep 2023 · 10 days old")


def test_a_period_changes_the_answer_and_stays_set(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-since input", "2024-01-01")
    reply = ask(page, FACT)
    expect(reply).to_contain_text("Searched: 4 articles, published since 1 Jan 2024")
    expect(cards(page)).to_have_count(0)
    page.fill("#dl-until input", "2024-05-31")
    expect(ask(page, OTHER_FACT)).to_contain_text("Searched: 3 articles")
    expect(page.locator("#dl-since input")).to_have_value("2024-01-01")
    page.fill("#dl-since input", "2023-09-01")
    expect(ask(page, FACT)).to_contain_text("three hours")
    expect(page.locator("#dl-until input")).to_have_value("2024-05-31")


def test_publishers_change_the_answer_and_stay_set(open_page: OpenPage) -> None:
    page = open_page()
    box = page.locator("#dl-publishers input")
    expect(box).to_have_attribute("placeholder", "All")
    box.click()
    page.get_by_role("option", name="Velmora Wire").click()
    expect(box).to_have_attribute("placeholder", "")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove Velmora Wire")).to_be_visible()
    expect(ask(page, FACT)).to_contain_text("Searched: 1 article, published 19 Jun 2024, from Velmora Wire.")
    expect(ask(page, "Who led the Brennish delegation in Tarvo?")).to_contain_text("Jorun Hadley-Voss")
    expect(page.locator("#dl-publishers .token")).to_have_text("Velmora Wire")
    page.locator("#dl-publishers .token-remove").first.click()
    expect(ask(page, FACT)).to_contain_text("three hours")


def test_all_filters_are_cleared_at_once_by_a_button_that_is_there_only_while_one_is_set(open_page: OpenPage) -> None:
    page = open_page()
    clear = page.get_by_role("button", name="Clear filters")
    expect(clear).to_be_hidden()
    page.click("#dl-publishers input")
    page.get_by_role("option", name="Velmora Wire").click()
    page.keyboard.press("Escape")
    expect(clear).to_be_visible()
    for day in ("as-of", "since", "until"):
        page.fill(f"#dl-{day} input", "2024-05-31")
    clear.press("Enter")
    expect(clear).to_be_hidden()
    expect(page.locator("#dl-as-of input")).to_be_focused()
    for day in ("as-of", "since", "until"):
        expect(page.locator(f"#dl-{day} input")).to_have_value("")
    expect(page.locator("#dl-publishers .token")).to_have_count(0)


def test_a_day_that_is_none_is_answered_with_one_sentence(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#dl-as-of input", "last week")
    reply = ask(page, FACT)
    expect(reply).to_have_text("“Answer as of” is “last week”, which is no day: write it like 2023-09-21.")
    expect(cards(page)).to_have_count(0)
    expect(page.locator(".toast-body")).to_have_count(0)
    thumbs = page.get_by_role("button", name=re.compile("^(Like|Dislike)$"))
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    expect(thumbs).to_have_count(0)  # there is no answer to rate
    page.fill("#dl-as-of input", "")
    expect(ask(page, FACT)).to_contain_text("three hours")
    expect(thumbs).to_have_count(2)
