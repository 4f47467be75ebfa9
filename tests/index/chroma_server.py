"""A Chroma server of its own on this machine."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS_TO_START = 60


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """`chroma run` over a folder; gives its URL once it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = shutil.which("chroma", path=str(Path(sys.executable).parent))
    assert command, "chromadb brings the command chroma"
    running = subprocess.Popen(
        [command, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(20)


def _wait(port: int, running: "subprocess.Popen[bytes]") -> None:
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the Chroma server did not start")
