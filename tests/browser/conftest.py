"""A real browser on the real page over the real engine; nothing here runs where no Chromium is installed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Frame, Page, Response, sync_playwright

from qa import QAEngine
from qa.library import Library
from qa.settings import Settings
from tests.browser.pages import CHROMIUM, PATIENCE, SWITCHES, OpenPage, serving

# What gradio's client logs of its own open streams while its page is being left.
LEAVING = ("AbortError: signal is aborted", "Connection errored out.", "Unexpected error Connection errored out.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone before the next module: while Playwright is open, no other test could start an event loop."""
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed, so the page cannot be looked at in a browser.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file for what readers say of answers."""
    return tmp_path_factory.mktemp("feedback") / "feedback.jsonl"


@pytest.fixture(scope="session")
def address(seeds_index: Path, feedback: Path) -> Iterator[str]:
    settings = Settings(index_dir=seeds_index)
    with serving(lambda: QAEngine.open(seeds_index), feedback=feedback, library=lambda _: Library(settings)) as served:
        yield served


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """At the end of the test: no error on any console, no answer above 399 and no request to another host."""
    closers: list[Callable[[], None]] = []
    faults: list[str] = []
    requested: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    def left(_: Frame) -> None:
        faults[:] = [fault for fault in faults if not fault.startswith(LEAVING)]

    def answered(response: Response) -> None:
        if response.status > 399:
            faults.append(f"{response.status} {response.url}")

    def open_page(path: str = "/", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        closers.append(context.close)
        context.on("console", console)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("request", lambda request: requested.append(request.url))
        context.on("response", answered)
        page = context.new_page()
        page.on("framenavigated", left)
        page.goto(address + path)
        if path.startswith("/article/"):
            return page
        page.wait_for_selector("#dl-question textarea")
        page.wait_for_selector(".dl-status", state="attached")  # the page's own script has come
        return page

    yield open_page
    for close in closers:
        close()
    assert requested
    assert [url for url in requested if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert faults == []
