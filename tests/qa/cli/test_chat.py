"""`dateline chat` and app.py."""

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from itertools import takewhile
from pathlib import Path
from subprocess import PIPE

import pytest

from qa.settings import Settings
from qa.web.environment import ServeOptions
from tests.qa.cli.commands import ROOT, Dateline, is_one_line, surroundings


def test_a_port_in_use_ends_with_2_in_one_sentence(dateline: Dateline, indexed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = dateline("chat", "--port", str(port))
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert f"Port {port} of 127.0.0.1 is in use" in ended.err


def test_app_serves_the_page_says_so_in_json_and_stops_cleanly(indexed: Path) -> None:
    command = [sys.executable, str(ROOT / "app.py"), "--json"]
    with subprocess.Popen(command, bufsize=0, stdout=PIPE, stderr=PIPE, env=surroundings()) as server:
        assert server.stdout
        deadline = threading.Timer(120, server.kill)
        deadline.start()
        lines = takewhile(lambda line: line != b"}\n", server.stdout)
        announced = json.loads(b"".join(lines) + b"}")
        with urllib.request.urlopen(announced["url"] + "/readyz", timeout=10) as reply:
            assert reply.read() == b"ready"
        server.send_signal(signal.SIGINT)
        rest = server.communicate(timeout=60)
        deadline.cancel()
    assert (server.returncode, rest) == (0, (b"", b""))


@pytest.mark.parametrize(
    ("user", "password", "said"),
    [
        ("reader", "", "DATELINE_USER is set and DATELINE_PASSWORD is not: set both, or neither."),
        ("", "canary", "DATELINE_PASSWORD is set and DATELINE_USER is not: set both, or neither."),
        ("a:b", "canary", "DATELINE_USER is 'a:b', and browsers send no colon: choose another name."),
    ],
)
def test_a_user_name_and_a_password_go_together(
    dateline: Dateline, indexed: Path, monkeypatch: pytest.MonkeyPatch, user: str, password: str, said: str
) -> None:
    monkeypatch.setenv("DATELINE_USER", user)
    monkeypatch.setenv("DATELINE_PASSWORD", password)
    ended = dateline("chat")
    assert (ended.code, ended.out, ended.err) == (2, "", f"dateline: {said}\n")


@pytest.mark.parametrize("given", ["https://news.example", "/../etc", "/a b", "/news?x=1"])
def test_a_root_path_that_is_none_is_refused_in_one_sentence(dateline: Dateline, indexed: Path, given: str) -> None:
    ended = dateline("chat", "--root-path", given)
    assert ended.code == 2
    assert is_one_line(ended.err)
    assert f"DATELINE_ROOT_PATH is {given!r}" in ended.err


@pytest.mark.parametrize(("given", "read"), [("news", "/news"), ("/news/", "/news"), ("/a/b", "/a/b"), ("/", "")])
def test_a_root_path_may_be_written_with_or_without_its_slashes(given: str, read: str) -> None:
    assert Settings.load(root_path=given).root_path == read


def test_the_password_comes_from_the_environment_alone_and_is_shown_nowhere(
    dateline: Dateline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_USER", "reader")
    monkeypatch.setenv("DATELINE_PASSWORD", "canary")
    settings = Settings.load(mcp=True)
    options = ServeOptions.of(settings, host="127.0.0.1", port=None)
    assert options.password
    assert options.password.get_secret_value() == "canary"
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump()} {options!r}"
    assert dateline("chat", "--password", "canary").code == 2
