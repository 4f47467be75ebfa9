"""Question files: what is read from them, and how a bad line is named."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qa.errors import QuestionFileError
from qa.evaluation import load_questions, select_half

GOOD: dict[str, Any] = {
    "id": "q1",
    "question": "Where did the envoys meet?",
    "gold": ["Tarvo"],
    "sources": [{"source_file": "envoys.txt"}],
    "type": "fact",
    "answerable": True,
}
DECLINED: dict[str, Any] = {"id": "q2", "question": "Who paid?", "type": "near", "answerable": False}


def write(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "questions.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(QuestionFileError) as caught:
        load_questions(path)
    return str(caught.value)


def test_every_field_of_a_question_is_read(tmp_path: Path) -> None:
    full = GOOD | {
        "must_name": ["Orla Venn"],
        "half": "tune",
        "history": [["Who met?", "The envoys."], ["When?"]],
        "as_of": "2023-09-21",
        "tags": ["dates"],
    }
    [question] = load_questions(write(tmp_path, full))
    assert question.parts == (("Tarvo",),)
    assert question.sources[0].source_file == "envoys.txt"
    assert question.must_name == ("Orla Venn",)
    assert question.history == (("Who met?", "The envoys."), ("When?",))
    assert question.as_of == date(2023, 9, 21)
    assert (question.half, question.tags) == ("tune", ("dates",))


def test_gold_all_gives_one_part_for_each_fact(tmp_path: Path) -> None:
    several = GOOD | {"gold_all": [["Tarvo"], ["3 hours", "three hours"]]}
    del several["gold"]
    [question] = load_questions(write(tmp_path, several))
    assert question.parts == (("Tarvo",), ("3 hours", "three hours"))


def test_blank_lines_a_byte_order_mark_and_carriage_returns_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(f"\ufeff{json.dumps(GOOD)}\r\n\r\n  \n{json.dumps(DECLINED)}\r\n".encode())
    assert [question.id for question in load_questions(path)] == ["q1", "q2"]


def test_a_line_separator_inside_a_string_does_not_break_the_line(tmp_path: Path) -> None:
    [question] = load_questions(write(tmp_path, DECLINED | {"question": "Who\u2028paid?"}))
    assert question.question == "Who\u2028paid?"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"colour": "red"}, "colour: there is no such field; there are id, question, "),
        ({"golds": ["x"]}, "golds: there is no such field; did you mean gold?"),
        ({"answerable": "yes"}, 'answerable: "yes" is neither true nor false'),
        ({"id": 7}, "id: 7 is no text; write it between quotation marks"),
        ({"gold": "Tarvo"}, 'gold: "Tarvo" is no list; write it between brackets'),
        ({"sources": ["a.md"]}, 'sources.0: "a.md" is no object; write its fields between braces'),
        ({"question": "  "}, "question: it is empty"),
        ({"half": "both"}, "half: \"both\" is none of 'tune' or 'report'"),
        ({"as_of": "21 September"}, 'as_of: "21 September" is no day; write it as YYYY-MM-DD'),
        ({"gold": ["the"]}, "gold.0: it has no word to look for"),
        ({"history": [["a", "b", "c"]]}, "history.0: "),
        ({"sources": [{}]}, "sources.0: name the article by source_file, path, title or url"),
        ({"sources": [{"pat": "x.txt"}]}, "sources.0.pat: there is no such field; did you mean path?"),
        ({"sources": []}, "an answerable question needs sources"),
        ({"gold": []}, "an answerable question needs gold or gold_all"),
        ({"gold_all": [["Tarvo"]]}, "give gold or gold_all, not both"),
        ({"gold_all": [[]]}, "gold_all.0: "),
        ({"answerable": False}, "a question that is not answerable has no gold"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_file_and_line(
    tmp_path: Path, change: dict[str, Any], expected: str
) -> None:
    path = write(tmp_path, DECLINED, GOOD | change)
    assert f"{path}:2: " in complaint(path)
    assert expected in complaint(path)


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {key: value for key, value in GOOD.items() if key != "type"})
    assert f"{path}:1: type: this field is missing" in complaint(path)


def test_an_array_or_a_workbook_is_told_what_to_write_instead(tmp_path: Path) -> None:
    array = tmp_path / "array.jsonl"
    array.write_text(json.dumps([GOOD, DECLINED], indent=1), encoding="utf-8")
    assert complaint(array).endswith(f"is one JSON array; write one object a line, for example: jq -c '.[]' {array}")
    workbook = tmp_path / "questions.xlsx"
    workbook.write_bytes(b"PK\x03\x04\xff")
    assert complaint(workbook).endswith("is a workbook; save its sheet as CSV in UTF-8, and name that file.")


def test_a_line_that_is_no_json_is_named_and_the_lines_after_it_are_still_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "{oops", GOOD | {"colour": "red"})
    assert f"{path}:1: line: Invalid JSON" in complaint(path)
    assert f"{path}:2: colour: " in complaint(path)


def test_an_id_used_twice_is_named_with_the_line_of_its_first_use(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, DECLINED, GOOD)
    assert f"{path}:3: id: 'q1' was used before, in line 1" in complaint(path)


def test_ten_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    path = write(tmp_path, *["{"] * 13)
    message = complaint(path)
    assert "correct 13 problems" in message
    assert f"{path}:10: " in message
    assert f"{path}:11: " not in message
    assert message.endswith("and 3 more")


def test_a_file_without_a_question_is_refused(tmp_path: Path) -> None:
    assert "holds no question" in complaint(write(tmp_path, "", " "))


def test_a_file_that_is_not_there_or_not_utf_8_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in complaint(tmp_path / "absent.jsonl")
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"id": "caf\xe9"}')
    assert "is not UTF-8 (byte 11)" in complaint(latin)


def test_a_half_is_selected_and_all_takes_unmarked_questions_too(tmp_path: Path) -> None:
    questions = load_questions(
        write(tmp_path, GOOD | {"half": "tune"}, DECLINED | {"half": "report"}, DECLINED | {"id": "q3"})
    )
    assert [question.id for question in select_half(questions, "tune")] == ["q1"]
    assert [question.id for question in select_half(questions, "report")] == ["q2"]
    assert [question.id for question in select_half(questions, "all")] == ["q1", "q2", "q3"]


def test_asking_for_a_half_that_no_question_is_in_is_an_error(tmp_path: Path) -> None:
    questions = load_questions(write(tmp_path, GOOD))
    with pytest.raises(QuestionFileError, match='marked "half": "report"'):
        select_half(questions, "report")
