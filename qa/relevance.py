"""Whether a passage is about what a question names."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from index.keywords import terms
from index.types import Article
from qa.confidence import share_met, share_missing
from qa.places import other_names
from qa.question import Question
from qa.types import ScoredPassage

ABOUT = 0.4  # share of the question's terms, weighed by rarity, that the article has to have
CLOSE = 0.35  # cosine from which the names alone will do
MISSING_NAMES = 0.5  # share of the question's names that the article may lack
NEAR = 0.2  # cosine below which a passage is about something else, unless the question asks for days


_QUOTES_SOURCE = re.compile(
    r"\b(?:according|report(?:s|ed|ing)?|articles?|published|covered|coverage|quoted|cited|wr[io]te|written|writes|stor(?:y|ies))\b",
    re.IGNORECASE,
)


def beside_sources(question: Question, publishers: Callable[[], Sequence[str]]) -> Question:
    """The question without its publishers among its names: what "as reported by A and B" asks for need not stand in both."""
    if not question.names or not _QUOTES_SOURCE.search(question.text):
        return question
    named = frozenset(terms(" ".join(name for name in publishers() if name in question.text)))
    return replace(question, names=tuple(name for name in question.names if name not in named))


def heading(article: Article) -> str:
    """What an article can be known by beside its text: title, publisher and day."""
    dated = f"{article.published:%d %B %Y} {article.published.day}" if article.published else ""
    return f"{article.title} {article.publisher or ''} {dated}"


@lru_cache(maxsize=500)
def article_terms(article: Article) -> frozenset[str]:
    """The stems of an article's heading and text with other names of its countries, remembered for all its sentences."""
    whole = f"{heading(article)} {article.text}"
    return frozenset(terms(whole)) | other_names(whole)


def is_about(question: Question, scored: ScoredPassage, rarity: Callable[[str], float]) -> bool:
    """Whether an overview may draw on a passage: its article has what the question names and talks about."""
    article = scored.article
    present = article_terms(article)
    if share_missing(question.names, present) > MISSING_NAMES:
        return False
    named = bool(question.names) and scored.similarity >= CLOSE
    near = scored.similarity >= NEAR or bool(question.numbers)
    return named or (near and share_met(question.terms, present, rarity) >= ABOUT)
