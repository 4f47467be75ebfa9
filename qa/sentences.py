"""The sentences of an article, remembered: many passages of one article are looked at for one question."""

from functools import lru_cache

from index.sentences import sentence_spans
from index.types import Passage


@lru_cache(maxsize=2_000)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The bounds of each sentence of an article's text."""
    return sentence_spans(text)


def sentences_of_passage(passage: Passage, text: str) -> tuple[tuple[int, int], ...]:
    """The bounds, in the article's text, of the sentences that a passage holds or cuts."""
    return tuple((a, b) for a, b in sentences_of(text) if a < passage.end and b > passage.start)
