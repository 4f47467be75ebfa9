"""An answer -> Markdown that can be pasted into a note; what came from an article stays text, whatever it contains."""

import html
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from urllib.parse import quote, urlsplit

from index.directives import without_directives
from qa.types import Answer, Citation, Disagreement, Headline

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_PER_MONTH = 30.44

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|\r(?!\n)")
# Directional overrides can show a headline in another order; tag characters hide text; lone surrogates cannot be sent.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\ud800-\udfff]")
# A backslash becomes an entity, so that no renderer takes it and what follows for an escape or a LaTeX command.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "&#92;"}
# The last three would be made links by renderers that look for bare addresses.
_SPECIAL = re.compile(r"[&<>\\`*_\[\]$|~]|!(?=\[|$)|:(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
_BLOCK_START = re.compile(r"(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|#{1,6}(?:\s|$)|[-=][-=\s]*$))")
_BULLET = re.compile(r"\s*[-*]\s+(?=\S)")
# The only Markdown that the text of an answer keeps: escapes, citation markers, bold.
_KEPT = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~]|&(?:amp|lt|gt|#92);)|\[(?P<number>\d{1,9})\]"
    r"|\*\*(?P<bold>(?:\\\*|[^\s*])(?:(?:\\\*|[^*])*(?:\\\*|[^\s*]))?)\*\*"
)
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
_URL_SAFE = "/%?:@!&*+,;=~-._"


def answer_markdown(answer: Answer) -> str:
    """The answer, then what it rests on or why there is none, and whatever else the reader should know.

    `Answer.text` keeps its markers, bullets and bold; all other Markdown and HTML in it is shown as it is written.
    """
    blocks = said(answer)
    blocks += _list("Sources", map(_source, answer.citations))
    title = "What comes nearest, and may not answer it" if answer.nearest_passages else "Nearest headlines"
    blocks += _list(title, (_headline(headline, passages_near(answer, headline)) for headline in answer.nearest))
    blocks += (f"Note: {escape(notice)}" for notice in answer.notices)
    return "\n\n".join(block for block in blocks if block)


def said(answer: Answer) -> list[str]:
    """What an answer says, as blocks of Markdown: its text, what is missing, and where its sources disagree."""
    numbers = frozenset(citation.number for citation in answer.citations)
    blocks = ["\n".join(_line(line, numbers) for line in visible(answer.text).strip().splitlines())]
    if answer.reason and answer.reason not in answer.text:
        blocks.append(_line(visible(answer.reason), numbers))
    return blocks + _list("Sources disagree", (_disagreement(one, numbers) for one in answer.disagreements))


def escape(text: str) -> str:
    """One line of Markdown that is shown as exactly this text, white space aside: no markup, no links, no formulas."""
    return _guard_start(_escape_inline(visible(text).strip()))


def passages_near(answer: Answer, headline: Headline) -> tuple[str, ...]:
    """The passages of an article that come near to a question it does not answer, less what speaks to a machine."""
    near = (passage.text for passage in answer.nearest_passages if passage.article_id == headline.article_id)
    return tuple(text for text in map(str.strip, map(without_directives, near)) if text)


def visible(text: str) -> str:
    """The text without what changes how a terminal or page shows it: control characters, overrides, hidden tags."""
    return _HIDDEN.sub("", _CONTROL.sub(" ", text))


def day(published: date | None) -> str:
    """A day as "26 Sep 2023", in English whatever the locale, or "date unknown"."""
    return f"{published.day} {_MONTHS[published.month - 1]} {published.year}" if published else "date unknown"


def age(days: int | None) -> str:
    """An age as "today", "2 days old", "5 months old" or "3 years old"; below zero "not yet published"."""
    if days is None:
        return "age unknown"
    if days < 0:
        return "not yet published"
    if days == 0:
        return "today"
    if days < 31:
        return _old(days, "day")
    if days < 365:
        return _old(int(days / _DAYS_PER_MONTH), "month")
    # Not 365.25: an anniversary would then be a day short of its years.
    return _old(days // 365, "year")


def safe_link(url: str | None) -> str | None:
    """The address with its host in punycode and odd characters percent-encoded; None unless plain http or https.

    An address with a user name is no plain one: what stands before the @ can be made to look like the host.
    """
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
        path, query, fragment = (quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    host = f"[{host}]" if ":" in host else host
    return (
        f"{parts.scheme}://{host}{port}{path}" + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    )


def _line(line: str, numbers: Collection[int]) -> str:
    bullet = _BULLET.match(line)
    body = _inline(line[bullet.end() :] if bullet else line.strip(), numbers)
    # After a marker, a parenthesis would make it a link and a colon a link definition.
    body = re.sub(r"(\[\d+\])(?=[(:])", r"\1\\", body)
    return f"- {_guard_start(body)}" if bullet else _guard_start(body)


def _inline(text: str, numbers: Collection[int]) -> str:
    pieces = []
    at = 0
    for match in _KEPT.finditer(text):
        pieces += [_escape_inline(text[at : match.start()]), _kept(match, numbers)]
        at = match.end()
    return "".join([*pieces, _escape_inline(text[at:])])


def _kept(match: re.Match[str], numbers: Collection[int]) -> str:
    if bold := match["bold"]:
        return f"**{_inline(bold, numbers)}**"
    if number := match["number"]:
        return f"[{int(number)}]" if int(number) in numbers else _escape_inline(match[0])
    return _escape_inline(html.unescape(match[0]).removeprefix("\\") or "\\")


def _escape_inline(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return _SPECIAL.sub(lambda special: _ENTITIES.get(special[0], f"\\{special[0]}"), text)


def _guard_start(line: str) -> str:
    return re.sub(_BLOCK_START, r"\1\\", line, count=1) if _BLOCK_START.match(line) else line


def _list(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"- {item}" for item in items]
    return [f"**{title}**", "\n".join(lines)] if lines else []


def _source(citation: Citation) -> str:
    old = f" ({age(citation.age_days)})" if citation.age_days is not None else ""
    title = escape(citation.title) or "untitled"
    if link := safe_link(citation.url):
        title = f"[{title}]({link.replace('&', '&amp;')})"
    kind = "" if citation.kind == "article" else f" ({escape(citation.kind)})"
    publisher = escape(citation.publisher or "") or "publisher unknown"
    return (
        f"[{citation.number}] {publisher}, {day(citation.published)}{old}: {title}{kind}\n  > {escape(citation.quote)}"
    )


def _disagreement(disagreement: Disagreement, numbers: Collection[int]) -> str:
    text = _line(visible(disagreement.text), numbers)
    missing = [f"[{number}]" for number in disagreement.numbers if f"[{number}]" not in text]
    return " ".join([text, *missing])


def _headline(headline: Headline, near: Sequence[str]) -> str:
    publisher = escape(headline.publisher or "") or "publisher unknown"
    line = f"{publisher}, {day(headline.published)}: {escape(headline.title) or 'untitled'}"
    return "\n  ".join([line, *(f"> {escape(text)}" for text in near)])


def _old(count: int, unit: str) -> str:
    return f"1 {unit} old" if count == 1 else f"{count} {unit}s old"
