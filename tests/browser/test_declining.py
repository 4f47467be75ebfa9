"""What a reader is told where the articles do not answer, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.pages import IN_PART, NEAR_TOPIC, OFF_TOPIC, OpenPage, ask, cards

NEAREST = 3


def test_a_decline_says_what_was_searched_and_offers_the_nearest_articles(open_page: OpenPage) -> None:
    page = open_page()
    reply = ask(page, OFF_TOPIC)
    expect(reply).to_contain_text(
        "No answer was found in the articles. Searched: 11 articles, published 8 Nov 2022 to 19 Jun 2024"
    )
    expect(reply).to_contain_text("from Karsund Evening Post, The Example Courier, The Sample Gazette")
    expect(page.locator(".dl-sources h2")).to_have_text("No answer found")
    expect(cards(page)).to_have_count(0)
    headlines = page.locator(".dl-sources li")
    expect(headlines).to_have_count(NEAREST)
    for number in range(NEAREST):
        expect(headlines.nth(number).locator(".dl-quiet")).to_contain_text(" · ")
        link = headlines.nth(number).get_by_role("link")
        title = link.inner_text()
        link.click()
        expect(page.get_by_role("dialog").locator("h2")).to_have_text(title)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert_calm(page)


def test_a_decline_close_to_the_topic_shows_the_passages_that_come_near(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, NEAR_TOPIC)
    ask(page, OFF_TOPIC)
    page.get_by_test_id("bot").first.get_by_role("link", name="What comes nearest").click()
    expect(page.locator("#dl-card-0-0")).to_be_focused()
    expect(page.locator(".dl-nearest")).to_have_text("What comes nearest, and may not answer it")
    near = page.locator(".dl-sources li", has=page.locator("blockquote")).first
    passage = near.locator("blockquote").first.inner_text()
    near.get_by_role("link").click()
    expect(page.get_by_role("dialog").locator("mark").first).to_be_in_viewport()
    marked = " ".join(page.get_by_role("dialog").locator("mark").all_inner_texts())
    assert " ".join(passage.split()) == " ".join(marked.split())
    page.keyboard.press("Escape")
    assert_calm(page)


def test_an_answer_to_a_part_names_the_part_that_is_missing(open_page: OpenPage) -> None:
    page = open_page()
    reply = ask(page, IN_PART)
    expect(reply).to_contain_text("Aliyev")
    expect(reply).to_contain_text("No answer was found in the articles to: How tall is the president of Azerbaijan?")
    expect(cards(page)).to_have_count(1)
    assert_calm(page)


def assert_calm(page: Page) -> None:
    """Nothing in the look of an error: no box over the page, no red."""
    expect(page.locator(".toast-wrap .error, .toast-body, [role=alert]")).to_have_count(0)
    colours = page.evaluate(
        "[...document.querySelectorAll('#dl-chat *, #dl-beside *')].flatMap(element => {"
        "  const style = getComputedStyle(element);"
        "  return [style.color, style.backgroundColor, style.borderTopColor];"
        "}).filter(colour => /^rgb/.test(colour))"
    )
    assert colours
    for red, green, blue in {tuple(map(float, colour[:-1].partition("(")[2].split(",")[:3])) for colour in colours}:
        assert red < green + 60 or red < blue + 60, (red, green, blue)
