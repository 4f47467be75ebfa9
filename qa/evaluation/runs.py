"""A run is a folder: run.json (its manifest), questions.jsonl (what was asked) and records.jsonl (what came back).

Records are appended as they come, so an interrupted run holds all but what was being asked. The last line may be torn.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from index.errors import SettingsError
from qa.errors import RunError
from qa.evaluation.fingerprints import questions_fingerprint
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.records import Manifest, Record

MANIFEST, QUESTIONS, RECORDS = "run.json", "questions.jsonl", "records.jsonl"
LATEST = "latest"


def runs_dir(index_dir: Path) -> Path:
    """Where the runs over an index are kept: runs/ beside its folder."""
    return index_dir.parent / "runs"


def new_run(runs: Path, *, out: Path | None = None) -> Path:
    """Make the folder of a run: `out`, else one named after the present time in UTC.

    Raises `SettingsError` where it cannot be made, and `RunError` where `out` holds something already.
    """
    if out and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(f"{out} holds something already. Name a new folder, or go on with: dateline eval --resume {out}")
    folder = out or _unused(runs / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        folder.mkdir(parents=True, exist_ok=out is not None)
    except OSError as error:
        raise SettingsError(f"The run cannot be kept in {folder}: {error.strerror}. Name another: --out DIR") from error
    return folder


def find_run(name: str, runs: Path) -> Path:
    """The folder of a run: its path, its name among the runs, or "latest". Raises `RunError`."""
    known = sorted(folder.parent for folder in runs.glob(f"*/{MANIFEST}"))
    if name == LATEST and known:
        return max(known, key=lambda folder: (folder / MANIFEST).stat().st_mtime)
    for folder in (Path(name), runs / name):
        if (folder / MANIFEST).is_file():
            return folder
    there = f"It has {', '.join(folder.name for folder in known[-5:])}" if known else "It has none"
    raise RunError(
        f"There is no run {name}, nor one of that name in {runs}. {there}. Make one: dateline eval QUESTIONS"
    )


def timestamp() -> str:
    """The present time as a manifest has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write run.json, in one step."""
    text = json.dumps(manifest.to_dict(), indent=1)
    temporary = folder / f"{MANIFEST}.tmp"
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read run.json. Raises `RunError`."""
    file = folder / MANIFEST
    try:
        return Manifest.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}. Make a run: dateline eval QUESTIONS") from error
    except ValueError as error:
        reason = "it is not JSON." if isinstance(error, json.JSONDecodeError) else _sentence(error)
        raise RunError(f"{file} is damaged: {reason} Ask again: dateline eval QUESTIONS") from error


def write_questions(folder: Path, questions: Sequence[Question]) -> None:
    """Write what a run asks, in the order of its report."""
    lines = (question.model_dump_json(exclude_defaults=True) for question in questions)
    (folder / QUESTIONS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_questions(folder: Path) -> tuple[Question, ...]:
    """Read what a run asks. Raises `QuestionFileError`."""
    return load_questions(folder / QUESTIONS)


def append_record(folder: Path, record: Record) -> None:
    """Add a record; it is in the file when this returns. Raises `RunError` where the disk is full or not writable."""
    line = json.dumps(record.to_dict()).encode() + b"\n"
    try:
        with (folder / RECORDS).open("ab") as stream:
            stream.write(line)
    except OSError as error:
        raise RunError(
            f"{folder / RECORDS} cannot be written: {error.strerror}. Then go on with: dateline eval --resume {folder}"
        ) from error


def drop_torn_line(folder: Path) -> None:
    """Cut off what an interrupted write left at the end of the records."""
    file = folder / RECORDS
    if file.is_file():
        end = file.read_bytes().rfind(b"\n") + 1
        os.truncate(file, end)


def read_records(folder: Path) -> tuple[Record, ...]:
    """Read the records in the order of the questions, each with its question as it stands in the run's folder now.

    So a gold answer that proves wrong can be corrected there, and the run scored again. Raises `RunError`, naming the line
    of the first record that is damaged, and where the records answer what is not among the questions.
    """
    records = {record.question.id: record for record in _records(folder / RECORDS)}
    if not (folder / QUESTIONS).is_file():
        return tuple(records.values())
    questions = {question.id: question for question in read_questions(folder)}
    for id_, record in records.items():
        if id_ not in questions or _asked(record.question) != _asked(questions[id_]):
            raise RunError(
                f"{folder / RECORDS} answers {id_!r}, {record.question.question!r}, which {folder / QUESTIONS} does not ask. "
                "Put back the files as they were, or ask again: dateline eval QUESTIONS"
            )
    return tuple(_asking(records[id_], question) for id_, question in questions.items() if id_ in records)


def _asking(record: Record, question: Question) -> Record:
    """The record with its question as it stands now; nobody looked whether other sources are indexed."""
    same = question.sources == record.question.sources
    return replace(record, question=question, indexed=record.indexed if same else None)


def _asked(question: Question) -> tuple[object, ...]:
    """What of a question the answer depends on, and what was looked up while it was asked."""
    return question.question, question.history, question.as_of


def load_run(folder: Path) -> tuple[Manifest, tuple[Record, ...]]:
    """Read a run, whether or not it came to its end. Raises `RunError`, also where nothing was answered yet."""
    manifest, records = read_manifest(folder), read_records(folder)
    if (folder / QUESTIONS).is_file():
        now = {"questions": questions_fingerprint(read_questions(folder))}
        manifest = replace(manifest, fingerprints={**manifest.fingerprints, **now})
    if not records:
        raise RunError(f"The run {folder} holds no answer yet. Go on with: dateline eval --resume {folder}")
    return manifest, records


def _records(file: Path) -> Iterator[Record]:
    try:
        lines = file.read_bytes().split(b"\n")[:-1] if file.is_file() else []
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, 1):
        try:
            yield Record.from_dict(json.loads(line))
        except (ValueError, RecursionError) as error:
            reason = "it is not JSON." if isinstance(error, json.JSONDecodeError) else _sentence(error)
            raise RunError(f"{file}:{number} is damaged: {reason} Delete the line, then resume the run.") from error


def _sentence(error: Exception) -> str:
    """The first line of what an error says, with a full stop."""
    return f"{str(error).partition(chr(10))[0][:200].rstrip('.:')}."


def _unused(folder: Path) -> Path:
    names = (folder if number == 1 else folder.with_name(f"{folder.name}-{number}") for number in range(1, 1000))
    return next(name for name in names if not name.exists())
