"""A report as a test run."""

from xml.etree import ElementTree

from qa.evaluation import Report, evaluate
from qa.evaluation.junit import junit_xml
from qa.types import AnswerStatus
from tests.qa.evaluation.prepared import ENVOYS, PreparedEngine, ask, cite, reply


def report() -> Report:
    right = reply("right?", "In Tarvo. [1]", cite(ENVOYS, "The envoys met in Tarvo."))
    busy = reply("busy?", "Try again.", status=AnswerStatus.BUSY)
    questions = [ask("right"), ask("declined"), ask("busy", type="near", gold=()), ask("paid", type="near", gold=())]
    return evaluate(PreparedEngine({"right?": right, "busy?": busy}), questions)


def test_each_question_is_a_case_in_the_suite_of_its_type() -> None:
    suites = ElementTree.fromstring(junit_xml(report()))
    assert [suite.get("name") for suite in suites] == ["fact", "near", "gates"]
    cases = {case.get("name"): [found.tag for found in case] for case in suites.iter("testcase")}
    assert cases == {"right": [], "declined": ["failure"], "busy": ["error"], "paid": [], "limits": []}


def test_suites_and_run_count_what_went_wrong() -> None:
    suites = ElementTree.fromstring(junit_xml(report()))
    counted = [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in (*suites, suites)]
    assert counted == [("2", "1", "0"), ("2", "0", "1"), ("1", "0", "0"), ("5", "1", "1")]
    assert all(float(str(suite.get("time"))) >= 0 for suite in suites if suite.get("name") != "gates")


def test_a_failure_tells_question_gold_and_answer() -> None:
    suites = ElementTree.fromstring(junit_xml(report()))
    (failure,) = suites.iter("failure")
    assert failure.get("message") == "declined, though the articles tell"
    lines = str(failure.text).splitlines()
    assert lines[:2] == ["question declined?", "gold     Tarvo"]
    assert lines[-1] == "status   NOT_IN_ARTICLES"


def test_gates_that_were_missed_are_one_failure() -> None:
    suites = ElementTree.fromstring(junit_xml(report(), ("contains_gold is 0.5.", "unscored is 1.")))
    (gate,) = (case for case in suites.iter("testcase") if case.get("name") == "limits")
    assert [found.text for found in gate] == ["contains_gold is 0.5.\nunscored is 1."]


def test_whatever_an_answer_holds_the_file_stays_xml() -> None:
    evil = "\x00\x1b]]>&<b>\ud800\uffff"
    told = evaluate(PreparedEngine({"q?": reply("q?", f"Brenn {evil}")}), [ask("q", type="<&\x07>")])
    text = junit_xml(told)
    text.encode()
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert "Brenn \ufffd\ufffd]]>&<b>\ufffd\ufffd" in str(failure.text)
