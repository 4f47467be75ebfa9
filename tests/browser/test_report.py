"""The report of a run in a real browser: alone, at every width, in both colour schemes, on paper and without a script."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.evaluation.page import render_html
from tests.browser.pages import broken_rules
from tests.browser.test_looks import CUT_OFF, Scheme
from tests.qa.evaluation.reported import HOSTILE, run

OpenReport = Callable[..., Page]
LONG = "Tarvo" * 60
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run whose texts hold markup, and a word that is longer than a line."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render_html(*run(" ".join([LONG, *HOSTILE]))), encoding="utf-8")
    return file


@pytest.fixture
def open_report(browser: Browser, file: Path) -> Iterator[OpenReport]:
    """At the end of the test: no error on any console, and no request but that for the file."""
    faults: list[str] = []
    requested: list[str] = []
    pages: list[Page] = []

    def open_report(**options: Any) -> Page:
        page = browser.new_page(**options)
        pages.append(page)
        page.on("console", lambda said: faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("request", lambda request: requested.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_report
    for page in pages:
        page.close()
    assert faults == []
    assert {*requested} == {file.as_uri()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_wcag_is_broken(open_report: OpenReport, scheme: Scheme) -> None:
    page = open_report(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = broken_rules(page)
    assert {width: faults for width, faults in found.items() if faults} == {}


def test_nothing_is_cut_off_at_any_width(open_report: OpenReport) -> None:
    page = open_report()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = {}
    for width in (320, 390, 640, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate(CUT_OFF)
    assert {width: pixels for width, pixels in found.items() if pixels} == {}


def test_stage_and_type_choose_what_is_shown_with_a_keyboard_and_without_a_script(open_report: OpenReport) -> None:
    page = open_report(java_script_enabled=False)
    cases, shown = page.locator(".case"), page.locator(".case:visible")
    expect(shown).to_have_count(cases.count())
    nothing = page.locator(".nothing")
    expect(nothing).to_be_hidden()
    page.locator("#type-0").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#type-1")).to_be_checked()
    expect(shown).to_have_count(page.locator(".case[data-type='1']").count())
    others = page.locator(".case:not([data-type='1'])").first.get_attribute("data-stage")
    assert page.locator(f".case[data-type='1'][data-stage='{others}']").count() == 0
    page.locator(f"#stage-{others}").check(force=True)
    expect(shown).to_have_count(0)
    expect(nothing).to_be_visible()


def test_a_question_opens_and_closes(open_report: OpenReport) -> None:
    page = open_report()
    case = page.locator(".case").nth(1)
    expect(case.locator(".told")).to_be_hidden()
    case.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(case.locator(".told")).to_be_visible()
    page.keyboard.press("Enter")
    expect(case.locator(".told")).to_be_hidden()


def test_on_paper_every_question_is_open_and_what_can_be_chosen_is_not_there(open_report: OpenReport) -> None:
    page = open_report()
    page.emulate_media(media="print")
    for case in page.locator(".case").all():
        expect(case.locator(".told")).to_be_visible()
    for unused in ("nav", "fieldset >> nth=0"):
        expect(page.locator(unused)).to_be_hidden()
