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
