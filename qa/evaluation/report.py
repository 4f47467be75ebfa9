"""A report -> plain text for a terminal: the figures over all, by type of question, and the worst answers."""

import textwrap
from collections.abc import Iterable, Sequence

from qa.evaluation.figures import Figure
from qa.evaluation.lines import NONE, interval_text, value_text
from qa.evaluation.metrics import METRICS, Metric
from qa.evaluation.results import Group, QuestionResult, Report
from qa.markdown import visible

WIDTH = 100
_LONGEST_TEXT = 400
# Three columns a table fit a terminal of a hundred columns; the last two need no interval.
_TABLES = (METRICS[:3], METRICS[3:6], METRICS[6:9], METRICS[9:])


def render_table(report: Report, *, worst: int = 10) -> str:
    """The report as aligned text up to 100 columns wide, without control characters, with the `worst` answers last.

    Shares run from 0 to 1; the number of cases stands beside each figure, the 95 % bootstrap interval beside each mean.
    """
    blocks = [_heading(report), _overall(report)]
    if report.groups:
        blocks.append("By type of question: value (95 % interval) cases")
        blocks += [table for metrics in _TABLES if (table := _by_type(report, metrics))]
    blocks.append(_worst(report.results, worst))
    return "\n\n".join(blocks) + "\n"


def _heading(report: Report) -> str:
    everything = report.overall
    counts = (
        f"{everything.questions} questions, {everything.answerable} of them answerable: "
        f"{everything.answered} answered, {everything.questions - everything.answered - everything.unscored} declined, "
        f"{everything.unscored} unscored"
    )
    ids = (("index", report.index_ids), ("model", report.model_ids), ("prompt", report.prompt_ids))
    return "\n".join([counts, *(f"{name:<7} {visible(', '.join(values))}" for name, values in ids if values)])


def _overall(report: Report) -> str:
    header = f"{'metric':<24}{'value':>9}   {'95 % interval':<15}{'n':>7}   over"
    lines = [header, "-" * WIDTH]
    for metric in METRICS:
        figure = report.overall.figures[metric.name]
        value = value_text(figure.value, metric.unit)
        lines.append(
            f"{metric.title:<24}{value:>9}   {interval_text(figure, metric.unit):<15}{figure.n:>7}   {metric.over}"
        )
    checked = sum(result.quotes_in_file for result in report.results if result.scored)
    quotes = report.overall.figures["quotes_verbatim"].n
    lines.append(f"\nOf {quotes} quotes, {checked} were also looked up in the file they were read from.")
    return "\n".join(lines)


def _by_type(report: Report, metrics: Sequence[Metric]) -> str:
    groups = [group for group in report.groups if any(group.figures[metric.name].n for metric in metrics)]
    if not groups:
        return ""
    longest = max(len("type"), *(len(visible(group.name)) for group in groups))
    header = f"{'type':<{longest}}" + "".join(f"   {metric.title:<24}" for metric in metrics)
    rows = [f"{visible(group.name):<{longest}}" + _cells(group, metrics) for group in (*groups, report.overall)]
    rule = "-" * max(len(line.rstrip()) for line in (header, *rows))
    return "\n".join(line.rstrip() for line in (header, rule, *rows[:-1], rule, rows[-1]))


def _cells(group: Group, metrics: Iterable[Metric]) -> str:
    return "".join(f"   {_cell(group.figures[metric.name], metric):<24}" for metric in metrics)


def _cell(figure: Figure, metric: Metric) -> str:
    if figure.value is None:
        return NONE
    interval = interval_text(figure, metric.unit)
    return f"{value_text(figure.value, metric.unit):<5}{f'({interval})' if interval else '':<13}{figure.n:>5}"


def _worst(results: Sequence[QuestionResult], most: int) -> str:
    faulty = sorted((one for one in results if one.fault), key=lambda one: one.severity or 0)
    if not faulty:
        return "Nothing went wrong."
    shown = faulty[:most]
    title = f"What went wrong: {len(faulty)} of {len(results)} questions"
    title += f", the {len(shown)} worst" if len(shown) < len(faulty) else ""
    return "\n\n".join([title, *(_fault(number, result) for number, result in enumerate(shown, 1))])


def _fault(number: int, result: QuestionResult) -> str:
    head = f"{number:>3}. {visible(result.id)} ({visible(result.type)}), {result.status}: {result.fault}"
    return "\n".join([head, *(_field(name, text) for name, text in result.told())])


def _field(name: str, text: str) -> str:
    short = textwrap.shorten(visible(text), _LONGEST_TEXT, placeholder=" ...")
    return textwrap.fill(short, WIDTH, initial_indent=f"     {name:<9} ", subsequent_indent=" " * 15)
