"""The Articles tab in a real browser: what is indexed, finding and reading it, adding, removing, noticing a new index."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from index.sync import sync_index
from qa.library import Library
from qa.live import LiveEngine
from qa.settings import Settings
from tests.browser.pages import OpenPage, ask, cards, open_articles, serving
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom

BRIDGE = "---\ntitle: Bridge of Braek\npublisher: Bay Herald\n---\n\nThe lower bridge of Braek was closed on Friday.\n"
FERRY = "---\ntitle: Ferry of Tarvo\npublisher: Bay Herald\n---\n\nThe ferry of Tarvo sank beside the quay in May.\n"
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(index_dir=tmp_path_factory.mktemp("articles") / "data" / "index")


@pytest.fixture(scope="module")
def newsroom(settings: Settings) -> Newsroom:
    """Four articles of two publishers, three of them dated, and two files that are none."""
    folder = settings.index_dir.parent.parent / "news"
    folder.mkdir()
    room = Newsroom(folder=folder, index=settings.index_dir)
    room.write("Pier to be rebuilt", HARBOUR, publisher="Elm Courier", published="2023-09-21")
    room.write("School closes", SCHOOL, publisher="Bay Herald", published="2023-09-23")
    room.write("Choir sings", CHOIR, publisher="Bay Herald", published="2023-09-23")
    room.write("River rises", RIVER)
    (folder / "photo.txt").write_bytes(IMAGE)
    (folder / "wire.jsonl").write_text('{"title": \n', encoding="utf-8")
    sync(room, settings)
    return room


def sync(room: Newsroom, settings: Settings) -> None:
    sync_index([room.folder], settings=settings, embedder=room.embedder)


@pytest.fixture(scope="module")
def address(newsroom: Newsroom, settings: Settings) -> Iterator[str]:
    """The page over these articles, which may be added to."""
    with serving(
        lambda: LiveEngine.open(settings=settings, embedder=newsroom.embedder),
        library=lambda engine: Library(settings, embedder=WordCountEmbedder(), on_change=engine.refresh),
    ) as served:
        yield served


def titles(page: Page) -> Locator:
    return page.locator("#dl-listing .dl-read")


def outcome(page: Page) -> Locator:
    return page.locator("#dl-outcome .dl-outcome")


def upload(page: Page, *files: Path) -> None:
    page.locator("#dl-upload").locator("xpath=..").locator("input[type=file]").set_input_files(list(files))


def test_the_tab_says_what_is_indexed_and_what_could_not_be_read(open_page: OpenPage) -> None:
    page = open_page(width=2560, height=1440)
    open_articles(page)
    overview = page.locator("#dl-overview")
    expect(overview.locator("h2")).to_have_text("4 articles from 2 publishers")
    expect(overview).to_contain_text("Last brought up to date")
    expect(overview.locator("time")).to_contain_text(" UTC")
    expect(overview).to_contain_text("1 article without a known date")
    expect(overview.locator(".dl-chips .dl-do")).to_have_text(["Bay Herald 2", "Elm Courier 1"])
    overview.get_by_text("As a table").click()
    expect(overview.locator("tbody tr")).to_have_text(["21 Sep 20231", "23 Sep 20232", "date unknown1"])
    overview.get_by_text("What could not be read (2)").click()
    problems = overview.locator(".dl-problems li")
    expect(problems.first).to_contain_text("wire.jsonl, line 1: broken JSON")
    expect(problems.last).to_contain_text("photo.txt: not text but a PNG image")
    expect(titles(page)).to_have_text(["Choir sings", "School closes", "Pier to be rebuilt", "River rises"])


def test_bars_publishers_and_words_narrow_the_articles_and_show_all_widens_them(open_page: OpenPage) -> None:
    page = open_page()
    open_articles(page)
    bars = page.locator(".dl-histogram .dl-do")
    expect(bars).to_have_count(2)
    bars.last.click()
    expect(titles(page)).to_have_text(["Choir sings", "School closes"])
    expect(page.locator("#dl-listing h2")).to_have_text("2 articles published on 23 Sep 2023")
    expect(bars.last).to_be_focused()
    page.get_by_text("As a table").click()
    row = page.locator("#dl-overview tbody tr", has_text="21 Sep 2023")
    row.get_by_role("button").press("Enter")
    expect(titles(page)).to_have_text(["Pier to be rebuilt"])
    expect(row.get_by_role("button")).to_be_focused()
    bars.last.click()
    search = page.get_by_role("textbox", name="Search in the articles")
    search.fill("choir quillane")
    search.press("Enter")
    expect(titles(page)).to_have_text(["Choir sings"])
    page.get_by_role("button", name="Elm Courier").click()
    expect(page.locator("#dl-listing")).to_contain_text("No article is like that.")
    page.get_by_role("button", name="Show all").click()
    expect(titles(page)).to_have_count(4)
    expect(search).to_have_value("")


def test_an_article_is_read_where_it_was_found(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    open_articles(page)
    titles(page).filter(has_text="Pier").click()
    window = page.get_by_role("dialog", name="Article")
    expect(window).to_contain_text(HARBOUR)
    expect(window.locator(".dl-quiet")).to_contain_text("Elm Courier · 21 Sep 2023")
    page.keyboard.press("Escape")
    expect(titles(page).filter(has_text="Pier")).to_be_focused()


def test_a_question_can_be_asked_of_the_articles_that_were_narrowed_down_to(open_page: OpenPage) -> None:
    page = open_page()
    open_articles(page)
    page.locator(".dl-histogram .dl-do").first.click()
    page.get_by_role("button", name="Elm Courier").click()
    page.get_by_role("button", name="Ask about these articles").click()
    expect(page.locator("#dl-since input")).to_have_value("2023-09-21")
    expect(page.locator("#dl-until input")).to_have_value("2023-09-21")
    expect(page.locator("#dl-publishers .token")).to_have_text("Elm Courier")
    expect(ask(page, "Who sang in the market hall?")).to_contain_text("1 article")


def test_a_file_is_added_found_and_removed_again(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    page = open_page()
    open_articles(page)
    upload(page, tmp_path / "bridge.md")
    expect(outcome(page)).to_contain_text("Added “Bridge of Braek”. Read it")
    expect(outcome(page)).to_contain_text("It has no known date, and so stands last in the list.")
    expect(outcome(page)).to_be_in_viewport()
    expect(page.locator("#dl-overview h2")).to_have_text("5 articles from 2 publishers")
    expect(page.locator("#dl-masthead p")).to_contain_text("5 articles", timeout=1500)  # no waiting for the next look
    outcome(page).get_by_role("link", name="Read it “Bridge of Braek”").click()
    expect(page.get_by_role("dialog", name="Article")).to_contain_text("was closed on Friday")
    page.keyboard.press("Escape")
    item = page.locator("#dl-listing li", has_text="Bridge of Braek")
    expect(item.locator(".dl-badge")).to_have_text("uploaded")
    item.get_by_role("button", name="Remove “Bridge of Braek”").click()
    expect(item).to_contain_text("This deletes the file bridge.md with everything in it.")
    expect(item.get_by_role("button", name="Keep it")).to_be_focused()
    item.get_by_role("button", name="Remove it").click()
    expect(outcome(page)).to_have_text("Removed “Bridge of Braek”.")
    expect(titles(page)).to_have_count(4)


def test_what_cannot_be_added_is_refused_with_one_sentence(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(IMAGE)
    page = open_page(width=390, height=844)
    open_articles(page)
    upload(page, tmp_path / "photo.png")
    expect(outcome(page)).to_contain_text("photo.png was not added: format .png is not supported")
    address = page.get_by_role("textbox", name="Add a page, a feed or a PDF of the web")
    address.fill("http://127.0.0.1:9/story.html")
    address.press("Enter")
    expect(outcome(page)).to_contain_text("http://127.0.0.1:9/story.html was not added: ")
    expect(address).to_have_value("http://127.0.0.1:9/story.html")  # to be mended
    address.fill("127.0.0.1/story")
    address.press("Enter")
    expect(outcome(page)).to_contain_text("https://127.0.0.1/story was not added: ")
    expect(outcome(page)).to_be_in_viewport()
    expect(titles(page)).to_have_count(4)
    expect(page.locator(".toast-body")).to_have_count(0)


def test_several_files_are_added_at_once_and_each_is_told_of(
    open_page: OpenPage, newsroom: Newsroom, settings: Settings, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("bridge.md", "ferry.md", "photo.png")]
    for file, content in zip(files, (BRIDGE.encode(), FERRY.encode(), IMAGE), strict=True):
        file.write_bytes(content)
    page = open_page()
    open_articles(page)
    upload(page, *files)
    expect(outcome(page)).to_contain_text("Added “Bridge of Braek”.")
    expect(outcome(page)).to_contain_text("Added “Ferry of Tarvo”.")
    expect(outcome(page)).to_contain_text("photo.png was not added")
    expect(titles(page)).to_have_count(6)
    for file in (settings.uploads_dir / name for name in ("bridge.md", "ferry.md")):
        file.unlink()
    sync(newsroom, settings)


def test_a_page_that_is_open_notices_a_new_index_and_answers_from_it(
    open_page: OpenPage, newsroom: Newsroom, settings: Settings
) -> None:
    page = open_page()
    expect(page.locator("#dl-masthead p")).to_contain_text("4 articles")
    ferry = newsroom.folder / "ferry.md"
    ferry.write_text(FERRY, encoding="utf-8")
    open_articles(page)
    page.get_by_role("button", name="Bring up to date").click()
    expect(outcome(page)).to_have_text("The index has 5 articles: 1 new or changed, 0 removed, 1 failed.")
    expect(titles(page)).to_have_count(5)
    expect(page.locator("#dl-masthead p")).to_contain_text("5 articles")
    expect(page.locator(".toast-body")).to_contain_text("The articles have changed: 5 articles")
    expect(page.get_by_text("Info", exact=True)).to_be_hidden()
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Where did the ferry of Tarvo sink?")
    expect(cards(page).first.locator("h3")).to_have_text("Ferry of Tarvo")
    ferry.unlink()
    sync(newsroom, settings)
