"""Reads a misspelt question as the articles spell it: "yeravan" -> "Yerevan"."""

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"[^\W\d_]{4,}")
LONG = 8  # letters from which two slips are believed, otherwise one


def corrected(text: str, is_known: Callable[[str], bool], vocabulary: Callable[[], Sequence[str]]) -> str:
    """The question with each unknown word replaced by the nearest word of the articles, if one is near enough.

    Near enough is one insertion, deletion, substitution or swap of neighbours (two from eight letters on; optimal
    string alignment distance), with the first letter kept. `vocabulary` is asked only where a word is unknown; of
    equally near words its first is taken.
    """

    def correct(match: re.Match[str]) -> str:
        word = match.group()
        if is_known(word.lower()):
            return word
        found = _nearest(word.lower(), vocabulary())
        return word if found is None else found.capitalize() if word[0].isupper() else found

    return _WORD.sub(correct, text)


def _nearest(word: str, vocabulary: Sequence[str]) -> str | None:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    near = [known for known in vocabulary if known[:1] == word[:1] and abs(len(known) - len(word)) <= 2]
    found = extractOne(word, near, scorer=OSA.distance, score_cutoff=2 if len(word) >= LONG else 1)
    return found[0] if found else None
