"""Characters and paragraphs, the same for every format."""

import re
import unicodedata
from itertools import pairwise

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Controls, soft hyphen, zero-width and bidi characters, surrogates, variation selectors, tags and noncharacters.
_UNWANTED = re.compile(
    "[\0-\b\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e01ef]"
)
_MOST_MARKS = 30
_NO_WORD = re.compile(rf"[^\w\s]{{{_MOST_MARKS + 1},}}")
_BULLET = re.compile(r"\s*(?:[•·▪‣◦*–—-]|\d{1,2}[.)])\s")
_NARROWEST_WRAP, _WIDEST_WRAP = 30, 120
_LEAST_WRAPS = 3


def clean(text: str) -> str:
    """Normalise for reading: newlines, NFC, plain spaces; without control, invisible, bidi and tag characters.

    All other characters stay as the article has them, so curly quotation marks are kept.
    """
    text = _UNWANTED.sub("", _SPACES.sub(" ", _NEWLINES.sub("\n", text)))
    return text if text.isascii() else unicodedata.normalize("NFC", _NO_WORD.sub(_fewer_marks, text))


def _fewer_marks(match: re.Match[str]) -> str:
    """At most 30 combining marks in a row (Stream-Safe Text, UAX #15): normalising takes the square of their number."""
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Cut clean text into paragraphs: at blank lines and at line ends, unless the line end only wraps a long line."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    width = _wrapped_at(lines)
    found: list[list[str]] = []
    previous = ""
    for line in lines:
        if line and previous and width and _is_wrap(previous, line, width):
            found[-1].append(line)
        elif line:
            found.append([line])
        previous = line
    return tuple(" ".join(parts) for parts in found)


def one_line(text: str) -> str:
    """The clean text on one line."""
    return " ".join(clean(text).split())


def _wrapped_at(lines: list[str]) -> int | None:
    """The width at which the text was wrapped, told by lines that go on in lower case; None where it was not."""
    widths = [len(line) for line, following in pairwise(lines) if line and following[:1].islower()]
    if len(widths) < _LEAST_WRAPS or not _NARROWEST_WRAP <= max(widths) <= _WIDEST_WRAP:
        return None
    return max(widths)


def _is_wrap(line: str, following: str, width: int) -> bool:
    """A line was wrapped if the next word would not have fitted on it."""
    fits = len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width
    return not fits and not _BULLET.match(following)
