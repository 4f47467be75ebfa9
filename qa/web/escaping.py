"""Words of an article or a question -> one line that is safe in the page's HTML."""

from html import escape

from qa.markdown import visible


def plain(text: str) -> str:
    """The text on one line, without what cannot be seen."""
    return " ".join(visible(text).split())


def escaped(text: str) -> str:
    """The same as HTML that shows exactly this text."""
    return escape(plain(text))
