"""A run from its first question to its last: started, kept as it goes, gone on with; or made and scored in one call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import RunError
from qa.evaluation.asking import Engine, ask_all
from qa.evaluation.fingerprints import fingerprints, machine, peak_memory_mb, recorded_settings
from qa.evaluation.indexed import Indexed, indexed_of
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
    folder: Path,
    engine: "QAEngine",
    plan: Plan,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    indexed: Indexed | None = None,
) -> None:
    """Ask what is planned, keeping each record in the run's folder as it comes; `indexed` saves looking what there is.

    Whatever ends this early leaves a run that `resume_run` goes on with.
    """
    write_questions(folder, plan.questions)
    write_manifest(folder, replace(described(engine, plan), workers=workers))
    ask_rest(folder, engine, plan.questions, set(), workers=workers, progress=progress, indexed=indexed)
    end_run(folder)


def resume_run(folder: Path, engine: "QAEngine", *, workers: int = 1, progress: Progress | None = None) -> None:
    """Ask what an interrupted run has not asked yet. Raises `RunError` if anything that answers depend on has changed."""
    manifest, questions = read_manifest(folder), read_questions(folder)
    now = fingerprints(engine, questions)
    if changed := [name for name in now if now[name] != manifest.fingerprints.get(name)]:
        raise RunError(
            f"The run {folder} cannot be gone on with, since its answers would not belong together: "
            f"{', '.join(_change(name, manifest.fingerprints.get(name), now[name]) for name in changed)}. "
            f"Undo that, or start anew: dateline eval {manifest.question_file or 'QUESTIONS'}"
        )
    asked = asked_before(folder)
    if len(asked) < manifest.questions:
        write_manifest(folder, replace(manifest, workers=max(workers, manifest.workers)))
    ask_rest(folder, engine, questions, asked, workers=workers, progress=progress)
    end_run(folder)


def described(engine: "QAEngine", plan: Plan) -> Manifest:
    """What is planned and all that its answers will depend on, as of now."""
    return Manifest(
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


def asked_before(folder: Path) -> set[str]:
    """The ids of the questions that a run has records of; what an interrupted write left behind them is cut off."""
    drop_torn_line(folder)
    return {record.question.id for record in read_records(folder)}


def ask_rest(
    folder: Path,
    engine: "QAEngine",
    questions: Sequence[Question],
    asked: set[str],
    *,
    of: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    indexed: Indexed | None = None,
) -> None:
    """Ask those questions that were not asked yet, keep each record as it comes, and add its id to `asked`.

    `progress` is told how many were asked of all the run's questions: `of`, or as many as there are here.
    """
    rest = [question for question in questions if question.id not in asked]
    if rest and indexed is None:
        indexed = indexed_of(engine)
    for record in ask_all(engine, rest, workers=workers, indexed=indexed):
        append_record(folder, record)
        asked.add(record.question.id)
        if progress:
            progress(len(asked), of or len(questions))


def end_run(folder: Path) -> None:
    """Note that every question was asked, and the most memory that it took; a run that has ended keeps its time."""
    manifest = read_manifest(folder)
    if not manifest.ended:
        peak = max(peak_memory_mb() or 0, manifest.peak_memory_mb or 0) or None
        write_manifest(folder, replace(manifest, ended=timestamp(), peak_memory_mb=peak))


def _change(name: str, before: str | None, now: str | None) -> str:
    return f"{name} was {before or 'none'} and is {now or 'none'}"
