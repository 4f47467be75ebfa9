"""The page below a path of a reverse proxy, with a password, in a real browser."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from qa import QAEngine
from qa.web.environment import ServeOptions
from qa.web.server import ChatServer

PREFIX = "/news"
PASSWORD = "lantern"
HOPS = frozenset({"connection", "transfer-encoding", "keep-alive", "content-length"})


def proxy(target: str) -> ASGIApp:
    """Takes the prefix off, forwards, and says who asked."""
    upstream = httpx.AsyncClient(base_url=target, timeout=60)

    async def forward(request: Request) -> StreamingResponse:
        path = request.url.path.removeprefix(PREFIX) + (f"?{request.url.query}" if request.url.query else "")
        said = {
            "x-forwarded-host": request.headers["host"],
            "x-forwarded-proto": "http",
            "x-forwarded-for": "192.0.2.7",
        }
        headers = {name: value for name, value in request.headers.items() if name not in HOPS} | said
        asked = upstream.build_request(request.method, path, headers=headers, content=await request.body())
        answered = await upstream.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            async for part in answered.aiter_raw():
                yield part
            await answered.aclose()

        kept = {name: value for name, value in answered.headers.items() if name not in HOPS}
        return StreamingResponse(body(), answered.status_code, kept)

    return Starlette(routes=[Route(PREFIX + "/{path:path}", forward, methods=["GET", "POST"])])


@contextmanager
def served(application: ASGIApp) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def outside(seeds_index: Path) -> Iterator[str]:
    """The address of the proxy, in front of the page."""
    ready = threading.Event()
    options = ServeOptions(root_path=PREFIX, user="reader", password=SecretStr(PASSWORD))
    server = ChatServer(lambda: QAEngine.open(seeds_index), options, announce=lambda _: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(120), "the page was not ready within two minutes"
        with served(proxy(server.address.removesuffix(PREFIX))) as address:
            yield address
    finally:
        server.stop()
        thread.join(30)


def test_below_a_path_of_a_proxy_a_question_is_answered_and_its_article_opens(browser: Browser, outside: str) -> None:
    faults: list[str] = []
    requested: list[str] = []
    context = browser.new_context(http_credentials={"username": "reader", "password": PASSWORD})
    context.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("request", lambda request: requested.append(request.url))
    context.on("response", lambda got: None if got.ok else faults.append(f"{got.status} {got.url}"))
    page, tab = context.new_page(), context.new_page()
    try:
        page.goto(f"{outside}{PREFIX}/")
        page.fill("#dl-question textarea", "How long did the meeting in Yevlakh last?")
        page.keyboard.press("Enter")
        expect(page.locator("#dl-chat [data-testid=bot]").last).to_contain_text("three hours", timeout=30_000)
        page.locator(".dl-card a[href*='article/']").first.click()
        expect(page.locator("dialog .dl-reading mark")).to_contain_text("three hours")
        link = page.locator(".dl-card a[href*='article/']").first.get_attribute("href")
        tab.goto(f"{outside}{PREFIX}/{link}")
        expect(tab.locator("mark")).to_contain_text("three hours")
    finally:
        context.close()
    assert "\n".join(faults) == ""
    assert [url for url in requested if not url.startswith((f"{outside}{PREFIX}/", "data:", "blob:"))] == []
