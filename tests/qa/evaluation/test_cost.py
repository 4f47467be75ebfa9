"""Times by stage, and what nobody measured."""

from dataclasses import replace

from qa.evaluation.cost import cost_of
from qa.types import AnswerStatus
from tests.qa.evaluation.made import manifest, record


def test_each_stage_has_its_percentiles_over_the_answers_that_went_through_it() -> None:
    records = [
        record(timings={"search": 10.0, "read": 100.0}, milliseconds=120.0),
        record(timings={"search": 30.0}, milliseconds=40.0),
        record(timings={"search": 9000.0}, milliseconds=9000.0, status=AnswerStatus.BUSY),
    ]
    cost = cost_of(replace(manifest(), peak_memory_mb=812.5), records)
    told = [(one.stage, one.p50.value, one.p50.n) for one in cost.stages]
    assert told == [("search", 20.0, 2), ("read", 100.0, 1), ("call", 80.0, 2)]
    assert cost.stages[0].p95.value == 29.0
    assert cost.peak_memory_mb == 812.5


def test_what_was_not_measured_is_none_rather_than_nothing() -> None:
    cost = cost_of(manifest(), [])
    assert (cost.peak_memory_mb, cost.tokens, cost.money) == (None, None, None)
    assert [(one.stage, one.p50.value, one.p50.n) for one in cost.stages] == [("call", None, 0)]
