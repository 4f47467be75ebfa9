"""Reads a misspelt question as the articles spell it: "yeravan" -> "Yerevan"."""

import math
import re
from collections.abc import Sequence
from typing import Protocol

from index.readers.language import language_in
from qa.question import is_asking

_WORD = re.compile(r"[^\W\d_]{4,}")
LONG, LONG_NAME = 9, 10  # letters from which two slips are believed, and only in a word of the articles
OF_NAME = 6  # letters of a word in small letters from which they are, in a name that only the articles have
ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "n", "y")  # a known word less one of these is no slip
COMMON = 6_000  # words of the language that a compound may be made of
# Fitted on the tune half of tools/eval_spelling.py: natural logarithms of how likely a slip is, and how common a word.
SWAPPED, DOUBLED, LEFT_OUT, MISTYPED, PUT_IN, TWO = 3.0, 2.0, 1.0, 0.0, -1.0, -8.0
OWN, RANK, FIRST = (
    2.0,
    0.7,
    10,
)  # what a word of the articles gains; a rank's logarithm loses, counted from the eleventh
LIKENESS = 20.0  # what Jaro-Winkler similarity gains: slips come late in a word
LEAD = 0.3  # of the best reading over the second; with less, the word stays as it is
_BEFORE = tuple(
    "anti auto co counter cyber dis extra fore hydro inter macro mega micro mid mis multi non out over photo post pre re"
    " semi sub super tele thermo trans ultra un under".split()
)
_AFTER = tuple(
    "able ably age ages ation ations dom ful fully hood ise ised ising isation ism isms ist ists ities ity ization ize ized"
    " izing less like ment ments ness ship ships ster sters ward wards wise".split()
)
_SHORTEST = 4  # letters of what a word is formed of


class Vocabulary(Protocol):
    """What an opened index knows of words."""

    def knows(self, word: str) -> bool:
        """Whether a word in small letters is one, of the articles or of the language."""

    def vocabulary(self) -> Sequence[str]:
        """The words of the articles."""

    def language(self) -> Sequence[str]:
        """Words of the language at large."""


def corrected(text: str, known: Vocabulary) -> str:
    """The question with each unknown word replaced by what was most likely meant, a word of the articles or the language.

    Believed are one insertion, deletion, substitution or swap of neighbours, in long words two (optimal string alignment
    distance), with the first letter kept. How likely a slip is and how common the word decide together (Kernighan,
    Church and Gale, "A spelling correction program based on a noisy channel model", 1990). A wrong correction is worse
    than none: a word stays where two readings are about as likely, where it is formed of known parts or is the
    base of what it would become, and where the question is not in English. The vocabularies are asked for only where a
    word is unknown.
    """
    if _is_foreign(text):
        return text

    def correct(match: re.Match[str]) -> str:
        word = match.group()
        if not word.isascii() or is_asking(word) or known.knows(word.lower()):
            return word
        found = _meant(word, known)
        return word if found is None else found.capitalize() if word[0].isupper() else found

    return _WORD.sub(correct, text)


def _is_foreign(text: str) -> bool:
    """Whether a question is in another language; three times over, it is long enough to tell."""
    return language_in(" ".join([text] * 3)) not in (None, "en")


def _meant(text: str, known: Vocabulary) -> str | None:
    """The word that was meant; None where that is not sure."""
    word = text.lower()
    readings = sorted(_readings(text, known).items(), key=lambda reading: (-reading[1], reading[0]))
    if not readings or (len(readings) > 1 and readings[0][1] - readings[1][1] < LEAD):
        return None
    found = readings[0][0]
    base = word.removesuffix("e")
    is_base = found.removeprefix(base) in ENDINGS or found.removeprefix(word) in {*ENDINGS} - {word[-1]}
    is_sure = _slip(word, found) in (SWAPPED, DOUBLED)
    return None if is_base or (not is_sure and _is_formed(word, known)) else found


def _readings(text: str, known: Vocabulary) -> dict[str, float]:
    """The words that may have been meant, each with how likely that is."""
    from rapidfuzz.distance import OSA, JaroWinkler
    from rapidfuzz.process import extract

    word, language = text.lower(), known.language()
    found: dict[str, float] = {}
    for among, gain, most in ((known.vocabulary(), OWN, 2), (language, 0.0, 1)):
        near = {k: r for r, k in enumerate(among) if k[:1] == word[:1] and abs(len(k) - len(word)) <= most}
        for reading, *_ in extract(word, list(near), scorer=OSA.distance, score_cutoff=most, limit=None):
            slip = _slip(word, reading)
            if slip == TWO and not _is_long(text, is_name=reading not in language):
                continue
            likely = gain - RANK * math.log(near[reading] + FIRST) + slip
            likely += LIKENESS * JaroWinkler.similarity(word, reading)
            found[reading] = max(likely, found.get(reading, likely))
    return found


def _is_long(text: str, *, is_name: bool) -> bool:
    """Whether two slips are believed in a word."""
    return len(text) >= (LONG_NAME if not text.islower() else OF_NAME if is_name else LONG)


def _slip(word: str, meant: str) -> float:
    """How likely the slip is that makes one word of the other."""
    if len(word) == len(meant):
        apart = [at for at in range(len(word)) if word[at] != meant[at]]
        if len(apart) == 1:
            return MISTYPED
        first = apart[0]
        swapped = meant[:first] + meant[first : first + 2][::-1] + meant[first + 2 :]
        return SWAPPED if word == swapped else TWO
    short, long = sorted((word, meant), key=len)
    for at in range(len(long)):
        if long[:at] + long[at + 1 :] == short:
            is_double = long[at] in (long[at - 1 : at] + long[at + 1 : at + 2])
            return LEFT_OUT if long == meant else DOUBLED if is_double else PUT_IN
    return TWO


def _is_formed(word: str, known: Vocabulary) -> bool:
    """Whether a word is made of known ones: "stoppage", "coaxial", "shutdown"."""
    common = frozenset(known.language()[:COMMON])
    if any(word[:at] in common and word[at:] in common for at in range(_SHORTEST, len(word) - _SHORTEST + 1)):
        return True
    stems = {word.removeprefix(part) for part in _BEFORE} - {word}
    for part in _AFTER:
        if word.endswith(part):
            stems |= _before(word.removesuffix(part), part)
    return any(len(stem) >= _SHORTEST and known.knows(stem) for stem in stems)


def _before(stem: str, ending: str) -> set[str]:
    """What may stand before an ending: "stopp" of "stoppage" is "stop", "happi" of "happiness" is "happy"."""
    single = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    forms = {stem, single, f"{stem[:-1]}y" if stem.endswith("i") else stem}
    if ending == "age" or ending[0] not in "aei":
        return forms
    return {form for form in (*forms, f"{stem}e") if len(form) > _SHORTEST}
