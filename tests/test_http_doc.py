"""Every example of docs/http.md, run against the page over an engine with prepared answers."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from qa.arguments import parser
from qa.cli import COMMANDS
from qa.web.environment import ServeOptions
from tests.qa.prepared import QUOTE, PreparedEngine, running

TEXT = (Path(__file__).parent.parent / "docs" / "http.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860"
EXAMPLES = re.findall(r"^```(sh|python)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLE_COMMANDS = [code for _, code in EXAMPLES if code.startswith("dateline ")]
CALLS = [(language, code) for language, code in EXAMPLES if code not in EXAMPLE_COMMANDS]
# What each of the calls prints, in the order of the page.
PRINTED = ["event: complete", "event_id", QUOTE, QUOTE, "200\n200\n", QUOTE, '"/answer"']


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[str]:
    with running(PreparedEngine(), ServeOptions(mcp=True)) as address:
        yield address


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with running(PreparedEngine(), ServeOptions(user="reader", password=SecretStr("correct horse"))) as address:
        yield address


def printed(language: str, code: str, address: str) -> str:
    code = code.replace(ADDRESS, address)
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-euc", code]
    surroundings = os.environ | {"NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=surroundings)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("language", "code", "expected"), [(*call, said) for call, said in zip(CALLS, PRINTED, strict=True)]
)
def test_an_example_does_what_the_page_says(
    open_to_all: str, locked: str, language: str, code: str, expected: str
) -> None:
    address = locked if "reader" in code else open_to_all
    assert expected in printed(language, code, address)


@pytest.mark.parametrize("command", EXAMPLE_COMMANDS)
def test_a_command_of_the_page_exists(command: str) -> None:
    _, *arguments = shlex.split(command)
    assert parser(COMMANDS).parse_args(arguments).port == 7860


def test_every_argument_of_the_interface_is_in_the_table(open_to_all: str) -> None:
    code = f"""
from gradio_client import Client
client = Client("{open_to_all}", verbose=False)
for parameter in client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/answer"]["parameters"]:
    print(parameter["parameter_name"])
client.close()
"""
    assert printed("python", code, open_to_all).split() == re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
