"""A real browser on the real page over the real engine; nothing here runs where no Chromium is installed."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Frame,
    Page,
    Playwright,
    Response,
    sync_playwright,
)

from qa import QAEngine
from qa.library import Library
from qa.settings import Settings
from tests.browser.pages import CHROMIUM, PATIENCE, SWITCHES, OpenPage, serving

# What gradio's client logs of its own open streams while its page is being left.
LEAVING = ("AbortError: signal is aborted", "Connection errored out.", "Unexpected error Connection errored out.")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Gone before the next module: while Playwright is open, no other test could start an event loop."""
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed, so the page cannot be looked at in a browser.")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Each context of it is a new reader with an empty cache."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a reader who comes back: with the page's scripts in it, the page opens in less than half the time."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def returning(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """The window of that reader."""
    context = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=SWITCHES)
    yield context
    context.close()


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
def open_page(request: pytest.FixtureRequest, returning: BrowserContext, address: str) -> Iterator[OpenPage]:
    """At the end of the test: no error on any console, no answer above 399 and no request to another host.

    The first page is that of the reader who comes back, of whom nothing is kept but the cache; a further one, or one with
    options that only a context has, is a new reader's.
    """
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

    def watch(context: BrowserContext) -> None:
        watched: dict[Any, Callable[..., None]] = {
            "console": console,
            "weberror": lambda error: faults.append(str(error.error)),
            "request": lambda asked: requested.append(asked.url),
            "response": answered,
        }
        context.set_default_timeout(PATIENCE)
        for event, heard in watched.items():
            context.on(event, heard)
            closers.append(partial(context.remove_listener, event, heard))

    def open_page(path: str = "/", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        if closers or options.keys() - {"color_scheme", "reduced_motion"}:
            context: BrowserContext = request.getfixturevalue("browser").new_context(**options)
            page = context.new_page()
            closers.append(context.close)
        else:
            context, page = returning, returning.new_page()
            forget(context.new_cdp_session(page), address)
            page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference"} | options)
            closers.append(partial(leave, context))
        watch(context)
        page.set_viewport_size({"width": width, "height": height})
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


def forget(session: CDPSession, address: str) -> None:
    """Everything that a page may have kept, but not the cache of what it is made of."""
    session.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
    session.detach()


def leave(context: BrowserContext) -> None:
    """Close all pages but the first, without which the browser would end."""
    for page in context.pages[1:]:
        page.close()
