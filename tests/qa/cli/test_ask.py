"""`dateline ask`: answers, exit codes, and what an index that cannot be used says."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.qa.cli.commands import ANSWER, OFF_TOPIC, PLACE, ROOT, Dateline, is_one_line

COMMANDS_THAT_READ = (["ask", PLACE], ["batch", "questions.jsonl"], ["eval", "questions.jsonl"], ["chat"])


def test_an_answer_is_printed_with_its_source_and_nothing_else(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("ask", PLACE)
    assert (ended.code, ended.err) == (0, "")
    assert "Yevlakh" in ended.out.splitlines()[0]
    assert "- [1] Dateline brief after" in ended.out
    assert "21 Sep 2023" in ended.out
    assert not re.search(r"\\[\[.*]|&(?:amp|lt|gt|#\d+);", ended.out), "Markdown escapes are for pages, not terminals"


def test_an_answer_as_json_is_all_of_stdout_and_fits_the_schema(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("ask", "--json", PLACE)
    ANSWER.validate(ended.json)
    assert (ended.code, ended.err, ended.json["status"]) == (0, "", "ANSWERED")
    assert ended.json["question"] == PLACE


def test_a_question_that_no_article_answers_is_no_failure(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("ask", "--json", OFF_TOPIC)
    assert (ended.code, ended.json["status"], ended.json["citations"]) == (0, "NOT_IN_ARTICLES", [])


@pytest.mark.parametrize("question", ["", "  ", "?!", "x" * 2001])
def test_a_question_that_cannot_be_asked_ends_with_2(dateline: Dateline, indexed: Path, question: str) -> None:
    ended = dateline("ask", "--json", question)
    assert (ended.code, ended.json["status"]) == (2, "INVALID_QUESTION")
    assert ended.json["reason"].startswith("The question ")


def test_a_model_that_cannot_be_loaded_fails_the_question(
    dateline: Dateline, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_READER", str(indexed / "no-model"))
    ended = dateline("ask", "--json", PLACE)
    assert (ended.code, ended.json["status"]) == (1, "FAILED")
    assert "DATELINE_READER" in ended.json["reason"]


def test_as_of_leaves_out_what_was_published_later(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("ask", "--json", "--as-of", "2023-09-22", "What did Aliyev discuss with the US delegation?")
    assert (ended.code, ended.json["as_of"]) == (0, "2023-09-22")
    shown = [*ended.json["citations"], *ended.json["nearest"]]
    assert shown
    assert all(article["published"] <= "2023-09-22" for article in shown)


def test_a_period_and_publishers_leave_out_all_others(dateline: Dateline, indexed: Path) -> None:
    names = ("The Example Courier", "The Sample Gazette")
    publishers = [argument for name in names for argument in ("--publisher", name)]
    ended = dateline("ask", "--json", "--since", "2024-01-01", "--until", "2024-04-30", *publishers, PLACE)
    assert ended.code == 0
    shown = [*ended.json["citations"], *ended.json["nearest"]]
    assert shown
    assert all("2024-01-01" <= article["published"] <= "2024-04-30" for article in shown)
    assert all(article["publisher"] in names for article in shown)


@pytest.mark.parametrize("flag", ["--as-of", "--since", "--until"])
@pytest.mark.parametrize("day", ["soon", "2023-02-30", "21.9.2023"])
def test_what_is_no_day_ends_with_2_in_one_sentence(dateline: Dateline, indexed: Path, flag: str, day: str) -> None:
    ended = dateline("ask", "--json", flag, day, PLACE)
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert day in ended.err
    assert flag.strip("-").replace("-", "_") in ended.err


def test_an_unknown_publisher_ends_with_2_and_near_names(dateline: Dateline, indexed: Path) -> None:
    ended = dateline("ask", "--publisher", "Exampel Courier", PLACE)
    assert (ended.code, ended.out) == (2, "")
    assert is_one_line(ended.err)
    assert "'The Example Courier'" in ended.err


@pytest.mark.parametrize("json_", [[], ["--json"]])
@pytest.mark.parametrize("command", COMMANDS_THAT_READ)
def test_without_an_index_each_command_ends_with_3_and_names_the_fix(
    dateline: Dateline, here: Path, command: list[str], json_: list[str]
) -> None:
    shutil.copy(ROOT / "tests" / "questions.jsonl", here)
    ended = dateline(*command, *json_, "--index-dir", here / "nowhere")
    assert (ended.code, ended.out) == (3, "")
    assert is_one_line(ended.err)
    assert "nowhere" in ended.err
    assert "dateline index FOLDER" in ended.err
    assert not (here / "nowhere").exists()


def test_an_index_of_other_settings_ends_with_3_and_names_both_values(
    dateline: Dateline, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_PASSAGE_TOKENS", "64")
    ended = dateline("ask", PLACE)
    assert (ended.code, ended.out) == (3, "")
    assert is_one_line(ended.err)
    assert "passage_tokens was 128 and is now 64" in ended.err
    assert "dateline index" in ended.err


def test_a_broken_index_says_how_to_build_it_anew_and_that_works(dateline: Dateline, articles: Path) -> None:
    assert dateline("index", articles).code == 0
    index_dir = Path(os.environ["DATELINE_INDEX_DIR"])
    for manifest in index_dir.glob("*/manifest.json"):
        manifest.write_text("{")
    asked, synced = dateline("ask", "What opened?"), dateline("index")
    assert (asked.code, synced.code, asked.out + synced.out) == (3, 3, "")
    assert "dateline index" in asked.err
    assert "dateline index --rebuild FOLDER" in synced.err, "without its manifest the index cannot know its folders"
    assert dateline("index", "--rebuild", articles).code == 0
    assert dateline("ask", "What did the harbour of Selmouth open?").code == 0
