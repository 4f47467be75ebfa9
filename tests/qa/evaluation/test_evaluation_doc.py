"""docs/evaluation.md against the product: its commands, fields, metrics, question files and Python."""

import re
from pathlib import Path

import pytest
import yaml

from qa.arguments import parser
from qa.cli import COMMANDS
from qa.evaluation import Question, load_questions
from qa.evaluation.question_csv import COLUMNS
from qa.evaluation.questions import Source
from qa.evaluation.results import REPORTED
from tests.qa.cli.commands import ROOT
from tests.test_readme import commands

DOC = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)


def cells(column: int) -> set[str]:
    """The names in a column of the table of fields."""
    table = DOC[DOC.index("| field | column |") : DOC.index("An answerable question needs")]
    rows = [line.split(" | ") for line in table.splitlines()[2:] if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row[column])}


def test_every_command_can_be_typed() -> None:
    shown = [parser(COMMANDS).parse_args(arguments).run.__name__ for arguments in commands(DOC, "dateline")]
    assert {"evaluate", "score", "compare", "report", "feedback", "index"} <= set(shown)


def test_every_field_and_column_has_its_row() -> None:
    assert cells(0) == set(Question.model_fields)
    assert cells(1) == {name for column in COLUMNS for name in re.findall(r"\w+", column)}
    assert all(f"`{key}`" in DOC for key in Source.model_fields)


def test_every_metric_of_a_report_is_explained() -> None:
    table = DOC[DOC.index("| metric | what it is |") : DOC.index("Where a source has a `quote`")]
    told = set()
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", row)
        told |= {name if not name.startswith("@") else names[0].split("@")[0] + name for name in names}
    told |= {name.replace("search_", "reader_") for name in told if name.startswith("search_")}
    assert told - {"reader_..."} == {metric.name for metric in REPORTED}


@pytest.mark.parametrize(("language", "name"), [("json", "q.jsonl"), ("csv", "q.csv")])
def test_the_question_files_can_be_read_and_say_the_same(tmp_path: Path, language: str, name: str) -> None:
    (text,) = blocks(language)
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "other.jsonl").write_text(blocks("json")[0], encoding="utf-8")
    assert load_questions(tmp_path / name) == load_questions(tmp_path / "other.jsonl")


def test_the_workflow_is_yaml_and_runs_what_can_be_typed() -> None:
    (text,) = blocks("yaml")
    steps = yaml.safe_load(text)["jobs"]["answers"]["steps"]
    typed = [step["run"].split()[1:] for step in steps if step.get("run", "").startswith("dateline ")]
    assert [parser(COMMANDS).parse_args(arguments).run.__name__ for arguments in typed] == ["evaluate", "compare"]


def test_the_python_names_what_exists() -> None:
    import qa.evaluation

    (code,) = blocks("python")
    (names,) = re.findall(r"^from qa\.evaluation import (.*)$", code, re.MULTILINE)
    compile(code, "docs/evaluation.md", "exec")
    assert all(hasattr(qa.evaluation, name) for name in names.split(", "))
