"""A run from its first question to its last: started, kept as it goes, gone on with; or made and scored in one call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import RunError
from qa.evaluation.asking import Engine, ask_all
from qa.evaluation.fingerprints import fingerprints, machine, peak_memory_mb, recorded_settings
from qa.evaluation.questions import Question
from qa.evaluation.records import Manifest
from qa.evaluation.results import Report
from qa.evaluation.runs import (
    append_record,
    drop_torn_line,
    read_manifest,
    read_questions,
    read_records,
    timestamp,
    write_manifest,
    write_questions,
)
from qa.evaluation.scoring import score_records

if TYPE_CHECKING:
    from qa.engine import QAEngine

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is to ask, and how it was chosen."""

    questions: tuple[Question, ...]
    question_file: str = ""
    half: str = "all"
    sample: int | None = None
    seed: int = 0
    articles: tuple[str, ...] = ()


def evaluate(
    engine: Engine, questions: Sequence[Question], *, workers: int = 1, progress: Progress | None = None
) -> Report:
    """Ask every question and score what comes back; `progress` is told how many are done, and of how many.

    Nothing is kept; `start_run` keeps a run.
    """
    found = {}
    for done, record in enumerate(ask_all(engine, questions, workers=workers), 1):
        found[record.question.id] = record
        if progress:
            progress(done, len(questions))
    return score_records([found[question.id] for question in questions])


def start_run(
    folder: Path, engine: "QAEngine", plan: Plan, *, workers: int = 1, progress: Progress | None = None
) -> None:
    """Ask what is planned, keeping each record in the run's folder as it comes.

    Whatever ends this early leaves a run that `resume_run` goes on with.
    """
    write_questions(folder, plan.questions)
    manifest = Manifest(
        started=timestamp(),
        questions=len(plan.questions),
        fingerprints=fingerprints(engine, plan.questions),
        sample=plan.sample,
        seed=plan.seed,
        machine=machine(),
        settings=recorded_settings(engine.settings),
        question_file=plan.question_file,
        half=plan.half,
        articles=plan.articles,
    )
    write_manifest(folder, manifest)
    _ask_rest(folder, engine, manifest, workers, progress)


def resume_run(folder: Path, engine: "QAEngine", *, workers: int = 1, progress: Progress | None = None) -> None:
    """Ask what an interrupted run has not asked yet. Raises `RunError` if anything that answers depend on has changed."""
    manifest = read_manifest(folder)
    now = fingerprints(engine, read_questions(folder))
    if changed := [name for name in now if now[name] != manifest.fingerprints.get(name)]:
        raise RunError(
            f"The run {folder} cannot be gone on with, since its answers would not belong together: "
            f"{', '.join(_change(name, manifest.fingerprints.get(name), now[name]) for name in changed)}. "
            f"Undo that, or start anew: dateline eval {manifest.question_file or 'QUESTIONS'}"
        )
    drop_torn_line(folder)
    _ask_rest(folder, engine, manifest, workers, progress)


def _ask_rest(folder: Path, engine: "QAEngine", manifest: Manifest, workers: int, progress: Progress | None) -> None:
    asked = {record.question.id for record in read_records(folder)}
    rest = [question for question in read_questions(folder) if question.id not in asked]
    for done, record in enumerate(ask_all(engine, rest, workers=workers), 1):
        append_record(folder, record)
        if progress:
            progress(done, len(rest))
    peak = max(peak_memory_mb() or 0, manifest.peak_memory_mb or 0) or None
    write_manifest(folder, replace(manifest, ended=manifest.ended or timestamp(), peak_memory_mb=peak))


def _change(name: str, before: str | None, now: str | None) -> str:
    return f"{name} was {before or 'none'} and is {now or 'none'}"
