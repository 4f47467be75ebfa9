"""Rows that other tools read, and cells that no spreadsheet computes."""

import ast
import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.export import export_rows, to_csv, to_jsonl
from qa.types import AnswerStatus
from tests.qa.evaluation.made import CUP, TALKS, UNANSWERABLE, asked, record

RECORDS = (
    record(evidence=(TALKS, CUP)),
    record(asked("b", gold=(), gold_all=(("Tarvo", "city of Tarvo"), ("3 hours",)))),
    record(
        asked("c", **UNANSWERABLE), status=AnswerStatus.NOT_IN_ARTICLES, text="", reason="The articles do not tell."
    ),
    record(asked("d"), status=AnswerStatus.FAILED),
)


def test_what_was_said_before_a_follow_up_question_stands_above_it() -> None:
    (row,) = export_rows([record(asked(history=(("Who met?", "The envoys."),)))], "ragas")
    assert row["user_input"] == "Who met?\nThe envoys.\nWhere?"


def test_ragas_gets_its_columns() -> None:
    rows = export_rows(RECORDS, "ragas")
    assert rows[0] == {
        "user_input": "Where?",
        "response": "In Tarvo. [1]",
        "retrieved_contexts": [TALKS[1], CUP[1]],
        "reference": "Tarvo",
    }
    assert [row["reference"] for row in rows] == ["Tarvo", "Tarvo; 3 hours", None]


def test_deepeval_gets_its_columns_and_what_a_declined_answer_says() -> None:
    rows = export_rows(RECORDS, "deepeval")
    assert rows[2] == {
        "input": "Where?",
        "actual_output": "The articles do not tell.",
        "retrieval_context": [TALKS[1]],
        "expected_output": None,
    }
    assert len(rows) == 3


def test_json_lines_are_one_object_a_line_whatever_is_in_them() -> None:
    rows = export_rows([record(text="One\nline\u2028 \ud800 “quoted”")], "ragas")
    lines = to_jsonl(rows).encode("utf-8").split(b"\n")
    assert lines[1:] == [b""]
    assert json.loads(lines[0]) == rows[0]
    assert to_jsonl([]) == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1"])
def test_a_cell_that_looks_like_a_formula_is_text(text: str) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv(export_rows([record(text=text)], "ragas")), newline=""))
    assert row["response"] == f"'{text}"


def test_other_cells_stay_as_they_are_and_lists_can_be_read_back() -> None:
    rows = export_rows(RECORDS, "ragas")
    found: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(to_csv(rows), newline="")))
    assert found[0]["response"] == "In Tarvo. [1]"
    assert ast.literal_eval(found[0]["retrieved_contexts"]) == [TALKS[1], CUP[1]]  # as ragas reads a list in CSV
    assert found[2]["reference"] == ""
    assert to_csv([]) == ""


@settings(deadline=None)
@given(st.text())
def test_no_cell_begins_like_a_formula_and_nothing_of_it_is_lost(text: str) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv([{"response": text, "id": "1"}]), newline=""))
    assert row["response"] in (text, f"'{text}")
    assert not row["response"].lstrip().startswith(("=", "+", "-", "@"))
