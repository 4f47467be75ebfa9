"""What was searched, in words: for an honest "the articles do not say"."""

from datetime import date

from index.articlestore import Coverage
from qa.markdown import day

NAMED_PUBLISHERS = 5


def searched(coverage: Coverage, as_of: date | None) -> str:
    """Such as "11 articles from TASS and 3 others, published 8 Nov 2022 to 19 Jun 2024"."""
    count = f"{coverage.articles:,} article{'' if coverage.articles == 1 else 's'}"
    return "".join(
        (count, _publishers(coverage.publishers), _dates(coverage), f", as of {day(as_of)}" if as_of else "")
    )


def _publishers(names: tuple[str, ...]) -> str:
    if not names:
        return " whose publishers are unknown"
    shown, rest = names[:NAMED_PUBLISHERS], len(names) - NAMED_PUBLISHERS
    return f" from {', '.join(shown)}" + (f" and {rest} other{'' if rest == 1 else 's'}" if rest > 0 else "")


def _dates(coverage: Coverage) -> str:
    if coverage.oldest is None:
        return ", dates unknown"
    if coverage.oldest == coverage.newest:
        return f", published {day(coverage.oldest)}"
    return f", published {day(coverage.oldest)} to {day(coverage.newest)}"
