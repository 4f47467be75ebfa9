"""`dateline score`, `compare` and `report` over runs that were never asked."""

import json
from pathlib import Path

import pytest

from qa.evaluation.asking import ask_all
from qa.evaluation.records import Manifest
from qa.evaluation.runs import append_record, new_run, write_manifest, write_questions
from qa.types import AnswerStatus
from tests.qa.cli.commands import Dateline, is_one_line
from tests.qa.evaluation.prepared import ENVOYS, PreparedEngine, ask, cite, reply

QUESTIONS = tuple(ask(f"q{number:02}") for number in range(12))


def made(name: str, right: int, corpus: str = "c1") -> Path:
    """A run in which so many of twelve questions were answered rightly, and the others declined."""
    folder = new_run(Path("runs"), out=Path("runs") / name)
    answers = [
        reply(question.question, "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."), short="Tarvo")
        for question in QUESTIONS[:right]
    ]
    write_questions(folder, QUESTIONS)
    write_manifest(
        folder,
        Manifest(started="2026-01-02T03:04:05+00:00", questions=len(QUESTIONS), fingerprints={"corpus": corpus}),
    )
    for record in ask_all(PreparedEngine({answer.question: answer for answer in answers}), QUESTIONS):
        append_record(folder, record)
    return folder


@pytest.fixture
def runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good run and a bad one, beside an index that there is not."""
    monkeypatch.setenv("DATELINE_INDEX_DIR", "index")
    made("good", 12)
    made("bad", 2)
    return here / "runs"


def test_a_run_is_scored_by_its_name_and_held_against_gates(dateline: Dateline, runs: Path) -> None:
    good, bad = (dateline("score", name, "--fail-under", "contains_gold=0.9") for name in ("good", "bad"))
    assert (good.code, good.err, bad.code) == (0, "", 1)
    assert bad.err == "contains_gold is 0.1667 over 12 answerable questions, below its limit of 0.9.\n"
    assert good.out.endswith(f"The run is kept in {Path('runs/good')}\n")


def test_a_gate_may_hold_a_metric_of_squad_or_of_the_citations(dateline: Dateline, runs: Path) -> None:
    assert dateline("score", "good", "--fail-under", "squad-f1=1").code == 0
    ended = dateline("score", "bad", "--fail-under", "squad_f1=0.9")
    assert (ended.code, ended.err.startswith("squad_f1 is 0.1667 over 12 ")) == (1, True)


def test_a_run_that_is_not_there_is_told_in_one_line_with_those_that_are(dateline: Dateline, runs: Path) -> None:
    ended = dateline("score", "better")
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert "It has bad, good." in ended.err


def test_a_run_is_compared_with_one_before_it(dateline: Dateline, runs: Path) -> None:
    ended = dateline("compare", "good", "bad")
    assert (ended.code, ended.err) == (0, "")
    assert "contains gold" in ended.out
    data = dateline("compare", "good", "bad", "--json").json
    (gold,) = (one for one in data["metrics"] if one["metric"] == "contains_gold")
    assert (data["shared"], gold["sure"], len(gold["lost"])) == (12, "worse", 10)
    assert (data["before"], data["after"]) == ("runs/good", "runs/bad")


def test_a_regression_ends_with_1_if_it_is_asked_for_and_sure(dateline: Dateline, runs: Path) -> None:
    worse = dateline("compare", "good", "bad", "--fail-on-regression")
    assert worse.code == 1
    assert "contains_gold got worse over 12 questions, from 1.000 to 0.167" in worse.err
    assert dateline("compare", "bad", "good", "--fail-on-regression").code == 0
    assert dateline("compare", "good", "good", "--fail-on-regression").code == 0
    assert dateline("compare", "good", "bad", "--fail-on-regression", "--metric", "quotes-verbatim").code == 0


def test_runs_over_other_articles_are_compared_only_if_that_is_wanted(dateline: Dateline, runs: Path) -> None:
    made("elsewhere", 12, corpus="c2")
    refused = dateline("compare", "good", "elsewhere")
    assert (refused.code, refused.out) == (2, "")
    assert is_one_line(refused.err)
    assert "--anyway" in refused.err
    assert dateline("compare", "good", "elsewhere", "--anyway").code == 0


@pytest.mark.parametrize(("name", "begins"), [("r.html", "<!doctype html>"), ("r.md", "# "), ("r.json", "{")])
def test_a_report_is_written_in_the_format_of_its_file(dateline: Dateline, runs: Path, name: str, begins: str) -> None:
    ended = dateline("report", "good", "--out", name)
    assert (ended.code, ended.out, ended.err) == (0, f"Written to {name}\n", "")
    assert Path(name).read_text(encoding="utf-8").lstrip().startswith(begins)


def test_a_report_lies_in_the_folder_of_its_run_unless_it_is_told_where(dateline: Dateline, runs: Path) -> None:
    ended = dateline("report", "good", "--json")
    assert ended.json == {"run": "runs/good", "report": "runs/good/report.html"}
    assert Path("runs/good/report.html").is_file()


def test_the_rows_that_another_tool_reads_are_written(dateline: Dateline, runs: Path) -> None:
    assert dateline("report", "good", "--rows", "ragas").code == 0
    rows = [json.loads(line) for line in Path("runs/good/ragas.jsonl").read_text().splitlines()]
    assert (len(rows), rows[0]["response"]) == (12, "In Tarvo. [1]")
    assert dateline("report", "good", "--rows", "deepeval", "--out", "rows.csv").code == 0
    assert Path("rows.csv").read_text().startswith('"input","actual_output"')


def test_a_file_that_cannot_be_written_ends_with_2_in_one_line(dateline: Dateline, runs: Path) -> None:
    ended = dateline("report", "good", "--out", "runs/good/run.json/report.html")
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)


def test_an_unscored_question_is_an_error_of_its_test_case(dateline: Dateline, runs: Path) -> None:
    busy = reply("q00?", "Try again.", status=AnswerStatus.BUSY)
    (record,) = ask_all(PreparedEngine({"q00?": busy}), QUESTIONS[:1])
    append_record(runs / "good", record)
    assert dateline("score", "good", "--junit", "j.xml").code == 0
    assert '<error message="not scored">' in Path("j.xml").read_text(encoding="utf-8")
