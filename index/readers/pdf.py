"""PDF files: pypdf gives their lines, which are made into paragraphs again here."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from index.dates import days_in
from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, one_line
from index.readers.fields import language_of, shortened

_PROCESS = Path(__file__).with_name("pdf_process.py")
_MOST_PAGES = 100
_MOST_SECONDS = 30
_MOST_CHARACTERS = 2_000_000
_LONGEST_TITLE = 300
_NO_TITLE = re.compile(r"|untitled\b.*|microsoft word\b.*|.*\.(?:docx?|pdf|indd|qxd|rtf|txt|html?)", re.IGNORECASE)
_CREATED = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
# What made the file, where it prints what somebody else has published: then the day it was made says nothing.
_PRINTER = re.compile(r"skia|chrom|mozilla|firefox|safari|webkit|quartz|cairo|ghostscript|print|scan", re.IGNORECASE)
_HEAD_LINES, _EDGE = 8, 2
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_BULLET = re.compile(r"(?:[•·▪‣◦*–—-]|\d{1,2}[.)])\s")
_HYPHENATED = re.compile(r"\w[^\W\d_]-$")
# Of the length of a full line. A last line is shorter than the others as a rule, a heading much shorter.
_LAST_LINE, _HEADING = 0.85, 0.6
_WIDEST = 200  # characters; longer lines are whole paragraphs


def read(content: Content) -> tuple[Draft]:
    """Read the text of a PDF. Raises `Unreadable`.

    The day that the file was made counts only where its first lines state none, and not where it was printed from a page.
    """
    if not content.data.strip():
        raise Unreadable("empty", failed=False)
    if b"%PDF-" not in content.data[:1024]:
        raise Unreadable("not a PDF", failed=False)
    report = _parsed(content.data)
    lines = _without_running_heads([_lines(page) for page in report["pages"]])
    if not any(lines):
        raise Unreadable("no text: the PDF holds pictures only; run text recognition (OCR) on it first")
    title = one_line(report["title"])
    draft = Draft(
        paragraphs=tuple(_paragraphs(lines)),
        title=None if _NO_TITLE.fullmatch(title) else shortened(title, _LONGEST_TITLE),
        published=_published(report, lines),
        language=language_of(report["language"]),
    )
    return (draft,)


def _published(report: Any, lines: Sequence[str]) -> tuple[str, ...]:
    created = _CREATED.match(report["created"])
    stated = any(day.year for line in lines[:_HEAD_LINES] for day in days_in(line))
    return ("-".join(created.groups()),) if created and not stated and not _PRINTER.search(report["made_with"]) else ()


def _parsed(data: bytes) -> Any:
    """What the process says of the file: see `pdf_process.main`."""
    # -P: neither the folder of the script nor the current one is a place to import from.
    command = [sys.executable, "-P", str(_PROCESS), str(_MOST_PAGES)]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=_MOST_SECONDS, check=True)  # noqa: S603
        report = json.loads(ended.stdout)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"the PDF takes more than {_MOST_SECONDS} seconds to read") from error
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        raise Unreadable("broken PDF: its reader ended without a result") from error
    if "reason" in report:
        raise Unreadable(report["reason"])
    if sum(map(len, report["pages"])) > _MOST_CHARACTERS:
        raise Unreadable(f"too long: more than {_MOST_CHARACTERS:,} characters; split it")
    return report


def _lines(page: str) -> list[str]:
    """The lines of a page; blank ones count, except at its ends."""
    return [one_line(line) for line in clean(page).strip().split("\n")]


def _without_running_heads(pages: Sequence[list[str]]) -> list[str]:
    """All lines, without those that stand near the top or the foot of most pages, whatever number is in them."""
    often = Counter(mask for page in pages for mask in {_masked(line) for line in (*page[:_EDGE], *page[-_EDGE:])})
    kept: list[str] = []
    for page in pages:
        for place, line in enumerate(page):
            at_edge = place < _EDGE or place >= len(page) - _EDGE
            if not (at_edge and len(pages) > 1 and often[_masked(line)] > len(pages) / 2):
                kept.append(line)
    return kept


def _masked(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[len(lengths) * 9 // 10]
    compounds = {word.lower() for line in lines for word in re.findall(r"\w+-\w+", line)}
    parts: list[str] = []
    for line, following in pairwise((*lines, "")):
        if line and following and not _ends(line, following, full):
            parts.append(_continued(line, following, compounds))
        elif line:
            yield "".join((*parts, line))
            parts.clear()


def _ends(line: str, following: str, full: int) -> bool:
    """Whether a paragraph ends with this line; lines are told apart by their length, since a PDF has no paragraphs."""
    if _BULLET.match(following) or len(line) > _WIDEST:
        return True
    if _SENTENCE_END.search(line):
        return len(line) < _LAST_LINE * full
    return len(line) < _HEADING * full and not following[:1].islower()


def _continued(line: str, following: str, compounds: set[str]) -> str:
    """The line as the next one follows it: a divided word is made whole, unless it has its hyphen elsewhere too."""
    if not (_HYPHENATED.search(line[-3:]) and following[:1].islower()):
        return f"{line} "
    word = line.split()[-1] + re.split(r"\W", following, maxsplit=1)[0]
    return line if word.strip("“\"'(").lower() in compounds else line[:-1]
