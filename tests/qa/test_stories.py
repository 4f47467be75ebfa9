"""Our own training stories: every file reads, every answer stands where it is said to stand."""

from pathlib import Path

import pytest

from qa.calibration.stories import HELD_BACK, read_stories, read_story
from training.data import NEWSROOM, newsroom

REPORT = "# Ferry runs again\npublisher: The Sample Gazette\npublished: 2024-03-05\n\nThe ferry sailed on Monday.\n\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_report_is_read_with_its_questions(tmp_path: Path) -> None:
    path = written(tmp_path, REPORT + "Q: When did it sail?\nA: Monday\nQ: Who was on board?\nA: -\n")
    (report,) = read_story(path)
    assert (report.title, report.publisher, report.text) == (
        "Ferry runs again",
        "The Sample Gazette",
        "The ferry sailed on Monday.",
    )
    assert report.asked == (("When did it sail?", 20, "Monday"), ("Who was on board?", None, ""))


@pytest.mark.parametrize(
    ("questions", "named"),
    [
        ("Q: When?\nA: Tuesday", "'Tuesday' stands 0 times"),
        ("Q: When?\nA: e", "'e' stands 3 times"),
        ("Q: When?\nQ: Who?", "expected a Q: line and an A: line"),
        ("Q: When?", "a Q: without an A:"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, questions: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"ferry\.txt, report 1") as raised:
        read_story(written(tmp_path, REPORT + questions))
    assert named in str(raised.value)


def test_all_stories_read_and_answers_stand_in_them() -> None:
    reports = read_stories(NEWSROOM) + read_stories(HELD_BACK)
    asked = [(report, start, answer) for report in reports for _, start, answer in report.asked]
    assert len(reports) > 300
    assert len(asked) > 4000
    assert all(
        report.text[start : start + len(answer)] == answer for report, start, answer in asked if start is not None
    )
    assert 0.2 < sum(start is None for _, start, _ in asked) / len(asked) < 0.5


def test_story_names_are_unique_so_that_a_held_back_story_is_trained_on_nowhere() -> None:
    names = [path.stem for folder in (NEWSROOM, HELD_BACK) for path in folder.rglob("*.txt")]
    assert len(names) == len(set(names))


def test_held_back_stories_share_no_text_with_the_others() -> None:
    trained, held_back = ({a.context for a in newsroom(held_back=flag)} for flag in (False, True))
    assert trained
    assert held_back
    assert not trained & held_back
