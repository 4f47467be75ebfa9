"""The period that a text names -> its first and last day: "last week", "in April 2023", "between 1 and 5 April"."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.dates import MONTH as _M
from index.dates import MONTH_NAMES
from index.types import Scope
from qa.normalise import WEEKDAYS

_D, _Y = r"\d{1,2}(?:st|nd|rd|th)?(?!\d|[:.,]\d|%| ?per)", r"(?:19|20)\d\d(?!\d|[:.,]\d)"
_DAY = rf"(?:(?:19|20)\d\d-\d\d-\d\d|{_D}(?: of)? {_M}(?:,? {_Y})?|{_M} {_D}(?:,? {_Y})?)"
_MONTH = rf"(?:(?P<part>early|mid|late|the beginning of|the end of)[ -])?(?:the month of )?{_M}(?: (?:of )?{_Y})?"
_ONE = rf"(?:{_DAY}|{_M}(?: {_Y})?|{_Y}|{_D})"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|ten|few|couple of|several)"
_NUMBERS = {"few": 3, "couple of": 2, "several": 5, "ten": 10} | {
    word: number for number, word in enumerate("one two three four five six seven".split(), start=1)
}
_UNIT = r"(?P<unit>day|week|fortnight|month|year)s?"
_LENGTH = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}  # days of "the past month"
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_OF = r"(?:['’]s)?(?!\w)"  # "yesterday's headlines"
_FORMS = tuple(
    re.compile(rf"\b(?:{form})", re.IGNORECASE)
    for form in (
        rf"(?:between|from) (?:the )?(?P<a>{_ONE}) (?:and|to|until|till|through|up to|[-–]) (?:the )?(?P<b>{_ONE})(?!\w)",
        rf"(?:(?:on|in|during|from) )?(?P<a>{_M} {_D}|(?<![\d-]){_D}) ?[-–] ?(?P<b>{_DAY}|{_D}(?:,? {_Y})?)(?![\w-])",
        rf"(?P<open>since|after) (?:the )?(?P<a>{_DAY}|{_M}(?: {_Y})?|{_Y})(?!\w)",
        rf"(?:on (?:the )?)?(?P<a>{_DAY})(?!\w)",
        rf"(?:in|during|throughout|for|over|of) {_MONTH}(?!\w)",
        rf"(?:in|during|throughout) (?:the year )?(?P<a>{_Y})(?!\w)",
        rf"(?:(?:in|over|during|within|for) )?(?:the )?(?:last|past|previous) (?P<number>{_NUMBER}) {_UNIT}{_OF}",
        rf"(?:in|over|during|within) the (?:last|past) {_UNIT}{_OF}|(?:the )?past (?P<unit_>week|month|year){_OF}",
        rf"(?P<which>this|last|previous) (?P<unit>week|month|year){_OF}",
        rf"(?P<which>this|last) (?P<unit>weekend){_OF}",
        rf"(?P<which>last|this) (?P<month>{_M})(?!\w)",
        rf"(?P<before>the day before yesterday|yesterday|last night){_OF}",
        rf"(?P<now>today|tonight|this (?:morning|afternoon|evening)){_OF}",
        rf"(?:on |last |this (?:past )?)(?P<weekday>{_WEEKDAY}){_OF}",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `since` to `until`, both inclusive, and the words of the text, `text[start:end]`, that name them."""

    since: date
    until: date
    start: int
    end: int

    def holds(self, other: "Period") -> bool:
        """Whether the other period lies within this one."""
        return self.since <= other.since and other.until <= self.until

    def within(self, scope: Scope) -> Scope:
        """What of a scope was published in this period; where the two share no day, it ends before it begins and holds nothing."""
        since, until = max(self.since, scope.since or date.min), min(self.until, scope.until or date.max)
        return Scope(as_of=scope.as_of, since=since, until=until, publishers=scope.publishers)


def periods_in(text: str, *, today: date, latest: date | None = None) -> tuple[Period, ...]:
    """The periods that a text names, in its order; what is no day of the calendar is left out.

    Relative ones count from `today`, weeks begin on Monday. A day or month without its year is the last one that is not
    after `latest`, or today.
    """
    latest = latest or today
    found: list[Period] = []
    for start, end, match in _spans(text):
        bounds = _bounds(match, today, latest)
        if bounds and bounds[0] <= bounds[1]:
            found.append(Period(since=bounds[0], until=bounds[1], start=start, end=end))
    return tuple(found)


def without_periods(text: str) -> str:
    """The text less the words that name periods."""
    for start, end, _ in reversed(list(_spans(text))):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split())


