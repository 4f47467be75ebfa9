"""Measure Dateline on the public yardsticks: `python -m tools.yardsticks DATA [NAMES...] [--sample N] [--out docs/yardsticks.md]`.

DATA is a folder with the public sets (docs/yardsticks.md lists them); those that are not in it are left out. Without --half only
the parts that nothing was trained or tuned on are asked, long sets by a sample from a seed. Each set is kept as a run in a
folder of its own under --runs, for `dateline report` and `dateline compare`: what is there already is gone on with. With --before
the table shows, beside each figure, that over an earlier run of the same questions.
"""

import argparse
import json
import random
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.checking import Checker
from index.embeddings import Embedder, open_embedder
from index.errors import DatelineError
from index.sync import sync_index
from qa import QAEngine
from qa.evaluation.adapters import YARDSTICKS
from qa.evaluation.adapters.asking import Draw, ask_yardstick
from qa.evaluation.adapters.yardstick import Row, Runs, Yardstick, reached
from qa.evaluation.figures import Figure
from qa.evaluation.records import Record
from qa.evaluation.runs import read_records
from qa.reader import Reader, open_reader
from qa.settings import Settings
from qa.terminal import Bar, say
from tools.claims import attributions
from tools.eval_verification import holds, interval, macro_f1, verifier_over

