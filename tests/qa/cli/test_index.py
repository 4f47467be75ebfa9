"""`dateline index`: the receipt, problems, and which folders are indexed."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from index.generations import building
from index.types import SyncReceipt
from tests.qa.cli.commands import PLACE, ROOT, Dateline, counted, is_one_line, surroundings, write_lines


def test_the_receipt_counts_what_was_found_and_a_second_run_embeds_nothing(dateline: Dateline, articles: Path) -> None:
    first, second = dateline("index", articles), dateline("index", articles)
    assert (first.code, second.code, first.err + second.err) == (0, 0, "")
    new = {"found": 1, "indexed": 1, "unchanged": 0, "skipped": 0, "failed": 0, "removed": 0}
    assert counted(first.out) == new
    assert counted(second.out) == new | {"indexed": 0, "unchanged": 1}
    assert "1 articles, 1 passages, 0 embedded now" in second.out


def test_the_receipt_as_json_is_all_of_stdout_and_names_each_problem(dateline: Dateline, articles: Path) -> None:
    (articles / "notes.rtf").write_bytes(b"{\\rtf1}")
    ended = dateline("index", "--json", articles)
    assert ended.code == 0
    assert set(ended.json) == set(SyncReceipt.__dataclass_fields__)
    assert (ended.json["found"], ended.json["indexed"], ended.json["skipped"]) == (2, 1, 1)
    (problem,) = ended.json["problems"]
    assert problem["path"].endswith("notes.rtf")
    assert ended.err.startswith("skipped ")
    assert problem["reason"] in ended.err


def test_an_article_that_cannot_be_read_ends_with_1_and_is_named_with_its_line(
    dateline: Dateline, articles: Path
) -> None:
    good = {"title": "Ferry to Ostrel runs again", "text": "The ferry to Ostrel runs again since Monday."}
    write_lines(articles / "wire.jsonl", good, "{broken")
    ended = dateline("index", articles)
    assert ended.code == 1
    assert (counted(ended.out)["indexed"], counted(ended.out)["failed"]) == (2, 1)
    assert re.match(r"failed \S*wire\.jsonl:2: ", ended.err)


def test_folders_without_any_article_end_with_1_and_leave_the_index_as_it_was(
    dateline: Dateline, articles: Path, here: Path
) -> None:
    assert dateline("index", articles).code == 0
    (here / "empty").mkdir()
    ended = dateline("index", here / "empty")
    assert (ended.code, ended.out) == (1, "")
    assert is_one_line(ended.err)
    assert dateline("ask", "--json", "What did the harbour of Selmouth open?").json["status"] == "ANSWERED"


def test_the_number_of_processes_is_one_or_more(dateline: Dateline, articles: Path) -> None:
    assert dateline("index", articles, "--workers", "2").code == 0
    for wrong in ("0", "two"):
        ended = dateline("index", articles, "--workers", wrong)
        assert (ended.code, ended.out) == (2, "")
        assert is_one_line(ended.err)
        assert repr(wrong) in ended.err or wrong in ended.err


def test_without_paths_the_folders_of_the_last_time_are_followed(dateline: Dateline, articles: Path) -> None:
    (articles / "ferry.txt").write_text("Ferry runs again\n\nThe ferry to Ostrel runs again since Monday.\n")
    assert counted(dateline("index", articles).out)["indexed"] == 2
    (articles / "ferry.txt").unlink()
    followed = counted(dateline("index").out)
    assert (followed["found"], followed["unchanged"], followed["removed"]) == (1, 1, 1)
    rebuilt = dateline("index", "--rebuild", "--json").json
    assert (rebuilt["indexed"], rebuilt["embedded"]) == (1, 1)


def test_without_paths_and_index_the_seeds_that_ship_are_indexed(dateline: Dateline, here: Path) -> None:
    receipt = dateline("index", "--json").json
    shipped = {file.name for file in (ROOT / "seeds").glob("*.md")} - {"README.md"}
    assert receipt["indexed"] == len(shipped)
    assert dateline("ask", "--json", PLACE).json["short_answer"] == "Yevlakh"
    assert list(here.iterdir()) == [], "the index goes to its own place"


def test_without_paths_and_index_a_folder_named_seeds_comes_first(dateline: Dateline, articles: Path) -> None:
    articles.rename(articles.with_name("seeds"))
    assert counted(dateline("index").out)["indexed"] == 1


def test_a_default_year_dates_articles_that_give_day_and_month(dateline: Dateline, articles: Path) -> None:
    (articles / "harbour.md").write_text(
        "Selmouth opens a quay\n\nSELMOUTH, May 4. /Example/. The harbour of Selmouth opened a second quay.\n"
    )
    question = "What did the harbour of Selmouth open?"
    days, hints = [], []
    for arguments in ([], ["--default-year", "2021"]):
        ended = dateline("index", articles, *arguments)
        assert ended.code == 0
        hints.append(ended.err.count("1 article gives a day but no year"))
        days.append(dateline("ask", "--json", question).json["newest_source"])
    assert days == [None, "2021-05-04"]
    assert hints == [1, 0]


def test_an_index_that_another_process_builds_ends_with_1(dateline: Dateline, articles: Path) -> None:
    with building(Path(os.environ["DATELINE_INDEX_DIR"])):
        ended = dateline("index", articles)
    assert (ended.code, ended.out) == (1, "")
    assert is_one_line(ended.err)
    assert "Another process" in ended.err
    assert dateline("index", articles).code == 0


def test_a_rollback_says_what_it_went_back_to_and_a_second_one_undoes_it(dateline: Dateline, articles: Path) -> None:
    dateline("index", articles)
    assert dateline("index", "--rollback").code == 3
    (articles / "ferry.txt").write_text("Ferry runs again\n\nThe ferry to Ostrel runs again since Monday.\n")
    dateline("index", articles)
    back, forth = dateline("index", "--rollback"), dateline("index", "--rollback", "--json")
    assert (back.code, forth.code, forth.json["articles"]) == (0, 0, 2)
    assert re.match(r"Back to the index of 20\S+: 1 articles, 1 passages\. A second rollback", back.out)


def test_only_one_of_rebuilding_following_and_going_back_can_be_asked_for(dateline: Dateline) -> None:
    assert dateline("index", "--watch", "--rollback").code == 2


def test_a_folder_that_is_followed_gives_a_line_for_each_sync_and_ends_cleanly(articles: Path) -> None:
    command = [sys.executable, "-m", "qa.cli", "index", str(articles), "--watch"]
    with subprocess.Popen(
        command, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert re.match(r"\d\d:\d\d:\d\d 1 articles: 1 new or changed, 0 removed, 0 skipped", run.stdout.readline())
        (articles / "ferry.txt").write_text("Ferry runs again\n\nThe ferry to Ostrel runs again since Monday.\n")
        assert " 2 articles: 1 new or changed" in run.stdout.readline()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out, err) == (0, "", "no longer following\n")
