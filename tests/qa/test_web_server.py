"""The page's server from its start to its end, over an engine with prepared answers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from index.errors import IndexMissing, SettingsError
from qa.types import Answer, AnswerStatus
from qa.web import serve
from qa.web.environment import ServeOptions
from qa.web.server import ChatServer
from tests.qa import prepared
from tests.qa.prepared import QUOTE, PreparedEngine, predict, running, status

ROOT = Path(__file__).parents[2]

PASSWORD = "canary-of-the-harbour"


def opened_without_an_index(options: ServeOptions) -> None:
    """Take the address, and stop."""

    def missing() -> PreparedEngine:
        raise IndexMissing("There is no index here: run `dateline index`.")

    with pytest.raises(IndexMissing):
        serve(missing, options, announce=lambda _: None)


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
        [sys.executable, prepared.__file__],
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
