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
from qa.evaluation.asking import sample_questions
from qa.evaluation.fingerprints import code_fingerprint, questions_fingerprint
from qa.evaluation.questions import Half, Question
from qa.evaluation.records import Manifest
from qa.evaluation.running import Plan, Progress, ask_rest, asked_before, described, end_run
from qa.evaluation.runs import MANIFEST, read_manifest, read_records, write_manifest, write_questions

if TYPE_CHECKING:
    from qa.engine import QAEngine

Opened = Callable[[Sequence[Mapping[str, str]]], AbstractContextManager["QAEngine"]]


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
        if asked.issuperset(question.id for question in corpus.questions):
            continue
        with opened(corpus.articles) as engine:
            if not (folder / MANIFEST).is_file():
                write_questions(folder, questions)
                write_manifest(folder, _manifest(engine, yardstick, corpora, questions, draw))
            ask_rest(folder, engine, corpus.questions, asked, of=len(questions), progress=progress)
    end_run(folder)


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
    return asked_before(folder)


def _manifest(
    engine: "QAEngine", yardstick: Yardstick, corpora: Sequence[Corpus], questions: Sequence[Question], draw: Draw
) -> Manifest:
    drawn_all = draw.sample if draw.sample == len(questions) else None
    plan = Plan(
        questions=tuple(questions), question_file=yardstick.file, half=draw.half, sample=drawn_all, seed=draw.seed
    )
    manifest = described(engine, plan)
    # Of the articles as they are given, so that a run over many indexes has one too.
    articles = {"corpus": _articles_fingerprint(corpora)}
    one_index = {} if len(corpora) == 1 else {"index": None}
    return replace(manifest, fingerprints={**manifest.fingerprints, **articles, **one_index})


def _articles_fingerprint(corpora: Iterable[Corpus]) -> str:
    lines = sorted(json.dumps(article, sort_keys=True) for corpus in corpora for article in corpus.articles)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
