"""`dateline batch`: one answer a line, and what becomes of bad lines."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.qa.cli.commands import ANSWER, OFF_TOPIC, PLACE, Dateline, process, surroundings, write_lines


def test_a_batch_keeps_the_order_and_adds_each_id(dateline: Dateline, indexed: Path) -> None:
    asked = {"b": PLACE, 7: OFF_TOPIC, None: ""}
    questions = write_lines(indexed / "q.jsonl", *({"id": i, "question": q} for i, q in asked.items()), "")
    ended = dateline("batch", questions)
    lines = ended.lines
    assert (ended.code, ended.err) == (2, "")
    assert [line.pop("id") for line in lines] == list(asked)
    assert [line["question"] for line in lines] == list(asked.values())
    assert [line["status"] for line in lines] == ["ANSWERED", "NOT_IN_ARTICLES", "INVALID_QUESTION"]
    for line in lines:
        ANSWER.validate(line)


def test_bad_lines_of_a_batch_are_reported_by_number_and_the_rest_is_answered(
    dateline: Dateline, indexed: Path
) -> None:
    question = {"id": 0, "question": PLACE}
    bad: dict[int, tuple[dict[str, Any] | str | bytes, str]] = {
        2: ("Who?", "not JSON"),
        3: ("[1]", "not a JSON object"),
        4: ({"id": 4}, "'question' is missing"),
        5: ({"question": PLACE}, "'id' is missing"),
        6: (question | {"asof": "2023-09-22"}, "unknown key 'asof'"),
        7: (question | {"as_of": "soon"}, "'soon'"),
        8: (question | {"history": "earlier"}, "history is 'earlier'"),
        9: (b'{"id": 9, "question": "caf\xe9"}', "not UTF-8"),
        10: ("[" * 200_000, "not JSON"),
        12: (question | {"since": "2023-09-22", "until": "2023-09-21"}, "since is 2023-09-22, which is after until"),
        13: (question | {"publishers": ["The Wier"]}, "publishers has 'The Wier'"),
    }
    good = {1: question | {"id": 1}, 11: question | {"id": 11, "as_of": "2023-09-22", "history": [["Who met?"]]}}
    lines = good | {number: line for number, (line, _) in bad.items()}
    ended = dateline("batch", write_lines(indexed / "q.jsonl", *(lines[number] for number in sorted(lines))))
    assert ended.code == 2
    assert [(line["id"], line["as_of"]) for line in ended.lines] == [(1, None), (11, "2023-09-22")]
    reported = ended.err.splitlines()
    assert len(reported) == len(bad)
    for line, (number, (_, said)) in zip(reported, bad.items(), strict=True):
        assert line.startswith(f"line {number}: ")
        assert said in line


def test_a_line_of_a_batch_may_narrow_its_question(dateline: Dateline, indexed: Path) -> None:
    narrowed = {"since": "2023-09-22", "until": "2023-10-31", "publishers": ["Dateline brief after TASS"]}
    ended = dateline("batch", write_lines(indexed / "q.jsonl", {"id": 1, "question": PLACE} | narrowed))
    assert (ended.code, ended.err) == (0, "")
    assert {article["publisher"] for article in ended.json["nearest"]} == {"Dateline brief after TASS"}


def test_a_batch_in_which_every_question_can_be_asked_ends_with_0(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("batch", "--json", write_lines(indexed / "q.jsonl", {"id": {"run": 1}, "question": OFF_TOPIC}))
    assert (ended.code, ended.err, ended.json["id"]) == (0, "", {"run": 1})


def test_a_batch_from_stdin_is_read_as_utf8_in_every_locale_and_answered_in_ascii_there(indexed: Path) -> None:
    lines = "\ufeff" + json.dumps({"id": "é", "question": PLACE}, ensure_ascii=False) + "\n"
    ended = process("batch", "-", given=lines.encode(), PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, b"")
    answer = json.loads(ended.stdout.decode("ascii"))
    assert (answer["id"], answer["short_answer"]) == ("é", "Yevlakh")


def test_a_reader_that_goes_away_stops_a_batch_quietly(indexed: Path) -> None:
    questions = write_lines(indexed / "q.jsonl", *({"id": i, "question": ""} for i in range(3)))
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "qa.cli", "batch", str(questions)]
    ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, env=surroundings(), timeout=120)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (1, b"")
