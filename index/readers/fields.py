"""Named fields that somebody else wrote, in front matter or JSON, made into those of a draft."""

import re
from collections.abc import Mapping
from typing import TypedDict

from index.readers import Unreadable
from index.readers.cleaning import one_line

TEXT_NAMES = ("text", "body", "content")  # of the fields that may hold the text
_PUBLISHER = ("publisher", "source", "outlet", "sitename")
_PUBLISHED = ("published", "published_at", "publish_date", "date")
_LANGUAGE = ("language", "lang")
_ABSENT = frozenset({"", "unknown", "none", "null", "n/a", "nan", "~", "-"})
_LONGEST_TITLE = 300


class Fields(TypedDict):
    """The fields of a draft that metadata can give."""

    title: str | None
    publisher: str | None
    published: tuple[str | int | float, ...]
    year: int | None
    url: str | None
    kind: str
    language: str | None
    source_file: str | None


def fields_of(given: Mapping[str, object]) -> Fields:
    """Pick the known fields by any of their names; unknown ones are ignored.

    Raises `Unreadable` where a field holds a list or a mapping.
    """
    named = {str(key).strip().lower(): value for key, value in given.items()}
    year = _text(named, "year") or ""
    kind = (_text(named, "kind") or "article").lower()
    return Fields(
        title=shortened(_text(named, "title"), _LONGEST_TITLE),
        publisher=_text(named, *_PUBLISHER),
        published=tuple(value for name in _PUBLISHED if (value := _date(named, name)) is not None),
        year=int(year) if re.fullmatch(r"[12][0-9]{3}", year) else None,
        url=web_address(_text(named, "url")),
        kind=kind if re.fullmatch(r"[a-z][a-z -]{0,29}", kind) else "article",
        language=language_of(_text(named, *_LANGUAGE)),
        source_file=_text(named, "source_file"),
    )


def language_of(tag: str | None) -> str | None:
    """The language of a tag such as `en-GB`, in lower case, or None where it is no such tag."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*", tag or "")
    return match[1].lower() if match else None


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web, else None: no other kind may become a link."""
    return url if url and re.fullmatch(r"https?://[^\s<>\"]+", url, re.IGNORECASE) else None


def shortened(text: str | None, longest: int) -> str | None:
    """The text, cut after a word with an ellipsis where it has more than `longest` characters."""
    if text is None or len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:-–—") + "…"


def _text(named: Mapping[str, object], *names: str) -> str | None:
    for name in names:
        value = named.get(name)
        if isinstance(value, list | dict):
            raise Unreadable(f"{name} is a {'list' if isinstance(value, list) else 'mapping'}, not text")
        if value is not None and not isinstance(value, bool) and (text := one_line(str(value))).lower() not in _ABSENT:
            return text
    return None


def _date(named: Mapping[str, object], name: str) -> str | int | float | None:
    value = named.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _text(named, name)
