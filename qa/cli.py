"""The `dateline` command: index, ask, batch, eval, score, compare, report, feedback, calibrate, chat, doctor.

Exit codes: 0 fine; 1 a gate failed, some articles could not be indexed, or BUSY/FAILED; 2 bad usage or bad input;
3 the index is missing or broken. With `--json` stdout holds JSON only; progress and messages go to stderr.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.arguments import BATCH_KEYS, parser
from qa.terminal import Bar, prepare_streams, print_json, say, show
from qa.timeframe import FILTERS

if TYPE_CHECKING:
    from qa.engine import QAEngine
    from qa.evaluation.command import Outcome
    from qa.library import Library
    from qa.live import LiveEngine
    from qa.settings import Settings

OK, FAILED, BAD_INPUT, NO_INDEX = 0, 1, 2, 3
FLAGS = ("index_dir", "default_year", "llm", "root_path", "mcp")  # that are settings too
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}
# LangChain would send every question and passage to its service; from Python, tracing stays the caller's choice.
_TRACING = ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING")
NO_TRACING = dict.fromkeys(_TRACING, "false")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for name, value in OFFLINE.items():
        os.environ.setdefault(name, value)
    os.environ |= NO_TRACING
    prepare_streams()
    options = parser(COMMANDS).parse_args(arguments)
    from index.errors import CorpusError, DatelineError, IndexBusy, NothingToIndex

    try:
        code: int = options.run(options)
        return code
    except (NothingToIndex, IndexBusy) as error:
        return _failed(error, FAILED)
    except CorpusError as error:
        return _failed(error, NO_INDEX)
    except DatelineError as error:
        return _failed(error, BAD_INPUT)
    except KeyboardInterrupt:
        return _failed("stopped", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def index(options: argparse.Namespace) -> int:
    """`dateline index`: make the index equal to the folders, or follow them, or go back to the index before."""
    from qa import indexing

    def tell(data: Mapping[str, Any], text: str) -> None:
        if options.json:
            print_json(data, indent=None if options.watch else 1)
        else:
            print(text, flush=True)

    return indexing.index(options, _settings(options, "workers"), tell)


def ask(options: argparse.Namespace) -> int:
    """`dateline ask`: answer one question."""
    with _engine(options) as engine:
        answer = engine.answer(options.question, **{name: getattr(options, name) for name in FILTERS})
    if options.json:
        print_json(answer.to_dict())
    else:
        show(answer.to_markdown())
    return _exit_code(answer.status.value)


def batch(options: argparse.Namespace) -> int:
    """`dateline batch`: one JSON answer a line, in the order of the questions; a bad line is reported and skipped."""
    from index.errors import DatelineError

    code = OK
    with ExitStack() as stack:
        lines = sys.stdin if options.file == "-" else stack.enter_context(_open_text(options.file))
        engine = stack.enter_context(_engine(options))
        for number, line in _lines(lines):
            try:
                request = _batch_request(line)
                (answer,) = engine.batch([request])
            except (DatelineError, ValueError) as error:
                say(f"line {number}: {error}")
                code = max(code, BAD_INPUT)
                continue
            print_json({"id": request["id"]} | answer.to_dict(), indent=None)
            code = max(code, _exit_code(answer.status.value))
    return code


def evaluate(options: argparse.Namespace) -> int:
    """`dateline eval`: ask a question file, keep the run, report, and fail if a gate fails."""
    from qa.evaluation import command

    return _told(options, command.evaluate(options, _settings(options), partial(_engine_over, options)))


def score(options: argparse.Namespace) -> int:
    """`dateline score`: report on a run again, without asking anything."""
    from qa.evaluation import command

    return _told(options, command.score(options, _settings(options)))


def compare(options: argparse.Namespace) -> int:
    """`dateline compare`: hold two runs against each other, question by question."""
    from qa.evaluation import command

    return _told(options, command.compare(options, _settings(options)))


def report(options: argparse.Namespace) -> int:
    """`dateline report`: write the report of a run as a page, or as Markdown."""
    from qa.evaluation import command

    return _told(options, command.report(options, _settings(options)))


def feedback(options: argparse.Namespace) -> int:
    """`dateline feedback export`: what readers said of answers, as questions to review."""
    from qa.evaluation import command

    return _told(options, command.feedback(options, _settings(options)))


def calibrate(options: argparse.Namespace) -> int:
    """`dateline calibrate`: fit the confidence for the reader and embedder in the settings."""
    from qa.calibration import calibrate as run

    with Bar("asking", "questions") as progress:
        done = run(_settings(options), questions=options.questions, progress=progress)
    if options.json:
        from dataclasses import asdict

        print_json(asdict(done))
    else:
        told = done.summary
        print(
            f"{done.key}: asked {told.questions} questions, {told.unanswerable} of them without an answer.\n"
            f"The right sentence came first in {told.right_first:.0%} of the others. Answers below a confidence of"
            f" {told.bar:.2f} are declined:\nthen {told.answered:.0%} are answered, {told.right:.0%} of those rightly."
            f" Written to {done.file}"
        )
    return OK


def chat(options: argparse.Namespace) -> int:
    """`dateline chat`: serve the page until it is stopped."""
    from index.generations import require_any
    from qa.evaluation.runs import runs_dir
    from qa.feedback import feedback_file
    from qa.web import serve
    from qa.web.environment import ServeOptions

    settings = _settings(options)
    require_any(settings.index_dir)  # a missing index is said before anything heavy is loaded

    def announce(address: str) -> None:
        if options.json:
            print_json({"url": address})
        else:
            print(f"Dateline is ready at {address} (Ctrl-C stops it)", flush=True)

    where = ServeOptions.of(settings, host=options.host, port=options.port)

    def opened() -> "LiveEngine":
        from qa.live import LiveEngine

        return LiveEngine.open(settings=settings)

    def library(engine: "LiveEngine") -> "Library":
        from qa.library import Library

        return Library(settings, embedder=engine.embedder, fixed=where.is_open, on_change=engine.refresh)

    serve(
        opened,
        where,
        announce=announce,
        feedback=feedback_file(settings.index_dir),
        library=library,
        runs=runs_dir(settings.index_dir),
    )
    return OK


def doctor(options: argparse.Namespace) -> int:
    """`dateline doctor`: what is installed, what is missing, and the command that fixes it."""
    from qa.doctor import examine

    findings = examine(_settings(options), connect=options.connect)
    if options.json:
        from dataclasses import asdict

        print_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            fix = f"\n         fix: {finding.fix}" if finding.fix else ""
            print(f"{'ok      ' if finding.ok else 'MISSING '} {finding.what}: {finding.found}{fix}")
    missing = {finding.what for finding in findings if not finding.ok}
    return FAILED if missing - {"index"} else NO_INDEX if missing else OK


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "index": index,
    "ask": ask,
    "batch": batch,
    "eval": evaluate,
    "score": score,
    "compare": compare,
    "report": report,
    "feedback": feedback,
    "chat": chat,
    "calibrate": calibrate,
    "doctor": doctor,
}

# -- what the commands share -------------------------------------------------------------------------------------------


def _settings(options: argparse.Namespace, *more: str) -> "Settings":
    """The settings, with the flags that were given in their place; `more` are those of one command."""
    from qa.settings import Settings

    flags = {name: getattr(options, name, None) for name in (*FLAGS, *more)}
    return Settings.load(**flags)


def _engine(options: argparse.Namespace, index_dir: Path | None = None) -> "QAEngine":
    settings = _settings(options)
    return _open_engine(settings.model_copy(update={"index_dir": index_dir}) if index_dir else settings)


def _open_engine(settings: "Settings") -> "QAEngine":
    from index.generations import require_any

    require_any(settings.index_dir)
    from qa.engine import QAEngine

    engine = QAEngine.open(settings=settings)
    if engine.damage:
        say(f"dateline: {engine.damage}")
    return engine


@contextmanager
def _engine_over(options: argparse.Namespace, articles: Sequence[str]) -> Iterator["QAEngine"]:
    """The engine over a passing index of these folders, or over the index in force where there are none."""
    with ExitStack() as stack:
        folder = _passing_index(options, articles, stack) if articles else None
        yield stack.enter_context(_engine(options, folder))


def _passing_index(options: argparse.Namespace, articles: Sequence[str], stack: ExitStack) -> Path:
    from tempfile import TemporaryDirectory

    from index.sync import sync_index
    from qa.indexing import receipt_text

    folder = Path(stack.enter_context(TemporaryDirectory(prefix="dateline-")))
    with Bar("embedding", "passages") as progress:
        receipt = sync_index(
            [Path(path) for path in articles],
            settings=_settings(options).model_copy(update={"index_dir": folder}),
            progress=progress,
        )
    say(receipt_text(receipt))
    return folder


# -- input and output --------------------------------------------------------------------------------------------------


def _open_text(name: str) -> Any:
    from index.errors import SettingsError

    try:
        return Path(name).open(encoding="utf-8-sig", errors="surrogateescape")  # closed by the caller's ExitStack
    except OSError as error:
        raise SettingsError(f"The file {name} cannot be read: {error.strerror}. Name one that can.") from error


def _lines(file: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def _batch_request(line: str) -> Mapping[str, Any]:
    try:
        line.encode()
        request = json.loads(line)
    except UnicodeEncodeError as error:
        raise ValueError("not UTF-8 text; save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("not JSON that can be read: nested too deeply") from error
    if not isinstance(request, dict):
        raise ValueError('not a JSON object like {"id": "1", "question": "..."}')
    if missing := [name for name in BATCH_KEYS[:2] if name not in request]:
        raise ValueError(f"the key {missing[0]!r} is missing")
    if unknown := set(request) - set(BATCH_KEYS):
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}; the keys are {', '.join(BATCH_KEYS)}")
    return request


def _exit_code(status: str) -> int:
    return {"INVALID_QUESTION": BAD_INPUT, "BUSY": FAILED, "FAILED": FAILED}.get(status, OK)


def _told(options: argparse.Namespace, outcome: "Outcome") -> int:
    if options.json:
        print_json(outcome.data)
    else:
        print(outcome.text)
    for message in outcome.messages:
        say(message)
    return outcome.code


def _failed(error: object, code: int) -> int:
    say(f"dateline: {error}")
    return code


if __name__ == "__main__":
    sys.exit(main())
