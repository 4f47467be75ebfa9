"""A file, a folder or an address becomes articles; whatever does not become one is reported with its reason."""

import errno
import hashlib
import logging
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

from index.dates import lacks_year, publication
from index.errors import SettingsError
from index.fetch import FetchLimits, Network, fetch
from index.furniture import lay_out
from index.readers import Content, Draft, Reader, Unreadable, csv, docx, feed, html, jsonl, markdown, pdf, text
from index.readers.language import language_in
from index.types import Article, Problem

_READERS: Mapping[str, Reader] = {
    **dict.fromkeys((".txt", ".text"), text.read),
    **dict.fromkeys((".md", ".markdown"), markdown.read),
    **dict.fromkeys((".html", ".htm"), html.read),
    **dict.fromkeys((".jsonl", ".ndjson"), jsonl.read),
    **dict.fromkeys((".csv", ".tsv"), csv.read),
    **dict.fromkeys((".rss", ".atom", ".xml"), feed.read),
    ".pdf": pdf.read,
    ".docx": docx.read,
}
SUFFIXES = tuple(_READERS)
UNFORESEEN = "cannot be read, the reader of such files fails on it:"
_LOG = logging.getLogger(__name__)
# O_NONBLOCK keeps a pipe that took the place of a file from blocking the run.
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MEBIBYTE = 2**20
Stamp: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to read: where it is, its printable name as the user would write it, and the hash of its bytes.

    `stamp` is its size and the times of its last change of content and of anything, in nanoseconds.
    """

    path: Path
    name: str
    sha256: str
    suffix: str
    stamp: Stamp = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What lies at the given paths, sorted by name: files to read, and everything else with a reason."""

    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Sequence[Path], *, max_bytes: int, known: Mapping[str, tuple[Stamp | None, str]] | None = None,
    without: Path | None = None,
) -> Discovery:  # fmt: skip
    """Find the article files at the given files and folders; a file that is reached twice counts once.

    Links inside folders are not followed, nothing but regular files is opened, hidden files are ignored. `known` has the
    stamp and the hash of files by their names: one that has its stamp still is not read. The folder `without` is left out.
    Raises `SettingsError` for a path that does not exist.
    """
    files: dict[str, SourceFile] = {}
    problems: dict[str, Problem] = {}
    seen: set[Path] = set()
    for given in paths:
        for found in _walk(given, without and without.resolve()):
            name = _printable(found)
            place = found.parent.resolve() / found.name
            if place not in seen:
                seen.add(place)
                try:
                    files[name] = _source(found, name, max_bytes, (known or {}).get(name))
                except Unreadable as problem:
                    problems[name] = Problem(path=name, line=None, reason=str(problem), failed=problem.failed)
    return Discovery(
        files=tuple(files[name] for name in sorted(files)), problems=tuple(problems[name] for name in sorted(problems))
    )


def read_file(
    source: SourceFile, *, default_year: int | None, columns: Mapping[str, str] | None = None
) -> tuple[Article | Problem, ...]:
    """Read the articles of one file, one item for each; never raises for what the file holds.

    `columns` names the fields that columns of a table stand for where their own names do not ({"headline": "title"}).
    """
    try:
        content = Content(data=_bytes(source), columns=columns or {})
    except Unreadable as problem:
        return (_problem(source.name, problem),)
    return tuple(
        _problem(source.name, draft)
        if isinstance(draft, Unreadable)
        else _article(draft, name=source.name, default_year=default_year)
        for draft in _drafts(content, source.suffix)
    )


def read_url(
    url: str, *, default_year: int | None, limits: FetchLimits | None = None, network: Network | None = None
) -> tuple[Article | Problem, ...]:
    """Fetch a page, a feed, a text or a PDF and read its articles; never raises for what the address leads to.

    Articles have the address where the redirects ended and no path, those of a feed the address of their entry.
    """
    try:
        page = fetch(url, limits=limits, network=network)
    except Unreadable as problem:
        return (_problem(url, problem),)
    found: list[Article | Problem] = []
    for draft in _drafts(Content(data=page.data, charset=page.charset), page.suffix):
        if isinstance(draft, Unreadable):
            found.append(_problem(page.url, draft))
        else:
            # What a page says of its own address is not believed: it could claim to be somebody else's.
            address = draft.url if _READERS[page.suffix] is feed.read and draft.url else page.url
            item = _article(replace(draft, url=address), name=None, default_year=default_year)
            found.append(replace(item, path=page.url) if isinstance(item, Problem) else item)
    return tuple(found)


