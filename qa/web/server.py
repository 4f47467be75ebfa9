"""Runs the page: takes the port first, loads the engine, and says where the page is once a question can be answered."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DatelineError, SettingsError
from qa.types import AnswerStatus
from qa.web.environment import make_safe

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qa.web.conversation import Engine

logger = logging.getLogger(__name__)

FIRST_PORT = 7860
PORTS_TRIED = 40
# How long an answer that is under way may delay a stop.
SECONDS_TO_STOP = 3
SECONDS_BETWEEN_LOOKS = 0.1


def serve(
    engine_factory: "Callable[[], Engine]",
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM, then return.

    `announce` gets the address once the engine has answered a first question; until then `/readyz` says 503. Without a
    port, or with 0, the first free one from 7860 is taken. Raises `SettingsError` where the address cannot be used, and
    whatever `engine_factory` raises.
    """
    ignored = make_safe(os.environ)
    if ignored:
        logger.warning("Ignored, since the page is private to this machine and offline: %s.", ", ".join(ignored))
    server = ChatServer(engine_factory, host=host, port=port, announce=announce)
    with _stopping_on_signals(server):
        server.run()


class ChatServer:
    """A web server around one engine; it holds its port from the moment it is made, and is used once."""

    def __init__(
        self, engine_factory: "Callable[[], Engine]", *, host: str, port: int | None, announce: Callable[[str], None]
    ) -> None:
        import uvicorn

        self._engine_factory = engine_factory
        self._announce = announce
        self._socket = _listen(host, port)
        self.address = _address(host, self._socket.getsockname()[1])
        self._page: ASGIApp | None = None
        self._failure: Exception | None = None
        config = uvicorn.Config(
            self._application(),
            log_level="error",
            access_log=False,
            ws="none",
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until `stop`, then raise whatever kept the engine from answering."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Ask `run` to return; may be called from any thread and from a signal handler."""
        self._server.should_exit = True

    def _application(self) -> "ASGIApp":
        from starlette.applications import Starlette
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse
        from starlette.routing import Mount, Route

        from qa.web.guard import Guard, TokenBucket

        def healthz(_: Request) -> PlainTextResponse:
            return PlainTextResponse("ok")

        def readyz(_: Request) -> PlainTextResponse:
            return PlainTextResponse("ready") if self._page else PlainTextResponse("loading", 503)

        async def page(scope: "Scope", receive: "Receive", send: "Send") -> None:
            later = PlainTextResponse("Dateline is loading its index.", 503, {"Retry-After": "2", "Refresh": "2"})
            await (self._page or later)(scope, receive, send)

        routes = [Route("/healthz", healthz), Route("/readyz", readyz), Mount("/", page)]
        return Guard(Starlette(routes=routes, lifespan=self._lifespan), bucket=TokenBucket())

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: object) -> AsyncIterator[None]:
        work = asyncio.create_task(self._work())
        yield
        await work

    async def _work(self) -> None:
        """From loading the engine to closing it; a failure is kept for `run` and ends the server."""
        try:
            engine = await asyncio.to_thread(self._engine_factory)
            try:
                await self._serve_page(engine)
            finally:
                await asyncio.to_thread(engine.close)
        except Exception as error:
            self._failure = error
            self.stop()

    async def _serve_page(self, engine: "Engine") -> None:
        page = await asyncio.to_thread(_prepared, engine)
        async with page.router.lifespan_context(page):
            self._page = page
            if not self._server.should_exit:
                self._announce(self.address)
            while not self._server.should_exit:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._page = None
            _end_streams(page)


def _prepared(engine: "Engine") -> "FastAPI":
    """The page, after a first question has gone through the engine, so that the first reader need not wait."""
    first = engine.warm_up()
    if first.status is AnswerStatus.FAILED:
        raise DatelineError(f"The engine could not answer a first question: {first.text} Run `dateline doctor`.")
    return _mounted(engine)


def _mounted(engine: "Engine") -> "FastAPI":
    from qa.web import build

    blocks = build(engine)
    import gradio as gr
    from fastapi import FastAPI

    from qa.web.theme import theme

    app: FastAPI = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css_paths=[Path(__file__).with_name("style.css")],
    )
    # gradio_client takes every dictionary with a "path", as each citation is, for a file to download, except under the
    # older name of the protocol; the two differ only in a client's leave to close a stream early.
    blocks.config["protocol"] = "sse_v2.1"
    return app


def _end_streams(page: "FastAPI") -> None:
    """Let go of the connections that open pages hold; otherwise the web server cancels them, loudly, after a wait."""
    from gradio.routes import App
    from starlette.routing import Mount

    for route in page.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            route.app.stop_event.set()


def _listen(host: str, port: int | None) -> socket.socket:
    """A listening socket. Raises `SettingsError`."""
    ports = [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for candidate in ports:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            return socket.create_server((host, candidate), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(f"Cannot listen on {host} port {candidate}: {error.strerror}.") from error
        except OverflowError as error:
            raise SettingsError(f"Port {candidate} does not exist: give one from 1 to 65535.") from error
    if port:
        raise SettingsError(
            f"Port {port} of {host} is in use: give another with --port, or none to have a free one chosen."
        )
    raise SettingsError(f"Ports {ports[0]} to {ports[-1]} of {host} are all in use: give a free one with --port.")


def _address(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    any_interface = host in ("", "0.0.0.0", "::")  # noqa: S104, compared and not bound
    name = "127.0.0.1" if any_interface else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


@contextlib.contextmanager
def _stopping_on_signals(server: ChatServer) -> Iterator[None]:
    """Make Ctrl-C and SIGTERM a plain return: the web server repeats them after it has stopped, to end the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: server.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
