"""The latest runs in a folder, and the report of each."""

import os
from pathlib import Path

import pytest

from qa.evaluation.latest import latest_runs, run_report
from qa.evaluation.runs import MANIFEST, RECORDS, append_record, write_manifest, write_questions
from tests.qa.evaluation.made import asked, manifest, record

DAY = 24 * 3600


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs a day apart, the second damaged, the third without an answer yet."""
    for age, name in enumerate(("third", "second", "first")):
        folder = tmp_path / name
        folder.mkdir()
        write_manifest(folder, manifest())
        if name != "third":
            append_record(folder, record(asked("right")))
        if name == "second":
            (folder / RECORDS).write_text("{}\n")
        os.utime(folder / MANIFEST, (10 * DAY - age * DAY,) * 2)
    (tmp_path / "notes").mkdir()
    return tmp_path


def test_the_newest_come_first_with_time_count_and_headline_figures(runs: Path) -> None:
    found = latest_runs(runs)
    assert [run.name for run in found] == ["third", "second", "first"]
    first = found[-1]
    assert (first.started, first.answered, first.questions) == ("1 May 2024, 10:00 UTC", 1, 10)
    assert (first.headline[0].title, first.headline[0].value) == ("contains gold", "1.00")
    assert first.problem is None
    assert [run.name for run in latest_runs(runs, 1)] == ["third"]


def test_a_damaged_run_and_one_without_an_answer_say_so_in_the_place_of_figures(runs: Path) -> None:
    third, second, _ = latest_runs(runs)
    assert (third.headline, second.headline) == ((), ())
    assert "holds no answer yet" in str(third.problem)
    assert "records.jsonl:1 is damaged" in str(second.problem)


def test_a_run_that_has_grown_is_scored_again(runs: Path) -> None:
    before = latest_runs(runs)[-1]
    append_record(runs / "first", record(asked("wrong"), text="In Quillane."))
    os.utime(runs / "first" / RECORDS, (11 * DAY, 11 * DAY))
    after = latest_runs(runs)[-1]
    assert (before.answered, after.answered) == (1, 2)
    assert after.headline[0].value == "0.50"


def test_a_run_whose_gold_was_corrected_is_scored_again(runs: Path) -> None:
    assert latest_runs(runs)[-1].headline[0].value == "1.00"
    write_questions(runs / "first", [asked("right", gold=("Quillane",))])
    assert latest_runs(runs)[-1].headline[0].value == "0.00"


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert latest_runs(tmp_path / "runs") == ()


def test_a_report_is_given_by_the_name_of_its_run_and_by_no_path(runs: Path) -> None:
    assert "<h1>Evaluation report</h1>" in run_report(runs, "first")
    for name in ("fourth", "notes", ".", "..", "../first", f"{runs.name}/first", str(runs / "first"), ""):
        with pytest.raises(KeyError):
            run_report(runs, name)