def _drafts(content: Content, suffix: str) -> Iterator[Draft | Unreadable]:
    """What the reader of that suffix makes of the bytes; each reader checks that they are what it reads.

    One file never stops the others: a fault of a reader, or of the library behind it, is a problem of that file.
    """
    try:
        if suffix not in _READERS:
            raise Unreadable(_unsupported(suffix), failed=False)
        yield from _READERS[suffix](content)
    except Unreadable as problem:
        yield problem
    except Exception as error:
        _LOG.exception("the reader of %s files failed", suffix)
        yield Unreadable(f"{UNFORESEEN} {type(error).__name__}")


def _walk(given: Path, without: Path | None) -> Iterator[Path]:
    try:
        mode = given.stat().st_mode
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            yield given
            return
        raise SettingsError(f"{_printable(given)} does not exist; give a file or a folder that does.") from error
    if stat.S_ISDIR(mode):
        yield from _walk_folder(given, without)
    else:
        # A link that the user names is meant; those met on the way are not followed.
        yield given.resolve() if given.is_symlink() else given


def _walk_folder(folder: Path, without: Path | None) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        if without and current.name == without.name and current.resolve() == without:
            continue
        try:
            with os.scandir(current) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError:
            yield current
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(current / entry.name)
            else:
                yield current / entry.name


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        return _stamp(os.lstat(path))
    except OSError:
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _source(path: Path, name: str, max_bytes: int, known: tuple[Stamp | None, str] | None) -> SourceFile:
    suffix = path.suffix.lower()
    descriptor = _opened(path)
    with os.fdopen(descriptor, "rb") as file:
        if path.name.upper().startswith("README"):
            raise Unreadable("a README is not an article", failed=False)
        if suffix not in SUFFIXES:
            raise Unreadable(_unsupported(suffix), failed=False)
        stamp = _stamp(os.fstat(descriptor))
        size = stamp[0]
        if size > max_bytes:
            raise Unreadable(
                f"too large: {size / _MEBIBYTE:.1f} MB, where at most {max_bytes / _MEBIBYTE:g} MB are read;"
                " split it or raise DATELINE_MAX_FILE_MB"
            )
        try:
            digest = known[1] if known and known[0] == stamp else hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Unreadable(f"cannot be read: {error.strerror}") from error
    return SourceFile(path=path, name=name, sha256=digest, suffix=suffix, stamp=stamp)


def _opened(path: Path) -> int:
    """Open a regular file without following a link or waiting for a pipe. Raises `Unreadable` for anything else."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISREG(mode):
            descriptor = os.open(path, _OPEN)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return descriptor
            os.close(descriptor)
    except FileNotFoundError as error:
        raise Unreadable("vanished while the folder was being read", failed=False) from error
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}", failed=error.errno != errno.ELOOP) from error
    if stat.S_ISDIR(mode):
        raise Unreadable("the folder cannot be read")
    kind = "a link, and links are not followed" if stat.S_ISLNK(mode) else "neither a file nor a folder"
    raise Unreadable(f"not a regular file: {kind}", failed=False)


def _bytes(source: SourceFile) -> bytes:
    try:
        with os.fdopen(_opened(source.path), "rb") as file:
            data = file.read()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise Unreadable("changed while it was being read; run the command again")
    return data


def _article(draft: Draft, *, name: str | None, default_year: int | None) -> Article | Problem:
    layout = lay_out(draft.paragraphs, draft.title)
    body = "\n\n".join(layout.paragraphs)
    if not body or layout.title is None:
        reason = "no text: only a title" if layout.title else "no text"
        return Problem(path=name or "", line=draft.line, reason=reason, failed=False)
    published, date_from = publication(
        stated=draft.published,
        head=layout.days,
        year=draft.year,
        url=draft.url,
        name=name or "",
        default_year=default_year,
        today=date.today(),
    )
    return Article(
        id="a" + _sha256(f"{layout.title}\n{body}")[:16],
        title=layout.title,
        text=body,
        publisher=draft.publisher or layout.publisher,
        published=published,
        date_from=date_from,
        lacks_year=not (published or default_year) and lacks_year(stated=draft.published, head=layout.days),
        url=draft.url,
        path=name,
        line=draft.line,
        kind=draft.kind,
        language=draft.language or language_in(f"{layout.title}\n{body}"),
        source_file=draft.source_file,
        sha256=_sha256(body),
    )


def _problem(name: str, problem: Unreadable) -> Problem:
    return Problem(path=name, line=problem.line, reason=str(problem), failed=problem.failed)


def _unsupported(suffix: str) -> str:
    known = ", ".join(SUFFIXES)
    return f"format {suffix or 'without a suffix'} is not supported; supported are {known}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _printable(path: Path) -> str:
    """The path with unprintable characters escaped, and the backslash too, so that no two paths get one name."""
    escaped = os.fsencode(path.as_posix().replace("\\", "\\\\")).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped)
