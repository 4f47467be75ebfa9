"""What the tests of the library share: how one is opened and looked at."""

from typing import Any

from qa.library import Library
from tests.index.newsroom import Newsroom

REPORT = b"---\ntitle: Bridge of Braek\npublisher: Bay Herald\n---\n\nThe lower bridge of Braek was closed on Friday.\n"


def opened(newsroom: Newsroom, **given: Any) -> Library:
    return Library(newsroom.settings(), embedder=newsroom.embedder, **given)


def titles(library: Library, text: str = "", **given: Any) -> list[str]:
    total, articles = library.find(text, **given)
    assert total == len(articles)
    return [article.title for article in articles]


def kept(library: Library) -> list[str]:
    """Whatever lies in the folder of what was added, hidden or not."""
    return sorted(path.name for path in library.uploads_dir.iterdir()) if library.uploads_dir.is_dir() else []
