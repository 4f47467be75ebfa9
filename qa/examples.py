"""Example questions made from the indexed articles; each is asked before it is offered."""

import re
from collections.abc import Callable, Iterator

from index.corpus import Corpus
from qa.attribution import attribution_of
from qa.sentences import sentences_of
from qa.types import AnswerStatus

ARTICLES_LOOKED_AT = 12
# Two to four capitalised words, the first of which is no determiner: somebody's name, with or without a title.
_NAME = re.compile(r"(?!(?:The|A|An|His|Her|Their|Its|Our|My|This|That)\b)[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3}")


def example_questions(corpus: Corpus, ask: Callable[[str], AnswerStatus], count: int) -> tuple[str, ...]:
    """Up to `count` questions that are answered, from the newest articles."""
    found: list[str] = []
    for question in _ideas(corpus):
        if len(found) == count:
            break
        if question not in found and ask(question) is AnswerStatus.ANSWERED:
            found.append(question)
    return tuple(found)


def _ideas(corpus: Corpus) -> Iterator[str]:
    articles = sorted(corpus.articles(), key=lambda a: str(a.published or ""), reverse=True)[:ARTICLES_LOOKED_AT]
    articles.sort(key=lambda a: a.kind == "fictional")
    speakers = {a.id: _speakers(a.text) for a in articles}
    yield from (f"Summarise: {article.title}" for article in articles[:1])
    for turn in range(2):
        yield from (f"What did {names[turn]} say?" for names in speakers.values() if len(names) > turn)
    yield from (f"Summarise: {article.title}" for article in articles[1:])


def _speakers(text: str) -> list[str]:
    """The named people and bodies whose claims an article reports."""
    names = (attribution_of(text, start, end) for start, end in sentences_of(text))
    return list(dict.fromkeys(a.name for a in names if a and _NAME.fullmatch(a.name)))
