"""Stories in several articles, and the latest evaluations with their reports, in the Articles tab of a real browser."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from index.sync import sync_index
from qa.evaluation.runs import append_record, write_manifest
from qa.library import Library
from qa.live import LiveEngine
from qa.settings import Settings
from qa.web.stories import STORIES_SHOWN
from tests.browser.pages import OpenPage, broken_rules, open_articles, serving
from tests.browser.test_looks import CUT_OFF, Scheme
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHECKER, CHOIR, Newsroom, paragraphs
from tests.qa.evaluation.reported import run

PAIRS = STORIES_SHOWN + 2


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(index_dir=tmp_path_factory.mktemp("stories") / "data" / "index")


@pytest.fixture(scope="module")
def newsroom(settings: Settings) -> Newsroom:
    """Some stories, each told by an agency and, a day later, by a paper that took it over; the last by a third too."""
    folder = settings.index_dir.parent.parent / "news"
    folder.mkdir()
    room = Newsroom(folder=folder, index=settings.index_dir)
    for number in range(1, PAIRS + 1):
        text = paragraphs(number)[:4]
        room.write(f"Wire {number}", *text, publisher="TNA", published=f"2024-05-{2 * number:02}")
        room.write(f"Paper {number}", *text, publisher="Orlay Post", published=f"2024-05-{2 * number + 1:02}")
    room.write("Late copy", *text, publisher="Bay Herald", published="2024-05-20")
    room.write("Choir sings", CHOIR)
    sync_index([folder], settings=settings, embedder=room.embedder, checker=CHECKER)
    return room


@pytest.fixture(scope="module")
def runs(settings: Settings) -> Path:
    """A run that answered six of seven questions, an older one that holds no answer, and the oldest, which is damaged."""
    folder = settings.index_dir.parent / "runs"
    _, manifest, records = run()
    for age, name in enumerate(("ended", "begun", "damaged")):
        (folder / name).mkdir(parents=True)
        write_manifest(folder / name, replace(manifest, started=f"2024-05-0{3 - age}T10:00:00+00:00"))
        os.utime(folder / name / "run.json", (1e9 - age, 1e9 - age))
    for record in records[:2] + records[3:]:
        append_record(folder / "ended", record)
    (folder / "damaged" / "run.json").write_text("{", encoding="utf-8")
    os.utime(folder / "damaged" / "run.json", (1, 1))
    return folder


@pytest.fixture(scope="module")
def address(newsroom: Newsroom, settings: Settings, runs: Path) -> Iterator[str]:
    """The page over these articles and runs."""
    with serving(
        lambda: LiveEngine.open(settings=settings, embedder=newsroom.embedder),
        library=lambda engine: Library(settings, embedder=WordCountEmbedder()),
        runs=runs,
    ) as served:
        yield served


def stories(page: Page) -> Locator:
    return page.locator(".dl-stories > ul > li")


def evaluations(page: Page) -> Locator:
    return page.locator("#dl-runs li")


def open_report(page: Page, number: int = 0) -> Page:
    """The report of a run, which opens in a tab of its own."""
    with page.context.expect_page() as opened:
        evaluations(page).nth(number).get_by_role("link").click()
    opened.value.wait_for_load_state()
    return opened.value


def faults(page: Page) -> list[str]:
    """What breaks a rule of WCAG or is cut off."""
    cut_off = page.evaluate(CUT_OFF)
    return broken_rules(page) + ([f"{cut_off} pixels are cut off"] if cut_off else [])


def test_stories_name_their_publishers_and_days_and_the_first_few_are_open(open_page: OpenPage) -> None:
    page = open_page()
    open_articles(page)
    section = page.locator(".dl-stories")
    expect(section.locator("h3")).to_have_text(f"Stories in several articles ({PAIRS})")
    expect(stories(page)).to_have_count(STORIES_SHOWN)
    expect(stories(page).first).to_contain_text("Late copy")
    expect(stories(page).first).to_contain_text("3 articles: Bay Herald, Orlay Post, TNA · 14 May 2024 – 20 May 2024")
    folded = section.get_by_text("Paper 1", exact=True)
    expect(folded).to_be_hidden()
    section.get_by_text("2 more").click()
    expect(folded).to_be_visible()
    expect(section).not_to_contain_text("Choir sings")


def test_each_article_of_a_story_is_read_from_there(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    open_articles(page)
    story, window = stories(page).first, page.get_by_role("dialog", name="Article")
    for link, publisher in (("Late copy", "Bay Herald"), ("2 “Late copy”", "Orlay Post"), ("3 “Late copy”", "TNA")):
        story.get_by_role("link", name=link, exact=True).click()
        expect(window.locator(".dl-quiet")).to_contain_text(publisher)
        page.keyboard.press("Escape")
        expect(window).to_have_count(0)


def test_the_latest_evaluations_stand_newest_first_and_a_damaged_one_says_why(open_page: OpenPage) -> None:
    page = open_page()
    open_articles(page)
    expect(page.locator("#dl-runs h3")).to_have_text("Latest evaluations")
    expect(evaluations(page)).to_have_count(3)
    expect(evaluations(page).nth(0)).to_contain_text("3 May 2024, 10:00 UTC")
    expect(evaluations(page).nth(0)).to_contain_text("6 of 7 questions of Tarvo.jsonl")
    expect(evaluations(page).nth(1)).to_contain_text("holds no answer yet")
    expect(evaluations(page).nth(2)).to_contain_text("damaged")
    expect(page.locator("#dl-runs").get_by_role("link")).to_have_count(1)


def test_a_report_opens_beside_the_page_with_what_went_wrong(open_page: OpenPage) -> None:
    page = open_page()
    open_articles(page)
    report = open_report(page)
    expect(report.get_by_role("heading", name="Evaluation report")).to_be_visible()
    wrong = report.locator(".case")
    expect(wrong).to_have_count(4)
    expect(wrong.last.locator(".told")).to_be_hidden()
    wrong.last.locator("summary").first.press("Enter")
    expect(wrong.last.locator(".told")).to_be_visible()
    assert report.evaluate("window.opener") is None
    expect(page.locator("#dl-runs h3")).to_be_visible()  # the page itself is where it was


def test_a_run_that_ends_while_the_page_is_open_is_there_when_the_tab_is_opened_again(
    open_page: OpenPage, runs: Path
) -> None:
    page = open_page()
    open_articles(page)
    append_record(runs / "begun", run()[2][0])
    page.get_by_role("tab", name="Ask").click()
    open_articles(page)
    expect(evaluations(page).nth(1)).to_contain_text("1 of 7 questions")
    expect(open_report(page, 1).locator("body")).to_contain_text("1 answered")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_rule_of_wcag_is_broken_and_nothing_is_cut_off(open_page: OpenPage, scheme: Scheme, width: int) -> None:
    page = open_page(width=width, color_scheme=scheme)
    open_articles(page)
    page.locator(".dl-stories summary").click()
    expect(evaluations(page).first).to_be_visible()
    report = open_report(page)
    assert (faults(page), faults(report)) == ([], [])
