"""The sentences of an article, remembered: many passages of one article are looked at for one question."""

from functools import lru_cache

from index.directives import is_directive, without_directives
from index.sentences import sentence_spans
from index.types import Passage


@lru_cache(maxsize=2_000)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The bounds of each sentence of an article's text that speaks to its reader, and not to a machine."""
    return tuple((a, b) for a, b in sentence_spans(text) if not is_directive(text[a:b]))


def sentences_of_passage(passage: Passage, text: str) -> tuple[tuple[int, int], ...]:
    """The bounds, in the article's text, of the sentences that a passage holds or cuts."""
    return tuple((a, b) for a, b in sentences_of(text) if a < passage.end and b > passage.start)


def readable(passage: Passage, text: str) -> str:
    """A passage of an article's text with what speaks to a machine blanked out, so that offsets stay as they are."""
    return _readable(text)[passage.start : passage.end]


@lru_cache(maxsize=2_000)
def _readable(text: str) -> str:
    return without_directives(text)
