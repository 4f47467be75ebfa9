"""Figures as a report shows them: each a line with its value, interval and number of cases in words, some in tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.evaluation.citing import CITING_METRICS
from qa.evaluation.cost import Cost
from qa.evaluation.declining import Declining
from qa.evaluation.figures import Figure
from qa.evaluation.metrics import METRICS, Metric
from qa.evaluation.results import Group
from qa.evaluation.retrieval_metrics import RETRIEVAL_METRICS

NONE = "–"
HEADLINE = ("contains_gold", "false_answers", "over_refusals", "source_precision", "quotes_verbatim", "p50_ms")
BY_TYPE = ("contains_gold", "false_answers", "over_refusals", "p50_ms")
_ROUND_FROM_MS = 10
_SHORT_FROM_MS = 10_000
_BY_NAME = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure as it is shown: `over` says of what it is the mean, `good` on which side it is better."""

    title: str
    over: str
    figure: Figure
    unit: str = "share"
    good: str = ""

    @property
    def value(self) -> str:
        """The figure with its unit, or a dash."""
        return value_text(self.figure.value, self.unit)

    @property
    def interval(self) -> str:
        """The bounds of the 95 % interval, or nothing where there is none."""
        return interval_text(self.figure, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of figures; `note` says more about its name."""

    name: str
    note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures in rows; `columns` names those of each row, the first being that of the names."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def value_text(value: float | None, unit: str) -> str:
    """A value with its unit: shares from 0 to 1 with two digits, times in ms or s; a dash for None."""
    if value is None:
        return NONE
    if unit == "ms":
        if value >= 1000:
            return f"{value / 1000:,.{1 if value >= _SHORT_FROM_MS else 2}f} s"
        return f"{value:.0f} ms" if value >= _ROUND_FROM_MS else f"{value:.1f} ms"
    return f"{value:.1f}" if unit == "words" else f"{value:.2f}"


def interval_text(figure: Figure, unit: str) -> str:
    """The bounds of a figure's 95 % interval, or nothing where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{value_text(figure.low, unit)}–{value_text(figure.high, unit)}"


def headline_lines(group: Group) -> tuple[Line, ...]:
    """The figures that stand at the head of a report."""
    return tuple(_line(group, _BY_NAME[name]) for name in HEADLINE)


def all_lines(group: Group) -> tuple[Line, ...]:
    """Every metric of a report, in its order."""
    return tuple(_line(group, metric) for metric in METRICS)


def types_table(groups: Sequence[Group]) -> Table:
    """A row for each type of question."""
    metrics = [_BY_NAME[name] for name in BY_TYPE]
    rows = (
        Row(
            name=group.name,
            note=f"{group.questions:,} question{'' if group.questions == 1 else 's'}",
            lines=tuple(_line(group, metric) for metric in metrics),
        )
        for group in groups
    )
    return Table(columns=("type", *(metric.title for metric in metrics)), rows=tuple(rows))


def retrieval_table(group: Group) -> Table:
    """A row for each measure, with the search and the reader's order side by side; none where no passage was recorded."""
    half = len(RETRIEVAL_METRICS) // 2
    rows = []
    for pair in zip(RETRIEVAL_METRICS[:half], RETRIEVAL_METRICS[half:], strict=True):
        lines = tuple(_line(group, metric) for metric in pair)
        if n := max(line.figure.n for line in lines):
            rows.append(Row(name=pair[0].title.partition(",")[0], note=f"{pair[0].over}, n {n:,}", lines=lines))
    return Table(columns=("passages", "as the search found them", "as the reader ordered them"), rows=tuple(rows))


def cost_table(cost: Cost) -> Table:
    """A row for each stage that took time."""
    rows = (
        Row(
            name=one.stage,
            note=f"n {one.p50.n:,}",
            lines=tuple(
                Line(title=title, over="answers", figure=figure, unit="ms")
                for title, figure in (("p50", one.p50), ("p95", one.p95))
            ),
        )
        for one in cost.stages
        if one.p50.n
    )
    return Table(columns=("stage", "p50", "p95"), rows=tuple(rows))


def citing_lines(group: Group) -> tuple[Line, ...]:
    """What of the answers is in the sources they cite; those without a case are left out."""
    lines = (_line(group, metric) for metric in CITING_METRICS)
    return tuple(line for line in lines if line.figure.n)


def sureness_lines(declining: Declining) -> tuple[Line, ...]:
    """What declining and confidence are worth; those without a case are left out."""
    weighed = "answers with a confidence; lower is better"
    lines = (
        Line(
            title="balanced accuracy", over="scored questions, answered or declined", figure=declining.balanced_accuracy
        ),
        Line(title="area under the risk-coverage curve", over=weighed, figure=declining.aurc),
        Line(title="calibration error", over=weighed, figure=declining.calibration_error),
    )
    return tuple(line for line in lines if line.figure.n)


def _line(group: Group, metric: Metric) -> Line:
    figure = group.figures.get(metric.name, Figure(value=None, n=0))
    good = "higher is better" if metric.limit == "at least" else "lower is better"
    return Line(title=metric.title, over=metric.over, figure=figure, unit=metric.unit, good=good)
