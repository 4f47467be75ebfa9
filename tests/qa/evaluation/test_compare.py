"""Two runs held against each other: what differs, what that proves, and when they must not be compared."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from index.errors import SettingsError
from qa.errors import ComparisonError
from qa.evaluation.compare import (
    Change,
    Comparison,
    Difference,
    compare_runs,
    regressions,
    render_comparison,
)
from qa.evaluation.records import Record
from qa.types import AnswerStatus
from tests.qa.evaluation.made import CUP, TALKS, UNANSWERABLE, asked, manifest, record

WRONG: dict[str, Any] = {"text": "In Brenn. [1]"}
DECLINED: dict[str, Any] = {"status": AnswerStatus.NOT_IN_ARTICLES, "text": ""}
FAILED: dict[str, Any] = {"status": AnswerStatus.FAILED, "text": ""}


def run(count: int = 20, wrong: int = 0, **changes: Any) -> list[Record]:
    """Records of so many questions, the first of them wrong."""
    return [record(asked(str(n)), **(WRONG if n < wrong else {}), **changes) for n in range(count)]


def compared(before: Sequence[Record], after: Sequence[Record]) -> Comparison:
    return compare_runs((manifest(), before), (manifest(), after))


def metric(comparison: Comparison, name: str = "contains_gold") -> Difference:
    [found] = [one for one in comparison.differences if one.metric.name == name]
    return found


def test_each_question_is_won_lost_or_the_same() -> None:
    before = [
        record(asked("won"), **WRONG),
        record(asked("lost")),
        record(asked("same")),
        record(asked("bad"), **WRONG),
    ]
    after = [record(asked("won")), record(asked("lost"), **WRONG), record(asked("same")), record(asked("bad"), **WRONG)]
    found = metric(compared(before, after))
    assert (found.won, found.lost, found.same) == (("won",), ("lost",), 2)
    assert (found.before, found.after, found.figure.value, found.figure.n) == (0.5, 0.5, 0.0, 4)


def test_a_metric_that_is_better_when_lower_is_won_by_what_falls() -> None:
    unanswerable = asked("u", **UNANSWERABLE)
    comparison = compared([record(unanswerable), record()], [record(unanswerable, **DECLINED), record(**DECLINED)])
    assert metric(comparison, "false_answers").won == ("u",)
    assert metric(comparison, "over_refusals").lost == ("q",)


def test_questions_are_paired_by_id_whatever_their_order() -> None:
    before, after = run(10, wrong=3), run(10, wrong=3)
    assert not any(one.won or one.lost for one in compared(before, list(reversed(after))).differences)


def test_a_difference_is_sure_where_its_whole_interval_lies_on_one_side() -> None:
    assert metric(compared(run(20), run(20, wrong=8))).sure == "worse"
    assert metric(compared(run(20, wrong=8), run(20))).sure == "better"
    assert metric(compared(run(20), run(20, wrong=1))).sure is None
    assert metric(compared(run(20), run(20))).sure is None


def test_pairing_finds_what_separate_intervals_would_hide() -> None:
    before, after = run(60, wrong=30), run(60, wrong=37)
    found = metric(compared(before, after))
    assert found.sure == "worse"
    assert found.figure.low is not None
    assert found.figure.high is not None
    assert -0.25 < found.figure.low < found.figure.value < found.figure.high < 0  # type: ignore[operator]


def test_what_changed_is_told_and_settings_by_their_names_where_they_are_known() -> None:
    before = replace(manifest(), settings={"min_confidence": 0.4, "top_k": 5})
    after = replace(manifest(prompt="answers-4", settings="other"), settings={"min_confidence": 0.5, "top_k": 5})
    changes = compare_runs((before, run(2)), (after, run(2))).changes
    assert changes == (
        Change(name="prompt", before="prompt one", after="answers-4"),
        Change(name="setting min_confidence", before="0.4", after="0.5"),
    )
    assert compare_runs((manifest(), run(2)), (manifest(settings="other"), run(2))).changes[0].name == "settings"


def test_tags_and_halves_make_no_other_question() -> None:
    marked = [record(asked(str(at), tags=("odd",), half="tune")) for at in range(2)]
    plain = [record(asked(str(at))) for at in range(2)]
    assert compare_runs((manifest(), plain), (manifest(), marked)).left_out == 0


def test_runs_that_have_ended_are_not_told_to_go_on() -> None:
    ended = replace(manifest(), ended="2024-05-01T10:00:09Z")
    with pytest.raises(ComparisonError) as refused:
        compare_runs((ended, run(3)), (ended, run(2)))
    assert "--resume" not in str(refused.value)


def test_another_number_of_questions_at_a_time_is_told_since_times_then_include_waiting() -> None:
    changes = compare_runs((manifest(), run(2)), (replace(manifest(), workers=4), run(2))).changes
    assert changes == (Change(name="questions at a time", before="1", after="4"),)


@pytest.mark.parametrize(
    ("other", "after", "said"),
    [
        (manifest(corpus="two"), run(3), "over different articles (corpus corpus one and two)"),
        (manifest(corpus=None), run(3), "(corpus corpus one and unknown)"),
        (manifest(), run(2), "questions: 2 are shared, 1 only in the first; "),
        (manifest(), run(5), "questions: 3 are shared, 2 only in the second; "),
        (
            manifest(),
            [*run(2), record(asked("2", gold=("Brenn",)))],
            "2 are shared, 1 have the same id and differ, as 2 does in gold; ",
        ),
    ],
)
def test_runs_over_other_articles_or_questions_are_refused_in_one_sentence(
    other: Any, after: list[Record], said: str
) -> None:
    with pytest.raises(ComparisonError) as refused:
        compare_runs((manifest(), run(3)), (other, after))
    assert "--resume" in str(refused.value) or "articles" in str(refused.value), "no run of these has ended"
    assert said in str(refused.value)
    assert "--anyway" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_anyway_compares_what_both_asked_alike_and_counts_the_rest() -> None:
    after = [*run(2), record(asked("2", gold=("Brenn",))), record(asked("new"))]
    comparison = compare_runs((manifest(), run(3)), (manifest(corpus="two"), after), anyway=True)
    assert [pair.id for pair in comparison.pairs] == ["0", "1"]
    assert comparison.left_out == 2
    assert metric(comparison).figure.n == 2


def test_runs_without_a_shared_question_cannot_be_compared_at_all() -> None:
    with pytest.raises(ComparisonError, match="share no question"):
        compare_runs((manifest(), run(2)), (manifest(), [record(asked("else"))]), anyway=True)


def test_a_question_that_either_run_failed_on_enters_no_difference_and_is_counted() -> None:
    before = [record(asked("a"), **FAILED), record(asked("b")), record(asked("c"))]
    after = [record(asked("a")), record(asked("b"), **FAILED), record(asked("c"))]
    comparison = compared(before, after)
    assert comparison.unscored == (1, 1)
    assert {one.figure.n for one in comparison.differences} == {1}


def test_only_a_sure_loss_of_a_guarded_metric_is_a_regression() -> None:
    assert regressions(compared(run(20), run(20, wrong=1))) == ()
    assert regressions(compared(run(20, wrong=8), run(20))) == ()
    [sentence] = regressions(compared(run(20), run(20, wrong=8)))
    assert sentence.startswith("contains_gold got worse over 20 questions, from 1.000 to 0.600: by -0.400 (-0.6")
    assert sentence.endswith("8 lost and 0 won.")


def test_slower_answers_are_a_regression_only_where_time_is_asked_for() -> None:
    comparison = compared(run(20), run(20, milliseconds=30.0))
    assert regressions(comparison) == ()
    [sentence] = regressions(comparison, ["milliseconds"])
    assert sentence.startswith("milliseconds got worse over 20 questions, from 10 to 30: by +20 (+20 to +20)")


def test_a_metric_that_was_named_and_cannot_be_told_fails_and_an_unnamed_one_does_not() -> None:
    comparison = compared(run(3), run(3))
    assert regressions(comparison) == ()
    [sentence] = regressions(comparison, ["false-answers"])
    assert sentence.startswith("false_answers cannot be told")
    assert len(regressions(compared(run(1), run(1)), ["contains_gold"])) == 1


def test_more_unscored_questions_than_before_are_a_regression() -> None:
    [sentence] = regressions(compared(run(3), [record(asked("0"), **FAILED), *run(3)[1:]]))
    assert sentence == "1 shared questions were left unscored, 0 before."


def test_a_metric_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(SettingsError, match=r"'accuracy' is no metric of a question; name one of contains_gold, "):
        regressions(compared(run(2), run(2)), ["accuracy"])


def test_a_terminal_gets_figures_changes_and_the_questions_lost() -> None:
    hostile = asked("esc", question="Where\x1b[2J\n did they meet?")
    before = (manifest(), [*run(20), record(hostile)])
    after = (manifest(prompt="answers-4"), [*run(20, wrong=8), record(hostile, **DECLINED)])
    text = render_comparison(compare_runs(before, after))
    assert "prompt  prompt one -> answers-4" in text
    [row] = [line for line in text.splitlines() if line.startswith("contains gold ")]
    assert row.split()[2:5] == ["1.000", "0.571", "-0.429"]
    assert row.endswith("worse")
    assert "Lost in contains gold: 9" in text
    assert "after   NOT_IN_ARTICLES" in text
    assert "Success@1, search" in text[text.index("The same for every question") :]
    assert all(len(line) <= 100 for line in text.splitlines())
    assert "\x1b" not in text


def test_long_lists_of_questions_are_cut_in_a_terminal_and_whole_in_json() -> None:
    comparison = compared(run(30), run(30, wrong=25))
    text = render_comparison(comparison)
    assert "Lost in contains gold: 25, 10 of them" in text
    assert text.count("before  In Tarvo. [1]") == 10
    data = json.loads(json.dumps(comparison.to_dict()))
    [gold] = [one for one in data["metrics"] if one["metric"] == "contains_gold"]
    assert (len(gold["lost"]), gold["same"], gold["sure"]) == (25, 5, "worse")
    assert len(data["questions"]) == 25
    assert data["questions"][0] == {
        "id": "0",
        "question": "Where?",
        "before": "In Tarvo. [1]",
        "after": "In Brenn. [1]",
    }


def test_a_run_against_itself_shows_no_difference() -> None:
    text = render_comparison(compared(run(3), run(3)))
    assert "No score of any question differs." in text
    assert "Both runs have the same fingerprints and settings." in text


@pytest.mark.timed
def test_a_thousand_questions_are_compared_within_five_seconds_of_processor_time() -> None:
    words = "Ministers spoke for two hours on Monday about grain, ports and the price of bread in the town of Tarvo. "

    def made(text: Callable[[int], str]) -> list[Record]:
        return [
            record(
                asked(str(n), gold=(f"{n} tonnes",)),
                text=text(n),
                retrieved=[
                    *((f"Article {at}", f"{at} {words * 8}") for at in range(n % 200, n % 200 + 18)),
                    TALKS,
                    CUP,
                ],
                evidence=[(f"Article {at}", f"{at} {words * 8}") for at in range(n % 200, n % 200 + 10)],
            )
            for n in range(1000)
        ]

    before, after = made(lambda n: f"It was {n} tonnes. [1]"), made(lambda n: f"It was {n - n % 2} tonnes. [1]")
    started = time.process_time()
    comparison = compared(before, after)
    render_comparison(comparison)
    seconds = time.process_time() - started
    assert len(metric(comparison).lost) == 500
    assert seconds < 5, f"{seconds:.1f} s"


def test_runs_over_clean_and_attacked_articles_tell_what_attacks_left() -> None:
    questions = [asked(str(n), injected=("Brenn",)) for n in range(4)]
    clean = [record(question, short_answer="Tarvo") for question in questions]
    attacked = [record(question, short_answer="Brenn" if n else "Tarvo") for n, question in enumerate(questions)]
    comparison = compared(clean, attacked)
    assert "Kept of the F1 to the right answers: 0.250" in render_comparison(comparison)
    assert metric(comparison, "injected_f1").lost == ("1", "2", "3")
    assert comparison.to_dict()["retention"]["n"] == 4
    assert compared(run(), run()).to_dict()["retention"] is None
