"""Who gets to the page and its MCP tool, over an engine with prepared answers."""

import asyncio
import json
import logging
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from index.errors import SettingsError
from qa.types import Answer
from qa.web import serve
from qa.web.environment import ServeOptions
from tests.qa.prepared import QUOTE, PreparedEngine, predict, running, status

PASSWORD = "canary-of-the-harbour"

LOGIN = {"Authorization": "Basic " + b64encode(f"reader:{PASSWORD}".encode()).decode()}


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with running(PreparedEngine(), ServeOptions(user="reader", password=SecretStr(PASSWORD), mcp=True)) as address:
        yield address


def call_tool(
    address: str, name: str, given: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> tuple[Any, Any]:
    """The tools that a real MCP client is offered, and what the call of one gives."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def session() -> tuple[Any, Any]:
        async with (
            httpx.AsyncClient(headers=dict(headers or {}), timeout=30) as http,
            streamable_http_client(f"{address}/mcp", http_client=http) as (receive, send, _),
            ClientSession(receive, send) as client,
        ):
            await client.initialize()
            return (await client.list_tools()).tools, await client.call_tool(name, dict(given))

    return asyncio.run(session())


def test_with_a_password_the_page_and_its_interface_open_to_those_who_give_it(locked: str) -> None:
    assert status(locked) == 401
    assert status(f"{locked}/gradio_api/info") == 401
    assert status(f"{locked}/mcp", b"{}") == 401
    assert status(locked, headers=LOGIN) == 200
    assert status(f"{locked}/readyz") == 200
    assert predict(locked, LOGIN, question="How many convoys?")["text"] == f"{QUOTE} [1]"


def test_the_password_is_in_no_log_and_in_no_page(
    locked: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    predict(locked, LOGIN, question="How many convoys?")
    status(locked, headers={"Authorization": LOGIN["Authorization"][:-4]})
    page = httpx.get(locked, headers=LOGIN).text
    server = [record for record in caplog.records if not record.name.startswith(("httpcore", "httpx"))]
    told = page + "".join(record.getMessage() for record in server) + "".join(capfd.readouterr())
    assert PASSWORD not in told
    assert LOGIN["Authorization"] not in told


def test_an_mcp_client_is_offered_the_answer_tool_alone_and_gets_the_answer_of_http(locked: str) -> None:
    given: dict[str, Any] = {
        "question": "How many convoys?",
        "history": [["Who met?", "Delegates met."]],
        "as_of": "2023-04-05",
        "publishers": ["The Example Courier"],
    }
    (tool,), result = call_tool(locked, "answer", given, LOGIN)
    assert tool.name == "answer"
    assert "citing the passage behind every sentence" in tool.description
    assert "Leave out articles published after this day" in tool.description
    assert tool.inputSchema["required"] == ["question"]
    assert not result.isError
    assert result.structuredContent == predict(locked, LOGIN, **given)
    assert Answer.from_dict(json.loads(result.content[0].text)).to_dict() == result.structuredContent


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("answer", {}, "'question' is a required property"),
        ("answer", {"question": "Who?", "where": "here"}, "'where' was unexpected"),
        ("answer", {"question": ["Who?"]}, "is not of type 'string'"),
        ("forget", {"question": "Who?"}, "There is no tool 'forget'"),
    ],
)
def test_a_call_that_cannot_be_made_is_told_why(locked: str, name: str, given: dict[str, Any], reason: str) -> None:
    _, result = call_tool(locked, name, given, LOGIN)
    assert result.isError
    assert reason in result.content[0].text


def test_a_body_above_64_kilobytes_is_refused_by_the_tool_too(locked: str) -> None:
    body = b'{"jsonrpc": "2.0", "method": "' + b"a" * (64 * 1024) + b'"}'
    assert status(f"{locked}/mcp", body, LOGIN) == 413
    reply = httpx.get(f"{locked}/mcp", headers=LOGIN)
    assert reply.status_code == 405
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_without_the_package_the_tool_names_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(SettingsError, match=r'pip install "dateline\[mcp\]"'):
        serve(PreparedEngine, ServeOptions(mcp=True), announce=lambda _: None)
