"""Stories that several articles tell, as HTML."""

import re
from datetime import date

from index.types import Story
from qa.web.stories import MOST_COPIES, STORIES_SHOWN, stories_section

STORY = Story(
    id="a",
    title="Quay opens",
    publishers=("Harbour Gazette", "Elm Courier", "Elm Courier"),
    oldest=date(2023, 10, 2),
    newest=date(2023, 10, 4),
    articles=("a", "b", "c"),
)


def test_a_story_names_its_publishers_and_days_and_leads_to_each_article() -> None:
    html = stories_section([STORY])
    assert "Stories in several articles (1)" in html
    assert "3 articles: Harbour Gazette, Elm Courier · 2 Oct 2023 – 4 Oct 2023" in html
    assert re.findall(r'href="article/(\w+)"', html) == ["a", "b", "c"]


def test_a_story_of_unknown_origin_and_one_day_is_told_so() -> None:
    story = Story(id="a", title="", publishers=(), oldest=None, newest=None, articles=("a", "b"))
    html = stories_section([story])
    assert "2 articles: publisher unknown · date unknown · <a href" in html
    assert re.findall(r'href="article/(\w+)" class="dl-read">([^<]*)<', html) == [
        ("a", "Untitled"),
        ("b", "the other one"),
    ]
    assert ">Untitled</a>" in stories_section([story])


def test_many_stories_are_folded_and_many_copies_cut() -> None:
    copied = Story(
        id="a", title="Quay", publishers=(), oldest=None, newest=None, articles=tuple(f"a{n}" for n in range(500))
    )
    html = stories_section([copied] + [STORY] * 12)
    shown, _, folded = html.partition("<details>")
    assert shown.count("<li>") == STORIES_SHOWN
    assert (folded.count("<li>"), "8 more" in folded) == (8, True)
    assert "500 articles:" in shown
    assert shown.count("article/a1") <= MOST_COPIES


def test_no_story_is_nothing() -> None:
    assert stories_section([]) == ""


def test_markup_in_a_story_stays_text_on_one_line() -> None:
    hostile = '"><img src=x onerror=alert(1)>\n\n<script>'
    story = Story(id='"><i>', title=hostile, publishers=(hostile,), oldest=None, newest=None, articles=('"><i>', "b"))
    html = stories_section([story])
    assert not re.search("<(img|script|i)", html)
    assert len(html.splitlines()) == 1
