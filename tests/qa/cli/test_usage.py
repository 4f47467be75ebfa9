"""What a command that was typed wrongly says, and help."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from qa.cli import COMMANDS
from tests.qa.cli.commands import PLACE, Dateline, Ended, is_one_line, surroundings

TRACING = ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "COMMAND"),
        (["answer"], "'answer'"),
        (["ask"], "question"),
        (["ask", "Who?", "--port", "1"], "--port"),
        (["batch"], "QUESTIONS"),
        (["chat", "--port", "99999"], "'99999' is no port"),
        (["chat", "--port", "²"], "'²' is no port"),
        (["chat", "--port", "-1"], "--port"),
        (["eval", "--half", "first"], "'first'"),
        (["eval", "--sample", "0"], "'0' is no number from 1 up"),
        (["eval", "--workers", "two"], "'two' is no number from 1 up"),
        (["compare", "one"], "B"),
        (["feedback", "import"], "'import'"),
        (["--json", "doctor"], "--json"),
    ],
)
def test_bad_usage_ends_with_2_in_one_line_that_names_help(
    dateline: Dateline, here: Path, arguments: list[str], named: str
) -> None:
    ended = dateline(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert named in ended.err
    assert ended.err.rstrip().endswith("--help")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["index", "no-folder"], "no-folder"),
        (["index", "--default-year", "soon"], "DATELINE_DEFAULT_YEAR is 'soon'"),
        (["batch", "no-file.jsonl"], "no-file.jsonl"),
        (["batch", "."], "directory"),
        (["eval"], "tests/questions.jsonl"),
        (["eval", "no-file.jsonl"], "no-file.jsonl"),
    ],
)
def test_bad_input_ends_with_2_in_one_line_that_names_it(
    dateline: Dateline, indexed: Path, arguments: list[str], named: str
) -> None:
    ended = dateline(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert named in ended.err


def test_a_setting_that_cannot_be_used_ends_with_2_and_names_it(
    dateline: Dateline, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_TOP_K", "many")
    ended = dateline("ask", PLACE)
    assert (ended.code, ended.out) == (2, "")
    assert "DATELINE_TOP_K is 'many'" in ended.err


def test_the_version_is_that_of_the_package(dateline: Dateline) -> None:
    assert dateline("--version") == Ended(code=0, out=f"dateline {version('dateline')}\n", err="")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_takes_an_index_and_json(dateline: Dateline, command: str) -> None:
    ended = dateline(command, "--help")
    assert ended.code == 0
    assert "--index-dir DIR" in ended.out
    assert "--json" in ended.out


def test_no_command_sends_questions_to_a_tracing_service() -> None:
    code = (
        "from qa.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
        "from langchain_core.runnables import RunnableLambda\nfrom langsmith.utils import tracing_is_enabled\n"
        "print(RunnableLambda(str.upper).invoke('asked'), tracing_is_enabled())"
    )
    environment = surroundings(**dict.fromkeys(TRACING, "true"))
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.stdout.splitlines()[1:] == ["ASKED False"], ended.stderr
