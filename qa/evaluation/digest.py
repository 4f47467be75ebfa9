"""A run as Markdown, for a pull request, a wiki or a terminal: the figures of the page without its plots."""

from collections.abc import Iterable, Sequence

from qa.evaluation.lines import Line, Table
from qa.evaluation.records import Manifest, Record
from qa.evaluation.results import Report
from qa.evaluation.summary import Case, Summary, summarise
from qa.markdown import answer_markdown, escape

WORST = 20
_FIGURES = ("figure", "value", "95 % interval", "n", "over")


def render_markdown(report: Report, manifest: Manifest, records: Sequence[Record], *, worst: int = WORST) -> str:
    """The report as Markdown; of what went wrong it shows the `worst` questions, and says how many there are.

    Whatever questions, articles and answers contain is shown as text.
    """
    summary = summarise(report, manifest, records, worst=worst)
    blocks = [
        "# Evaluation report",
        f"{summary.counts} {escape(summary.asked)}.",
        _grid(_FIGURES, map(_figure, summary.lines)),
        *_section("Answered and declined", _endings(summary)),
        *_section("By type of question", _table(summary.types)),
        *_section("Confidence", _grid(_FIGURES, map(_figure, summary.sureness))),
        *_section("Retrieval", _table(summary.retrieval)),
        *_section("Citations", _grid(_FIGURES, map(_figure, summary.citing))),
        *_section("Time", _table(summary.cost)),
        "## What went wrong",
        _extent(summary),
        *(_case(number, case) for number, case in enumerate(summary.cases, 1)),
        *_section("The run", _grid(("", ""), ((name, value) for name, value in summary.facts))),
    ]
    return "\n\n".join(blocks) + "\n"


def _section(title: str, table: str) -> list[str]:
    return [f"## {title}", table] if table else []


def _grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells show exactly what they are given; "" without a row."""
    body = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    return "\n".join([f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}", *body]) if body else ""


def _figure(line: Line) -> Sequence[str]:
    return line.title, line.value, line.interval, f"{line.figure.n:,}", line.over


def _table(table: Table) -> str:
    rows = ((row.name, row.note, *(_cell(line) for line in row.lines)) for row in table.rows)
    return _grid((table.columns[0], "over", *table.columns[1:]), rows)


def _cell(line: Line) -> str:
    return f"{line.value} ({line.interval})" if line.interval else line.value


def _endings(summary: Summary) -> str:
    rows = (
        (ending.name, name, f"{count:,}") for ending in summary.endings for name, count in (ending.right, *ending.wrong)
    )
    return _grid(("questions", "ended", "n"), rows)


def _extent(summary: Summary) -> str:
    if not summary.cases:
        return "Nothing."
    stages = ", ".join(f"{escape(stage)}: {count:,}" for stage, count in summary.stages)
    left = f" The {len(summary.cases)} gravest follow." if summary.faulty > len(summary.cases) else ""
    return f"{summary.faulty:,} questions. {stages}.{left}"


def _case(number: int, case: Case) -> str:
    result = case.result
    lines = [
        f"### {number}. {escape(result.question)}",
        f"{escape(case.stage)}: {escape(case.told)}",
        *(f"**{name}:** {escape(text)}" for name, text in result.told() if name in ("before", "as of")),
        f"**Gold:** {escape(case.gold)}",
    ]
    if result.fault and result.fault != case.stage:
        lines.insert(2, f"**Fault:** {escape(result.fault)}")
    if result.missing:
        lines.append(f"**Missing:** {escape('; '.join(result.missing))}")
    if result.answerable:
        lines.append(f"**Gold source:** {escape(case.sources)}. {escape(case.places)}")
    return "\n\n".join([*lines, _quoted(answer_markdown(case.record.answer) or "No answer.")])


def _quoted(markdown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in markdown.splitlines())
