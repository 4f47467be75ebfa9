"""The latest runs with their headline figures, and the report of each: what the page shows of evaluations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from index.errors import DatelineError
from qa.evaluation.lines import Line, headline_lines
from qa.evaluation.page import render_html
from qa.evaluation.runs import MANIFEST, QUESTIONS, RECORDS, load_run, read_manifest
from qa.evaluation.scoring import score_records
from qa.evaluation.summary import moment

_KEPT = 8
_State = tuple[float, ...]  # when each file of a run was written


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRun:
    """A run: its name, when it began (such as "22 Nov 2026, 10:54 UTC"), how many questions it has answered of how many.

    `problem` says why there are no figures, where the run is damaged or has no answer yet.
    """

    name: str
    started: str
    answered: int = 0
    questions: int = 0
    question_file: str = ""
    headline: tuple[Line, ...] = ()
    problem: str | None = None


def latest_runs(runs_dir: Path, count: int = 10) -> tuple[LatestRun, ...]:
    """The last `count` runs in a folder of runs, the newest first; none where there is no such folder.

    Each run is scored once and again when it has grown, so a second call is quick.
    """
    newest = sorted(_folders(runs_dir), key=lambda folder: (_written(folder / MANIFEST), folder.name), reverse=True)
    return tuple(_run(folder, _state(folder)) for folder in newest[:count])


def run_report(runs_dir: Path, name: str) -> str:
    """The report of the run of this name as a page. Raises `KeyError` if there is none, `RunError` if it is damaged."""
    folder = {folder.name: folder for folder in _folders(runs_dir)}[name]
    return _report(folder, _state(folder))


def _folders(runs_dir: Path) -> Iterable[Path]:
    return (file.parent for file in runs_dir.glob(f"*/{MANIFEST}"))


def _state(folder: Path) -> _State:
    """What changes when a run does."""
    return tuple(_written(folder / name) for name in (MANIFEST, QUESTIONS, RECORDS))


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=64)
def _run(folder: Path, _state: _State) -> LatestRun:
    try:
        manifest = read_manifest(folder)
    except DatelineError as error:
        return LatestRun(name=folder.name, started="", problem=str(error))
    told = LatestRun(
        name=folder.name,
        started=moment(manifest.started),
        questions=manifest.questions,
        question_file=manifest.question_file,
    )
    try:
        _, records = load_run(folder)
    except DatelineError as error:
        return replace(told, problem=str(error))
    return replace(told, answered=len(records), headline=headline_lines(score_records(records).overall))


@lru_cache(maxsize=_KEPT)
def _report(folder: Path, _state: _State) -> str:
    manifest, records = load_run(folder)
    return render_html(score_records(records), manifest, records)
