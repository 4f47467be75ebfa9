"""What was searched, in words: for an honest "the articles do not say"."""

from datetime import date

from index.articlestore import Coverage
from qa.markdown import day

NAMED_PUBLISHERS = 4


def searched(coverage: Coverage, as_of: date | None) -> str:
    """Such as "11 articles, published 8 Nov 2022 to 19 Jun 2024, from TASS and 3 others"."""
    count = f"{coverage.articles:,} article{'' if coverage.articles == 1 else 's'}"
    then = f" (as of {day(as_of)})" if as_of else ""
    return count + _dates(coverage) + then + _publishers(coverage.publishers)


def _publishers(names: tuple[str, ...]) -> str:
    if not names:
        return ", publishers unknown"
    shown, rest = names[:NAMED_PUBLISHERS], len(names) - NAMED_PUBLISHERS
    return f", from {', '.join(shown)}" + (f" and {rest} other{'' if rest == 1 else 's'}" if rest > 0 else "")


def _dates(coverage: Coverage) -> str:
    if coverage.oldest is None:
        return ", dates unknown"
    if coverage.oldest == coverage.newest:
        return f", published {day(coverage.oldest)}"
    return f", published {day(coverage.oldest)} to {day(coverage.newest)}"
