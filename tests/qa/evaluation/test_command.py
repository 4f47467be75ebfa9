"""The evaluator's commands over a run that was never asked: what they refuse, what they write, what they say."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import SettingsError
from qa.evaluation.command import compare, report, score
from qa.evaluation.runs import append_record, new_run, write_manifest, write_questions
from qa.settings import Settings
from qa.types import AnswerStatus
from tests.qa.evaluation.made import UNANSWERABLE, asked, manifest, record


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """The folder of a run of five questions, of which three were asked: one answered rightly, one falsely, one declined."""
    records = (
        record(asked("right"), confidence=0.9),
        record(asked("false", **UNANSWERABLE), confidence=0.6),
        record(asked("lost"), status=AnswerStatus.NOT_IN_ARTICLES, text=""),
    )
    folder = new_run(tmp_path / "runs")
    write_manifest(folder, replace(manifest(), questions=5))
    write_questions(folder, [one.question for one in records])
    for one in records:
        append_record(folder, one)
    return str(folder)


def reporting(kept: str, **changes: Any) -> Namespace:
    return Namespace(**{"run_name": kept, "out": None, "rows": None, "open": False} | changes)


def scoring(kept: str, **changes: Any) -> Namespace:
    return Namespace(**{"run_name": kept, "fail_under": [], "report": None, "junit": None} | changes)


def comparing(kept: str, **changes: Any) -> Namespace:
    given = {"before": kept, "after": kept, "anyway": False, "metric": None, "fail_on_regression": False}
    return Namespace(**given | changes)


@pytest.mark.parametrize(
    ("out", "rows", "endings"),
    [
        ("r.pdf", None, ".html, .htm, .md, .markdown, .json"),
        ("report", None, ".html"),
        ("r.html", "ragas", ".jsonl, .csv"),
    ],
)
def test_a_file_whose_ending_says_nothing_is_refused(kept: str, out: str, rows: str | None, endings: str) -> None:
    with pytest.raises(
        SettingsError, match=f"{out} has no ending that says what to write; let it end in one of {endings}"
    ):
        report(reporting(kept, out=out, rows=rows), Settings.load())
    assert not Path(out).exists()


def test_a_report_that_could_not_be_written_is_refused_before_anything_is_scored(kept: str) -> None:
    with pytest.raises(SettingsError, match=r"r\.pdf has no ending"):
        score(scoring(kept, report="r.pdf"), Settings.load())


def test_a_report_over_an_unfinished_run_says_so(kept: str, tmp_path: Path) -> None:
    told = report(reporting(kept, out=str(tmp_path / "r.html")), Settings.load())
    assert told.messages == (f"2 of 5 questions were not asked. Go on with: dateline eval --resume {kept}",)
    assert told.code == 0


def test_a_report_as_json_holds_all_that_the_page_shows(kept: str, tmp_path: Path) -> None:
    report(reporting(kept, out=str(tmp_path / "r.json")), Settings.load())
    data = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert data["run"]["questions"] == 5
    assert data["overall"]["questions"] == 3
    assert data["declining"]["balanced_accuracy"]["n"] == 3
    assert data["stages"]["answered, though the articles do not tell"] == 1
    assert [stage["stage"] for stage in data["cost"]["stages"]][-1] == "call"


def test_a_comparison_names_both_runs(kept: str) -> None:
    assert compare(comparing(kept), Settings.load()).text.startswith(
        f"before: {kept}\nafter:  {kept}\n\nFrom 1 May 2024"
    )


def test_metrics_to_guard_are_refused_where_nothing_guards_them(kept: str) -> None:
    with pytest.raises(SettingsError, match="--metric says what --fail-on-regression looks at: give that as well"):
        compare(comparing(kept, metric=["contains_gold"]), Settings.load())
