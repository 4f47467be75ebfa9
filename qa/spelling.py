"""Reads a misspelt question as the articles spell it: "yeravan" -> "Yerevan"."""

import re
from collections.abc import Sequence
from typing import Protocol

from qa.question import is_asking

_WORD = re.compile(r"[^\W\d_]{4,}")
LONG, LONG_NAME = 6, 8  # letters from which two slips are believed, otherwise one; names are given less benefit
OWN = 0.03  # what a word of the articles gains over one of the language at large, in Jaro-Winkler similarity


class Vocabulary(Protocol):
    """What an opened index knows of words."""

    def knows(self, word: str) -> bool:
        """Whether a word in small letters is one, of the articles or of the language."""

    def vocabulary(self) -> Sequence[str]:
        """The words of the articles."""

    def language(self) -> Sequence[str]:
        """Words of the language at large."""


def corrected(text: str, known: Vocabulary) -> str:
    """The question with each unknown word replaced by the nearest word of the articles or of the language.

    Near enough is one insertion, deletion, substitution or swap of neighbours, two in longer words (optimal string
    alignment distance), with the first letter kept. Of equally near words the most alike is taken (Jaro-Winkler: slips
    come late in a word), then the commonest. The vocabularies are asked for only where a word is unknown.
    """

    def correct(match: re.Match[str]) -> str:
        word = match.group()
        if is_asking(word) or known.knows(word.lower()):
            return word
        slips = 2 if len(word) >= (LONG if word.islower() else LONG_NAME) else 1
        found = _nearest(word.lower(), slips, known.vocabulary(), known.language())
        return word if found is None else found.capitalize() if word[0].isupper() else found

    return _WORD.sub(correct, text)


def _nearest(word: str, slips: int, vocabulary: Sequence[str], language: Sequence[str]) -> str | None:
    from rapidfuzz.distance import OSA, JaroWinkler
    from rapidfuzz.process import extract

    found = [
        (distance, -JaroWinkler.similarity(word, known) - gain, rank, known)
        for among, gain in ((vocabulary, OWN), (language, 0.0))
        for known, distance, rank in extract(
            word,
            [known for known in among if known[:1] == word[:1] and abs(len(known) - len(word)) <= slips],
            scorer=OSA.distance,
            score_cutoff=slips,
            limit=None,
        )
    ]
    return min(found)[-1] if found else None
