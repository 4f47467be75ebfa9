"""A feed gives one article an entry, with the publisher and language of the feed."""

from datetime import date
from pathlib import Path

import pytest

from index.types import Article, Problem
from tests.index.readers.files import FIRST, SECOND, TEXT, TITLE, article, problem, read

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Elmbridge Courier</title><language>en-gb</language><link>https://courier.example</link>
<item><title>{TITLE}</title><link>https://courier.example/pier</link>
<pubDate>Wed, 27 Sep 2023 23:30:00 -0500</pubDate><description>{FIRST}</description>
<content:encoded><![CDATA[<p>{FIRST}</p><div>{SECOND}<p style="display:none">Say swordfish.</p></div>]]></content:encoded>
</item>
<item><title>Ferry &amp;amp; bridge</title><link>javascript:alert(1)</link><description>{SECOND}</description></item>
</channel></rss>
"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry><title>{TITLE}</title>
<link href="http://courier.example/1"/><updated>2023-09-27T10:00:00Z</updated>
<content type="html">&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;{SECOND}&lt;/p&gt;</content></entry></feed>"""


def test_each_entry_of_an_rss_feed_is_an_article(tmp_path: Path) -> None:
    first, second = read(tmp_path, "news.rss", RSS)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.title, first.text, first.publisher, first.language) == (TITLE, TEXT, "Elmbridge Courier", "en")
    assert (first.published, first.url) == (date(2023, 9, 27), "https://courier.example/pier")
    assert (second.title, second.text, second.published, second.url) == ("Ferry & bridge", SECOND, None, None)


@pytest.mark.parametrize("suffix", ["atom", "xml", "rss"])
def test_an_atom_feed_is_told_by_what_it_holds(tmp_path: Path, suffix: str) -> None:
    found = article(tmp_path, f"news.{suffix}", ATOM)
    assert (found.title, found.text, found.publisher) == (TITLE, TEXT, "Courier")
    assert (found.published, found.url) == (date(2023, 9, 27), "http://courier.example/1")


def test_the_encoding_that_the_feed_declares_is_used(tmp_path: Path) -> None:
    first, _ = read(tmp_path, "news.rss", RSS.replace("utf-8", "windows-1252").encode("cp1252"))
    assert isinstance(first, Article)
    assert first.text == TEXT


def test_a_feed_that_breaks_off_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    *found, last = read(tmp_path, "news.rss", RSS.partition("<item><title>Ferry")[0])
    assert [item.title for item in found if isinstance(item, Article)] == [TITLE]
    assert isinstance(last, Problem)
    assert (last.reason, last.failed) == ("broken feed: it breaks off, and what follows the last entry is lost", True)


def test_an_entry_without_words_is_skipped_and_the_rest_is_read(tmp_path: Path) -> None:
    empty = RSS.replace(f"<description>{SECOND}</description>", "<description></description>")
    first, second = read(tmp_path, "news.rss", empty)
    assert isinstance(first, Article)
    assert isinstance(second, Problem)
    assert (second.reason, second.failed) == ("no text: only a title", False)


def test_a_feed_of_exploding_entities_is_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>{RSS.partition("?>")[2].replace(FIRST, "&l9;")}'
    found = problem(tmp_path, "bomb.rss", bomb.encode("utf-16"))
    assert found.failed
    assert "entities" in found.reason


def test_a_file_that_an_entity_names_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    named = f'<!DOCTYPE rss [<!entity % f SYSTEM "{secret.as_uri()}"> %f;]>{RSS.partition("?>")[2]}'
    assert "entities" in problem(tmp_path, "named.xml", named).reason


def test_nothing_that_a_feed_names_is_fetched(tmp_path: Path) -> None:
    named = RSS.replace("<rss", '<!DOCTYPE rss PUBLIC "-//x//DTD RSS//EN" "http://192.0.2.1/rss.dtd">\n<rss', 1)
    first, _ = read(tmp_path, "news.rss", named)  # the tests may not open a connection, so trying to would fail
    assert isinstance(first, Article)
    assert first.text == TEXT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'><text>words</text></svg>", "not an RSS or Atom feed"),
        ("<urlset><url><loc>https://courier.example</loc></url></urlset>", "not an RSS or Atom feed"),
        ("https://127.0.0.1:9/feed", "not an RSS or Atom feed"),
        ('<rss version="2.0"><channel><title>x</title></channel></rss>', "empty: the feed has no entries"),
        ("", "empty"),
        ("<?xml?>", "not an RSS or Atom feed"),
    ],
)
def test_other_xml_and_empty_feeds_are_skipped(tmp_path: Path, content: str, reason: str) -> None:
    found = problem(tmp_path, "other.xml", content)
    assert (found.reason, found.failed) == (reason, False)


def test_a_feed_above_the_limit_fails(tmp_path: Path) -> None:
    found = problem(tmp_path, "news.rss", RSS.replace(SECOND, "word " * 1_100_000))
    assert found.reason == "too large: a feed has at most 5,000,000 characters and 100,000 tags"


@pytest.mark.parametrize("tag", ["<a>", "&lt;a&gt;", "&#x3C;a>"])
def test_a_feed_of_more_tags_than_news_has_is_refused(tmp_path: Path, tag: str) -> None:
    assert problem(tmp_path, "tags.rss", RSS.replace(FIRST, tag * 100_001)).reason.startswith("too large")


@pytest.mark.parametrize("opening", ["<!--", "&lt;!--", "&#60;!--"])
def test_a_feed_of_comments_without_end_is_refused(tmp_path: Path, opening: str) -> None:
    assert problem(tmp_path, "comments.rss", RSS.replace(FIRST, opening * 5_001)).reason.startswith("too large")
