"""Rows of a table -> questions as JSON, so that a question file can be kept in a spreadsheet.

The columns are explained in docs/evaluation.md; several values in a cell are separated by "|".
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from qa.errors import QuestionFileError

DELIMITERS = ",;\t"  # a spreadsheet writes the second where a comma is the decimal sign
NEEDED = ("id", "question", "type", "answerable")
_SOURCE_KEYS = ("sources", "source_titles", "quotes")
_TRUTHS = {**dict.fromkeys(("true", "yes", "1"), True), **dict.fromkeys(("false", "no", "0"), False)}
_FACT = re.compile(r"gold_[1-9]\d?")


def _values(cell: str) -> list[str]:
    return [value.strip() for value in cell.split("|") if value.strip()]


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell  # which is then refused as what it is


_CELLS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("id", "question", "type", "half", "as_of"), str),
    **dict.fromkeys(("gold", "must_name", "injected", "tags"), _values),
    "answerable": lambda cell: _TRUTHS.get(cell.lower(), cell),
    "history": _json,
}
COLUMNS = (*_CELLS, "gold_1, gold_2 ...", *_SOURCE_KEYS)


def read_rows(path: object, text: str) -> Iterator[tuple[int, str]]:
    """The questions of a table as JSON, each with the line it begins in; empty cells and rows are passed over.

    Raises `QuestionFileError` for columns that are unknown or missing, and for a row that has more cells than columns.
    """
    header, *_ = text.split("\n", 1)
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        columns = _checked(path, [name.strip().lower() for name in next(rows, [])])
        line = rows.line_num + 1
        for row in rows:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, json.dumps(_question(path, line, columns, cells))
            line = rows.line_num + 1
    except csv.Error as error:
        raise QuestionFileError(f"{path}:{line}: this row is no CSV: {error}. Save the table as CSV again.") from error


def _checked(path: object, columns: list[str]) -> list[str]:
    known = {*_CELLS, *_SOURCE_KEYS}
    unknown = [name for name in columns if name not in known and not _FACT.fullmatch(name)]
    missing = [name for name in NEEDED if name not in columns]
    twice = [name for name in columns if columns.count(name) > 1]
    for problem, names in (("not known", unknown), ("missing", missing), ("there twice", twice)):
        if names:
            told = f"{path}:1: the column {names[0]!r} is {problem}; the columns are {', '.join(COLUMNS)}."
            raise QuestionFileError(told)
    return columns


def _question(path: object, line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    if len(cells) > len(columns):
        told = f"{path}:{line}: this row has {len(cells)} cells for {len(columns)} columns; quote cells that hold a"
        raise QuestionFileError(f"{told} comma.")
    row = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    question = {name: _CELLS[name](cell) for name, cell in row.items() if name in _CELLS}
    if facts := [_values(cell) for name, cell in row.items() if _FACT.fullmatch(name)]:
        question["gold_all"] = facts
    if sources := list(_sources(row)):
        question["sources"] = sources
    return question


def _sources(row: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The gold sources; the first quote belongs to the first of them, and so on."""
    places, titles = _values(row.get("sources", "")), _values(row.get("source_titles", ""))
    keys = [*({"url" if "://" in place else "path": place} for place in places), *({"title": one} for one in titles)]
    quotes = [quote.strip() for quote in row.get("quotes", "").split("|")]
    for key, quote in zip_longest(keys, quotes if any(quotes) else [], fillvalue=None):
        # A quote without a source is a source without a name, and is refused as such.
        yield (key or {}) | ({"quote": quote} if quote else {})
