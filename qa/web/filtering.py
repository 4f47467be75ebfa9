"""What narrows a question in the page: its mistakes in the page's own words, and its way into a link and back."""

from datetime import date
from urllib.parse import parse_qs, urlencode

from qa.markdown import visible
from qa.web.conversation import Filters
from qa.web.words import say

LONGEST_DAY = 10  # characters, as the fields for days take


def mistake(filters: Filters) -> str:
    """Why the days that a reader gave cannot be used, with the name of the field; "" where they can."""
    for name in ("as_of", "since", "until"):
        value = getattr(filters, name)
        if value and _day(value) is None:
            return say("ask.no_day", field=say(f"ask.{name}"), value=value)
    if filters.since and filters.until and date.fromisoformat(filters.since) > date.fromisoformat(filters.until):
        return say("ask.no_period", since=filters.since, until=filters.until)
    return ""


def link_to(question: str, filters: Filters) -> str:
    """The part of an address, from "?" on, that asks a question of the same articles again."""
    days = {name: getattr(filters, name) for name in ("as_of", "since", "until")}
    given = {"q": visible(question), **{name: day for name, day in days.items() if day}}
    return "?" + urlencode(given | {"publisher": filters.publishers}, doseq=True)


def linked(query: str) -> tuple[str, Filters]:
    """The question of such a part of an address, and what narrows it; whatever else it holds is passed over."""
    given = parse_qs(query.removeprefix("?"))
    as_of, since, until = (given.get(name, [""])[0][:LONGEST_DAY] for name in ("as_of", "since", "until"))
    return given.get("q", [""])[0], Filters.of(as_of, since, until, given.get("publisher", []))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