ATTRIBUTION = "attributionbench"
NAMES = (*YARDSTICKS, ATTRIBUTION)
SHOWN_FROM = 50  # articles
RUNS = Path("data/runs/yardsticks")
BEGIN, END = "<!-- the table begins -->", "<!-- the table ends -->"
_HALVES = {"report": "the part to report", "tune": "the part to tune on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What the table says of one set: `asked` tells how many questions of which part, `seconds` were spent answering.

    `before` are the same figures over an earlier run, where there is one."""

    title: str
    about: str
    source: str
    asked: str
    seconds: float
    command: str
    rows: tuple[Row, ...]
    before: tuple[Row, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask what is present, print the table, and put it into a file where one is named; the exit code."""
    options = _options(arguments)
    try:
        sections = list(_sections(options))
    except DatelineError as error:
        say(str(error))
        return 2
    table = render(sections)
    print(table)
    if options.out and sections:
        options.out.write_text(placed(options.out, table), encoding="utf-8")
    return 0 if sections else 2


def render(sections: Iterable[Section]) -> str:
    """The sections as Markdown."""
    return "\n\n".join(_section(section) for section in sections)


def placed(file: Path, table: str) -> str:
    """A file's text with the table between its two marks, or behind all else where it has none."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    block = f"{BEGIN}\n\n{table}\n\n{END}"
    if BEGIN not in text or END not in text:
        return f"{text.rstrip()}\n\n{block}\n".lstrip()
    return f"{text.partition(BEGIN)[0]}{block}{text.partition(END)[2]}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.yardsticks", description="Measure Dateline on the public yardsticks."
    )
    parser.add_argument("data", type=Path, help="the folder with the public sets")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(NAMES)}")
    parser.add_argument("--sample", type=int, metavar="N", help="at most so many questions of each, drawn by seed")
    parser.add_argument("--seed", type=int, default=0, help="of the sample; 0 unless told")
    parser.add_argument("--half", choices=_HALVES, default="report", help="which part to ask; report unless told")
    parser.add_argument("--runs", type=Path, default=RUNS, metavar="DIR", help=f"where the runs are kept: {RUNS}")
    parser.add_argument("--before", type=Path, metavar="DIR", help="earlier runs of the same questions, shown beside")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a Markdown file to put the table into")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"{unknown[0]!r} is no yardstick; name some of {', '.join(NAMES)}.")
    if not options.data.is_dir():
        parser.error(f"{options.data} is no folder; name the one with the public sets.")
    if options.before and not options.before.is_dir():
        parser.error(f"{options.before} is no folder; name the one with the earlier runs.")
    if options.sample is not None and options.sample < 1:
        parser.error(f"--sample is {options.sample}; ask at least one question.")
    return options


def _sections(options: argparse.Namespace) -> Iterator[Section]:
    for name in options.names or NAMES:
        there = (options.data / ATTRIBUTION).is_dir() if name == ATTRIBUTION else YARDSTICKS[name].present(options.data)
        if not there:
            say(f"{name} is not in {options.data}: left out.")
        elif name == ATTRIBUTION:
            yield _attribution(options)
        else:
            yield _asked(YARDSTICKS[name], options)


# -- asking ------------------------------------------------------------------------------------------------------------


def _asked(yardstick: Yardstick, options: argparse.Namespace) -> Section:
    everything = {q.id for corpus in yardstick.load(options.data, options.half) for q in corpus.questions}
    wanted = options.sample or yardstick.sample
    sample = wanted if wanted and wanted < len(everything) else None
    draw = Draw(half=options.half, sample=sample, seed=options.seed)
    folder = options.runs / "-".join((yardstick.name, options.half, *([str(sample)] if sample else ())))
    with Bar(f"asking {yardstick.name}", "questions") as progress:
        runs = ask_yardstick(yardstick, options.data, draw, folder=folder, opened=opened, progress=progress)
    records = [record for run in runs.values() for record in run]
    say(f"The run is kept in {', '.join(str(folder / name) for name in runs)}")
    return Section(
        title=yardstick.title,
        about=yardstick.about,
        source=yardstick.source,
        asked=_extent(len(everything), sample, options) + _unscored(records),
        seconds=sum(record.milliseconds for record in records) / 1000,
        command=_command(yardstick.name, options),
        rows=yardstick.rows(options.data, runs),
        before=_before(yardstick, options, folder.name, runs) if options.before else (),
    )


def _before(yardstick: Yardstick, options: argparse.Namespace, name: str, runs: Runs) -> tuple[Row, ...]:
    """The figures over the run of this name that was kept earlier; none where it is missing, not finished or of others."""
    earlier = {part: read_records(options.before / name / part) for part in runs}
    for part, records in runs.items():
        asked, now = {one.question for one in earlier[part]}, {one.question for one in records}
        if asked != now:
            say(
                f"{options.before / name / part} has {len(asked & now)} of the {len(now)} questions of {yardstick.name}, and "
                f"{len(asked - now)} others: its figures are not shown. Finish that run, or name another folder: --before DIR"
            )
            return ()
    return yardstick.rows(options.data, earlier)


def _attribution(options: argparse.Namespace) -> Section:
    """AttributionBench has claims instead of questions, so the verifier is asked, not the engine."""
    claims = attributions(options.data, odd=options.half == "report")
    sample = options.sample if options.sample and options.sample < len(claims) else None
    chosen = random.Random(options.seed).sample(claims, sample) if sample else claims
    verifier = verifier_over(chosen)
    started = time.perf_counter()
    said = np.array([holds(verifier, claim) for claim in chosen])
    seconds = time.perf_counter() - started
    gold = np.array([claim.supported for claim in chosen])
    low, high = interval(gold, said)
    figure = Figure(value=macro_f1(gold, said), n=len(chosen), low=low, high=high)
    others = reached({"fine-tuned GPT-3.5": 0.80, "word overlap": 0.66}, "the test part, about")
    return Section(
        title="AttributionBench",
        about="Claims with the texts that they cite, some of which do not bear them out; the verifier alone is asked",
        source="Li et al. (2024), arXiv:2402.15089",
        asked=_extent(len(claims), sample, options, "claims"),
        seconds=seconds,
        command=_command(ATTRIBUTION, options),
        rows=(Row(title="macro-F1 of the verdict", figure=figure, published=others),),
    )


@contextmanager
def opened(articles: Sequence[Mapping[str, str]]) -> Iterator[QAEngine]:
    """An engine over these articles, in a folder of its own; what is slow to load is shared with the one before."""
    embedder, reader, checker = _shared()
    with TemporaryDirectory(prefix="dateline-") as folder:
        file = Path(folder) / "articles.jsonl"
        file.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
        settings = Settings.load(index_dir=Path(folder) / "index")
        with Bar("embedding", "passages") as progress:
            many = progress if len(articles) > SHOWN_FROM else None  # a bar for each small corpus would only flicker
            sync_index([file], settings=settings, embedder=embedder, checker=checker, progress=many)
        with QAEngine.open(settings=settings, embedder=embedder, reader=reader) as engine:
            yield engine


@cache
def _shared() -> tuple[Embedder, Reader, Checker]:
    settings = Settings.load()
    return open_embedder(settings.embedder), open_reader(settings.reader), Checker()


# -- telling -----------------------------------------------------------------------------------------------------------


def _extent(there: int, sample: int | None, options: argparse.Namespace, unit: str = "questions") -> str:
    part = f"{unit} of {_HALVES[options.half]}"
    return f"{sample:,} of {there:,} {part}, drawn with seed {options.seed}" if sample else f"all {there:,} {part}"


def _unscored(records: Sequence[Record]) -> str:
    count = sum(not record.scored for record in records)
    return f"; {count} of them unscored, since the engine failed" if count else ""


def _command(name: str, options: argparse.Namespace) -> str:
    flags = [("--sample", options.sample), ("--seed", options.seed or None)]
    flags.append(("--half", options.half if options.half != "report" else None))
    given = [part for flag, value in flags if value for part in (flag, str(value))]
    return shlex.join(["python", "-m", "tools.yardsticks", "DATA", name, *given])


def _section(section: Section) -> str:
    lines = [
        f"### {section.title}",
        "",
        f"{section.about}. Asked: {section.asked}; {section.seconds:,.0f} s of answering. Source: {section.source}.",
        "",
        "```",
        section.command,
        "```",
        "",
        *_table(section),
    ]
    return "\n".join(lines)


def _table(section: Section) -> Iterator[str]:
    """The rows, with the figures of the earlier run before them where there is one."""
    runs = ("before", "after") if section.before else ("Dateline",)
    columns = ["figure", *(name for run in runs for name in (run, "95 % interval", "n")), "published"]
    yield _cells(columns)
    yield _cells(["---"] * len(columns))
    before = {row.title: row.figure for row in section.before}
    for row in section.rows:
        figures = [before[row.title], row.figure] if section.before else [row.figure]
        yield _cells([row.title, *(cell for figure in figures for cell in _figure(figure)), _others(row)])


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(figure: Figure) -> tuple[str, str, str]:
    """A figure's value, interval and number of cases."""
    value = "–" if figure.value is None else f"{figure.value:.3f}"
    span = "" if figure.low is None or figure.high is None else f"{figure.low:.3f} to {figure.high:.3f}"
    return value, span, f"{figure.n:,}"


def _others(row: Row) -> str:
    """The others' figures, those over the same in one bracket."""
    by_over: dict[str, list[str]] = {}
    for one in row.published:
        by_over.setdefault(one.over, []).append(f"{one.system} {one.value:.3f}".removesuffix("0"))
    return "; ".join(
        f"{', '.join(values)}{f' ({over})' if over else ' (the questions asked)'}" for over, values in by_over.items()
    )


if __name__ == "__main__":
    sys.exit(main())
