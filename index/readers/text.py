"""Plain text."""

from index.readers import Draft
from index.readers.cleaning import clean, paragraphs_of
from index.readers.decoding import decode


def read(data: bytes) -> Draft:
    """Read a plain text file. Raises `Unreadable`."""
    return Draft(paragraphs=paragraphs_of(clean(decode(data))))
