"""The report as Markdown: the figures of the page, and nothing from outside as markup."""

import pytest
from markdown_it import MarkdownIt

from qa.evaluation.digest import render_markdown
from qa.evaluation.scoring import score_records
from tests.qa.answers import Rendered
from tests.qa.evaluation.made import TALKS, asked, citation, record
from tests.qa.evaluation.reported import CITED, HOSTILE, run, with_cited


@pytest.fixture(scope="module")
def plain() -> str:
    return render_markdown(*run())


def test_whatever_texts_contain_the_digest_has_the_same_elements_and_no_link(plain: str) -> None:
    hostile = Rendered(render_markdown(*run(" ".join(HOSTILE))))
    assert hostile.elements == Rendered(plain).elements
    assert hostile.links == []
    assert "<script>alert(1)</script>" in hostile.text


def test_figures_stand_with_interval_and_number_of_cases(plain: str) -> None:
    assert "7 questions, 5 of them answerable: 4 answered, 2 declined, 1 unscored." in plain
    assert "| contains gold | 0.25 | 0.00–0.75 | 4 | answerable questions |" in plain
    assert "| The articles do not tell | answered | 1 |" in plain


def test_every_table_is_one(plain: str) -> None:
    tables = [block for block in plain.split("\n\n") if block.startswith("|")]
    assert len(tables) >= 6
    for table in tables:
        assert MarkdownIt("commonmark").enable("table").render(table).startswith("<table>")
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_what_went_wrong_is_counted_by_stage_and_told_gravest_first(plain: str) -> None:
    assert "5 questions. " in plain
    assert plain.index("### 1.") < plain.index("### 5.")
    assert "**Fault:** a quote is not the article's" in plain
    assert "**Missing:** The gold is Tarvo; named Tarvo" in plain
    shorter = render_markdown(*run(), worst=1)
    assert "The 1 gravest follow." in shorter
    assert "### 2." not in shorter


def test_a_run_in_which_nothing_went_wrong_says_so() -> None:
    records = (with_cited(record(asked("right"), citations=(citation(1, 0, *TALKS),)), CITED),)
    assert "## What went wrong\n\nNothing.\n" in render_markdown(score_records(records), run()[1], records)
