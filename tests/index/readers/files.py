"""One article in every format, and how the tests of the formats read it."""

from pathlib import Path

from index.articles import discover, read_file
from index.types import Article, Problem

TITLE = "Harbour board votes to rebuild the old pier"
FIRST = "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter storms."
SECOND = "“We have waited nine years for this,” said the chair of the board, Mara Quill, after the meeting."
TEXT = f"{FIRST}\n\n{SECOND}"


def read(
    folder: Path, name: str, content: str | bytes, columns: dict[str, str] | None = None
) -> tuple[Article | Problem, ...]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (source,) = discover([path], max_bytes=2**26).files
    return read_file(source, default_year=None, columns=columns)


def article(folder: Path, name: str, content: str | bytes) -> Article:
    (found,) = read(folder, name, content)
    assert isinstance(found, Article), found
    return found


def problem(folder: Path, name: str, content: str | bytes) -> Problem:
    (found,) = read(folder, name, content)
    assert isinstance(found, Problem), found
    return found
