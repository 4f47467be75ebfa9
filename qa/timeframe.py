"""The day from which an answer looks at the articles."""

from datetime import date

from qa.errors import RequestError


def as_of_day(value: object) -> date | None:
    """Read an as-of day: None, a date, or "YYYY-MM-DD". Raises `RequestError` for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise RequestError(f"as_of is {str(value)[:40]!r}, which is no day; write it like 2023-09-21.") from error
