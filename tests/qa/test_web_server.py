"""The page's server over an engine with prepared answers; run as a program, this file serves that engine."""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from index.articlestore import Coverage
from index.errors import IndexMissing, SettingsError
from index.types import Article
from qa.errors import RequestError
from qa.types import Answer, AnswerStatus, Sentence
from qa.web import serve
from qa.web.conversation import Filters, ask
from qa.web.environment import ServeOptions
from qa.web.server import ChatServer
from tests.qa.answers import HARBOUR

ROOT = Path(__file__).parents[2]
TEXT = "Delegates met in the harbour town. Three convoys were agreed on. Both sides will return in May."
QUOTE = "Three convoys were agreed on."
PASSWORD = "canary-of-the-harbour"
LOGIN = {"Authorization": "Basic " + b64encode(f"reader:{PASSWORD}".encode()).decode()}


class PreparedEngine:
    """An engine with one article; a question that contains "explode" fails as a library would."""

    def __init__(self) -> None:
        self.closed = False

    def answer(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Answer:  # fmt: skip
        if "explode" in question:
            raise RuntimeError(question)
        if "missing" in question:
            raise IndexMissing("There is no index here: run `dateline index`.")
        if as_of == "tomorrow":
            raise RequestError("as_of is 'tomorrow', which is no day.")
        start = TEXT.index(QUOTE)
        citation = replace(HARBOUR, kind="fictional", start=start, end=start + len(QUOTE))
        notices = tuple(f"earlier: {turn[0]}" for turn in history) + tuple(f"only: {name}" for name in publishers)
        return Answer(
            question=question,
            text=f"{QUOTE} [1]",
            status=AnswerStatus.ANSWERED,
            citations=(citation,),
            as_of=date.fromisoformat(as_of) if as_of else None,
            notices=notices,
        )

    def stream(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Iterator[Sentence | Answer]:  # fmt: skip
        answer = self.answer(question, history=history, as_of=as_of)
        yield from answer.sentences
        yield answer

    def warm_up(self) -> Answer:
        return self.answer("Is it there?")

    @property
    def llm_id(self) -> str | None:
        return None

    @property
    def index_id(self) -> str:
        return "prepared"

    def article(self, article_id: str) -> Article:
        return Article(id=article_id, title="Harbour talks end", text=TEXT)

    def examples(self) -> tuple[str, ...]:
        return ("How many convoys were agreed on?",)

    def suggestions(self, answer: Answer) -> tuple[str, ...]:
        return ()

    def coverage(self) -> Coverage:
        day = date(2023, 4, 2)
        return Coverage(articles=1, publishers=("The Example Courier",), oldest=day, newest=day, undated=0)

    def close(self) -> None:
        self.closed = True


@contextmanager
def running(engine: PreparedEngine, options: ServeOptions | None = None) -> Iterator[str]:
    """Serve in a thread until the block ends; yields the announced address."""
    announced: list[str] = []
    ready = threading.Event()

    def announce(address: str) -> None:
        announced.append(address)
        ready.set()

    server = ChatServer(lambda: engine, options, announce=announce)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(60), "the page was not ready within a minute"
        yield announced[0]
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(PreparedEngine()) as address:
        yield address


def status(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def predict(address: str, headers: Mapping[str, str] | None = None, **given: Any) -> dict[str, Any]:
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False, headers=dict(headers or {}))
    try:
        result: dict[str, Any] = client.predict(**given, api_name="/answer")
        return result
    finally:
        client.close()


def test_the_http_interface_gives_the_same_answer_as_python(address: str) -> None:
    given: dict[str, Any] = {
        "question": "How many convoys?",
        "history": [["Who met?", "Delegates met."]],
        "as_of": "2023-04-05",
    }
    expected = PreparedEngine().answer(
        "How many convoys?", history=[["Who met?", "Delegates met."]], as_of="2023-04-05"
    )
    assert predict(address, **given) == expected.to_dict()


def test_history_and_day_may_be_left_out_over_http(address: str) -> None:
    answer = Answer.from_dict(predict(address, question="How many convoys?"))
    assert answer == PreparedEngine().answer("How many convoys?")


def test_only_the_answer_endpoint_is_offered_to_clients(address: str) -> None:
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False)
    endpoints = client.view_api(return_format="dict", print_info=False)
    client.close()
    assert isinstance(endpoints, dict)
    assert list(endpoints["named_endpoints"]) == ["/answer"]
    assert endpoints["unnamed_endpoints"] == {}


def test_health_and_readiness_are_told(address: str) -> None:
    assert status(f"{address}/healthz") == 200
    assert status(f"{address}/readyz") == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/upload",
        "/gradio_api/vibe-code",
        "/gradio_api/mcp/sse",
        "/gradio_api/mcp/",
        "/mcp",
        "/gradio_api/runs",
        "/gradio_api/run/answer",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/login",
        "/assets/../../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc/passwd",
    ],
)
def test_routes_that_the_page_does_not_need_are_closed(address: str, path: str) -> None:
    assert status(address + path) in (403, 404)


def test_a_body_above_64_kilobytes_is_refused(address: str) -> None:
    body = b'{"data": ["' + b"a" * (64 * 1024) + b'"]}'
    assert status(f"{address}/gradio_api/call/answer", body, {"Content-Type": "application/json"}) == 413


