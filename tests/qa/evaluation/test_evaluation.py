"""An evaluation from questions to report, table and gates, with an engine that gives prepared answers."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.errors import SettingsError
from qa.evaluation import Report, check_gates, evaluate, parse_gates, render_table
from qa.evaluation.metrics import METRICS
from qa.evaluation.results import REPORTED
from qa.types import AnswerStatus
from tests.qa.evaluation.prepared import CUP, ENVOYS, PreparedEngine, ask, cite, reply

QUESTIONS = (
    ask("where"),
    ask("length", gold=("3 hours",)),
    ask("declined", type="paraphrase"),
    ask("paid", type="near", gold=()),
    ask("cup", type="near", gold=()),
    ask("busy", type="near", gold=()),
)


def report() -> Report:
    in_tarvo = cite(ENVOYS, "The envoys met in Tarvo.")
    three_hours = cite(ENVOYS, "The meeting lasted three hours.")
    answers = (
        reply("where?", "Tarvo. The envoys met in Tarvo. [1]", in_tarvo, short="Tarvo"),
        reply("length?", "It took three hours. [1]", three_hours, cite(CUP, "Quillane won"), short="three hours"),
        reply("cup?", "Quillane won [1]", replace(cite(CUP, "Quillane won"), quote="Quillane lost")),
        reply("busy?", "Try again.", status=AnswerStatus.BUSY),
    )
    return evaluate(PreparedEngine({answer.question: answer for answer in answers}), QUESTIONS)


def figure(of: Report, name: str, type: str | None = None) -> tuple[object, int]:
    group = next(group for group in of.groups if group.name == type) if type else of.overall
    return group.figures[name].value, group.figures[name].n


def test_each_metric_is_taken_over_the_questions_that_it_is_about() -> None:
    found = report()
    assert figure(found, "contains_gold") == (pytest.approx(2 / 3), 3)
    assert figure(found, "exact_short") == (pytest.approx(1 / 3), 3)
    assert figure(found, "short_f1") == (pytest.approx((1 + 0.5 + 0) / 3), 3)
    assert figure(found, "answer_words") == (pytest.approx((6 + 4 + 2) / 3), 3)
    assert figure(found, "source_precision") == (0.75, 2)
    assert figure(found, "source_recall") == (1.0, 2)
    assert figure(found, "quotes_verbatim") == (0.75, 4)
    assert figure(found, "false_answers") == (0.5, 2)
    assert figure(found, "over_refusals") == (pytest.approx(1 / 3), 3)
    assert figure(found, "p50_ms")[1] == 5


def test_groups_follow_the_order_of_the_questions_and_count_their_own() -> None:
    found = report()
    assert [group.name for group in found.groups] == ["fact", "paraphrase", "near"]
    assert figure(found, "contains_gold", "fact") == (1.0, 2)
    assert figure(found, "contains_gold", "near") == (None, 0)
    near = found.groups[2]
    assert (near.questions, near.answerable, near.answered, near.unscored) == (3, 0, 1, 1)


def test_an_unscored_question_is_counted_apart_and_named_as_such() -> None:
    found = report()
    assert (found.overall.questions, found.overall.unscored) == (6, 1)
    busy = found.results[-1]
    assert (busy.scored, dict(busy.scores), busy.fault) == (False, {}, "not scored")


def test_the_gravest_fault_of_each_question_is_told() -> None:
    faults = {result.id: result.fault for result in report().results}
    assert faults == {
        "where": None,
        "length": "cites other articles",
        "declined": "declined, though the articles tell",
        "paid": None,
        "cup": "a quote is not the article's",
        "busy": "not scored",
    }


def test_history_and_date_reach_the_engine_and_progress_is_told() -> None:
    engine = PreparedEngine({})
    steps: list[tuple[int, int]] = []
    questions = [ask("first", history=(("Who?", "They."),), as_of=date(2023, 9, 21)), ask("second")]
    evaluate(engine, questions, progress=lambda done, total: steps.append((done, total)))
    assert engine.asked == [("first?", (("Who?", "They."),), "2023-09-21"), ("second?", (), None)]
    assert steps == [(1, 2), (2, 2)]


def test_times_are_milliseconds_of_the_wall_clock() -> None:
    [result] = evaluate(PreparedEngine({}), [ask("q")]).results
    assert 0 < result.milliseconds < 1000


@pytest.mark.parametrize(
    ("content", "value", "looked_up"),
    [
        (b"Headline\n\nThe envoys\nmet in  Tarvo. More.", 1.0, 1),
        (b"The envoys met in Brenn.", 0.0, 1),
        (b"\xff\xfe\x00", 1.0, 0),
    ],
)
def test_a_quote_is_looked_up_in_the_cited_text_file(
    tmp_path: Path, content: bytes, value: float, looked_up: int
) -> None:
    path = tmp_path / "envoys.txt"
    path.write_bytes(content)
    article = replace(ENVOYS, path=str(path))
    answer = reply("q?", "In Tarvo. [1]", cite(article, "The envoys met in Tarvo."))
    found = evaluate(PreparedEngine({"q?": answer}, [article]), [ask("q")])
    assert figure(found, "quotes_verbatim") == (value, 1)
    assert found.results[0].quotes_in_file == looked_up


def test_a_file_of_another_format_is_not_searched_for_the_quote(tmp_path: Path) -> None:
    path = tmp_path / "envoys.html"
    path.write_text("<p>The envoys <b>met</b> in Tarvo.</p>")
    article = replace(ENVOYS, path=str(path))
    answer = reply("q?", "In Tarvo. [1]", cite(article, "The envoys met in Tarvo."))
    found = evaluate(PreparedEngine({"q?": answer}, [article]), [ask("q")])
    assert figure(found, "quotes_verbatim") == (1.0, 1)
    assert found.results[0].quotes_in_file == 0


def test_a_citation_of_an_article_that_is_not_in_the_index_is_neither_verbatim_nor_gold() -> None:
    answer = reply("q?", "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."))
    found = evaluate(PreparedEngine({"q?": answer}, []), [ask("q")])
    assert figure(found, "quotes_verbatim") == (0.0, 1)
    assert figure(found, "source_precision") == (0.0, 1)


def test_the_report_is_json_and_names_index_model_and_every_score() -> None:
    data = json.loads(json.dumps(report().to_dict(), allow_nan=False))
    assert (data["index_ids"], data["model_ids"], data["prompt_ids"]) == (["i1"], ["extractive"], [])
    assert data["overall"]["figures"]["contains_gold"]["n"] == 3
    assert list(data["overall"]["figures"]) == [metric.name for metric in REPORTED]
    assert [group["name"] for group in data["types"]] == ["fact", "paraphrase", "near"]
    length = data["results"][1]
    assert (length["id"], length["status"], length["fault"]) == ("length", "ANSWERED", "cites other articles")
    assert length["scores"]["source_precision"] == 0.5
    assert data["results"][2]["missing"] == ["Tarvo"]


def test_the_table_shows_every_metric_with_interval_and_count() -> None:
    table = render_table(report())
    lines = table.splitlines()
    assert lines[0] == "6 questions, 3 of them answerable: 3 answered, 2 declined, 1 unscored"
    gold = next(line for line in lines if line.startswith("contains gold"))
    assert gold.split()[2:5] == ["0.67", "0.00–1.00", "3"]
    assert all(any(line.startswith(metric.title) for line in lines) for metric in METRICS)
    assert "Of 4 quotes, 0 were also looked up in the file they were read from." in lines


def test_the_table_is_aligned_and_fits_a_hundred_columns() -> None:
    lines = render_table(report()).splitlines()
    assert max(map(len, lines)) <= 100
    start = next(number for number, line in enumerate(lines) if line.startswith("type ") and "contains gold" in line)
    header, fact, paraphrase, total = lines[start], lines[start + 2], lines[start + 3], lines[start + 5]
    assert (fact.split()[0], paraphrase.split()[0], total.split()[0]) == ("fact", "paraphrase", "all")
    column = header.index("exact short answer")
    assert [line[column : column + 4] for line in (fact, paraphrase, total)] == ["0.50", "0.00", "0.33"]
    assert not any(line.startswith("near") for line in lines[start + 2 : start + 6])


def test_the_worst_answers_come_with_question_gold_answer_and_status() -> None:
    table = render_table(report())
    worst = table[table.index("What went wrong") :]
    assert worst.startswith("What went wrong: 4 of 6 questions\n")
    order = [worst.index(f"{id} (") for id in ("busy", "cup", "declined", "length")]
    assert order == sorted(order)
    declined = worst[worst.index("declined (") :].split("\n\n")[0]
    assert "NOT_IN_ARTICLES: declined, though the articles tell" in declined
    for line in ("question  declined?", "gold      Tarvo", "missing   Tarvo", "answer    The articles do not tell."):
        assert line in declined


def test_only_as_many_of_the_worst_as_wanted_are_shown() -> None:
    table = render_table(report(), worst=1)
    assert "What went wrong: 4 of 6 questions, the 1 worst" in table
    assert "busy (" in table
    assert "cup (" not in table


def test_a_faultless_run_says_so() -> None:
    answer = reply("q?", "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."))
    assert render_table(evaluate(PreparedEngine({"q?": answer}), [ask("q")])).endswith("\n\nNothing went wrong.\n")


def test_control_characters_of_an_article_do_not_reach_the_terminal() -> None:
    answer = reply("q?", "\x1b]8;;https://evil.example\x07Brenn\x9b31m\r\u202e", index_id="\x1b[2J")
    table = render_table(evaluate(PreparedEngine({"q?": answer}), [ask("q")]))
    assert "Brenn" in table
    assert not set("\x1b\x07\x9b\r\u202e") & set(table)


@pytest.mark.parametrize(
    "gate",
    [
        "contains_gold=0.66",
        "contains-gold=0.5",
        " false_answers = 0.5",
        "over_refusals=0.34",
        "quotes_verbatim=0.75",
        "p95_ms=60000",
        "answer_words=4",
    ],
)
def test_a_limit_that_is_kept_passes(gate: str) -> None:
    assert check_gates(report(), ["unscored=1", gate]) == ()


@pytest.mark.parametrize(
    ("gate", "failure"),
    [
        ("contains_gold=0.7", "contains_gold is 0.6667 over 3 answerable questions, below its limit of 0.7."),
        ("quotes_verbatim=1", "quotes_verbatim is 0.75 over 4 citations, below its limit of 1."),
        ("false_answers=0.15", "false_answers is 0.5 over 2 unanswerable questions, above its limit of 0.15."),
        ("over_refusals=0", "over_refusals is 0.3333 over 3 answerable questions, above its limit of 0."),
        ("answer_words=3", "answer_words is 4 over 3 answers given, above its limit of 3."),
        ("unscored=0", "unscored is 1 over 6 questions, above its limit of 0."),
    ],
)
def test_a_limit_that_is_not_kept_fails_with_a_sentence(gate: str, failure: str) -> None:
    assert failure in check_gates(report(), [gate])


def test_unscored_questions_fail_any_gate_unless_they_are_allowed() -> None:
    [failure] = check_gates(report(), ["contains_gold=0"])
    assert failure.startswith("unscored is 1 over 6 questions")
    assert check_gates(report(), ["contains_gold=0", "unscored=1"]) == ()
    assert check_gates(report(), []) == ()


def test_a_metric_without_any_case_fails() -> None:
    nothing_answerable = evaluate(PreparedEngine({}), [ask("q", gold=())])
    [failure] = check_gates(nothing_answerable, ["contains_gold=0"])
    assert failure == "contains_gold has no value, since there were no answerable questions."


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("accuracy=1", "'accuracy=1' is no gate; write metric=value, and name one of contains_gold, "),
        ("contain_gold=1", "'contain_gold=1' is no gate; write metric=value, and did you mean contains_gold?"),
        ("contains_gold", "The gate 'contains_gold' has no limit; write contains_gold=0.85."),
        ("contains_gold=high", "needs a share from 0 to 1, for example contains_gold=0.85."),
        ("contains_gold=85", "needs a share from 0 to 1"),
        ("false_answers=-0.1", "needs a share from 0 to 1"),
        ("contains_gold=nan", "needs a share from 0 to 1"),
        ("p50_ms=inf", "needs a number of ms from 0 up, for example p50_ms=500."),
    ],
)
def test_a_gate_that_cannot_be_used_is_refused_with_what_can(gate: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_gates([gate])
    assert message in str(caught.value)
