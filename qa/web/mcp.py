"""The answer as a tool for MCP clients; the only importer of mcp."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from qa.types import Answer, AnswerStatus

if TYPE_CHECKING:
    import gradio as gr
    from mcp.server.lowlevel import Server
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send


class AnswerTool:
    """The page's `/answer` as the one tool of an MCP server that speaks streamable HTTP and keeps no sessions.

    Gradio's own would give the answer as Python source, and fetch it from whatever host a request names.
    """

    def __init__(self, blocks: "gr.Blocks") -> None:
        from anyio import CapacityLimiter
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from qa.web.asking import ANSWERS_AT_ONCE

        self._answer: Callable[..., dict[str, Any]] = next(
            fn.fn for fn in blocks.fns.values() if fn.api_name == "answer" and fn.fn
        )
        self._threads = CapacityLimiter(ANSWERS_AT_ONCE)
        self._sessions = StreamableHTTPSessionManager(self._server(), stateless=True)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        from starlette.responses import PlainTextResponse

        from qa.web.words import say

        if scope["method"] == "POST":
            await self._sessions.handle_request(scope, receive, send)
        else:  # without sessions there is no stream to listen to
            await PlainTextResponse(say("mcp.post"), 405, {"Allow": "POST"})(scope, receive, send)

    def routes(self) -> "list[Route]":
        """Where clients post to."""
        from starlette.routing import Route

        from qa.web.guard import MCP

        return [Route(MCP, self)]

    @contextlib.asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """What has to be open while calls are answered."""
        async with self._sessions.run():
            yield

    def _server(self) -> "Server[Any, Any]":
        from inspect import getdoc

        from mcp.server.lowlevel import Server
        from mcp.types import Tool
        from pydantic import TypeAdapter

        schema = TypeAdapter(self._answer).json_schema()  # type: ignore[arg-type]
        offered = [Tool(name="answer", description=getdoc(self._answer), inputSchema=schema)]
        server: Server[Any, Any] = Server("dateline")

        @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
        async def tools() -> list[Tool]:
            return offered

        @server.call_tool()  # type: ignore[untyped-decorator]
        async def call(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
            if name != "answer":
                raise ValueError(f"There is no tool {name!r}: the only one is answer.")
            return await self._called(arguments)

        return server

    async def _called(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        from anyio.to_thread import run_sync

        from qa.web.asking import QUESTIONS_WAITING
        from qa.web.words import say

        if self._threads.statistics().tasks_waiting >= QUESTIONS_WAITING:
            full = say("ask.full")
            return Answer(question=arguments["question"], text=full, status=AnswerStatus.BUSY, reason=full).to_dict()
        return await run_sync(partial(self._answer, **arguments), limiter=self._threads)
