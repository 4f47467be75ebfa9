"""Days of publication -> the bars of a histogram, in days, months or years."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Span(StrEnum):
    """What one bar of a histogram stands for."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many articles were published in the day, month or year that begins with `start`."""

    start: date
    articles: int


def span_of(dated: dict[date, int]) -> Span:
    """Days up to 62 of them, months up to five years, else years."""
    if not dated or (max(dated) - min(dated)).days < 62:
        return Span.DAY
    months = (max(dated).year - min(dated).year) * 12 + max(dated).month - min(dated).month + 1
    return Span.MONTH if months <= 60 else Span.YEAR


def bars_of(dated: dict[date, int], span: Span) -> tuple[Bar, ...]:
    """A bar for each day, month or year from the first to the last, also where none was published."""
    if not dated:
        return ()
    counts: dict[date, int] = {}
    start, last = _start(min(dated), span), max(dated)
    while start <= last:
        counts[start] = 0
        start = _start(start + timedelta(days={Span.DAY: 1, Span.MONTH: 31, Span.YEAR: 366}[span]), span)
    for day, number in dated.items():
        counts[_start(day, span)] += number
    return tuple(Bar(start=day, articles=number) for day, number in counts.items())


def _start(day: date, span: Span) -> date:
    return day.replace(month=1 if span is Span.YEAR else day.month, day=day.day if span is Span.DAY else 1)
