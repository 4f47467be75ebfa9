"""When was an article published, and how is that known?

Only what the article or its metadata states counts: never today's date, never the time of the file. A date that can be
read in two ways (03/04/2023), that does not exist, or that lies in the future is no date.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from index.types import DateSource

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:1[6-9]|20|21)\d\d(?!\d)"
_WORDS = re.compile(
    rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<m1>{MONTH})(?:[,\s-]\s*(?P<y1>{_YEAR}))?"
    rf"|\b(?P<m2>{MONTH})\s*(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:\d)(?:,?\s+(?P<y2>{_YEAR}))?",
    re.IGNORECASE,
)
DAY_IN_WORDS = "(?:" + re.sub(r"\(\?P<\w+>", "(?:", _WORDS.pattern) + ")"  # the same without names, to build on
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<![\w.,])((?:19|20)\d\d)(\d\d)(\d\d)(?=T\d|(?!\w))")
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_SPANS = (_YEAR_FIRST, _COMPACT, _YEAR_LAST, _WORDS)

_TIME = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?\b)?|\d{1,2}\s*[ap]\.?m\.?(?!\w)|T(?=\d\d:)"
_ZONE = (
    r"(?:UTC|GMT|[BCEMP][DES]?T|CEST|EEST|MSK|AEDT|AEST|IST|JST|Z)(?:\s*[+-]\d{1,2}(?::?\d{2})?)?\b|[+-]\d{2}:?\d{2}\b"
)
_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_LABEL = (
    r"(?:first |last |originally )?(?:published|posted|updated|modified|created|released|issued)\b(?: (?:on|at))?"
    r"|\b(?:date|time|on|at|local time)\b"
)
_AGO = (
    r"\b(?:an?|\d{1,3}) (?:second|minute|min|hour|hr|day|week|month|year)s? ago\b|\byesterday\b|\btoday\b|\bjust now\b"
)
_UPDATED = re.compile(r"\b(?:updated|modified)\b", re.IGNORECASE)
_AROUND = re.compile(f"{_TIME}|{_ZONE}|{_WEEKDAY}|{_LABEL}", re.IGNORECASE)
_RELATIVE = re.compile(_AGO, re.IGNORECASE)
_LONGEST_DATE_LINE = 120

_ADDRESS_DAY = re.compile(rf"/((?:19|20)\d\d)/(\d{{1,2}}|{MONTH})/(\d{{1,2}})(?=[/_-]|$)", re.IGNORECASE)
_ADDRESS_YEAR = re.compile(r"/((?:19|20)\d\d)(?:/\d{1,2})?/")
_FIRST_YEAR = 1600  # the first newspapers; earlier years stand for a missing date
_GRACE = timedelta(days=2)  # the writer's day may be ahead of ours
_NEAR = timedelta(days=7)
_FIRST_SECOND, _FIRST_MILLISECOND, _LAST_MILLISECOND = 10**8, 10**11, 10**13


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as it is written; `year` is None where the writer left it out."""

    year: int | None
    month: int
    day: int

    def in_year(self, year: int) -> date | None:
        """That day of a year, or None where the year does not have it."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def isoformat(self) -> str:
        """YYYY-MM-DD, or --MM-DD without a year (ISO 8601)."""
        return f"{'-' if self.year is None else f'{self.year:04}'}-{self.month:02}-{self.day:02}"


def days_in(text: str) -> tuple[Day, ...]:
    """The days that a text names, in its order; ambiguous and impossible ones are left out."""
    return tuple(day for _, _, day in _spans(text) if day)


def is_date_line(line: str) -> bool:
    """Whether a line says when something was published and nothing else ("Updated 3 March 2023, 10:15 GMT")."""
    if len(line) > _LONGEST_DATE_LINE:
        return False
    spans = _spans(line)
    rest = line
    for start, end, _ in reversed(spans):
        rest = f"{rest[:start]} {rest[end:]}"
    rest, relative = _RELATIVE.subn(" ", rest)
    return bool(spans or relative) and not re.search(r"\w", _AROUND.sub(" ", rest))


def days_of_line(line: str) -> tuple[Day, ...]:
    """The days of a date line, publication before update."""
    parts = _UPDATED.split(line, maxsplit=1)
    if len(parts) == 1:
        return days_in(line)
    before, after = days_in(parts[0]), days_in(parts[1])
    return before + after if before else after[1:] + after[:1]


def publication(
    *,
    stated: Iterable[str | int | float],
    head: Sequence[Day],
    year: int | None,
    url: str | None,
    name: str,
    default_year: int | None,
    today: date,
) -> tuple[date | None, DateSource]:
    """The day of publication and how it is known.

    `stated` is what metadata says, `head` the days in the first lines of the article, best first. A day without a year
    takes it from `year`, the address or the file name, then from `default_year`, and says so.
    """
    written = tuple(day for value in stated for day in _days_stated(value))
    for days, source in ((written, DateSource.METADATA), (head, DateSource.TEXT)):
        for day in days:
            if day.year is not None and (found := _plausible(day.in_year(day.year), today)):
                return found, source
    hint = _day_of_address(url or "", today) or _day_of_name(name, today)
    yearless = tuple(day for day in (*written, *head) if day.year is None)
    assumed = year or _year_of_address(url or "") or default_year
    for day in yearless:
        found = _nearest(day, hint) if hint else _plausible(day.in_year(assumed) if assumed else None, today)
        if found:
            return found, DateSource.TEXT_AND_SETTING
    return hint, DateSource.METADATA if hint else DateSource.UNKNOWN


def lacks_year(*, stated: Iterable[str | int | float], head: Sequence[Day]) -> bool:
    """Whether days are given, as to `publication`, and none of them with its year."""
    days = (*(day for value in stated for day in _days_stated(value)), *head)
    return bool(days) and all(day.year is None for day in days)


def _spans(text: str) -> list[tuple[int, int, Day | None]]:
    """Every stretch that looks like a date, with the day where there is exactly one reading of it."""
    found: list[tuple[int, int, Day | None]] = []
    for pattern in _SPANS:
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), _day_of(match)))
    return sorted(found, key=lambda span: span[0])


def _day_of(match: re.Match[str]) -> Day | None:
    parts = match.groups()
    if match.re is _WORDS:
        day, month, year = match["d1"] or match["d2"], match["m1"] or match["m2"], match["y1"] or match["y2"]
        return _valid(year, MONTH_NAMES.index(month[:3].lower()) + 1, day)
    if match.re is _YEAR_FIRST:
        return _valid(parts[0], parts[2], parts[3])
    if match.re is _COMPACT:
        return _valid(*parts)
    return _valid(parts[3], *_day_last(parts[0], parts[1], parts[2]))


def _day_last(first: str, separator: str, second: str) -> tuple[int, int]:
    """Month and day of 27/09/2023 or 09/27/2023; with dots the day always comes first. Month 0 stands for ambiguous."""
    one, two = int(first), int(second)
    if separator == "." or one > 12 or one == two:
        return two, one
    return (one, two) if two > 12 else (0, 0)


def _valid(year: str | None, month: str | int, day: str | int) -> Day | None:
    found = Day(year=int(year) if year else None, month=int(month), day=int(day))
    # 2024 has every day that any year has.
    return found if found.in_year(2024 if found.year is None else found.year) else None


def _days_stated(value: str | int | float) -> Iterator[Day]:
    text = str(value).strip()
    number = float(value) if isinstance(value, int | float) else _number(text)
    if number is not None and (moment := _of_epoch(number)):
        yield Day(year=moment.year, month=moment.month, day=moment.day)
    else:
        yield from days_in(text[:200])


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{9,13}(?:\.\d{1,9})?", text) else None


def _of_epoch(number: float) -> date | None:
    """Seconds or milliseconds since 1970, in UTC; numbers of other sizes are no such count."""
    if _FIRST_SECOND <= number < _FIRST_MILLISECOND:
        return datetime.fromtimestamp(number, UTC).date()
    if _FIRST_MILLISECOND <= number < _LAST_MILLISECOND:
        return datetime.fromtimestamp(number / 1000, UTC).date()
    return None


def _plausible(day: date | None, today: date) -> date | None:
    return day if day and day.year >= _FIRST_YEAR and day <= today + _GRACE else None


def _nearest(day: Day, hint: date) -> date | None:
    near = (day.in_year(year) for year in (hint.year - 1, hint.year, hint.year + 1))
    return next((found for found in near if found and abs(found - hint) <= _NEAR), None)


def _day_of_address(address: str, today: date) -> date | None:
    match = _ADDRESS_DAY.search(address)
    if match:
        month = match[2] if match[2].isdigit() else str(MONTH_NAMES.index(match[2][:3].lower()) + 1)
        day = _valid(match[1], month, match[3])
        return _plausible(day.in_year(int(match[1])) if day else None, today)
    days = [Day(year=int(y), month=int(m), day=int(d)) for y, _, m, d in _YEAR_FIRST.findall(address)]
    return next((found for day in days if (found := _plausible(day.in_year(day.year or 0), today))), None)


def _day_of_name(name: str, today: date) -> date | None:
    base = name.rpartition("/")[2]
    dashed = re.match(r"((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", base)
    if dashed:
        day = _valid(*dashed.groups())
        return _plausible(day.in_year(int(dashed[1])) if day else None, today)
    return _day_of_address(name, today) if _ADDRESS_DAY.search(name) else None


def _year_of_address(address: str) -> int | None:
    match = _ADDRESS_YEAR.search(address)
    return int(match[1]) if match else None
