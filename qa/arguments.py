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
    sub.add_argument("--rebuild", action="store_true", help="read and embed everything again")
    sub.add_argument("--default-year", metavar="YEAR", help="the year of articles that give a day and month only")
    sub = command("ask", "Answer one question.")
    sub.add_argument("question")
    sub.add_argument("--as-of", metavar="DAY", help="use only what had been published by then (YYYY-MM-DD)")
    sub.add_argument("--since", metavar="DAY", help="use only what was published on that day or later")
    sub.add_argument("--until", metavar="DAY", help="use only what was published on that day or earlier")
    sub.add_argument("--publisher", action="append", dest="publishers", metavar="NAME", help="only of it; repeatable")
    sub = command("batch", "Answer a file of questions, one JSON object a line; answers go to stdout.")
    sub.add_argument("file", metavar="QUESTIONS", help=f"lines of {{{', '.join(BATCH_KEYS)}}}; - for stdin")
    sub = command("eval", "Ask a question set and report how good the answers are.")
    sub.add_argument("questions", nargs="?", metavar="QUESTIONS", help="else tests/questions.jsonl")
    sub.add_argument("--articles", action="append", default=[], metavar="DIR", help="ask over these (repeatable)")
    sub.add_argument("--half", choices=("tune", "report", "all"), default="all", help="which half of the set")
    sub.add_argument("--fail-under", action="append", default=[], metavar="METRIC=X", help="exit 1 if missed")
    sub = command("chat", "Serve the chat page on this machine.")
    sub.add_argument("--host", default="127.0.0.1")
    sub.add_argument("--port", type=_port, default=None, help="else the first free one from 7860")
    sub.add_argument("--root-path", metavar="PATH", help="the path under which a reverse proxy serves the page")
    sub.add_argument("--mcp", action="store_true", default=None, help="answer MCP clients too, at /mcp")
    sub = command("calibrate", "Fit the confidence for another reader or embedder, by asking known questions.")
    sub.add_argument("--questions", type=_count, default=600, metavar="N", help="how many are asked (default 600)")
    sub = command("doctor", "Say what is installed, what is missing, and how to fix it.")
    sub.add_argument("--connect", action="store_true", help="ask the language model for a word, to see that it answers")
    for name in ("ask", "batch", "eval", "chat", "doctor"):
        subparsers.choices[name].add_argument(
            "--llm",
            metavar="PROVIDER:MODEL",
            help="the language model that drafts answers (else DATELINE_LLM, else none)",
        )
    return top


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) >= 50:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of questions, which has to be 50 or more")


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
