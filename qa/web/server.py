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
from functools import partial
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import DatelineError, SettingsError
from qa.types import AnswerStatus
from qa.web.environment import ServeOptions, make_safe

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qa.library import Library
    from qa.web.conversation import Engine

logger = logging.getLogger(__name__)

FIRST_PORT = 7860
PORTS_TRIED = 40
# How long an answer that is under way may delay a stop.
SECONDS_TO_STOP = 3
SECONDS_BETWEEN_LOOKS = 0.1
LOOPBACK = ["127.0.0.0/8", "::1"]


def serve(
    engine_factory: "Callable[[], Any]",
    options: ServeOptions | None = None,
    *,
    announce: Callable[[str], None] = print,
    feedback: Path | None = None,
    library: "Callable[[Any], Library] | None" = None,
    runs: Path | None = None,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM, then return.

    `announce` gets the address once the engine has answered a first question; until then `/readyz` says 503. `feedback`
    is the file for what readers say of answers, if they are asked; `library` gives, for the engine, the articles that they
    may look through and, with files of up to 20 MB, add to; `runs` is the folder of the evaluations whose reports are shown.
    Raises `SettingsError` where the options cannot be used, and whatever `engine_factory` raises.
    """
    ignored = make_safe(os.environ)
    if ignored:
        logger.warning("Ignored, since the page is private to this machine and offline: %s.", ", ".join(ignored))
    server = ChatServer(engine_factory, options, announce=announce, feedback=feedback, library=library, runs=runs)
    with _stopping_on_signals(server):
        server.run()


class ChatServer:
    """A web server around one engine; it holds its port from the moment it is made, and is used once."""

    def __init__(
        self,
        engine_factory: "Callable[[], Engine]",
        options: ServeOptions | None = None,
        *,
        announce: Callable[[str], None],
        feedback: Path | None = None,
        library: "Callable[[Any], Library] | None" = None,
        runs: Path | None = None,
    ) -> None:
        import uvicorn

        self._options = options or ServeOptions()
        self._engine_factory = engine_factory
        self._announce = announce
        self._feedback, self._library, self._runs = feedback, library, runs
        if self._options.mcp and find_spec("mcp") is None:
            raise SettingsError('The package mcp is not installed. Run: pip install "dateline[mcp]"')
        self._socket = _listen(self._options.host, self._options.port)
        self.address = _address(self._options, self._socket.getsockname()[1])
        self._page: ASGIApp | None = None
        self._failure: Exception | None = None
        if not self._options.password and not ip_address(self._socket.getsockname()[0]).is_loopback:
            logger.warning(
                "Other machines can reach the page at %s without a password. Set DATELINE_USER and DATELINE_PASSWORD.",
                self._options.host,
            )
        config = uvicorn.Config(
            self._application(),
            log_level="error",
            access_log=False,
            ws="none",
            lifespan="on",
            proxy_headers=False,
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
        from starlette.staticfiles import StaticFiles
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        from qa.web.guard import Forwarded, Guard, TokenBucket
        from qa.web.routes import ASSETS, loading

        def healthz(_: Request) -> PlainTextResponse:
            return PlainTextResponse("ok")

        def readyz(_: Request) -> PlainTextResponse:
            return PlainTextResponse("ready") if self._page else PlainTextResponse("loading", 503)

        async def page(scope: "Scope", receive: "Receive", send: "Send") -> None:
            await (self._page or loading())(scope, receive, send)

        routes = [
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Mount("/dateline", StaticFiles(directory=ASSETS)),
            Mount("/", page),
        ]
        application = Starlette(routes=routes, lifespan=self._lifespan)
        guard = Guard(application, bucket=TokenBucket(), options=self._options, uploads=self._library is not None)
        return Forwarded(ProxyHeadersMiddleware(guard, LOOPBACK))  # type: ignore[arg-type]

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
        library = self._library(engine) if self._library else None
        mount = partial(_mounted, options=self._options, feedback=self._feedback, library=library, runs=self._runs)
        page = await asyncio.to_thread(_prepared, engine, mount)
        async with page.router.lifespan_context(page):
            await _looked_at(page)
            self._page = page
            if not self._server.should_exit:
                self._announce(self.address)
            while not self._server.should_exit:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._page = None
            _end_streams(page)


def _prepared(engine: "Engine", mount: "Callable[[Engine], FastAPI]") -> "FastAPI":
    """The page, after a first question has gone through the engine, so that the first reader need not wait."""
    first = engine.warm_up()
    if first.status is AnswerStatus.FAILED:
        raise DatelineError(f"The engine could not answer a first question: {first.text} Run `dateline doctor`.")
    return mount(engine)


async def _looked_at(page: "FastAPI") -> None:
    """Open the page once as a reader would, so that what is made for the first of them is made."""
    from httpx import ASGITransport, AsyncClient

    async with AsyncClient(transport=ASGITransport(app=page), base_url="http://127.0.0.1") as reader:
        await reader.get("/")


def _mounted(
    engine: "Engine",
    *,
    options: ServeOptions,
    feedback: Path | None = None,
    library: "Library | None" = None,
    runs: Path | None = None,
) -> "FastAPI":
    from qa.web import build

    blocks = build(engine, feedback=feedback, library=library, runs=runs)
    import gradio as gr
    from fastapi import FastAPI

    from qa.web.guard import UPLOAD_LIMIT
    from qa.web.mcp import AnswerTool
    from qa.web.routes import ASSETS, STYLES, head, routes
    from qa.web.theme import theme

    tool = AnswerTool(blocks) if options.mcp else None
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(
            openapi_url=None,
            routes=[*routes(engine.article, runs), *(tool.routes() if tool else ())],
            lifespan=tool.lifespan if tool else None,
        ),
        blocks,
        path="/",
        root_path=options.root_path,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=UPLOAD_LIMIT if library else 1024,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css_paths=[ASSETS.with_name("style.css"), *(ASSETS / f"{name}.css" for name in STYLES)],
        head=head(),
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


def _address(options: ServeOptions, port: int) -> str:
    """The address to type into a browser on this machine."""
    any_interface = options.host in ("", "0.0.0.0", "::")  # noqa: S104, compared and not bound
    name = "127.0.0.1" if any_interface else options.host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}{options.root_path}"


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
