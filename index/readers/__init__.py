"""One small file per article format; each turns bytes into drafts and knows nothing of furniture, dates or folders."""

from dataclasses import dataclass


class Unreadable(Exception):
    """The bytes, or one record of them, give no draft; its text is the reason that the user sees.

    `failed` means that an article was there and could not be read, `line` where in the file the trouble is.
    """

    def __init__(self, reason: str, *, failed: bool = True, line: int | None = None) -> None:
        super().__init__(reason)
        self.failed = failed
        self.line = line


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
