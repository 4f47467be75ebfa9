"""What a report shows, in words: values, moments, endings and what is known of a question that went wrong."""

import pytest

from qa.evaluation.lines import value_text
from qa.evaluation.summary import Summary, moment, summarise
from tests.qa.evaluation.reported import run


@pytest.fixture(scope="module")
def summary() -> Summary:
    return summarise(*run(), worst=10)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "share", "–"),
        (0.666, "share", "0.67"),
        (53.24, "words", "53.2"),
        (2.13, "ms", "2.1 ms"),
        (734.4, "ms", "734 ms"),
        (1552.0, "ms", "1.55 s"),
        (12_345.0, "ms", "12.3 s"),
    ],
)
def test_values_are_told_with_their_unit(value: float | None, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("2026-11-22T10:54:11+00:00", "22 Nov 2026, 10:54 UTC"),
        ("2026-11-22T00:30:00+02:00", "21 Nov 2026, 22:30 UTC"),
        ("2026-11-22T10:54:11", "22 Nov 2026, 10:54 UTC"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_moment_is_told_in_utc(iso: str, text: str) -> None:
    assert moment(iso) == text


def test_every_scored_question_has_one_ending(summary: Summary) -> None:
    counted = {ending.name: [count for _, count in (ending.right, *ending.wrong)] for ending in summary.endings}
    assert counted == {"The articles tell": [1, 2, 1], "The articles do not tell": [1, 1]}


def test_what_went_wrong_comes_gravest_first_with_its_stage(summary: Summary) -> None:
    assert [(case.result.id.split()[0], case.stage) for case in summary.cases] == [
        ("failed", "not scored"),
        ("wrong", "read, but the answer does not contain it"),
        ("false", "answered, though the articles do not tell"),
        ("declined", "not retrieved"),
        ("far", "not retrieved"),
    ]
    assert summary.stages[0] == ("not retrieved", 2)


def test_the_place_of_the_first_gold_source_is_told(summary: Summary) -> None:
    places = {case.result.id.split()[0]: case.places for case in summary.cases}
    assert places["wrong"] == "Passages: number 2 of 2 found, number 2 of 2 read."
    assert places["declined"] == "Passages: not among the 1 found, none read."


def test_tables_hold_the_figures_of_types_retrieval_and_cost(summary: Summary) -> None:
    assert [row.name for row in summary.types.rows] == ["fact", "kind Tarvo", "near"]
    assert summary.retrieval.rows[0].name == "Success@1"
    assert summary.retrieval.rows[0].lines[0].value == "0.25"
    assert [(row.name, row.note) for row in summary.cost.rows] == [("search", "n 1"), ("call", "n 6")]
