"""Plain text."""

from index.readers import Content, Draft
from index.readers.cleaning import clean, paragraphs_of
from index.readers.decoding import decode


def read(content: Content) -> tuple[Draft]:
    """Read a plain text file. Raises `Unreadable`."""
    return (Draft(paragraphs=paragraphs_of(clean(decode(content.data, declared=content.charset)))),)
