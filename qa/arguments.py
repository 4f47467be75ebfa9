"""The options of the `dateline` command; knows nothing of what the commands do."""

import argparse
from collections.abc import Callable, Mapping
from typing import NoReturn

from qa.timeframe import FILTERS

Command = Callable[[argparse.Namespace], int]
BATCH_KEYS = ("id", "question", "history", *FILTERS)  # of a line; the first two are needed


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, then where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """The parser of the `dateline` command; `commands` says what each one runs."""
    top = _Parser(prog="dateline", description="Answers questions over a folder of news articles, and cites them.")
    top.add_argument("--version", action="version", version=f"dateline {_version()}")
    subparsers = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, help_: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = subparsers.add_parser(name, help=help_, description=help_)
        sub.set_defaults(run=commands[name])
        sub.add_argument("--index-dir", metavar="DIR", help="the index (else DATELINE_INDEX_DIR, else data/index)")
        sub.add_argument("--json", action="store_true", help="print JSON, and nothing else, on stdout")
        return sub

    sub = command("index", "Build the index of these files and folders, or sync it with them.")
    sub.add_argument("paths", nargs="*", metavar="PATH", help="none: those of the last time, else the shipped seeds")
    action = sub.add_mutually_exclusive_group()
    action.add_argument("--rebuild", action="store_true", help="read and embed everything again")
    action.add_argument("--watch", action="store_true", help="stay, and sync again whenever something changes")
    action.add_argument("--rollback", action="store_true", help="go back to the index before; again: undo that")
    sub.add_argument("--retry", action="store_true", help="read files again that failed and have not changed since")
    sub.add_argument("--default-year", metavar="YEAR", help="the year of articles that give a day and month only")
    sub.add_argument("--workers", metavar="N", help="processes that embed, where thousands of passages are new")
    sub = command("ask", "Answer one question.")
    sub.add_argument("question")
    sub.add_argument("--as-of", metavar="DAY", help="use only what had been published by then (YYYY-MM-DD)")
    sub.add_argument("--since", metavar="DAY", help="use only what was published on that day or later")
    sub.add_argument("--until", metavar="DAY", help="use only what was published on that day or earlier")
    sub.add_argument("--publisher", action="append", dest="publishers", metavar="NAME", help="only of it; repeatable")
    sub = command("batch", "Answer a file of questions, one JSON object a line; answers go to stdout.")
    sub.add_argument("file", metavar="QUESTIONS", help=f"lines of {{{', '.join(BATCH_KEYS)}}}; - for stdin")
    _add_evaluation(command)
    sub = command("chat", "Serve the chat page on this machine.")
    sub.add_argument("--host", default="127.0.0.1")
    sub.add_argument("--port", type=_port, default=None, help="else the first free one from 7860")
    sub.add_argument("--root-path", metavar="PATH", help="the path under which a reverse proxy serves the page")
    sub.add_argument("--mcp", action="store_true", default=None, help="answer MCP clients too, at /mcp")
    sub = command("calibrate", "Fit the confidence for another reader or embedder, by asking known questions.")
    asked = sub.add_argument("--questions", type=_from(50), default=600, metavar="N")
    asked.help = "how many are asked (default 600)"
    sub = command("doctor", "Say what is installed, what is missing, and how to fix it.")
    sub.add_argument("--connect", action="store_true", help="ask the language model for a word, to see that it answers")
    for name in ("ask", "batch", "eval", "chat", "doctor"):
        subparsers.choices[name].add_argument(
            "--llm",
            metavar="PROVIDER:MODEL",
            help="the language model that drafts answers (else DATELINE_LLM, else none)",
        )
    return top


def _add_evaluation(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands of the evaluator."""
    sub = command("eval", "Ask a question set, keep what came back as a run, and report how good the answers are.")
    sub.add_argument("questions", nargs="?", metavar="QUESTIONS", help="JSON Lines or CSV; else tests/questions.jsonl")
    sub.add_argument("--articles", action="append", default=[], metavar="DIR", help="ask over these (repeatable)")
    sub.add_argument("--half", choices=("tune", "report", "all"), default="all", help="which half of the set")
    sub.add_argument("--sample", type=_from(1), metavar="N", help="ask only so many, drawn at random")
    sub.add_argument("--seed", type=_from(0), default=0, metavar="S", help="another seed draws others (default 0)")
    sub.add_argument("--workers", type=_from(1), default=1, metavar="N", help="questions asked at a time (default 1)")
    sub.add_argument("--out", metavar="DIR", help="the folder of the run (else data/runs/TIME, beside the index)")
    sub.add_argument("--resume", metavar="RUN", help="go on with a run that was interrupted")
    _add_reporting(sub)
    sub = command("score", "Report on a run again, without asking anything.")
    _add_run(sub)
    _add_reporting(sub)
    sub = command("compare", "Hold two runs against each other, question by question.")
    _add_run(sub, "before", metavar="A")
    _add_run(sub, "after", metavar="B")
    sub.add_argument("--anyway", action="store_true", help="even if articles or questions differ")
    sub.add_argument("--fail-on-regression", action="store_true", help="exit 1 if B is surely worse in a metric")
    sub.add_argument("--metric", action="append", metavar="METRIC", help="only these may not get worse (repeatable)")
    sub = command("report", "Write the report of a run as a page, or its rows for another tool.")
    _add_run(sub)
    sub.add_argument("--out", metavar="FILE", help=".html, .md or .json (else report.html in the run's folder)")
    sub.add_argument("--rows", choices=("ragas", "deepeval"), help="write what that tool reads: .jsonl or .csv")
    sub.add_argument("--open", action="store_true", help="show it in the browser")
    sub = command("feedback", "Make questions to review of what readers said of answers.")
    sub.add_argument("action", choices=("export",))
    sub.add_argument("--out", metavar="FILE", help="write them there (else to stdout)")


def _add_run(sub: argparse.ArgumentParser, name: str = "run_name", metavar: str = "RUN") -> None:
    sub.add_argument(name, metavar=metavar, help='the folder of a run, its name in data/runs, or "latest"')


def _add_reporting(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--fail-under", action="append", default=[], metavar="METRIC=X", help="exit 1 if missed")
    sub.add_argument("--report", metavar="FILE", help="write the report too: .html, .md or .json")
    sub.add_argument("--junit", metavar="FILE", help="write a JUnit XML file, a test case a question")


def _from(least: int) -> Callable[[str], int]:
    """Reads a whole number that is not below the least."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and int(text) >= least:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {least} up")

    return read


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port, which is a number from 0 to 65535")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("dateline")
    except PackageNotFoundError:
        return "(not installed)"
