"""Example questions made from the indexed articles; each is asked before it is offered."""

import re
from collections.abc import Iterator, Sequence

from index.corpus import Corpus
from index.types import Article
from qa.attribution import attribution_of
from qa.questions_from import ideas_of
from qa.sentences import sentences_of
from qa.suggestions import Ask, offered
from qa.types import AnswerStatus

ARTICLES_LOOKED_AT = 12
MOST_ASKED = 8  # questions that rest on one sentence; each takes 60 to 100 ms
# Two to four capitalised words, the first of which is no determiner: somebody's name, with or without a title.
_NAME = re.compile(r"(?!(?:The|A|An|His|Her|Their|Its|Our|My|This|That)\b)[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3}")


def example_questions(corpus: Corpus, ask: Ask, count: int) -> tuple[str, ...]:
    """Up to `count` questions that are answered, from the newest articles: an overview, then one form after the other.

    `ask` answers in the articles' own words. The same for the same index. Where too few such questions hold, what the
    speakers of the articles said, and further overviews.
    """
    articles = _newest(corpus)
    found = _answered(_overviews(articles[:1]), ask, min(count, 1))
    ideas = [idea for article in articles for idea in ideas_of(article)]
    found += offered(ideas, ask, count=count - len(found), most_asked=MOST_ASKED)
    more = (question for question in _simple(articles) if question not in found)
    return found + _answered(more, ask, count - len(found))


def _newest(corpus: Corpus) -> list[Article]:
    """The newest articles, invented ones last."""
    return sorted(corpus.newest(ARTICLES_LOOKED_AT), key=lambda article: article.kind == "fictional")


def _answered(questions: Iterator[str], ask: Ask, count: int) -> tuple[str, ...]:
    found: list[str] = []
    while len(found) < count and (question := next(questions, None)):
        if question not in found and ask(question).status is AnswerStatus.ANSWERED:
            found.append(question)
    return tuple(found)


def _overviews(articles: Sequence[Article]) -> Iterator[str]:
    return (f"Summarise: {article.title}" for article in articles)


def _simple(articles: Sequence[Article]) -> Iterator[str]:
    speakers = [_speakers(article.text) for article in articles]
    for turn in range(2):
        yield from (f"What did {names[turn]} say?" for names in speakers if len(names) > turn)
    yield from _overviews(articles[1:])


def _speakers(text: str) -> list[str]:
    """The named people and bodies whose claims an article reports."""
    names = (attribution_of(text, start, end) for start, end in sentences_of(text))
    return list(dict.fromkeys(a.name for a in names if a and _NAME.fullmatch(a.name)))
