"""The same title and text, met again: one article in two files, or a copy that another publisher prints."""

import hashlib
from collections.abc import Mapping

from index.types import Article


def own_id(article: Article, publishers: Mapping[str, str | None]) -> str:
    """The id of an article beside those whose `publishers` are given by id, as citations credit them.

    It is the article's own unless a copy under another publisher's name has that already. Where one of the two does not
    say who published it, they are the same article.
    """
    first, this = publishers.get(article.id), article.credited
    if first is None or this is None or first.casefold() == this.casefold():
        return article.id
    return copy_id(article)


def copy_id(article: Article) -> str:
    """The id of an article as its publisher's copy of another's."""
    return "a" + hashlib.sha256(f"{article.id}\n{(article.credited or '').casefold()}".encode()).hexdigest()[:16]
