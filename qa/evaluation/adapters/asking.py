"""A public set asked of engines over its own articles, each run kept in a folder like that of any other question file."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import RunError
from qa.evaluation.adapters.yardstick import Corpus, Runs, Yardstick
from qa.evaluation.asking import ask_all, sample_questions
from qa.evaluation.fingerprints import (
    code_fingerprint,
    fingerprints,
    machine,
    peak_memory_mb,
    questions_fingerprint,
    recorded_settings,
)
from qa.evaluation.questions import Half, Question
from qa.evaluation.records import Manifest
from qa.evaluation.runs import (
    MANIFEST,
    append_record,
    drop_torn_line,
    read_manifest,
    read_records,
    timestamp,
    write_manifest,
    write_questions,
)

if TYPE_CHECKING:
    from qa.engine import QAEngine

Opened = Callable[[Sequence[Mapping[str, str]]], AbstractContextManager["QAEngine"]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Which part of a set is asked: `sample` questions of a half, drawn by seed; None: all of them."""

    half: Half = "report"
    sample: int | None = None
    seed: int = 0


def ask_yardstick(
    yardstick: Yardstick, data: Path, draw: Draw, *, folder: Path, opened: Opened, progress: Progress | None = None
) -> Runs:
    """Ask a set and keep its runs: in the folder, or, where it needs several, each in a folder of its name within.

    `opened` gives an engine over some articles. A run that is there already is gone on with, and one that has ended is
    read. Raises `RunError` where it asked other questions, or was made by other code, and `QuestionFileError`.
    """
    corpora = drawn(yardstick.load(data, draw.half), draw)
    runs: dict[str, list[Corpus]] = {}
    for corpus in corpora:
        runs.setdefault(corpus.run, []).append(corpus)
    for name, parts in runs.items():
        _ask_run(folder / name, yardstick, parts, draw, opened, progress)
    return {name: read_records(folder / name) for name in runs}


def drawn(corpora: Sequence[Corpus], draw: Draw) -> tuple[Corpus, ...]:
    """The corpora with the questions that are drawn, the same of each run; those without any are left out."""
    questions = {question.id: question for corpus in corpora for question in corpus.questions}
    chosen = {question.id for question in sample_questions(tuple(questions.values()), draw.sample, draw.seed)}
    left = (
        replace(corpus, questions=tuple(question for question in corpus.questions if question.id in chosen))
        for corpus in corpora
    )
    return tuple(corpus for corpus in left if corpus.questions)


def _ask_run(
    folder: Path,
    yardstick: Yardstick,
    corpora: Sequence[Corpus],
    draw: Draw,
    opened: Opened,
    progress: Progress | None,
) -> None:
    questions = tuple(question for corpus in corpora for question in corpus.questions)
    asked = _asked_before(folder, questions)
    for corpus in corpora:
        rest = [question for question in corpus.questions if question.id not in asked]
        if not rest:
            continue
        with opened(corpus.articles) as engine:
            if not (folder / MANIFEST).is_file():
                write_questions(folder, questions)
                write_manifest(folder, _manifest(engine, yardstick, corpora, questions, draw))
            for record in ask_all(engine, rest):
                append_record(folder, record)
                asked.add(record.question.id)
                if progress:
                    progress(len(asked), len(questions))
    manifest = read_manifest(folder)
    if not manifest.ended:
        write_manifest(folder, replace(manifest, ended=timestamp(), peak_memory_mb=peak_memory_mb()))


def _asked_before(folder: Path, questions: Sequence[Question]) -> set[str]:
    """The ids of the questions that an earlier, interrupted run has asked; its folder is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).is_file():
        return set()
    before = read_manifest(folder).fingerprints
    for name, now in (("questions", questions_fingerprint(questions)), ("code", code_fingerprint())):
        if before.get(name) != now:
            raise RunError(
                f"The run {folder} cannot be gone on with: its {name} fingerprint was {before.get(name) or 'none'} and is "
                f"{now}. Name another folder: --runs DIR"
            )
    drop_torn_line(folder)
    return {record.question.id for record in read_records(folder)}


def _manifest(
    engine: "QAEngine", yardstick: Yardstick, corpora: Sequence[Corpus], questions: Sequence[Question], draw: Draw
) -> Manifest:
    found = fingerprints(engine, questions)
    return Manifest(
        started=timestamp(),
        questions=len(questions),
        # Of the articles as they are given, so that a run over many indexes has one too.
        fingerprints=found
        | {"corpus": _articles_fingerprint(corpora), "index": found["index"] if len(corpora) == 1 else None},
        sample=draw.sample if draw.sample == len(questions) else None,
        seed=draw.seed,
        machine=machine(),
        settings=recorded_settings(engine.settings),
        question_file=yardstick.file,
        half=draw.half,
    )


def _articles_fingerprint(corpora: Iterable[Corpus]) -> str:
    lines = sorted(json.dumps(article, sort_keys=True) for corpus in corpora for article in corpus.articles)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
