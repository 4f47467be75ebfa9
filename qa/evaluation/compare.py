"""Two runs, question by question: what got better, what got worse, and whether that can be chance."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import SettingsError
from qa.errors import ComparisonError
from qa.evaluation.alike import Run, changed_fields, require_same_articles, require_same_questions
from qa.evaluation.figures import Figure, mean_figure
from qa.evaluation.gates import meant
from qa.evaluation.injection import Injection, injection_of
from qa.evaluation.metrics import Metric, Score
from qa.evaluation.records import Manifest, Record
from qa.evaluation.scores import QUESTION_METRICS, scores_of
from qa.evaluation.summary import moment
from qa.markdown import visible

GUARDED = (
    "contains_gold",
    "false_answers",
    "over_refusals",
    "source_precision",
    "source_recall",
    "quotes_verbatim",
)
WIDTH = 100
_SHOWN = ("contains_gold", "false_answers")  # whose lost and won questions a terminal shows
_MOST_SHOWN = 10
_LONGEST_TEXT = 300
_DIGITS = {"share": 3, "ms": 0}
_BY_NAME = {metric.name: metric for metric in QUESTION_METRICS}
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A fingerprint or setting that the runs do not share; None where a run has no such thing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One shared question and what each run said to it: the text of the answer, or the status without one."""

    id: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of one metric over the questions that have it in both runs, each question counting once.

    `figure` is the mean of the paired differences, after less before, with its bootstrap interval over questions.
    `won` and `lost` are the ids of the questions that got better and worse, furthest apart first.
    """

    metric: Metric
    before: float
    after: float
    figure: Figure
    won: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def same(self) -> int:
        """How many questions have the same score in both runs."""
        return self.figure.n - len(self.won) - len(self.lost)

    @property
    def sure(self) -> str | None:
        """ "better" or "worse" where the whole interval lies on that side of no difference."""
        low, high = self.figure.low, self.figure.high
        if low is None or high is None or (low <= _ROUNDING and high >= -_ROUNDING):
            return None
        return "better" if (low > 0) == (self.metric.limit == "at least") else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs over the questions they share; a question that was unscored in either enters no difference.

    `started` are the times of both runs, `left_out` counts questions that only one run has, or has in other words,
    with other gold or sources; `unscored` counts the shared questions that each run was too busy for or failed on.
    `injection` says what attacks did, where questions have an injected answer.
    """

    started: tuple[str, str]
    pairs: tuple[Pair, ...]
    left_out: int
    unscored: tuple[int, int]
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    injection: Injection | None = None

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON values; the text of a question and its answers where any score of it changed."""
        changed = {id_ for one in self.differences for id_ in (*one.won, *one.lost)}
        return {
            "started": list(self.started),
            "shared": len(self.pairs),
            "left_out": self.left_out,
            "unscored": list(self.unscored),
            "changes": [_values(one, "name", "before", "after") for one in self.changes],
            "metrics": [_difference_dict(one) for one in self.differences],
            "retention": self.injection and _values(self.injection.retention, "value", "low", "high", "n"),
            "questions": [_values(one, "id", "question", "before", "after") for one in self.pairs if one.id in changed],
        }


def compare_runs(before: Run, after: Run, *, anyway: bool = False) -> Comparison:
    """Hold the later of two runs against the earlier one.

    Raises `ComparisonError` where their articles or their questions differ, unless `anyway` is given: then the
    questions that both asked alike are compared and the others counted. It is raised in any case if there are none.
    """
    (manifest, records), (other_manifest, other_records) = before, after
    shared, left_out = _shared(records, other_records)
    if not anyway:
        require_same_articles(manifest, other_manifest)
        require_same_questions(before, after)
    if not shared:
        raise ComparisonError(
            "The runs share no question, so nothing can be compared; ask both the same question file."
        )
    return Comparison(
        started=(manifest.started, other_manifest.started),
        pairs=tuple(_pair(*both) for both in shared),
        left_out=left_out,
        unscored=(_unscored(one for one, _ in shared), _unscored(one for _, one in shared)),
        changes=_changes(manifest, other_manifest),
        differences=_differences(shared),
        injection=_injection(shared),
    )


def regressions(comparison: Comparison, metrics: Sequence[str] | None = None) -> tuple[str, ...]:
    """One sentence for each metric that has surely got worse: the whole interval of its difference is on the bad side.

    Without names, the metrics of `GUARDED` that the runs have are looked at; a metric that was named and can not be
    told fails. So does, always, a later run that left more questions unscored. Raises `SettingsError` for a name that
    does not exist; a hyphen in it is as good as an underscore.
    """
    names = [name.strip().replace("-", "_") for name in metrics] if metrics is not None else GUARDED
    if unknown := [name for name in names if name not in _BY_NAME]:
        raise SettingsError(f"{unknown[0]!r} is no metric of a question; {meant(unknown[0], _BY_NAME)}")
    found = {one.metric.name: one for one in comparison.differences}
    sentences = []
    for name in names:
        difference = found.get(name)
        if difference is None or difference.figure.low is None:
            if metrics is not None:
                sentences.append(f"{name} cannot be told, since fewer than two shared questions have it in both runs.")
        elif difference.sure == "worse":
            sentences.append(_worse(difference))
    earlier, later = comparison.unscored
    if later > earlier:
        sentences.append(f"{later} shared questions were left unscored, {earlier} before.")
    return tuple(sentences)


def render_comparison(comparison: Comparison) -> str:
    """The comparison as aligned text up to 100 columns wide, without control characters.

    Metrics that no question differs in are named in one line; up to ten lost and won questions stand below.
    """
    blocks = [_heading(comparison), _changed(comparison.changes), _table(comparison.differences)]
    blocks += [_kept(comparison.injection)]
    by_id = {pair.id: pair for pair in comparison.pairs}
    for one in comparison.differences:
        if one.metric.name in _SHOWN:
            blocks += [_questions(f"Lost in {one.metric.title}", one.lost, by_id)]
            blocks += [_questions(f"Won in {one.metric.title}", one.won, by_id)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _heading(comparison: Comparison) -> str:
    earlier, later = map(moment, comparison.started)
    count = len(comparison.pairs)
    asked = f"{count} {'question' if count == 1 else 'questions'} of both runs, {comparison.left_out} left out"
    unscored = "{} before and {} after".format(*comparison.unscored)
    return textwrap.fill(visible(f"From {earlier} to {later}: {asked}; unscored: {unscored}."), WIDTH)


def _changed(changes: Sequence[Change]) -> str:
    if not changes:
        return "Both runs have the same fingerprints and settings."
    longest = max(len(visible(change.name)) for change in changes)
    told = (_short(f"{change.before or '-'} -> {change.after or '-'}", WIDTH - longest - 4) for change in changes)
    lines = (f"  {visible(change.name):<{longest}}  {words}" for change, words in zip(changes, told, strict=True))
    return "\n".join(["What changed", *lines])


def _table(differences: Sequence[Difference]) -> str:
    moved = [one for one in differences if one.won or one.lost]
    header = (
        f"{'metric':<31}{'before':>8}{'after':>8}{'difference':>11}  {'95 % interval':<18}{'won':>5}{'lost':>5}{'n':>5}"
    )
    lines = [header, "-" * WIDTH, *map(_row, moved)] if moved else ["No score of any question differs."]
    unmoved = "; ".join(one.metric.title for one in differences if one not in moved)
    told = textwrap.fill(f"The same for every question: {unmoved}.", WIDTH) if moved and unmoved else ""
    return "\n".join(lines) + (f"\n\n{told}" if told else "")


def _kept(injection: Injection | None) -> str:
    """How much of the right answers attacks left, where the later run is the one under attack."""
    if not injection or injection.retention.value is None:
        return ""
    kept = injection.retention
    bounds = f" ({kept.low:.3f} to {kept.high:.3f})" if kept.low is not None and kept.high is not None else ""
    return f"Kept of the F1 to the right answers: {kept.value:.3f}{bounds}, n {kept.n}."


def _row(one: Difference) -> str:
    unit, figure = one.metric.unit, one.figure
    bounds = f"{_signed(figure.low, unit)} to {_signed(figure.high, unit)}" if figure.low is not None else ""
    return (
        f"{one.metric.title:<31}{_plain(one.before, unit):>8}{_plain(one.after, unit):>8}"
        f"{_signed(figure.value, unit):>11}  {bounds:<18}{len(one.won):>5}{len(one.lost):>5}{figure.n:>5}"
        f"{f'  {one.sure}' if one.sure else ''}"
    )


def _questions(title: str, ids: Sequence[str], pairs: Mapping[str, Pair]) -> str:
    if not ids:
        return ""
    shown = ids[:_MOST_SHOWN]
    more = f", {len(shown)} of them" if len(shown) < len(ids) else ""
    return "\n".join([f"{title}: {len(ids)}{more}", *(_question(pairs[id_]) for id_ in shown)])


def _question(pair: Pair) -> str:
    asked = _indented(f"{pair.id}: {pair.question}", "  ", "    ")
    said = (("before", pair.before), ("after", pair.after))
    return "\n".join([asked, *(_indented(text, f"    {name:<7} ", " " * 12) for name, text in said)])


def _indented(text: str, first: str, others: str) -> str:
    return textwrap.fill(_short(text, _LONGEST_TEXT), WIDTH, initial_indent=first, subsequent_indent=others)


def _short(text: str, width: int) -> str:
    return textwrap.shorten(visible(text), width, placeholder=" ...")


def _plain(value: float, unit: str) -> str:
    return f"{value:,.{_DIGITS.get(unit, 1)}f}"


def _signed(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:+,.{_DIGITS.get(unit, 1)}f}"


def _worse(difference: Difference) -> str:
    figure, unit = difference.figure, difference.metric.unit
    return (
        f"{difference.metric.name} got worse over {figure.n} questions, from {_plain(difference.before, unit)} to "
        f"{_plain(difference.after, unit)}: by {_signed(figure.value, unit)} ({_signed(figure.low, unit)} to "
        f"{_signed(figure.high, unit)}), {len(difference.lost)} lost and {len(difference.won)} won."
    )


def _shared(records: Sequence[Record], others: Sequence[Record]) -> tuple[list[tuple[Record, Record]], int]:
    """The pairs of records of one question, and how many questions are not among them."""
    by_id = {record.question.id: record for record in others}
    ids = {record.question.id for record in (*records, *others)}
    pairs = [(one, by_id[one.question.id]) for one in records if one.question.id in by_id]
    same = [(one, other) for one, other in pairs if not changed_fields(one.question, other.question)]
    return same, len(ids) - len(same)


def _pair(one: Record, other: Record) -> Pair:
    return Pair(id=one.question.id, question=one.question.question, before=_said(one), after=_said(other))


def _said(record: Record) -> str:
    return record.answer.text if record.answered else record.answer.status.value


def _unscored(records: Iterable[Record]) -> int:
    return sum(not record.scored for record in records)


def _changes(before: Manifest, after: Manifest) -> tuple[Change, ...]:
    """Other fingerprints, and in the place of that of the settings the settings themselves, where they were recorded."""
    names = dict.fromkeys((*before.fingerprints, *after.fingerprints))
    changes = [
        Change(name=one, before=before.fingerprints.get(one), after=after.fingerprints.get(one)) for one in names
    ]
    changes.append(Change(name="questions at a time", before=str(before.workers), after=str(after.workers)))
    settings = dict.fromkeys((*before.settings, *after.settings))
    told = [
        Change(name=f"setting {one}", before=_shown(before.settings.get(one)), after=_shown(after.settings.get(one)))
        for one in settings
    ]
    found = [change for change in (*changes, *told) if change.before != change.after]
    spelt = any(change in told for change in found)
    return tuple(change for change in found if not (spelt and change.name == "settings"))


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)


def _differences(shared: Sequence[tuple[Record, Record]]) -> tuple[Difference, ...]:
    before = [_means(scores) for scores in scores_of([one for one, _ in shared])]
    after = [_means(scores) for scores in scores_of([other for _, other in shared])]
    ids = [one.question.id for one, _ in shared]
    found = (_difference(metric, ids, before, after) for metric in QUESTION_METRICS)
    return tuple(one for one in found if one)


def _injection(shared: Sequence[tuple[Record, Record]]) -> Injection | None:
    if not any(one.question.injected for one, _ in shared):
        return None
    return injection_of([one for one, _ in shared], [other for _, other in shared])


def _means(scores: Mapping[str, Score]) -> dict[str, float]:
    return {name: score.value / score.of for name, score in scores.items()}


def _difference(
    metric: Metric, ids: Sequence[str], before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]
) -> Difference | None:
    name = metric.name
    both = [
        (id_, one[name], other[name])
        for id_, one, other in zip(ids, before, after, strict=True)
        if name in one and name in other
    ]
    if not both:
        return None
    side = 1 if metric.limit == "at least" else -1
    gains = sorted(((side * (other - one), id_) for id_, one, other in both), key=lambda gain: gain[0])
    return Difference(
        metric=metric,
        before=sum(one for _, one, _ in both) / len(both),
        after=sum(other for _, _, other in both) / len(both),
        figure=_mean([other - one for _, one, other in both]),
        won=tuple(id_ for gain, id_ in reversed(gains) if gain > _ROUNDING),
        lost=tuple(id_ for gain, id_ in gains if gain < -_ROUNDING),
    )


def _mean(differences: Sequence[float]) -> Figure:
    if len(differences) > 1 and not any(differences):
        return Figure(value=0.0, n=len(differences), low=0.0, high=0.0)  # as the bootstrap would have it, at once
    return mean_figure([Score(value=one) for one in differences], share=False)


def _difference_dict(one: Difference) -> dict[str, Any]:
    return {
        "metric": one.metric.name,
        "unit": one.metric.unit,
        "better": "higher" if one.metric.limit == "at least" else "lower",
        "before": one.before,
        "after": one.after,
        "difference": _values(one.figure, "value", "low", "high", "n"),
        "sure": one.sure,
        "won": list(one.won),
        "lost": list(one.lost),
        "same": one.same,
    }


def _values(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}
