"""Records -> rows for those who want a judge model as well: the columns that ragas and deepeval read.

Nothing here enters a report or a gate. Contexts are the passages that the answer was made from, in the reader's order.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from qa.evaluation.records import Record

Form = Literal["ragas", "deepeval"]
# In the order of `_values`: what was asked, what was said, what it was made from, what would be right.
COLUMNS: Mapping[Form, tuple[str, str, str, str]] = {
    "ragas": ("user_input", "response", "retrieved_contexts", "reference"),
    "deepeval": ("input", "actual_output", "retrieval_context", "expected_output"),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def export_rows(records: Sequence[Record], form: Form) -> list[dict[str, Any]]:
    """One row a record in the columns of a tool, those left out that have no answer because the engine failed.

    The reference is the first alternative of each gold fact, None for a question that the articles do not answer. What was
    said before a follow-up question stands above it.
    """
    return [dict(zip(COLUMNS[form], _values(record), strict=True)) for record in records if record.scored]


def to_jsonl(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as JSON Lines, in ASCII."""
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV with a header; lists as JSON, None as an empty cell.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises.
    """
    stream = io.StringIO(newline="")
    if rows:
        # All quoted: left to itself, the csv module would not quote a lone carriage return.
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _values(record: Record) -> tuple[str, str, list[str], str | None]:
    question, answer = record.question, record.answer
    gold = "; ".join(part[0] for part in question.parts) or None
    said = answer.text or answer.reason or ""  # having declined, it says why
    asked = "\n".join([*("\n".join(turn) for turn in question.history), question.question])
    return asked, said, [passage.text for passage in answer.evidence], gold


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    # Some spreadsheets pass over the white space before the sign.
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text
