"""What readers say of answers, as lines of JSON that can become test questions."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index.errors import DatelineError
from qa.feedback import MOST_CORRECTED, Feedback, add_feedback, feedback_file, question_of, read_feedback
from qa.types import Answer, AnswerStatus, Citation, Verdict

ANSWER = Answer(
    question="How many convoys?",
    text="Three “convoys” were agreed on. [1]",
    status=AnswerStatus.ANSWERED,
    citations=(
        Citation(
            number=1,
            article_id="harbour",
            passage_id="harbour:0",
            title="Harbour\ntalks \u2028 end",
            publisher=None,
            published=date(2023, 4, 2),
            date_from="metadata",
            kind="article",
            url=None,
            path="harbour.md",
            quote="Three “convoys” were agreed on.",
            start=35,
            end=66,
            age_days=3,
            verdict=Verdict.VERBATIM,
        ),
    ),
    timings={"read": 1.5},
)


def lines(file: Path) -> list[Feedback]:
    with file.open(encoding="utf-8", newline="\n") as stream:
        return [Feedback.from_dict(json.loads(line)) for line in stream]


def test_the_file_stands_beside_the_index() -> None:
    assert feedback_file(Path("data") / "index") == Path("data") / "feedback.jsonl"


def test_feedback_that_is_given_is_read_back_whole(tmp_path: Path) -> None:
    given = [
        Feedback.now(ANSWER, helpful=True),
        Feedback.now(ANSWER, helpful=False, correction=" It was\nfour: “vier” \u2028 \x85 "),
    ]
    for feedback in given:
        add_feedback(tmp_path / "new" / "feedback.jsonl", feedback)
    assert lines(tmp_path / "new" / "feedback.jsonl") == given
    assert given[1].correction == "It was\nfour: “vier”"


def test_a_follow_up_question_is_kept_with_what_was_said_before_it(tmp_path: Path) -> None:
    turns = (("Who met?", "The envoys."),)
    given = Feedback.now(ANSWER, helpful=True, history=[list(turn) for turn in turns])
    assert given.history == turns
    add_feedback(tmp_path / "f.jsonl", given)
    assert lines(tmp_path / "f.jsonl") == [given]
    assert question_of(given)["history"] == [["Who met?", "The envoys."]]
    assert "history" not in question_of(Feedback.now(ANSWER, helpful=True))


def test_a_line_of_an_earlier_version_has_no_history() -> None:
    line = Feedback.now(ANSWER, helpful=True).to_dict()
    del line["history"]
    assert Feedback.from_dict(line).history == ()


def test_feedback_is_of_this_moment_in_universal_time() -> None:
    at = Feedback.now(ANSWER, helpful=True).at
    assert at.tzinfo is UTC
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=60)


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
def test_a_correction_of_nothing_is_none(nothing: str | None) -> None:
    assert Feedback.now(ANSWER, helpful=False, correction=nothing).correction is None


def test_a_long_correction_is_cut() -> None:
    assert Feedback.now(ANSWER, helpful=False, correction="x" * 9999).correction == "x" * MOST_CORRECTED


def test_half_a_character_does_not_lose_the_line(tmp_path: Path) -> None:
    add_feedback(tmp_path / "f.jsonl", Feedback.now(ANSWER, helpful=False, correction="half \ud83d gone"))
    assert lines(tmp_path / "f.jsonl")[0].correction == "half ? gone"


def test_lines_of_many_threads_stay_whole(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    long = "x" * 1500  # with the answer longer than what a file system writes at once

    def give(thread: int) -> None:
        for turn in range(50):
            add_feedback(file, Feedback.now(ANSWER, helpful=False, correction=f"{thread} {turn} {long}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(give, range(8)))
    said = [feedback.correction for feedback in lines(file)]
    assert sorted(map(str, said)) == sorted(f"{thread} {turn} {long}" for thread in range(8) for turn in range(50))


def test_a_place_that_cannot_be_written_is_one_sentence_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DatelineError) as caught:
        add_feedback(tmp_path / "file" / "feedback.jsonl", Feedback.now(ANSWER, helpful=True))
    assert str(caught.value).startswith(
        f"The feedback could not be written to {tmp_path / 'file' / 'feedback.jsonl'}: "
    )
    assert str(caught.value).count("\n") == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_one_sentence() -> None:
    with pytest.raises(
        DatelineError, match=r"^The feedback could not be written to /dev/full: No space left on device\.$"
    ):
        add_feedback(Path("/dev/full"), Feedback.now(ANSWER, helpful=True))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(DatelineError, match=r"^The feedback could not be written to .+: Permission denied\.$"):
        add_feedback(folder / "feedback.jsonl", Feedback.now(ANSWER, helpful=True))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        {"answer": None},
        {"answer": ANSWER.to_dict()},
        {"answer": ANSWER.to_dict(), "helpful": True, "at": "yesterday"},
        {"answer": ANSWER.to_dict(), "helpful": True, "at": 3},
        {"answer": {"schema": 2}, "helpful": True, "at": "2023-04-05T00:00:00+00:00"},
    ],
)
def test_what_is_no_line_of_feedback_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"feedback|schema|isoformat"):
        Feedback.from_dict(data)


def test_feedback_is_read_back_and_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    given = Feedback.now(ANSWER, helpful=True)
    add_feedback(file, given)
    with file.open("ab") as stream:
        stream.write(b'\n{"torn": \xff\n[1]\n')
    found, problems = read_feedback(file)
    assert found == (given,)
    assert problems == tuple(f"{file}:{line} is no line of feedback and is left out." for line in (3, 4))


def test_feedback_that_was_never_given_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        DatelineError, match=r"^There is no feedback to read in .*: No such file or directory\. Readers"
    ):
        read_feedback(tmp_path / "feedback.jsonl")


def question(**given: Any) -> dict[str, Any]:
    answer = replace(ANSWER, **given.pop("answer", {}))
    return question_of(Feedback.now(answer, **given))


def test_a_correction_becomes_the_gold_of_a_question_with_the_cited_articles_as_sources() -> None:
    line = question(helpful=False, correction="four convoys", answer={"as_of": date(2023, 4, 5)})
    assert line.pop("id").startswith("feedback-")
    assert line == {
        "question": "How many convoys?",
        "type": "feedback",
        "answerable": True,
        "tags": ["not helpful"],
        "gold": ["four convoys"],
        "sources": [{"title": "Harbour\ntalks \u2028 end"}],
        "as_of": "2023-04-05",
    }


def test_a_good_answer_becomes_a_question_with_its_short_answer_as_the_gold() -> None:
    line = question(helpful=True, answer={"short_answer": "Three"})
    assert (line["gold"], line["tags"]) == (["Three"], ["helpful"])
    assert line["sources"] == [{"title": "Harbour\ntalks \u2028 end", "quote": "Three “convoys” were agreed on."}]


def test_a_decline_that_was_right_becomes_a_question_without_an_answer() -> None:
    line = question(helpful=True, answer={"status": AnswerStatus.NOT_IN_ARTICLES, "citations": ()})
    assert line["answerable"] is False
    assert not {"gold", "sources"} & line.keys()


def test_what_nobody_said_is_left_to_fill_in() -> None:
    line = question(helpful=False, answer={"status": AnswerStatus.NOT_IN_ARTICLES, "citations": ()})
    assert (line["answerable"], line["gold"], line["sources"]) == (True, [], [])


def test_a_question_keeps_its_id_from_one_export_to_the_next() -> None:
    given = Feedback.now(ANSWER, helpful=False)
    assert question_of(given)["id"] == question_of(Feedback.from_dict(given.to_dict()))["id"]
    assert question_of(given)["id"] != question_of(replace(given, at=given.at + timedelta(seconds=1)))["id"]


def test_the_last_word_on_an_answer_is_the_one_that_counts(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    other = replace(ANSWER, timings={"read": 2.5})  # the same question, asked again
    said = [
        Feedback.now(ANSWER, helpful=True),
        Feedback.now(other, helpful=True),
        Feedback.now(ANSWER, helpful=False),
        Feedback.now(ANSWER, helpful=False, correction="Four."),
    ]
    for one in said:
        add_feedback(file, one)
    given, problems = read_feedback(file)
    assert given == (said[3], said[1])
    assert problems == ()
