"""Question files that were kept in a spreadsheet."""

import json
from datetime import date
from pathlib import Path

import pytest

from qa.errors import QuestionFileError
from qa.evaluation import Question, Source, load_questions

HEADER = "id,question,type,answerable,gold,sources"
ROW = 'q1,"Where did the envoys meet?",fact,true,Tarvo|city of Tarvo,envoys.txt'


def write(folder: Path, *lines: str, name: str = "questions.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, *lines: str, name: str = "questions.csv") -> tuple[Question, ...]:
    return load_questions(write(folder, *lines, name=name))


def complaint(folder: Path, *lines: str) -> str:
    with pytest.raises(QuestionFileError) as caught:
        read(folder, *lines)
    return str(caught.value)


def test_a_row_is_the_question_that_the_same_line_of_json_is(tmp_path: Path) -> None:
    line = {
        "id": "q1",
        "question": "Where did the envoys meet, and for how long?",
        "type": "multi",
        "answerable": True,
        "gold_all": [["Tarvo"], ["3 hours", "three hours"]],
        "sources": [
            {"path": "news/envoys.txt", "quote": "The envoys met in Tarvo."},
            {"url": "https://news.example/envoys"},
            {"title": "Envoys, at last", "quote": "Three hours, it was said."},
        ],
        "must_name": ["Orla Venn"],
        "injected": ["In Brenn"],
        "half": "tune",
        "history": [["Who met?", "The envoys."]],
        "as_of": "2023-09-21",
        "tags": ["dates", "talks"],
    }
    (tmp_path / "q.jsonl").write_text(json.dumps(line), encoding="utf-8")
    rows = read(
        tmp_path,
        "id,question,type,answerable,gold_1,gold_2,sources,source_titles,quotes,must_name,injected,half,history,as_of,tags",
        'q1,"Where did the envoys meet, and for how long?",multi,TRUE,Tarvo,3 hours | three hours,'
        'news/envoys.txt|https://news.example/envoys,"Envoys, at last",'
        '"The envoys met in Tarvo.||Three hours, it was said.",Orla Venn,In Brenn,tune,'
        '"[[""Who met?"", ""The envoys.""]]",2023-09-21,dates|talks',
    )
    assert rows == load_questions(tmp_path / "q.jsonl")
    assert rows[0].as_of == date(2023, 9, 21)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_a_spreadsheet_puts_between_cells_is_understood(tmp_path: Path, delimiter: str) -> None:
    lines = [line.replace(",", delimiter) for line in (HEADER, ROW)]
    assert read(tmp_path, *lines) == read(tmp_path, HEADER, ROW)


def test_a_table_of_tabs_may_be_called_tsv(tmp_path: Path) -> None:
    (question,) = read(tmp_path, HEADER.replace(",", "\t"), ROW.replace(",", "\t"), name="q.TSV")
    assert question.gold == ("Tarvo", "city of Tarvo")


def test_a_byte_order_mark_empty_rows_and_capitals_in_the_header_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes(f"\ufeff{HEADER.title()}\r\n\r\n,,,,,\r\n{ROW}\r\n".encode())
    assert [question.id for question in load_questions(path)] == ["q1"]


@pytest.mark.parametrize(("cell", "answerable"), [("no", False), ("FALSE", False), ("0", False)])
def test_a_truth_may_be_written_as_people_do(tmp_path: Path, cell: str, answerable: bool) -> None:
    (question,) = read(tmp_path, "id,question,type,answerable", f"q,Who paid?,near,{cell}")
    assert question.answerable is answerable


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("q2,Who?,fact,maybe,Tarvo,a.txt", "answerable: "),
        ("q2,,fact,true,Tarvo,a.txt", "question: this field is missing"),
        ("q2,Who?,fact,true,the,a.txt", "gold.0: it has no word to look for"),
        ("q2,Who?,fact,true,,a.txt", "an answerable question needs gold or gold_all"),
        ("q2,Who?,fact,true,Tarvo,", "an answerable question needs sources"),
        ("q1,Who?,fact,true,Tarvo,a.txt", "id: 'q1' was used before, in line 2"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "questions.csv"
    assert f"{path}:4: {problem}" in complaint(tmp_path, HEADER, ROW, "", row)


def test_the_line_of_a_row_is_where_it_begins_though_its_cells_go_on(tmp_path: Path) -> None:
    broken = complaint(tmp_path, HEADER, 'q1,"Where\ndid they\nmeet?",fact,true,Tarvo,a.txt', "q2,Who?,fact,maybe,,")
    assert "questions.csv:5: answerable: " in broken


def test_a_history_that_is_no_json_is_named(tmp_path: Path) -> None:
    assert "questions.csv:2: history: " in complaint(tmp_path, f"{HEADER},history", f"{ROW},Who met?")


def test_a_quote_without_a_source_is_refused(tmp_path: Path) -> None:
    told = complaint(tmp_path, f"{HEADER},quotes", f"{ROW},One.|Two.")
    assert "questions.csv:2: sources.1: name the article" in told


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("id,question,type,answerable,colour", "the column 'colour' is not known; the columns are id, question, "),
        ("id,question,answerable", "the column 'type' is missing"),
        ("id,id,question,type,answerable", "the column 'id' is there twice"),
        ("", "the column 'id' is missing"),
    ],
)
def test_a_header_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path, header: str, problem: str) -> None:
    told = complaint(tmp_path, header, ROW)
    assert told.startswith(f"{tmp_path / 'questions.csv'}:1: {problem}")
    assert "\n" not in told


def test_a_row_with_more_cells_than_columns_is_named(tmp_path: Path) -> None:
    assert "questions.csv:2: this row has 7 cells for 6 columns" in complaint(tmp_path, HEADER, f"{ROW},more")


def test_a_cell_whose_quotes_do_not_close_is_named(tmp_path: Path) -> None:
    assert "questions.csv:2: this row is no CSV: " in complaint(tmp_path, HEADER, 'q1,"Where,fact')


def test_a_table_without_a_row_is_refused(tmp_path: Path) -> None:
    assert "holds no question" in complaint(tmp_path, HEADER)


def test_a_source_keeps_the_sentence_that_holds_the_answer(tmp_path: Path) -> None:
    (question,) = read(tmp_path, f"{HEADER},quotes", f"{ROW},The envoys met in Tarvo.")
    assert question.sources == (Source(path="envoys.txt", quote="The envoys met in Tarvo."),)
