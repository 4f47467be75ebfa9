"""`dateline eval`: report, halves, gates, and articles of its own."""

import re
from pathlib import Path

import pytest

from tests.qa.cli.commands import OFF_TOPIC, PLACE, ROOT, Dateline, counted, write_lines


@pytest.fixture
def questions(indexed: Path) -> Path:
    return write_lines(
        indexed / "small.jsonl",
        {
            "id": "place", "question": PLACE, "type": "fact", "answerable": True, "half": "tune", "gold": ["Yevlakh"],
            "sources": [{"path": str(ROOT / "seeds" / "2023-09-21-first-talks-in-yevlakh.md")}],
        },
        {"id": "phone", "question": OFF_TOPIC, "type": "off-topic", "answerable": False, "half": "report"},
    )  # fmt: skip


def test_an_evaluation_as_json_is_all_of_stdout(dateline: Dateline, questions: Path) -> None:
    ended = dateline("eval", "--json", questions)
    assert (ended.code, ended.err) == (0, "")
    overall = ended.json["overall"]
    assert (overall["questions"], overall["answered"]) == (2, 1)
    assert overall["figures"]["contains_gold"]["value"] == 1
    assert overall["figures"]["false_answers"]["value"] == 0
    assert [result["id"] for result in ended.json["results"]] == ["place", "phone"]


def test_one_half_is_evaluated_alone_reported_as_a_table_and_held_against_its_gates(
    dateline: Dateline, questions: Path
) -> None:
    gates = ("--fail-under", "contains_gold=1", "--fail-under", "over-refusals=0")
    ended = dateline("eval", "--half", "tune", questions, *gates)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 questions, 1 of them answerable: 1 answered")


def test_a_gate_that_is_missed_ends_with_1_and_is_named(dateline: Dateline, questions: Path) -> None:
    ended = dateline("eval", "--json", questions, "--fail-under", "contains_gold=1", "--fail-under", "answer_words=1")
    assert (ended.code, ended.json["overall"]["questions"]) == (1, 2)
    assert re.fullmatch(r"answer_words is [\d.]+ over 1 .*above its limit of 1\.\n", ended.err)


@pytest.mark.parametrize("gate", ["beauty=1", "contains_gold", "contains_gold=2", "contains_gold=high"])
def test_a_gate_that_cannot_be_checked_ends_with_2_before_anything_is_asked(
    dateline: Dateline, questions: Path, gate: str
) -> None:
    ended = dateline("eval", questions, "--index-dir", "nowhere", "--fail-under", gate)
    assert (ended.code, ended.out) == (2, "")
    assert gate in ended.err


def test_a_question_file_with_a_bad_line_ends_with_2_and_names_the_line(dateline: Dateline, questions: Path) -> None:
    with questions.open("a") as file:
        file.write("{}\n")
    ended = dateline("eval", questions)
    assert (ended.code, ended.out) == (2, "")
    assert "small.jsonl:3: " in ended.err


def test_articles_are_evaluated_in_a_passing_index_of_their_own(
    dateline: Dateline, articles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index_dir, temporary = tmp_path / "untouched", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    question = {"id": "quay", "question": "What did the harbour of Selmouth open?", "type": "fact", "answerable": True}
    gold = {"gold": ["second quay"], "sources": [{"title": "Harbour of Selmouth opens a second quay"}]}
    file = write_lines(articles.parent / "quay.jsonl", question | gold)
    ended = dateline("eval", "--json", file, "--articles", articles, "--index-dir", index_dir)
    assert ended.code == 0
    assert ended.json["overall"]["figures"]["contains_gold"]["value"] == 1
    assert counted(ended.err)["indexed"] == 1, "the receipt goes to stderr"
    assert not index_dir.exists()
    assert list(temporary.glob("dateline-*")) == []
