"""The sentences of an article, remembered: many passages of one article are looked at for one question."""

from functools import lru_cache

from index.sentences import sentence_spans


@lru_cache(maxsize=2_000)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The bounds of each sentence of an article's text."""
    return sentence_spans(text)
