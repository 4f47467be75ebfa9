"""From a citation to its passage, and from there to the whole article, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.pages import FACT, OTHER_FACT, OVERVIEW, OpenPage, ask, cards

MANY_TABS = 40


def test_a_citation_marks_its_card_also_of_an_earlier_answer(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, OVERVIEW)
    page.click("#dl-chat a[href='#dl-source-0-4']")
    card = page.locator("#dl-card-0-4")
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()
    expect(page.locator(".dl-chosen")).to_have_count(1)
    ask(page, FACT)
    expect(page.locator(".dl-question")).to_have_text(FACT)
    expect(page.locator(".dl-chosen")).to_have_count(0)
    page.click("#dl-chat a[href='#dl-source-0-2']")
    expect(page.locator(".dl-question")).to_have_text(OVERVIEW)
    expect(page.locator("#dl-card-0-2")).to_be_focused()
    expect(page.locator(".dl-chosen mark")).to_contain_text("64.3 per cent")
    page.locator("#dl-chat a[href='#dl-source-1-1']").first.click()
    expect(page.locator("#dl-card-1-1")).to_be_focused()
    expect(page.locator(".dl-chosen mark")).to_contain_text("three hours")


def test_a_chosen_card_takes_the_focus_once(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    page.locator("#dl-chat a[href='#dl-source-0-1']").first.click()
    expect(page.locator("#dl-card-0-1")).to_be_focused()
    page.focus("#dl-question textarea")
    page.evaluate(
        "document.body.append(document.createElement('i'))"
    )  # as when something arrives that can be asked next
    page.keyboard.type("Where?")
    expect(page.locator("#dl-question textarea")).to_have_value("Where?")


def test_a_card_leads_to_the_whole_article_at_the_marked_sentence(open_page: OpenPage) -> None:
    page = open_page(height=400)
    ask(page, OVERVIEW)
    page.locator("#dl-card-0-6 .dl-read").click()
    window = page.get_by_role("dialog", name="Article")
    expect(window.locator("h2")).to_contain_text("Orchard Alliance wins")
    expect(window.locator(".dl-quiet")).to_have_text(
        "Ostrania Today · 22 May 2023 · fictional · File: ostrania-election.md"
    )
    expect(window.locator("mark")).to_contain_text("Voting had to be repeated")
    expect(window.locator("mark")).to_be_focused()
    expect(window.locator("mark")).to_be_in_viewport()
    assert window.evaluate("window => window.scrollTop") > 0
    expect(window).to_contain_text("The Orchard Alliance has won the parliamentary election")
    expect(window).to_contain_text("none of them could have changed the result")
    window.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_link_to_an_article_is_a_page_of_its_own_without_scripts(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, OTHER_FACT)
    link = cards(page).locator(".dl-read").first.get_attribute("href")
    plain = open_page(f"/{link}", height=300, java_script_enabled=False)
    expect(plain.locator("h2")).to_contain_text("Orchard Alliance wins")
    expect(plain.locator("mark")).to_contain_text("71 of 140 seats")
    expect(plain.locator("mark")).to_be_in_viewport()
    expect(plain.get_by_role("link", name="Back to the conversation")).to_have_attribute("href", "../")
    assert plain.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"


def test_proof_and_article_are_reached_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    tab_to(page, "#dl-source-0-1", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-card-0-1")).to_be_focused()
    tab_to(page, "article/")
    link = page.locator("#dl-card-0-1 .dl-read")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("mark")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(link).to_be_focused()


def test_from_a_source_below_the_answer_a_tap_leads_back_to_it(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    ask(page, OVERVIEW)
    marker = page.locator("#dl-chat a[href='#dl-source-0-4']")
    marker.click()
    expect(page.locator("#dl-card-0-4")).to_be_in_viewport()
    expect(marker).not_to_be_in_viewport()
    page.locator("#dl-card-0-4").get_by_role("button", name="Back to the answer").click()
    expect(marker).to_be_focused()
    expect(marker).to_be_in_viewport()


def test_beside_the_answer_the_keyboard_alone_finds_the_way_back(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, FACT)
    marker = page.locator("#dl-chat a[href='#dl-source-0-1']").first
    marker.press("Enter")
    back = page.locator("#dl-card-0-1 .dl-back")
    box = back.bounding_box()
    assert box
    assert box["width"] <= 1
    tab_to(page, "#dl-back")
    box = back.bounding_box()
    assert box
    assert box["width"] > 50
    page.keyboard.press("Enter")
    expect(marker).to_be_focused()


def test_passages_of_one_article_stand_on_one_card(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, OVERVIEW)
    expect(page.locator(".dl-sources h2")).to_have_text("Sources (1, with 6 passages)")
    expect(cards(page)).to_have_count(1)
    expect(cards(page).locator(".dl-number")).to_have_text(["1", "2", "3", "4", "5", "6"])


def tab_to(page: Page, address: str, *, backwards: bool = False) -> None:
    """Press Tab until a link whose address begins so has the focus."""
    for _ in range(MANY_TABS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        focused = page.evaluate("document.activeElement.getAttribute('href') ?? ''")
        if focused.startswith(address):
            return
    raise AssertionError(f"no link to {address} gets the focus")
