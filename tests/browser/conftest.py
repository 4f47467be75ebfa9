"""A real browser on the real page over the real engine; nothing here runs where no Chromium is installed."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from qa import QAEngine
from qa.web.server import ChatServer
from tests.browser.pages import CHROMIUM, SWITCHES, OpenPage


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
def address(seeds_index: Path) -> Iterator[str]:
    ready = threading.Event()
    server = ChatServer(lambda: QAEngine.open(seeds_index), host="127.0.0.1", port=None, announce=lambda _: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(120), "the page was not ready within two minutes"
        yield server.address
    finally:
        server.stop()
        thread.join(30)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """At the end of the test: no error on any console, no answer above 399 and no request to another host."""
    closers: list[Callable[[], None]] = []
    faults: list[str] = []
    requested: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    def answered(response: Response) -> None:
        if not response.ok:
            faults.append(f"{response.status} {response.url}")

    def open_page(*, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        closers.append(context.close)
        page = context.new_page()
        page.on("console", console)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: requested.append(request.url))
        page.on("response", answered)
        page.goto(address)
        page.wait_for_selector("#dl-question textarea")
        return page

    yield open_page
    for close in closers:
        close()
    assert requested
    assert [url for url in requested if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert faults == []
