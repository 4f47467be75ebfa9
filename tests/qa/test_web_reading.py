"""A whole article as HTML: its words stay words, and the cited sentence is marked exactly."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Article
from qa.web.reading import article_fragment, article_page, page

TEXT = "Delegates met in the harbour town.\n\nThree convoys were agreed on. Both sides will return in May."
QUOTE = "Three convoys were agreed on."
OURS = {"article", "h2", "p", "div", "mark", "a"}
MARKUP = st.text(st.one_of(st.sampled_from("<>&\"'=/ \n\r\tab;#1:-![]"), st.characters()), max_size=40)
PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co")) | st.just("\n"), max_size=60)


class Read(HTMLParser):
    """The elements of a piece of HTML with their attributes, and the text of the article and of what is marked."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.marked = self.body = self.text = ""
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self.body += data if "div" in self._inside else ""
        self.marked += data if "mark" in self._inside else ""

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def article(text: str = TEXT, title: str = "Harbour talks end", **more: str | None) -> Article:
    return Article(id="harbour", title=title, text=text, published=date(2023, 4, 2), **more)  # type: ignore[arg-type]


def test_an_article_shows_its_title_publisher_day_and_every_word() -> None:
    read = Read(article_fragment(article(publisher="The Example Courier", path="/home/somebody/harbour.md")))
    assert read.text == f"Harbour talks endThe Example Courier · 2 Apr 2023 · File: harbour.md{TEXT}"
    assert read.body == TEXT
    assert read.marked == ""


def test_an_article_that_names_its_day_without_a_year_leads_to_the_setting() -> None:
    undated = replace(article(), published=None)
    assert "DATELINE_DEFAULT_YEAR" in article_fragment(replace(undated, lacks_year=True))
    assert "DATELINE_DEFAULT_YEAR" not in article_fragment(undated)


def test_the_cited_sentence_is_marked_and_can_take_the_focus() -> None:
    start = TEXT.index(QUOTE)
    read = Read(article_fragment(article(), start, start + len(QUOTE)))
    assert (read.marked, read.body) == (QUOTE, TEXT)
    assert ("mark", {"id": "dl-marked", "tabindex": "-1"}) in read.elements


@given(PLAIN, st.data())
def test_what_is_marked_is_exactly_the_stretch_of_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    read = Read(article_fragment(article(text), start, end))
    assert (read.marked, read.body) == (text[start:end], text)


@pytest.mark.parametrize(
    "span", [(None, None), (5, None), (None, 5), (5, 5), (9, 5), (-1, 5), (0, len(TEXT) + 1), (10**9, 10**9 + 1)]
)
def test_a_stretch_that_is_none_of_the_text_marks_nothing(span: tuple[int | None, int | None]) -> None:
    read = Read(article_fragment(article(), *span))
    assert "mark" not in read.tags
    assert read.body == TEXT


@given(text=MARKUP, title=MARKUP, publisher=MARKUP, url=MARKUP, kind=MARKUP, start=st.integers(0, 40))
def test_no_article_brings_an_element_or_attribute_of_its_own(
    text: str, title: str, publisher: str, url: str, kind: str, start: int
) -> None:
    hostile = article(text, title, publisher=publisher, url=f"https://news.example/{url}", kind=kind, path=url)
    read = Read(article_fragment(hostile, start, start + 3))
    assert read.tags <= OURS
    assert {name for _, attributes in read.elements for name in attributes} <= {
        "class", "id", "tabindex", "href", "target", "rel",
    }  # fmt: skip
    assert len(read.elements) <= 6


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg>", "<!--"]
)
def test_markup_in_an_article_is_shown_as_it_is_written(hostile: str) -> None:
    html = article_page(article(hostile, hostile, publisher=hostile, url=hostile, kind=hostile, path=hostile))
    for tag in ("<script", "<img", "<svg", "<!--"):
        assert tag not in html
    assert Read(article_fragment(article(hostile, hostile))).text.count(hostile) == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "file:///etc/passwd"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "a" not in Read(article_fragment(article(url=url))).tags


def test_a_web_address_is_a_link_that_tells_nobody_where_it_was_clicked() -> None:
    read = Read(article_fragment(article(url="https://example.org/a?b=c&d=e", path="harbour.md")))
    (attributes,) = [attributes for tag, attributes in read.elements if tag == "a"]
    assert attributes["href"] == "https://example.org/a?b=c&d=e"
    assert "noreferrer" in (attributes["rel"] or "")
    assert "File:" not in read.text


def test_an_address_cannot_bring_an_attribute() -> None:
    read = Read(article_fragment(article(url='https://example.org/" onclick="alert(1)\'<')))
    (attributes,) = [attributes for tag, attributes in read.elements if tag == "a"]
    assert attributes.keys() == {"target", "rel", "href"}


def test_what_changes_the_display_of_a_text_is_taken_out() -> None:
    read = Read(article_fragment(article("One \u202eowt\x1b[31m\r\nthree\ud800", "a\n\nb\u2066"), 4, 8))
    assert read.body == "One owt [31m \nthree"
    assert read.marked == "owt"
    assert read.text.startswith("a b")


def test_what_is_no_article_says_so_and_is_credited_as_what_it_is() -> None:
    text = Read(article_fragment(article(kind="brief", publisher="The Example Courier"))).text
    assert "Dateline brief after The Example Courier · 2 Apr 2023 · brief" in text


@pytest.mark.parametrize("nothing", ["", "  ", "\u202e", "\n"])
def test_what_is_not_known_of_an_article_is_said(nothing: str) -> None:
    unknown = Article(id="x", title=nothing, text="", publisher=nothing)
    assert Read(article_fragment(unknown)).text == "Untitledpublisher unknown · date unknown"
    assert "<title>Untitled</title>" in article_page(unknown)


def test_a_page_of_its_own_leads_back_and_names_its_styles_from_below_the_root() -> None:
    html = article_page(article())
    assert '<a href="../">Back to the conversation</a>' in html
    assert 'href="../dateline/plain.css"' in html
    assert "<title>Harbour talks end</title>" in html
    assert "http-equiv" not in html


def test_a_page_that_waits_is_fetched_again() -> None:
    html = page("Loading", "<p>Soon.</p>", refresh=3)
    assert '<meta http-equiv="refresh" content="3">' in html
    assert 'href="dateline/plain.css"' in html
    assert "../" not in html
