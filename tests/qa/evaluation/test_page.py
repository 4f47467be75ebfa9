"""The report as a page: what it tells, and that nothing from outside becomes part of its markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from qa.evaluation.page import render_html
from qa.evaluation.scoring import score_records
from qa.markdown import visible
from tests.qa.evaluation.made import TALKS, asked, citation, record
from tests.qa.evaluation.reported import CITED, HOSTILE, run, with_cited

LOADING = {"script", "iframe", "object", "embed", "img", "base", "form", "audio", "video", "source"}


class Elements(HTMLParser):
    """What a browser makes of a page: its elements with the names of their attributes, its addresses and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: set[str] = set()
        self.ids: list[str] = []
        self._data: list[str] = []
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return flat("".join(self._data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")}
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self._data.append(data)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def html() -> str:
    return render_html(*run())


@pytest.fixture(scope="module")
def plain(html: str) -> Elements:
    return Elements(html)


@pytest.fixture(scope="module")
def hostile() -> str:
    return render_html(*run(" ".join(HOSTILE)))


def test_whatever_texts_contain_the_page_has_the_same_elements(hostile: str, plain: Elements) -> None:
    assert Elements(hostile).elements == plain.elements


@pytest.mark.parametrize("odd", HOSTILE)
def test_whatever_texts_contain_is_shown_but_for_what_cannot_be_seen(odd: str, hostile: str) -> None:
    assert flat(visible(odd)) in Elements(hostile).text
    assert not set("\u202e\u2066\x1b\x00\U000e0041") & set(hostile)


def test_the_page_needs_nothing_from_anywhere(html: str, hostile: str) -> None:
    for page in (html, hostile):
        found = Elements(page)
        assert {tag for tag, _ in found.elements} & LOADING == set()
        assert {address for address in found.addresses if not address.startswith("#")} == {"data:,"}
        assert "default-src 'none'" in page
        style = page[page.index("<style>") : page.index("</style>")]
        assert "@import" not in style
        assert set(re.findall(r"url\(([^)]*)\)", style)) == {"#hatched"}


def test_every_part_has_a_name_of_its_own_and_every_link_leads_somewhere(plain: Elements) -> None:
    assert len(plain.ids) == len(set(plain.ids))
    assert {address[1:] for address in plain.addresses if address.startswith("#")} <= set(plain.ids)


def test_an_answer_keeps_its_bold_and_its_lists_and_no_other_markdown(html: str) -> None:
    assert "<li><strong>Bold</strong> [2]</li>" in html.replace("\n", "")


def test_every_question_that_went_wrong_is_told_with_what_is_known_of_it(plain: Elements) -> None:
    for part in (
        "Where is Tarvo?",
        "A quote is not the article's",
        "The gold is Tarvo Has to name named Tarvo.",
        "It is elsewhere.",
        "1 May 2024",
        "Who is Tarvo? – Tarvo",
        "They met at Tarvo.",
        "gold source",
        "not the article's words",
        "Envoys Meet Passages: number 2 of 2 found, number 2 of 2 read.",
        "Passages: not among the 1 found, none read.",
        "2 passages that were read",
        "unsupported",
    ):
        assert part in plain.text, part


def test_headline_figures_stand_with_interval_and_number_of_cases(plain: Elements) -> None:
    assert "7 questions, 5 of them answerable: 4 answered, 2 declined, 1 unscored." in plain.text
    assert "Tarvo.jsonl, tune half, 7 questions drawn with seed 3, asked 1 May 2024, 10:00 UTC" in plain.text
    assert re.search(r"Contains gold ?0\.25 ?0\.00–0\.75, n 4, higher is better", plain.text)
    assert "answered, contains the gold answer: 1" in plain.text


def test_only_the_gravest_are_shown_where_there_are_many() -> None:
    page = render_html(*run(), worst=2)
    assert page.count('<details class="case"') == 2
    assert "5 questions, of which the 2 gravest are shown" in Elements(page).text


def test_a_source_that_was_never_indexed_is_told_where_the_articles_are_known() -> None:
    report, told, records = run()
    known = tuple(replace(one, indexed=tuple(False for _ in one.question.sources)) for one in records)
    assert "not indexed" not in Elements(render_html(report, told, records)).text
    assert "not indexed" in Elements(render_html(report, told, known)).text


def test_a_run_that_was_not_finished_says_so_at_its_head(plain: Elements) -> None:
    report, told, records = run()
    page = Elements(render_html(report, replace(told, questions=9), records))
    assert "The run was not finished: 2 of 9 questions were not asked." in page.text
    assert "not finished" not in plain.text


def test_a_choice_of_stage_and_of_type_hides_what_is_of_another(html: str) -> None:
    for choice in ("stage", "type"):
        numbers = {*re.findall(rf'id="{choice}-(\d+)"', html)} - {"0"}
        assert len(numbers) > 1
        assert {*re.findall(rf'data-{choice}="(\d+)"', html)} == numbers
        for number in numbers:
            assert f'.cases:has(#{choice}-{number}:checked) .case:not([data-{choice}="{number}"])' in html


def test_a_run_of_which_little_was_recorded_has_a_page_without_the_parts_that_would_be_empty() -> None:
    made = record(asked("right"), citations=(citation(1, 0, *TALKS),), retrieved=(), evidence=())
    records = (with_cited(made, CITED),)
    page = Elements(render_html(score_records(records), run()[1], records))
    assert "What went wrong Nothing." in page.text
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= {*page.ids}
    assert {"retrieval", "risk-title"} & {*page.ids} == set()
