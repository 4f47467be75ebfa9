"""RSS and Atom files, by way of feedparser, which is given the bytes only and fetches nothing."""

import io
import re
from collections.abc import Iterator
from typing import Any

from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, one_line, paragraphs_of
from index.readers.decoding import decode
from index.readers.fields import language_of, shortened, web_address
from index.readers.html import paragraphs_in

_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
# An entry takes some 20 tags and 3 CDATA sections. The parser takes 4 s for 100,000 tags and the square of the number
# of declarations: 3 s for 20,000 (measured on one core of a 2-core machine, feedparser 6.0.14).
_TAG = re.compile("<|&(?:lt|#0*60|#x0*3c);", re.IGNORECASE)
_MOST_CHARACTERS, _MOST_TAGS, _MOST_DECLARATIONS = 5_000_000, 100_000, 5_000
_LONGEST_TITLE = 300


def read(content: Content) -> Iterator[Draft | Unreadable]:
    """Read one draft per entry: its full text, or its summary where the feed has no more. Raises `Unreadable`."""
    declared = _DECLARED.search(content.data[:200])
    text = decode(content.data, declared=content.charset or (declared[1].decode("ascii") if declared else None))
    feed = _parsed(clean(_DECLARATION.sub("", text, count=1)))
    for entry in feed.entries:
        try:
            yield _draft(entry, feed.feed)
        except Unreadable as problem:
            yield Unreadable(f"the entry {one_line(entry.get('title', ''))[:80]!r}: {problem}", failed=problem.failed)
    if not _END.search(text):
        yield Unreadable("broken feed: it breaks off, and what follows the last entry is lost")


def _parsed(text: str) -> Any:
    import feedparser  # type: ignore[import-untyped]

    if "<!ENTITY" in text.upper():
        raise Unreadable("broken feed: it declares XML entities of its own, which are not expanded")
    tags = [text[match.end() : match.end() + 1] for match in _TAG.finditer(text)]
    if len(text) > _MOST_CHARACTERS or len(tags) > _MOST_TAGS or tags.count("!") > _MOST_DECLARATIONS:
        raise Unreadable(f"too large: a feed has at most {_MOST_CHARACTERS:,} characters and {_MOST_TAGS:,} tags")
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(io.BytesIO(text.encode()), response_headers=headers, resolve_relative_uris=False)
    except Exception as error:  # whatever a foreign parser raises, the feed is at fault
        raise Unreadable(f"broken feed: {type(error).__name__}") from error
    # Of a text without a letter feedparser says nothing at all, not even that it has no version.
    if not feed.get("version") and not feed.entries:
        raise Unreadable("not an RSS or Atom feed", failed=False)
    if not feed.entries:
        raise Unreadable("empty: the feed has no entries", failed=False)
    return feed


def _draft(entry: Any, feed: Any) -> Draft:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    paragraphs = max((_paragraphs(body) for body in bodies), key=lambda parts: sum(map(len, parts)))
    published = entry.get("published") or entry.get("updated")
    source = entry.get("source") or {}
    return Draft(
        paragraphs=paragraphs,
        title=shortened(" ".join(paragraphs_in(entry.get("title", ""))) or None, _LONGEST_TITLE),
        publisher=one_line(source.get("title") or feed.get("title") or "") or None,
        published=(published,) if published else (),
        url=web_address(entry.get("link")),
        language=language_of(feed.get("language")),
    )


def _paragraphs(body: Any) -> tuple[str, ...]:
    value = body.get("value") or ""
    return paragraphs_of(clean(value)) if body.get("type") == "text/plain" else paragraphs_in(value)
