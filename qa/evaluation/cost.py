"""What answers cost: time by stage, and memory; tokens and money are not recorded yet, so they are not told."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.evaluation.figures import Figure, percentile_figure
from qa.evaluation.records import Manifest, Record

CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """How long one stage took, in milliseconds, over the answers that went through it."""

    stage: str
    p50: Figure
    p95: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run cost. None means that nobody measured it, which is so of `tokens` and `money` today."""

    stages: tuple[StageTime, ...]
    peak_memory_mb: float | None
    tokens: int | None = None
    money: float | None = None


def cost_of(manifest: Manifest, records: Sequence[Record]) -> Cost:
    """The cost of a run by the stages that `Answer.timings` names, in their order; `call` is the whole call's wall time."""
    scored = [record for record in records if record.scored]
    names = dict.fromkeys(name for record in scored for name in record.answer.timings)
    times = {name: [one.answer.timings[name] for one in scored if name in one.answer.timings] for name in names}
    times[CALL] = [record.milliseconds for record in scored]
    return Cost(
        stages=tuple(
            StageTime(stage=name, p50=percentile_figure(values, 50), p95=percentile_figure(values, 95))
            for name, values in times.items()
        ),
        peak_memory_mb=manifest.peak_memory_mb,
    )
