"""The commands of the evaluator: eval, score, compare, report and feedback; each returns what is to be said."""

import argparse
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import SettingsError
from qa.evaluation.asking import sample_questions
from qa.evaluation.gates import check_gates, parse_gates
from qa.evaluation.indexed import indexed_of, missing_sources
from qa.evaluation.questions import load_questions, select_half
from qa.evaluation.records import Manifest, Record
from qa.evaluation.report import render_table
from qa.evaluation.results import Report
from qa.evaluation.running import Plan, resume_run, start_run
from qa.evaluation.runs import RECORDS, find_run, load_run, new_run, read_manifest, runs_dir
from qa.evaluation.scoring import score_records
from qa.markdown import visible
from qa.terminal import Bar, say

if TYPE_CHECKING:
    from qa.engine import QAEngine
    from qa.evaluation.export import Form
    from qa.settings import Settings

OK, FAILED = 0, 1
REPORTS = (".html", ".htm", ".md", ".markdown", ".json")
ROWS = (".jsonl", ".csv")
DEFAULT_QUESTIONS = "tests/questions.jsonl"
Opener = Callable[[Sequence[str]], AbstractContextManager["QAEngine"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command has to say: `data` with --json, else `text`, on stdout; `messages` on stderr; the exit code."""

    data: Mapping[str, Any]
    text: str
    messages: tuple[str, ...] = ()
    code: int = OK


def evaluate(options: argparse.Namespace, settings: "Settings", opened: Opener) -> Outcome:
    """`dateline eval`: ask a question file, keep the run, report, and fail if a gate fails.

    `opened` gives an engine over some folders of articles, or over the index in force where there are none.
    """
    _check_reporting(options)
    folder = _resumed(options, settings, opened) if options.resume else _started(options, settings, opened)
    return _reported(options, folder)


def score(options: argparse.Namespace, settings: "Settings") -> Outcome:
    """`dateline score`: report on a run again, without asking anything."""
    _check_reporting(options)
    return _reported(options, find_run(options.run_name, runs_dir(settings.index_dir)))


def compare(options: argparse.Namespace, settings: "Settings") -> Outcome:
    """`dateline compare`: hold run B against run A; with --fail-on-regression fail if a metric has surely got worse."""
    from qa.evaluation.compare import compare_runs, regressions, render_comparison

    if options.metric and not options.fail_on_regression:
        raise SettingsError("--metric says what --fail-on-regression looks at: give that as well.")
    before, after = (find_run(name, runs_dir(settings.index_dir)) for name in (options.before, options.after))
    comparison = compare_runs(load_run(before), load_run(after), anyway=options.anyway)
    worse = regressions(comparison, options.metric or None) if options.fail_on_regression else ()
    return Outcome(
        data={"before": str(before), "after": str(after)} | comparison.to_dict(),
        text=f"before: {visible(str(before))}\nafter:  {visible(str(after))}\n\n{render_comparison(comparison)}",
        messages=worse,
        code=FAILED if worse else OK,
    )


def report(options: argparse.Namespace, settings: "Settings") -> Outcome:
    """`dateline report`: write the report of a run as a page, or as Markdown, or its rows for another tool."""
    folder = find_run(options.run_name, runs_dir(settings.index_dir))
    manifest, records = load_run(folder)
    file = Path(options.out or folder / (f"{options.rows}.jsonl" if options.rows else "report.html"))
    _check_suffix(file, ROWS if options.rows else REPORTS)
    text = (
        _rows(file, options.rows, records)
        if options.rows
        else rendered(file, score_records(records), manifest, records)
    )
    _write(file, text)
    if options.open:
        import webbrowser

        webbrowser.open(file.absolute().as_uri())
    told = f"Written to {visible(str(file))}"
    return Outcome(
        data={"run": str(folder), "report": str(file)}, text=told, messages=_unfinished(folder, manifest, records)
    )


def feedback(options: argparse.Namespace, settings: "Settings") -> Outcome:
    """`dateline feedback export`: what readers said of answers, as questions to review."""
    from qa.feedback import feedback_file, question_of, read_feedback

    given, problems = read_feedback(feedback_file(settings.index_dir))
    questions = list({question["id"]: question for question in map(question_of, given)}.values())
    told = f"{len(questions)} questions to review, from {feedback_file(settings.index_dir)}"
    data = {"questions": questions, "problems": list(problems)}
    if not options.out:
        return Outcome(data=data, text="\n".join(map(json.dumps, questions)), messages=(*problems, told))
    _write(Path(options.out), "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in questions))
    text = f"{told}, written to {options.out}. Review them, then: dateline eval {shlex.quote(options.out)}"
    return Outcome(data=data | {"file": options.out}, text=visible(text), messages=problems)


def rendered(file: Path, report: Report, manifest: Manifest, records: Sequence[Record]) -> str:
    """The report in the format that the name of a file asks for: Markdown for .md, JSON for .json, else HTML."""
    if file.suffix.lower() == ".json":
        return json.dumps(whole(report, manifest, records), indent=1) + "\n"
    if file.suffix.lower() in (".md", ".markdown"):
        from qa.evaluation.digest import render_markdown

        return render_markdown(report, manifest, records)
    from qa.evaluation.page import render_html

    return render_html(report, manifest, records)


def whole(report: Report, manifest: Manifest, records: Sequence[Record]) -> dict[str, Any]:
    """All that a report shows as JSON values: what was run, the figures, declining and confidence, time and stages."""
    from qa.evaluation.cost import cost_of
    from qa.evaluation.declining import declining_of
    from qa.evaluation.stages import stage_counts

    return {
        "run": manifest.to_dict(),
        **report.to_dict(),
        "declining": asdict(declining_of(records)),
        "cost": asdict(cost_of(manifest, records)),
        "stages": {stage.value: count for stage, count in stage_counts(records).items()},
    }


def _rows(file: Path, form: "Form", records: Sequence[Record]) -> str:
    from qa.evaluation.export import export_rows, to_csv, to_jsonl

    rows = export_rows(records, form)
    return to_csv(rows) if file.suffix.lower() == ".csv" else to_jsonl(rows)


# -- asking ------------------------------------------------------------------------------------------------------------


def _started(options: argparse.Namespace, settings: "Settings", opened: Opener) -> Path:
    plan = _plan(options)
    folder = new_run(runs_dir(settings.index_dir), out=Path(options.out) if options.out else None)
    try:
        with opened(plan.articles) as engine, Bar("asking", "questions") as progress:
            indexed = indexed_of(engine)
            if missing := missing_sources(plan.questions, indexed):
                say(missing)
            start_run(folder, engine, plan, workers=options.workers, progress=progress, indexed=indexed)
    except KeyboardInterrupt:
        _say_how_to_go_on(options, folder)
        raise
    finally:
        with suppress(OSError):
            folder.rmdir()  # only if nothing was asked: a folder that holds something stays
    return folder


def _resumed(options: argparse.Namespace, settings: "Settings", opened: Opener) -> Path:
    for name, unless in (("questions", None), ("out", None), ("sample", None), ("seed", 0), ("half", "all")):
        if (given := getattr(options, name)) != unless:
            raise SettingsError(f"--resume asks what the run has not asked yet: leave out {str(given)!r}.")
    folder = find_run(options.resume, runs_dir(settings.index_dir))
    articles = options.articles or read_manifest(folder).articles
    try:
        with opened(articles) as engine, Bar("asking", "questions") as progress:
            resume_run(folder, engine, workers=options.workers, progress=progress)
    except KeyboardInterrupt:
        _say_how_to_go_on(options, folder)
        raise
    return folder


def _plan(options: argparse.Namespace) -> Plan:
    file = Path(options.questions or DEFAULT_QUESTIONS)
    if not file.is_file():
        raise SettingsError(f"There is no question file {file}. Name one: dateline eval QUESTIONS.jsonl")
    questions = select_half(load_questions(file), options.half)
    asked = sample_questions(questions, options.sample, options.seed)
    return Plan(
        questions=asked,
        question_file=str(file),
        half=options.half,
        sample=len(asked) if len(asked) < len(questions) else None,
        seed=options.seed,
        articles=tuple(options.articles),
    )


def _say_how_to_go_on(options: argparse.Namespace, folder: Path) -> None:
    if not (folder / RECORDS).is_file():
        return
    asked = (folder / RECORDS).read_bytes().count(b"\n")
    flags = [(flag, getattr(options, name)) for flag, name in (("--index-dir", "index_dir"), ("--llm", "llm"))]
    given = "".join(f" {flag} {shlex.quote(value)}" for flag, value in flags if value)
    say(
        f"{asked} of {read_manifest(folder).questions} questions were asked. "
        f"Go on with: dateline eval --resume {shlex.quote(str(folder))}{given}"
    )


# -- telling -----------------------------------------------------------------------------------------------------------


def _reported(options: argparse.Namespace, folder: Path) -> Outcome:
    manifest, records = load_run(folder)
    report = score_records(records)
    unfinished = _unfinished(folder, manifest, records)
    failures = (*unfinished, *check_gates(report, options.fail_under)) if options.fail_under else ()
    if options.report:
        _write(Path(options.report), rendered(Path(options.report), report, manifest, records))
    if options.junit:
        from qa.evaluation.junit import junit_xml

        _write(Path(options.junit), junit_xml(report, failures))
    return Outcome(
        data={"run": str(folder)} | report.to_dict(),
        text=f"{render_table(report)}\n{visible(_where(folder, manifest))}",
        messages=failures or unfinished,
        code=FAILED if failures else OK,
    )


def _unfinished(folder: Path, manifest: Manifest, records: Sequence[Record]) -> tuple[str, ...]:
    left = manifest.questions - len(records)
    if not left:
        return ()
    return (f"{left} of {manifest.questions} questions were not asked. Go on with: dateline eval --resume {folder}",)


def _where(folder: Path, manifest: Manifest) -> str:
    drawn = f"; {manifest.sample} questions drawn with seed {manifest.seed}" if manifest.sample else ""
    return f"The run is kept in {folder}{drawn}"


def _check_reporting(options: argparse.Namespace) -> None:
    """Raise `SettingsError` for a gate or a file that could only fail once everything was asked."""
    parse_gates(options.fail_under)
    if options.report:
        _check_suffix(Path(options.report), REPORTS)


def _check_suffix(file: Path, known: Sequence[str]) -> None:
    if file.suffix.lower() not in known:
        raise SettingsError(f"{file} has no ending that says what to write; let it end in one of {', '.join(known)}.")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}. Name a file that can be.") from error
