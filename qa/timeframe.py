"""The days and publishers that come with a question -> the articles it is asked of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from index.types import Scope
from qa.errors import RequestError

Day = str | date  # "YYYY-MM-DD" where it is text
_DAYS = ("as_of", "since", "until")
FILTERS = (*_DAYS, "publishers")  # what narrows a question, by the names it is given under
NEAR_NAMES = 3


def scope_of(given: Mapping[str, Any], known: Callable[[], Sequence[str]]) -> Scope:
    """Read what narrows a question; `known` gives the publishers that are indexed, if any has to be looked up.

    Raises `RequestError` for what is no day, for a period that ends before it begins, and for an unknown publisher.
    """
    as_of, since, until = (_day(name, given.get(name)) for name in _DAYS)
    if since and until and since > until:
        raise RequestError(f"since is {since}, which is after until, {until}; exchange the two or leave one out.")
    return Scope(as_of=as_of, since=since, until=until, publishers=_publishers(given.get("publishers"), known))


def _day(name: str, value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise RequestError(f"{name} is {str(value)[:40]!r}, which is no day; write it like 2023-09-21.") from error


def _publishers(given: object, known: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    if not given:
        return ()
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(name, str) for name in given):
        raise RequestError(f"publishers is {str(given)[:80]!r}; it has to be a list of names.")
    names = known()
    for name in given:
        if name not in names:
            raise RequestError(
                f"publishers has {name[:80]!r}, from whom no article is indexed; {_near(name[:80], names)}."
            )
    return tuple(dict.fromkeys(given))


def _near(name: str, names: Sequence[str]) -> str:
    from rapidfuzz.fuzz import WRatio
    from rapidfuzz.process import extract

    found = extract(name, names, scorer=WRatio, processor=str.casefold, limit=NEAR_NAMES)
    if not found:
        return "no article names its publisher, so leave it out"
    return f"the nearest names are {', '.join(repr(near) for near, *_ in found)}"
