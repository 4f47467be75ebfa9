import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from index.types import Article, Problem
from qa.histogram import Bar, Span
from qa.library import Outcome, Overview
from qa.web.shelf import (
    ADDED_SHOWN,
    PAGE,
    PROBLEMS_SHOWN,
    PUBLISHERS_SHOWN,
    Browsing,
    Listing,
    Period,
    added,
    listing_section,
    overview_section,
    status,
)

HOSTILE = '"><img src=x onerror=alert(1)>\n\n# b\r\n\u2028<script>'
OVERVIEW = Overview(
    articles=12,
    passages=1040,
    publishers=(("The Example Courier", 7), ("Harbour Gazette", 4)),
    span=Span.MONTH,
    bars=(
        Bar(start=date(2023, 8, 1), articles=1),
        Bar(start=date(2023, 9, 1), articles=0),
        Bar(start=date(2023, 10, 1), articles=9),
    ),
    undated=2,
    yearless=0,
    synced=datetime(2023, 11, 2, 7, 5, tzinfo=UTC),
    problems=(),
    roots=("/articles",),
)
EMPTY = replace(OVERVIEW, articles=0, passages=0, publishers=(), bars=(), undated=0)
ARTICLE = Article(
    id="quay",
    title="Quay opens",
    text="The quay opened.",
    publisher="Harbour Gazette",
    published=date(2023, 10, 4),
    path="/uploads/quay.md",
)


