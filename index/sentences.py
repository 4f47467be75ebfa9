"""Where the sentences of a text begin and end."""

import re
from functools import lru_cache

from index.datelines import dateline_of

_PARAGRAPH = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[^\W\d_]{2,}")


def paragraph_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The bounds of each paragraph, without the white space around it; paragraphs are parted by an empty line."""
    spans, start = [], 0
    for gap in [*_PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        spans.append(_trim(text, start, end))
        start = gap.end() if gap else end
    return tuple((a, b) for a, b in spans if b > a)


def sentence_spans(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """The bounds of each sentence, in order, never across paragraphs.

    An agency's dateline at the head of a paragraph belongs to no sentence. Segmentation is sentencex's
    (Wikimedia); its boundaries are used as they are otherwise.
    """
    spans: list[tuple[int, int]] = []
    for start, end in paragraph_spans(text):
        spans += ((start + a, start + b) for a, b in _segment(text[start:end], language))
    return tuple(spans)


@lru_cache(maxsize=1_000)  # paragraphs: while an article is cut, the same ones are asked for again
def _segment(paragraph: str, language: str) -> list[tuple[int, int]]:
    from sentencex import get_sentence_boundaries

    dateline = dateline_of(paragraph)
    start = dateline.end if dateline else 0
    found: list[tuple[int, int]] = []
    for piece in get_sentence_boundaries(language, paragraph[start:]):
        a, b = _trim(paragraph, start + piece["start_index"], start + piece["end_index"])
        if _WORD.search(paragraph, a, b):
            found.append((a, b))
        elif found and b > a:  # closing quotes and the like belong to what they close
            found[-1] = (found[-1][0], b)
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
