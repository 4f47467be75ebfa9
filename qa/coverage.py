"""What was searched, in words: for an honest decline."""

from collections.abc import Sequence
from datetime import date

from index.articlestore import Coverage
from index.types import Scope
from qa.markdown import day

NAMED_PUBLISHERS = 4


def searched(coverage: Coverage, scope: Scope | None = None) -> str:
    """Such as "11 articles, published 8 Nov 2022 to 19 Jun 2024, from TASS and 3 others".

    The period and the publishers are those that were asked for, where any were, else those that were found.
    """
    scope = scope or Scope()
    count = f"{coverage.articles:,} article{'' if coverage.articles == 1 else 's'}"
    dates = _period(scope) or _dates(coverage)
    return f"{count}, {dates}{_then(scope)}, {_publishers(scope.publishers or coverage.publishers)}"


def asked_for(scope: Scope) -> str:
    """The period and publishers of a scope, such as "published 1 Sep 2023 to 30 Sep 2023 from TASS"; "" where none."""
    publishers = _publishers(scope.publishers) if scope.publishers else ""
    narrowed = " ".join(part for part in (_period(scope), publishers) if part)
    return narrowed and narrowed + _then(scope)


def _publishers(names: Sequence[str]) -> str:
    if not names:
        return "publishers unknown"
    shown, rest = names[:NAMED_PUBLISHERS], len(names) - NAMED_PUBLISHERS
    return f"from {', '.join(shown)}" + (f" and {rest} other{'' if rest == 1 else 's'}" if rest > 0 else "")


def _period(scope: Scope) -> str:
    match scope.since, scope.until:
        case None, None:
            return ""
        case since, None:
            return f"published since {day(since)}"
        case None, until:
            return f"published up to {day(until)}"
        case since, until:
            return f"published {span(since, until)}"


def _then(scope: Scope) -> str:
    return f" (as of {day(scope.as_of)})" if scope.as_of else ""


def _dates(coverage: Coverage) -> str:
    if coverage.oldest is None:
        return "dates unknown"
    return f"published {span(coverage.oldest, coverage.newest)}"


def span(first: date | None, last: date | None) -> str:
    """Days as "1 Apr 2023 to 30 Apr 2023"; a single one by itself."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"
