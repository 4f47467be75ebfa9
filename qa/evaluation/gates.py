"""Limits that a report must keep -> the sentences that say which it does not."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from index.errors import SettingsError
from qa.evaluation.metrics import Metric
from qa.evaluation.results import REPORTED, Report

_UNSCORED = Metric(name="unscored", title="unscored", over="questions", unit="questions", limit="at most")
_BY_NAME = {metric.name: metric for metric in (*REPORTED, _UNSCORED)}
_EXAMPLES = {"share": "0.85", "words": "60", "ms": "500", "questions": "0"}
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A metric and the worst value that it may have."""

    metric: Metric
    limit: float


def parse_gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """Read limits written `metric=value`, shares from 0 to 1; a hyphen in the name is as good as an underscore.

    Raises `SettingsError` with the names that exist, or with the value that is no number or not in range.
    """
    return tuple(map(_parse, texts))


def check_gates(report: Report, gates: Sequence[str]) -> tuple[str, ...]:
    """One sentence for each limit that the report does not keep; none at all means that it passes.

    A metric that is better when higher fails below its limit; those that are better when lower, such as
    `false_answers`, `over_refusals`, `answer_words`, `p50_ms`, `p95_ms` and `unscored` (a number of questions), fail
    above it. A metric without any case fails, and so does, unless `unscored` is given, a report with unscored
    questions: figures over what is left prove little. Raises `SettingsError` as `parse_gates` does.
    """
    parsed = parse_gates(gates)
    if parsed and not any(gate.metric is _UNSCORED for gate in parsed):
        parsed = (*parsed, Gate(metric=_UNSCORED, limit=0))
    return tuple(sentence for gate in parsed if (sentence := _failure(report, gate)))


def meant(name: str, names: Iterable[str]) -> str:
    """Which metric a name that does not exist may stand for: the one spelt alike, else any of them."""
    names = tuple(names)
    near = get_close_matches(name.strip().replace("-", "_"), names, n=1)
    return f"did you mean {near[0]}?" if near else f"name one of {', '.join(names)}."


def _parse(text: str) -> Gate:
    name, equals, number = text.partition("=")
    metric = _BY_NAME.get(name.strip().replace("-", "_"))
    if metric is None:
        raise SettingsError(f"{text!r} is no gate; write metric=value, and {meant(name, _BY_NAME)}")
    if not equals:
        raise SettingsError(f"The gate {text!r} has no limit; write {metric.name}={_EXAMPLES[metric.unit]}.")
    try:
        limit = float(number)
    except ValueError:
        limit = math.nan
    if not 0 <= limit <= (1 if metric.unit == "share" else math.inf) or math.isinf(limit):
        wanted = "a share from 0 to 1" if metric.unit == "share" else f"a number of {metric.unit} from 0 up"
        raise SettingsError(f"The gate {text!r} needs {wanted}, for example {metric.name}={_EXAMPLES[metric.unit]}.")
    return Gate(metric=metric, limit=limit)


def _failure(report: Report, gate: Gate) -> str | None:
    value, n = _measured(report, gate.metric)
    name = gate.metric.name
    if value is None:
        return f"{name} has no value, since there were no {gate.metric.over}."
    if gate.metric.limit == "at least" and value < gate.limit - _ROUNDING:
        return f"{name} is {value:.4g} over {n} {gate.metric.over}, below its limit of {gate.limit:g}."
    if gate.metric.limit == "at most" and value > gate.limit + _ROUNDING:
        return f"{name} is {value:.4g} over {n} {gate.metric.over}, above its limit of {gate.limit:g}."
    return None


def _measured(report: Report, metric: Metric) -> tuple[float | None, int]:
    if metric is _UNSCORED:
        return report.overall.unscored, report.overall.questions
    figure = report.overall.figures[metric.name]
    return figure.value, figure.n
