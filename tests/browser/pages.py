"""What the browser tests share."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from qa.library import Library
from qa.web.conversation import Engine
from qa.web.server import ChatServer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECONDS_TO_BE_READY = 120
PATIENCE = 30_000  # milliseconds that a loaded machine may take for what a reader waits for

FACT = "How long did the meeting in Yevlakh last?"
OTHER_FACT = "How many seats did the Orchard Alliance win?"
OVERVIEW = "Summarise the election in Ostrania."
NEAR_TOPIC = "How many people were killed in the operation?"
OFF_TOPIC = "Who won the chess world championship in 1972?"
IN_PART = "Who is the president of Azerbaijan and how tall is he?"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIOLATIONS = """
rules => axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] }).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html.slice(0, 200)}`)))
"""

expect.set_options(timeout=PATIENCE)


class OpenPage(Protocol):
    """Opens the page in a window of its own; further options are those of Playwright's `new_context`."""

    def __call__(self, path: str = "/", *, width: int = 1280, height: int = 800, **options: Any) -> Page: ...


@contextmanager
def serving(
    open_engine: Callable[[], Engine],
    *,
    feedback: Path | None = None,
    library: Callable[[Any], Library] | None = None,
    runs: Path | None = None,
) -> Iterator[str]:
    """The real server in a thread of its own; gives the address of the page, without a slash at its end."""
    ready = threading.Event()
    server = ChatServer(open_engine, announce=lambda _: ready.set(), feedback=feedback, library=library, runs=runs)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for _ in range(SECONDS_TO_BE_READY):
            assert thread.is_alive(), "the page could not be served"
            if ready.wait(1):
                break
        assert ready.is_set(), f"the page was not ready within {SECONDS_TO_BE_READY} seconds"
        yield server.address
    finally:
        server.stop()
        thread.join(30)


def begin(page: Page, question: str) -> None:
    """Type a question and press Enter, once nothing else is under way."""
    expect(page.locator("#dl-question .submit-button")).to_be_visible()
    page.fill("#dl-question textarea", question)
    page.keyboard.press("Enter")


def ask(page: Page, question: str) -> Locator:
    """Ask, and wait for the reply."""
    before = questions(page).count()
    begin(page, question)
    expect(questions(page)).to_have_count(before + 1)
    return answered(page)


def answered(page: Page) -> Locator:
    """Wait until nothing is under way; the last reply."""
    expect(page.locator("#dl-question .submit-button")).to_be_visible()
    expect(replies(page)).to_have_count(questions(page).count())
    return replies(page).last


def questions(page: Page) -> Locator:
    """What was asked."""
    return page.locator("#dl-chat [data-testid=user]")


def replies(page: Page) -> Locator:
    """What was answered."""
    return page.locator("#dl-chat [data-testid=bot]")


def cards(page: Page) -> Locator:
    """The sources beside the conversation."""
    return page.locator(".dl-card")


def kept(page: Page) -> list[str]:
    """The titles of the conversations in the browser's storage, oldest first."""
    stored: list[str] = page.evaluate(
        "Object.values(JSON.parse(localStorage.getItem('dateline.conversations')) ?? {})"
        ".sort((a, b) => a.updated - b.updated).map(one => one.title)"
    )
    return stored


def open_articles(page: Page) -> None:
    """Turn to the tab of the articles, and wait until they are listed."""
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator("#dl-listing .dl-read").first).to_be_visible()


def broken_rules(page: Page) -> list[str]:
    """Where the page breaks a rule of WCAG 2.2 AA, as axe-core finds it."""
    if not page.evaluate("() => 'axe' in window"):  # it is half a megabyte
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(VIOLATIONS, RULES)
    return found
