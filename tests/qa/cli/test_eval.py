"""`dateline eval`: report, halves, samples, gates, articles of its own, and the run that is kept."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.qa.cli.commands import OFF_TOPIC, PLACE, ROOT, Dateline, counted, surroundings, write_lines


@pytest.fixture
def questions(indexed: Path, seeds_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two questions; the index lies in a folder of its own, so that the runs beside it are this test's."""
    (indexed / "data").mkdir()
    (indexed / "data" / "index").symlink_to(seeds_index)
    monkeypatch.setenv("DATELINE_INDEX_DIR", str(indexed / "data" / "index"))
    return write_lines(
        indexed / "small.jsonl",
        {
            "id": "place", "question": PLACE, "type": "fact", "answerable": True, "half": "tune", "gold": ["Yevlakh"],
            "sources": [{"path": str(ROOT / "seeds" / "2023-09-21-first-talks-in-yevlakh.md")}],
        },
        {"id": "phone", "question": OFF_TOPIC, "type": "off-topic", "answerable": False, "half": "report"},
    )  # fmt: skip


def test_an_evaluation_as_json_is_all_of_stdout_and_its_run_is_scored_again_without_asking(
    dateline: Dateline, questions: Path, tmp_path: Path
) -> None:
    ended = dateline("eval", "--json", questions, "--out", tmp_path / "run", "--workers", "2")
    assert (ended.code, ended.err) == (0, "")
    overall = ended.json["overall"]
    assert (overall["questions"], overall["answered"]) == (2, 1)
    assert overall["figures"]["contains_gold"]["value"] == 1
    assert overall["figures"]["false_answers"]["value"] == 0
    assert [result["id"] for result in ended.json["results"]] == ["place", "phone"]
    assert ended.json["run"] == str(tmp_path / "run")
    again = dateline("score", "--json", tmp_path / "run", "--index-dir", "nowhere")
    assert (again.code, again.json) == (0, ended.json)


def test_one_half_is_evaluated_alone_reported_as_a_table_and_held_against_its_gates(
    dateline: Dateline, questions: Path
) -> None:
    gates = ("--fail-under", "contains_gold=1", "--fail-under", "over-refusals=0")
    ended = dateline("eval", "--half", "tune", questions, *gates)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 questions, 1 of them answerable: 1 answered")
    (run,) = (Path(os.environ["DATELINE_INDEX_DIR"]).parent / "runs").iterdir()
    assert ended.out.endswith(f"\nThe run is kept in {run}\n")


def test_a_gate_that_is_missed_ends_with_1_and_is_named(dateline: Dateline, questions: Path) -> None:
    ended = dateline("eval", "--json", questions, "--fail-under", "contains_gold=1", "--fail-under", "answer_words=1")
    assert (ended.code, ended.json["overall"]["questions"]) == (1, 2)
    assert re.fullmatch(r"answer_words is [\d.]+ over 1 .*above its limit of 1\.\n", ended.err)


@pytest.mark.parametrize("gate", ["beauty=1", "contains_gold", "contains_gold=2", "contains_gold=high"])
def test_a_gate_that_cannot_be_checked_ends_with_2_before_anything_is_asked(
    dateline: Dateline, questions: Path, gate: str
) -> None:
    ended = dateline("eval", questions, "--index-dir", "nowhere", "--fail-under", gate)
    assert (ended.code, ended.out) == (2, "")
    assert gate in ended.err


def test_a_question_file_with_a_bad_line_ends_with_2_and_names_the_line(dateline: Dateline, questions: Path) -> None:
    with questions.open("a") as file:
        file.write("{}\n")
    ended = dateline("eval", questions)
    assert (ended.code, ended.out) == (2, "")
    assert "small.jsonl:3: " in ended.err


def test_articles_are_evaluated_in_a_passing_index_of_their_own(
    dateline: Dateline, articles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index_dir, temporary = tmp_path / "untouched", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    question = {"id": "quay", "question": "What did the harbour of Selmouth open?", "type": "fact", "answerable": True}
    gold = {"gold": ["second quay"], "sources": [{"title": "Harbour of Selmouth opens a second quay"}]}
    file = write_lines(articles.parent / "quay.jsonl", question | gold)
    ended = dateline("eval", "--json", file, "--articles", articles, "--index-dir", index_dir)
    assert ended.code == 0
    assert ended.json["overall"]["figures"]["contains_gold"]["value"] == 1
    assert counted(ended.err)["indexed"] == 1, "the receipt goes to stderr"
    assert not index_dir.exists()
    assert list(temporary.glob("dateline-*")) == []


def test_a_sample_leaves_its_run_report_and_test_cases_where_they_were_asked_for(
    dateline: Dateline, questions: Path
) -> None:
    files = {"--report": "out/report.html", "--junit": "out/junit.xml", "--out": "mine"}
    ended = dateline(
        "eval", questions, "--sample", "1", "--seed", "4", *(word for pair in files.items() for word in pair)
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 questions, ")
    assert ended.out.endswith("\nThe run is kept in mine; 1 questions drawn with seed 4\n")
    assert Path("out/report.html").read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")
    assert Path("out/junit.xml").read_text(encoding="utf-8").count("<testcase ") == 2
    assert sorted(file.name for file in Path("mine").iterdir()) == ["questions.jsonl", "records.jsonl", "run.json"]
    resumed = dateline("eval", "--resume", "mine")
    assert (resumed.code, resumed.out) == (0, ended.out), "a whole run is only reported on again"
    again = dateline("eval", questions, "--out", "mine")
    assert (again.code, again.out) == (2, "")
    assert "mine holds something already" in again.err


@pytest.mark.parametrize("more", [["--out", "x"], ["--sample", "3"], ["small.jsonl"]])
def test_a_run_is_resumed_with_its_own_questions_only(dateline: Dateline, questions: Path, more: list[str]) -> None:
    ended = dateline("eval", "--resume", "mine", *more)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"dateline: --resume asks what the run has not asked yet: leave out {more[-1]!r}.\n"


def test_nothing_stays_behind_where_no_question_could_be_asked(dateline: Dateline, questions: Path) -> None:
    ended = dateline("eval", questions, "--index-dir", "nowhere/index", "--out", "mine")
    assert ended.code == 3
    assert not Path("mine").exists()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
def test_ctrl_c_leaves_a_run_and_says_how_to_go_on(dateline: Dateline, questions: Path) -> None:
    many = write_lines(
        questions.with_name("many.jsonl"),
        *({"id": f"q{n}", "question": PLACE, "type": "near", "answerable": False} for n in range(5000)),
    )
    command = [sys.executable, "-m", "qa.cli", "eval", str(many), "--out", "stopped"]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(), text=True)
    records = Path("stopped/records.jsonl")
    deadline = time.monotonic() + 100
    while not (records.is_file() and records.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    asking.send_signal(signal.SIGINT)
    out, err = asking.communicate(timeout=60)
    asked = len(records.read_bytes().splitlines())
    assert (asking.returncode, out) == (130, "")
    told = f"{asked} of 5000 questions were asked. Go on with: dateline eval --resume stopped"
    assert err.splitlines()[-2:] == [told, "dateline: stopped"]
    scored = dateline("score", "stopped")
    assert scored.out.startswith(f"{asked} questions, ")
    assert scored.err.startswith(f"{5000 - asked} of 5000 questions were not asked. Go on with: dateline eval --resume")
    assert (scored.code, dateline("score", "stopped", "--fail-under", "unscored=9").code) == (0, 1)
