"""The pytest plug-in, in a pytest of its own: questions as tests, and nothing at all unless it is asked for."""

import json
from pathlib import Path

import pytest

from tests.qa.cli.commands import OFF_TOPIC, PLACE, ROOT

pytest_plugins = ["pytester"]

PLUGIN = "qa.evaluation.pytest_plugin"
TALKS = {
    "question": PLACE,
    "type": "fact",
    "answerable": True,
    "sources": [{"path": "2023-09-21-first-talks-in-yevlakh.md"}],
}
QUESTIONS = (
    {"id": "place", "gold": ["Yevlakh"]} | TALKS,
    {"id": "wrong", "gold": ["Selmouth"]} | TALKS,
    {"id": "phone", "question": OFF_TOPIC, "type": "off-topic", "answerable": False},
)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Somebody's project with a test of its own and a question file; plug-ins are only loaded by name."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(
        test_own="import sys\ndef test_own(): assert not {'numpy', 'pydantic', 'torch'} & set(sys.modules)"
    )
    (pytester.path / "asked.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return pytester


def run(project: pytest.Pytester, *arguments: str | Path) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", PLUGIN, "--strict-markers", *arguments)


def test_without_a_question_file_nothing_is_collected_or_imported(project: pytest.Pytester) -> None:
    run(project).assert_outcomes(passed=1)


def test_each_question_is_a_test_that_tells_what_is_wrong(project: pytest.Pytester, seeds_index: Path) -> None:
    ended = run(project, "--dateline-questions", "asked.jsonl", "--dateline-index-dir", seeds_index, "-m", "dateline")
    ended.assert_outcomes(passed=2, failed=1, deselected=1)
    ended.stdout.fnmatch_lines(
        [
            "*fact: wrong*",
            "does not contain the gold answer",
            f"question {PLACE}",
            "gold     Selmouth",
            "answer   *Yevlakh*",
        ]
    )
    ended.stdout.no_fnmatch_line("*Traceback*")


def test_the_ini_file_may_name_the_questions_and_a_question_be_chosen(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\ndateline_questions = asked.jsonl\ntestpaths = .")
    ended = run(project, "--collect-only", "-q")
    assert sorted(line for line in ended.outlines if "::" in line) == [
        "asked.jsonl::phone",
        "asked.jsonl::place",
        "asked.jsonl::wrong",
        "test_own.py::test_own",
    ]
    assert [line for line in run(project, "--collect-only", "-q", "asked.jsonl::place").outlines if "::" in line] == [
        "asked.jsonl::place"
    ]


def test_naming_another_test_asks_no_question_of_the_ini_file(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\ndateline_questions = asked.jsonl")
    run(project, "test_own.py").assert_outcomes(passed=1)


def test_a_question_file_may_be_named_from_another_folder(project: pytest.Pytester) -> None:
    project.mkdir("inside")
    ended = run(project, "--collect-only", "-q", "--dateline-questions", "inside/../asked.jsonl", "-k", "phone")
    assert [line for line in ended.outlines if "::" in line] == ["asked.jsonl::phone"]


def test_a_question_file_that_cannot_be_used_is_an_error_of_collection(project: pytest.Pytester) -> None:
    (project.path / "asked.jsonl").write_text("{}\n")
    ended = run(project, "--dateline-questions", "asked.jsonl")
    assert ended.ret == pytest.ExitCode.INTERRUPTED
    ended.stdout.fnmatch_lines(["*asked.jsonl:1: id: this field is missing"])


def test_an_index_that_is_missing_is_told_with_its_command(project: pytest.Pytester) -> None:
    ended = run(project, "--dateline-questions", "asked.jsonl", "--dateline-index-dir", "nowhere", "-k", "phone")
    ended.assert_outcomes(failed=1, deselected=3)
    ended.stdout.fnmatch_lines(["There is no index at nowhere. Build one from your articles: dateline index FOLDER"])
