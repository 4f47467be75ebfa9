"""Exact match and token F1 as SQuAD defines them, a question without an answer included.

Rajpurkar et al. (2016) give the normalisation and F1, Rajpurkar, Jia and Liang (2018) what holds without an answer. Only
ASCII punctuation is dropped: a curly quote stays part of its word, so that figures can stand beside published ones.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def squad_normalise(text: str) -> str:
    """Lower case, without ASCII punctuation and then without a, an and the, single spaces between the words."""
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(said: str, gold: Sequence[str]) -> bool:
    """Whether an answer equals a gold one once both are normalised; "" is the answer that there is none."""
    return squad_normalise(said) in _golds(gold)


def token_f1(said: str, gold: Sequence[str]) -> float:
    """The best token F1 against any gold answer; where a side has no words, 1 if neither has any, else 0."""
    words = squad_normalise(said).split()
    return max(_f1(words, one.split()) for one in _golds(gold))


def _golds(gold: Sequence[str]) -> list[str]:
    """The gold answers that have words; where there are none, that there is no answer is the right one."""
    return [normal for one in gold if (normal := squad_normalise(one))] or [""]


def _f1(words: Sequence[str], gold: Sequence[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    shared = (Counter(words) & Counter(gold)).total()
    return 2 * shared / (len(words) + len(gold))
