"""What the tests of the command line share: commands in this process or in one of their own, and question files."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[3]
ANSWER = Draft202012Validator(json.loads((ROOT / "docs" / "answer.schema.json").read_text(encoding="utf-8")))
PLACE = "In which city were the talks between Azerbaijan and Nagorno-Karabakh held?"
OFF_TOPIC = "Who invented the telephone?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Dateline(Protocol):
    def __call__(self, *arguments: str | Path) -> Ended: ...


def process(*arguments: str | Path, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "qa.cli", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, env=surroundings(**environment), timeout=120)


def surroundings(**environment: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)} | environment


def write_lines(file: Path, *lines: dict[str, Any] | str | bytes) -> Path:
    encoded = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    file.write_bytes(b"\n".join(encoded) + b"\n")
    return file


def is_one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1 and text.startswith("dateline")


def counted(out: str) -> dict[str, int]:
    first = out.splitlines()[0]
    found = re.fullmatch(
        r"found (\d+) = indexed (\d+) \+ unchanged (\d+) \+ skipped (\d+) \+ failed (\d+); removed (\d+)", first
    )
    assert found, first
    names = ("found", "indexed", "unchanged", "skipped", "failed", "removed")
    return dict(zip(names, map(int, found.groups()), strict=True))