def test_the_page_names_no_other_host_in_what_a_browser_or_preview_would_load(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as response:
        page = response.read().decode()
        policy = response.headers["Content-Security-Policy"]
    head = page[: page.index("window.gradio_config")]
    assert "http://" not in head
    assert "https://" not in head
    assert page.count("<script nonce=") == page.count("<script")
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'nonce-" in policy


def test_each_page_gets_another_nonce(address: str) -> None:
    policies = set()
    for _ in range(2):
        with urllib.request.urlopen(address, timeout=10) as response:
            policies.add(response.headers["Content-Security-Policy"])
    assert len(policies) == 2


def test_the_page_is_not_ready_until_the_engine_has_answered() -> None:
    release = threading.Event()
    announced = threading.Event()

    def slow() -> PreparedEngine:
        assert release.wait(30)
        return PreparedEngine()

    server = ChatServer(slow, announce=lambda _: announced.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert status(f"{server.address}/healthz") == 200
        assert status(f"{server.address}/readyz") == 503
        assert status(server.address) == 503
        assert not announced.is_set()
        release.set()
        assert announced.wait(60)
        assert status(f"{server.address}/readyz") == 200
    finally:
        release.set()
        server.stop()
        thread.join(30)


def test_what_keeps_the_engine_from_opening_is_raised_to_the_caller() -> None:
    def missing() -> PreparedEngine:
        raise IndexMissing("There is no index here: run `dateline index`.")

    with pytest.raises(IndexMissing, match="run `dateline index`"):
        serve(missing, announce=lambda _: None)


def test_an_engine_that_cannot_answer_is_closed_and_reported() -> None:
    class Broken(PreparedEngine):
        def warm_up(self) -> Answer:
            return Answer(question="", text="broken", status=AnswerStatus.FAILED)

    engine = Broken()
    with pytest.raises(Exception, match="could not answer a first question"):
        serve(lambda: engine, announce=lambda _: None)
    assert engine.closed


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} of 127.0.0.1 is in use"):
            serve(PreparedEngine, ServeOptions(port=port), announce=lambda _: None)


def test_a_port_that_does_not_exist_is_one_clear_sentence() -> None:
    with pytest.raises(SettingsError, match="Port 70000"):
        serve(PreparedEngine, ServeOptions(port=70000), announce=lambda _: None)


def test_a_host_that_is_not_this_machine_is_one_clear_sentence() -> None:
    with pytest.raises(SettingsError, match=r"Cannot listen on 192\.0\.2\.1"):
        serve(PreparedEngine, ServeOptions(host="192.0.2.1"), announce=lambda _: None)


def opened_without_an_index(options: ServeOptions) -> None:
    """Take the address, and stop."""

    def missing() -> PreparedEngine:
        raise IndexMissing("There is no index here: run `dateline index`.")

    with pytest.raises(IndexMissing):
        serve(missing, options, announce=lambda _: None)


def test_a_page_without_a_password_on_other_than_loopback_is_warned_about_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    everywhere = "0.0.0.0"
    for options in (ServeOptions(), ServeOptions(host=everywhere, user="reader", password=SecretStr(PASSWORD))):
        opened_without_an_index(options)
    assert caplog.messages == []
    opened_without_an_index(ServeOptions(host=everywhere))
    assert len(caplog.messages) == 1
    assert "Set DATELINE_USER and DATELINE_PASSWORD" in caplog.text


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with running(PreparedEngine(), ServeOptions(user="reader", password=SecretStr(PASSWORD), mcp=True)) as address:
        yield address


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


def test_below_a_root_path_the_page_is_announced_and_found_with_and_without_it() -> None:
    forwarded = {"X-Forwarded-Host": "news.example", "X-Forwarded-Proto": "https"}
    with running(PreparedEngine(), ServeOptions(root_path="/news")) as address:
        assert address.endswith("/news")
        bare = address.removesuffix("/news")
        assert httpx.get(f"{bare}/config").json()["root"] == address
        assert httpx.get(f"{address}/config").json()["root"] == address
        assert httpx.get(f"{bare}/config", headers=forwarded).json()["root"] == "https://news.example/news"
        assert predict(f"{address}/", question="How many convoys?")["text"] == f"{QUOTE} [1]"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_page_cleanly_and_dangerous_switches_are_ignored(number: signal.Signals) -> None:
    switches = {"GRADIO_SHARE": "True", "GRADIO_MCP_SERVER": "True", "GRADIO_VIBE_MODE": "1"}
    process = subprocess.Popen(
        [sys.executable, __file__],
        env=os.environ | switches | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().strip()
    with urllib.request.urlopen(f"{address}/gradio_api/heartbeat/reader", timeout=10):
        started = time.monotonic()
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert time.monotonic() - started < 15
    assert process.returncode == 0
    assert output.strip() == "returned"
    assert errors.strip().endswith("GRADIO_MCP_SERVER, GRADIO_SHARE, GRADIO_VIBE_MODE.")


def test_a_failure_becomes_a_safe_answer_and_leaves_no_message_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(PreparedEngine(), "explode the canary")
    assert answer.status is AnswerStatus.FAILED
    assert "canary" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_an_error_with_a_fix_is_shown_with_its_fix() -> None:
    answer = ask(PreparedEngine(), "missing")
    assert answer.status is AnswerStatus.FAILED
    assert "run `dateline index`" in answer.text


def test_an_argument_that_cannot_be_used_is_named_in_one_sentence() -> None:
    answer = ask(PreparedEngine(), "How many convoys?", filters=Filters(as_of="tomorrow"))
    assert answer.status is AnswerStatus.INVALID_QUESTION
    assert answer.text == "as_of is 'tomorrow', which is no day."


if __name__ == "__main__":
    serve(PreparedEngine, announce=lambda address: print(address, flush=True))
    print("returned")