def _spans(text: str) -> Iterator[tuple[int, int, re.Match[str]]]:
    """What looks like a period, the forms that say more first, none within another."""
    found: list[tuple[int, int, re.Match[str]]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if all(match.end() <= a or match.start() >= b for a, b, _ in found):
                found.append((match.start(), match.end(), match))
    yield from sorted(found, key=lambda span: span[0])


def _bounds(match: re.Match[str], today: date, latest: date) -> tuple[date, date] | None:
    said = {name: value.lower() for name, value in match.groupdict().items() if value}
    if "b" in said:
        return _between(said["a"], said["b"], latest)
    if "a" in said:
        first = _written(said["a"], latest)
        return first and ((first[0] if said["open"] == "since" else first[1], today) if "open" in said else first)
    if "number" in said or ("unit" in said and "which" not in said) or "unit_" in said:
        days = _LENGTH[said.get("unit") or said["unit_"]] * _counted(said.get("number", "one"))
        return today - timedelta(days=days), today
    if "which" in said:
        return _named_unit(said, today, latest)
    if "before" in said:
        day = today - timedelta(days=2 if said["before"].startswith("the") else 1)
        return day, day
    if "now" in said:
        return today, today
    if "weekday" in said:
        day = _last_weekday(WEEKDAYS.index(said["weekday"]), today)
        return day, day
    words = re.sub(
        r"^\w+ (?:(?:early|mid|late|the beginning of|the end of)[ -])?(?:the month of )?", "", match[0].lower()
    )
    return _part(_written(words, latest), said.get("part"))


def _counted(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS.get(number, 1)


def _named_unit(said: dict[str, str], today: date, latest: date) -> tuple[date, date] | None:
    """ "this week", "last month", "last April", "last weekend"."""
    is_last = said["which"] != "this"
    if "month" in said:
        return _written(said["month"], today.replace(day=1) - timedelta(days=1) if is_last else today)
    match said["unit"]:
        case "week":
            first = today - timedelta(days=today.weekday() + 7 * is_last)
            return first, min(today, first + timedelta(days=6))
        case "weekend":
            saturday = _last_weekday(5, today)
            return saturday, min(today, saturday + timedelta(days=1))
        case "month":
            end = today.replace(day=1) - timedelta(days=1) if is_last else today
            return end.replace(day=1), end
        case _:
            year = today.year - is_last
            return date(year, 1, 1), min(today, date(year, 12, 31))


def _last_weekday(weekday: int, today: date) -> date:
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _between(first: str, last: str, latest: date) -> tuple[date, date] | None:
    """From one day to another, of which each may lack what the other says: "1 and 5 April", "September 19 and 21"."""
    a, b = _parts(first), _parts(last)
    if not (a[1] or b[1]):
        years = a[0] and b[0] and not (a[2] or b[2])
        return (date(a[0], 1, 1), date(b[0], 12, 31)) if years and a[0] and b[0] else None
    month, year = a[1] or b[1], a[0] or b[0]
    until = _resolved((b[0] or year, b[1] or month, b[2]), latest)
    if until is None:
        return None
    began = (a[0] or until[1].year, a[1] or month, a[2])
    since = _resolved(began, latest)
    if since and since[0] > until[1] and not a[0]:
        since = _resolved((until[1].year - 1, *began[1:]), latest)
    return (since[0], until[1]) if since else None


def _written(words: str, latest: date) -> tuple[date, date] | None:
    return _resolved(_parts(words), latest)


def _parts(words: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of "20 September 2023", "Sept. 20", "April", "2023", "5" or "2023-09-20"."""
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", words):
        return int(iso[1]), int(iso[2]), int(iso[3])
    year = re.search(_Y, words)
    month = re.search(r"[a-z]{3,}", words)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", words)
    number = MONTH_NAMES.index(month[0][:3]) + 1 if month and month[0][:3] in MONTH_NAMES else None
    return (int(year[0]) if year else None), number, (int(day[0]) if day else None)


def _resolved(parts: tuple[int | None, int | None, int | None], latest: date) -> tuple[date, date] | None:
    """The first and last day; without a year, of the last year in which it does not begin after `latest`."""
    year, month, day = parts
    try:
        if not month:
            return (date(year, 1, 1), date(year, 12, 31)) if year and not day else None
        if year is None:
            year = latest.year - (date(latest.year, month, day or 1) > latest)
        return date(year, month, day or 1), date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None


def _part(month: tuple[date, date] | None, which: str | None) -> tuple[date, date] | None:
    """The early, middle or late days of a month."""
    if month is None or which is None:
        return month
    first, last = month
    if which in ("early", "the beginning of"):
        return first, first.replace(day=10)
    return (first.replace(day=11), first.replace(day=20)) if which == "mid" else (first.replace(day=21), last)
