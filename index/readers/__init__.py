"""One small file per article format; each turns bytes into drafts and knows nothing of furniture, dates or folders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Unreadable(Exception):
    """The bytes, or one record of them, give no draft; its text is the reason that the user sees.

    `failed` means that an article was there and could not be read, `line` where in the file the trouble is.
    """

    def __init__(self, reason: str, *, failed: bool = True, line: int | None = None) -> None:
        super().__init__(reason)
        self.failed = failed
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a reader is given: the bytes, and what is known of them from outside.

    `charset` is the encoding that a web server stated; `columns` says which field a column of a table stands for,
    where its own name does not ({"headline": "title"}).
    """

    data: bytes
    charset: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article as its file gives it: clean paragraphs without markup, but still with site furniture.

    `published` holds the file's own statements of its date as they are written there, best first.
    """

    paragraphs: tuple[str, ...]
    title: str | None = None
    publisher: str | None = None
    published: tuple[str | int | float, ...] = ()
    year: int | None = None
    url: str | None = None
    kind: str = "article"
    language: str | None = None
    source_file: str | None = None
    line: int | None = None


class Reader(Protocol):
    """What every format has: a function that gives one item for each article of a file."""

    def __call__(self, content: Content, /) -> Iterable[Draft | Unreadable]:
        """Read the articles; one that cannot be used is given as an `Unreadable`. Raises it for the whole file."""
