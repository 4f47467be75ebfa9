"""A report as JUnit XML, which continuous-integration services show as a test run: one case a question, one for the gates."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from qa.evaluation.results import QuestionResult, Report

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(report: Report, failures: Sequence[str] = ()) -> str:
    """The report with one test case a question, and one more for the gates: `failures` are what `check_gates` found.

    A question with a fault is a failure, one that could not be scored an error. Characters that XML cannot hold are
    shown as a replacement character.
    """
    suites = Element("testsuites", name="dateline eval")
    for group in report.groups:
        cases = [result for result in report.results if result.type == group.name]
        suite = _suite(suites, group.name, len(cases), sum(case.scored and bool(case.fault) for case in cases))
        suite.set("errors", str(group.unscored))
        suite.set("time", f"{sum(case.milliseconds for case in cases) / 1000:.3f}")
        for case in cases:
            _case(suite, case)
    gates = SubElement(_suite(suites, "gates", 1, int(bool(failures))), "testcase", classname="gates", name="limits")
    if failures:
        SubElement(gates, "failure", message=_clean(failures[0])).text = _clean("\n".join(failures))
    for name in ("tests", "failures", "errors"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _suite(suites: Element, name: str, tests: int, failures: int) -> Element:
    return SubElement(suites, "testsuite", name=_clean(name), tests=str(tests), failures=str(failures), errors="0")


def _case(suite: Element, result: QuestionResult) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=_clean(result.type),
        name=_clean(result.id),
        time=f"{result.milliseconds / 1000:.3f}",
    )
    if result.fault:
        kind = "failure" if result.scored else "error"
        SubElement(case, kind, message=_clean(result.fault)).text = _clean(str(result))


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