class Shown(HTMLParser):
    """The elements and the words of a page, as a browser would take them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.buttons: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "button":
            self.buttons.append(dict(attributes)["value"] or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def overview(given: Overview = OVERVIEW, browsing: Browsing | None = None) -> str:
    return overview_section(given, browsing or Browsing())


def found(count: int, browsing: Browsing | None = None, total: int | None = None, uploaded: bool = False) -> str:
    articles = tuple(replace(ARTICLE, id=f"quay{number}") for number in range(count))
    ids = frozenset(article.id for article in articles) if uploaded else frozenset()
    return listing_section(Listing(total=total or count, articles=articles, uploaded=ids), browsing or Browsing())


# -- what there is -----------------------------------------------------------------------------------------------------


def test_the_overview_counts_articles_publishers_and_passages_and_says_when_it_was_made() -> None:
    text = Shown(overview()).text
    assert "12 articles from 2 publishers" in text
    assert "1,040 passages" in text
    assert "2 Nov 2023, 07:05 UTC" in text


def test_the_time_is_given_in_utc_wherever_the_index_was_built() -> None:
    there = datetime.fromisoformat("2023-11-02T09:05:00+02:00")
    assert 'datetime="2023-11-02T07:05Z"' in overview(replace(OVERVIEW, synced=there))


def test_each_bar_says_its_period_and_count_in_words() -> None:
    labels = re.findall('dl-label">([^<]*)<', overview())
    assert labels == ["Aug 2023: 1 article", "Sep 2023: 0 articles", "Oct 2023: 9 articles"]


def test_the_table_adds_up_to_all_articles_with_those_of_no_known_date() -> None:
    numbers = [int(number) for number in re.findall(r"<td>(\d+)</td>", overview())]
    assert sum(numbers) == OVERVIEW.articles
    assert "2 articles without a known date" in overview()


def test_undated_articles_that_a_year_would_date_lead_to_the_setting() -> None:
    assert "DATELINE_DEFAULT_YEAR" not in overview()
    assert "2 of them give a day but no year" in overview(replace(OVERVIEW, yearless=2))
    assert "One gives a day but no year" in overview(replace(OVERVIEW, yearless=1))


def test_the_highest_bar_fills_the_height_and_the_lowest_is_still_seen() -> None:
    few = replace(OVERVIEW, bars=(Bar(start=date(2023, 8, 1), articles=1), Bar(start=date(2023, 9, 1), articles=5000)))
    assert re.findall(r"height:(\d+)%", overview(few)) == ["4", "100"]


def test_a_bar_without_articles_is_no_button() -> None:
    bars = overview().partition("<details>")[0]
    assert [value for value in Shown(bars).buttons if value.startswith("period")] == [
        "period/2023-08",
        "period/2023-10",
    ]


def test_the_table_has_a_button_in_full_size_for_each_bar_which_the_keyboard_passes_over() -> None:
    bars, _, table = overview(OVERVIEW, Browsing(period=Period.of("2023-10"))).partition("<details>")
    table = table.partition("</details>")[0]
    assert Shown(table).buttons == ["period/2023-08", "period/2023-10"]
    assert (bars.count('tabindex="-1"'), table.count('tabindex="-1"')) == (2, 0)
    assert table.count("(chosen)") == 1


def test_the_chosen_bar_and_publisher_are_marked_in_words() -> None:
    chosen = Browsing(period=Period.of("2023-10"), publishers=("Harbour Gazette",))
    assert overview(OVERVIEW, chosen).count("(chosen)") == 3  # in the table, too
    assert "(chosen)" not in overview()


def test_an_empty_library_says_so_and_draws_nothing() -> None:
    shown = Shown(overview(EMPTY))
    assert "No article is indexed yet" in shown.text
    assert not {"ol", "table", "button"} & set(shown.tags)


def test_a_single_day_is_drawn_with_one_end() -> None:
    one = replace(OVERVIEW, span=Span.DAY, bars=(Bar(start=date(2023, 9, 20), articles=12),), undated=0)
    assert '<p class="dl-axis"><span>20 Sep 2023</span></p>' in overview(one)
    assert "period/2023-09-20" in overview(one)


def test_many_publishers_are_folded_but_a_chosen_one_stays_in_sight() -> None:
    many = replace(OVERVIEW, publishers=tuple((f"Paper {number}", 100 - number) for number in range(60)))
    before, _, folded = overview(many, Browsing(publishers=("Paper 59",))).partition("more publishers")
    shown, rest = Shown(before).buttons, Shown(folded).buttons
    assert sum(value.startswith("publisher/") for value in shown) == PUBLISHERS_SHOWN + 1
    assert "publisher/Paper%2059" in shown
    assert len(rest) == 60 - PUBLISHERS_SHOWN - 1


def test_what_could_not_be_read_is_listed_with_place_and_reason_failures_first() -> None:
    problems = (
        Problem(path="a.bin", line=None, reason="format .bin is not supported", failed=False),
        Problem(path="b.jsonl", line=3, reason="broken JSON", failed=True),
    )
    text = Shown(overview(replace(OVERVIEW, problems=problems))).text
    assert "What could not be read (2)" in text
    assert text.index("failed b.jsonl, line 3: broken JSON") < text.index("skipped a.bin: format .bin")


def test_thousands_of_problems_are_cut_and_counted() -> None:
    problems = (Problem(path="a.jsonl", line=1, reason="broken JSON", failed=True),) * (PROBLEMS_SHOWN + 1500)
    html = overview(replace(OVERVIEW, problems=problems))
    assert html.count("broken JSON") == PROBLEMS_SHOWN
    assert "1,500 more are not shown" in html


# -- what was found ----------------------------------------------------------------------------------------------------


def test_an_article_of_the_list_opens_and_names_its_publisher_and_day() -> None:
    html = found(1)
    assert '<a href="article/quay0" class="dl-read">Quay opens</a>' in html
    assert "Harbour Gazette · 4 Oct 2023" in html


def test_what_is_unknown_of_an_article_is_said() -> None:
    bare = replace(ARTICLE, title="", publisher=None, published=None)
    text = Shown(listing_section(Listing(total=1, articles=(bare,)), Browsing())).text
    assert "Untitled" in text
    assert "publisher unknown · date unknown" in text


@pytest.mark.parametrize(("kind", "badges"), [("article", []), ("brief", ["brief"]), ("uploaded", ["uploaded"])])
def test_what_is_no_plain_article_carries_a_badge(kind: str, badges: list[str]) -> None:
    html = listing_section(Listing(total=1, articles=(replace(ARTICLE, kind=kind),)), Browsing())
    assert re.findall('dl-badge">([^<]*)<', html) == badges


def test_the_heading_says_how_many_articles_and_what_they_were_narrowed_to() -> None:
    browsing = Browsing(text="quay", publishers=("Harbour Gazette",), period=Period.of("2023-10"))
    shown = Shown(found(1, browsing))
    assert "1 article published in Oct 2023 from Harbour Gazette matching “quay”" in shown.text
    assert "all/" in shown.buttons
    assert "all/" not in Shown(found(1)).buttons


def test_nothing_found_is_said() -> None:
    assert "No article is like that." in found(0, Browsing(text="zebra"))


@pytest.mark.parametrize(
    ("page", "shown", "place", "ways"),
    [
        (0, PAGE, "1 to 20 of 45", ["page/1"]),
        (1, PAGE, "21 to 40 of 45", ["page/0", "page/2"]),
        (2, 5, "41 to 45 of 45", ["page/1"]),
    ],
)
def test_a_page_of_the_list_says_where_it_is_and_leads_to_its_neighbours(
    page: int, shown: int, place: str, ways: list[str]
) -> None:
    html = Shown(found(shown, Browsing(page=page), total=45))
    assert place in html.text
    assert html.buttons == ways


def test_one_page_needs_no_way_to_another() -> None:
    assert "dl-pager" not in found(PAGE)


def test_only_what_was_uploaded_can_be_removed_and_only_after_a_second_press() -> None:
    assert Shown(found(2)).buttons == []
    assert Shown(found(2, uploaded=True)).buttons == ["remove/quay0", "remove/quay1"]
    asked = Shown(found(2, Browsing(removing="quay1"), uploaded=True))
    assert asked.buttons == ["remove/quay0", "keep/quay1", "confirm/quay1"]
    assert "This deletes the file quay.md" in asked.text


# -- escaping ----------------------------------------------------------------------------------------------------------


def test_markup_from_articles_and_files_stays_text_on_one_line() -> None:
    given = replace(
        OVERVIEW,
        publishers=((HOSTILE, 3),),
        problems=(Problem(path=HOSTILE, line=1, reason=HOSTILE, failed=True),),
    )
    article = replace(ARTICLE, title=HOSTILE, publisher=HOSTILE, kind=HOSTILE, path=HOSTILE)
    listing = Listing(total=1, articles=(article,), uploaded=frozenset({article.id}))
    browsing = Browsing(text=HOSTILE, publishers=(HOSTILE,), removing=article.id)
    made = added((outcome(article), outcome(article, article), replace(outcome(), message=HOSTILE)))
    for html in (overview(given, browsing), listing_section(listing, browsing), status(HOSTILE, HOSTILE), made):
        assert not {"img", "script"} & set(Shown(html).tags)
        assert len(html.splitlines()) == 1


def test_a_publisher_of_any_name_comes_back_from_its_button() -> None:
    name = 'A/B "News" & Sons? 100%'
    command = next(
        value for value in Shown(overview(replace(OVERVIEW, publishers=((name, 1),)))).buttons if "%" in value
    )
    assert Browsing().doing(command).publishers == (name,)


def test_a_status_of_nothing_has_no_words() -> None:
    assert Shown(status("")).text == ""
    assert Shown(status("Added.", "", "Removed.")).text == "Added.Removed."


# -- what was added ----------------------------------------------------------------------------------------------------


def outcome(*articles: Article) -> Outcome:
    return Outcome(done=True, message="Added it.", articles=articles)


def test_what_was_added_is_one_click_away() -> None:
    html = added((outcome(ARTICLE), Outcome(done=False, message="photo.png was <b>not</b> added.")))
    assert Shown(html).text == "Added it. Read it “Quay opens”.photo.png was <b>not</b> added."
    assert html.count('<a href="article/quay" class="dl-read">') == 1


def test_what_was_added_without_a_date_says_that_the_list_has_it_last() -> None:
    assert "stands last" not in added((outcome(ARTICLE),))
    undated = replace(ARTICLE, published=None)
    assert "It has no known date, and so stands last in the list." in added((outcome(undated),))
    assert "DATELINE_DEFAULT_YEAR" in added((outcome(replace(undated, lacks_year=True)),))
    assert "2 of them have no known date" in added((outcome(undated, ARTICLE, undated),))


def test_of_many_articles_of_one_file_the_first_are_named_and_the_others_counted() -> None:
    articles = [replace(ARTICLE, id=f"quay{number}", title=f"Quay {number}") for number in range(ADDED_SHOWN + 3)]
    html = added((outcome(*articles),))
    assert re.findall('href="article/([^"]*)"', html) == [article.id for article in articles[:ADDED_SHOWN]]
    assert "and 3 more" in html


# -- browsing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "since", "until", "name"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31), "2023"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "Feb 2024"),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31), "Dec 9999"),
        ("2023-09-20", date(2023, 9, 20), date(2023, 9, 20), "20 Sep 2023"),
    ],
)
def test_a_period_is_read_from_its_key(key: str, since: date, until: date, name: str) -> None:
    period = Period.of(key)
    assert period is not None
    assert (period.start, period.last, period.name, period.key) == (since, until, name, key)


@pytest.mark.parametrize("key", ["", "2023-13", "0000", "2023-9", "٢٠٢٣", "2023-09-31", "x", "2023-09-20-01"])
def test_what_is_no_period_filters_nothing(key: str) -> None:
    assert Browsing().doing(f"period/{key}").period is None


@pytest.mark.parametrize("command", ["period/2023-09", "publisher/Harbour%20Gazette"])
def test_what_is_pressed_a_second_time_is_let_go_again(command: str) -> None:
    once = Browsing().doing(command)
    assert once.is_narrowed
    assert not once.doing(command).is_narrowed


def test_publishers_add_up_and_a_period_takes_the_place_of_another() -> None:
    browsing = Browsing()
    for command in ("publisher/A", "publisher/B", "period/2023", "period/2024-01"):
        browsing = browsing.doing(command)
    assert browsing.publishers == ("A", "B")
    assert browsing.period == Period.of("2024-01")


@pytest.mark.parametrize("command", ["publisher/A", "period/2023", "all/"])
def test_narrowing_differently_opens_the_first_page(command: str) -> None:
    assert Browsing(page=3).doing(command).page == 0


def test_searching_keeps_the_rest_and_tidies_the_words() -> None:
    after = Browsing(publishers=("A",), page=3, removing="quay").searching("  two \n words ")
    assert after == Browsing(publishers=("A",), text="two words")


@pytest.mark.parametrize(
    "command", ["keep/quay", "page/0", "period/2023", "publisher/A", "confirm/quay", "", "nonsense"]
)
def test_whatever_else_is_pressed_calls_a_removal_off(command: str) -> None:
    asked = Browsing().doing("remove/quay")
    assert asked.removing == "quay"
    assert asked.doing(command).removing == ""


@pytest.mark.parametrize("value", ["-1", "x", "99999999999999", "²"])
def test_a_page_that_is_no_number_is_the_first(value: str) -> None:
    assert Browsing().doing(f"page/{value}").page == 0
