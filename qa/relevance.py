"""Whether a passage is about what a question names, and whether a question can stand alone."""

import re
from collections.abc import Callable

from index.keywords import terms
from qa.confidence import share_met, share_missing
from qa.question import Question
from qa.types import ScoredPassage

ABOUT = 0.5  # share of the question's terms, weighed by rarity, that the article has to have
NEAR = 0.25  # cosine below which a passage is about something else
_LEANING = re.compile(
    r"^(?:and|but|so|what about|how about|why\?*$|who else|what else|where else|when\?*$|then)\b"
    r"|\b(?:he|she|they|them|him|his|her|their|it|its|that|those|these|this one|the latter|the former|there|then)\b",
    re.IGNORECASE,
)


def is_about(question: Question, scored: ScoredPassage, rarity: Callable[[str], float]) -> bool:
    """Whether an overview may draw on a passage: its article has most of the question's terms and all of its names."""
    article = scored.article
    dated = f"{article.published:%d %B %Y} {article.published.day}" if article.published else ""
    present = frozenset(terms(f"{article.title} {article.publisher or ''} {dated} {article.text}"))
    return (
        scored.similarity >= NEAR
        and share_met(question.terms, present, rarity) >= ABOUT
        and share_missing(question.names, present) <= 0.5
    )


def leans_on_history(question: Question) -> bool:
    """Whether a question has words that point back to what was said before."""
    return bool(_LEANING.search(question.text))
