"""The README against the product: its commands, its settings, its targets; and .env.example beside it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.arguments import parser
from qa.cli import COMMANDS
from qa.settings import Settings

ROOT = Path(__file__).parent.parent
SETTINGS = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def code_blocks(text: str) -> Iterator[str]:
    for language, code in re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("", "sh", "bash", "shell", "console"):
            yield code.replace("\\\n", " ")


def commands(text: str, program: str) -> Iterator[list[str]]:
    """The arguments of every call of a program in the code blocks; pipes, redirections and comments end a call."""
    for code in code_blocks(text):
        for line in code.splitlines():
            lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words: list[str] = []
            for word in [*lexer, ";"]:
                if not re.fullmatch(r"[();<>|&]+", word):
                    words.append(word)
                    continue
                while words and re.fullmatch(r"\w+=.*", words[0]):
                    del words[0]
                if words[:1] == [program]:
                    yield words[1:]
                words = []


def settings_rows(text: str) -> list[str]:
    return re.findall(r"^\| `(DATELINE_\w+)` \|", text, re.MULTILINE)


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))


def test_commands_are_found_in_code_blocks_whatever_stands_around_them() -> None:
    text = """Run `dateline nothing`.
```sh
$ dateline index FOLDER   # a comment
DATELINE_TOP_K=4 dateline ask "Who \\"won\\"?" \\
    --json | jq . && dateline batch q.jsonl > a.jsonl
echo dateline
```
```python
dateline = 1
```
"""
    found = [["index", "FOLDER"], ["ask", 'Who "won"?', "--json"], ["batch", "q.jsonl"]]
    assert list(commands(text, "dateline")) == found


def test_every_command_of_the_readme_parses_and_every_subcommand_is_shown(readme: str) -> None:
    shown = {vars(parser(COMMANDS).parse_args(arguments))["run"].__name__ for arguments in commands(readme, "dateline")}
    assert shown == {
        "index",
        "ask",
        "batch",
        "evaluate",
        "calibrate",
        "chat",
        "doctor",
        "score",
        "compare",
        "report",
        "feedback",
    }


def test_the_settings_table_has_a_row_for_every_setting_once_and_no_other(readme: str) -> None:
    rows = settings_rows(readme)
    assert sorted(rows) == sorted(SETTINGS)


def test_the_readme_names_no_setting_that_does_not_exist(readme: str) -> None:
    assert set(re.findall(r"DATELINE_[A-Z_]+[A-Z]", readme)) == SETTINGS


def test_the_targets_that_the_readme_names_exist(readme: str) -> None:
    spans = [*code_blocks(readme), *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", readme)]
    named = {target for span in spans for target in re.findall(r"(?m)^\$? ?make ([a-z][\w-]*)", span)}
    assert {"chat", "test"} <= named
    assert named - targets((ROOT / "Makefile").read_text(encoding="utf-8")) == set()


def test_the_example_names_every_setting_once_and_no_other(example: str) -> None:
    assert sorted(re.findall(r"^# (DATELINE_\w+)=\S+$", example, re.MULTILINE)) == sorted(SETTINGS)


def test_the_example_does_nothing_until_a_line_is_uncommented_and_then_all_of_it_can_be_used(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_INDEX_DIR")
    (tmp_path / ".env").write_text(example, encoding="utf-8")
    assert Settings.load() == Settings(_env_file=None)
    (tmp_path / ".env").write_text(re.sub(r"(?m)^# (DATELINE_\w+=)", r"\1", example), encoding="utf-8")
    uncommented = Settings.load()
    assert uncommented.model_fields_set == set(Settings.model_fields)
    differing = {
        name for name in Settings.model_fields if getattr(uncommented, name) != getattr(Settings(_env_file=None), name)
    }
    assert differing == {
        "chroma_url",
        "default_year",
        "host_names",
        "llm",
        "llm_base_url",
        "min_confidence",
        "password",
        "reranker",
        "root_path",
        "user",
    }, "all others show their defaults"
