"""A draft -> an answer's text: numbers for the quotes, and a verdict for each line that cites them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.keywords import words
from qa.markdown import escape
from qa.types import Citation, ScoredPassage, Sentence, Verdict

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The article's own words that a line rests on: `scored.article.text[start:end]`."""

    scored: ScoredPassage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The quoted words."""
        return self.scored.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a draft.

    `parts` are (text, bold) in order; `said` are the words that Dateline or the article's context added to the
    quotes, such as "According to" and a resolved speaker: they need not occur in the quote.
    """

    parts: tuple[tuple[str, bool], ...]
    quotes: tuple[Quote, ...]
    said: str = ""

    @property
    def plain(self) -> str:
        """The words of the line without markup."""
        return " ".join(text for text, _ in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A draft with its citations: the Markdown text holds only what its sources support."""

    text: str
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]


def verdict_of(plain: str, quotes: Sequence[str], said: str = "") -> Verdict:
    """Hold a line against the quotes it cites.

    Verbatim: the line is, up to white space and an ellipsis where it was shortened, a stretch of a quote. Supported:
    each of its words stands in a quote, apart from those in `said`. Anything else is unsupported.
    """
    bare = _SPACE.sub(" ", plain).strip(" …")
    if any(bare and bare in _SPACE.sub(" ", quote) for quote in quotes):
        return Verdict.VERBATIM
    known = {word for text in (*quotes, said) for word in words(text)}
    spoken = words(plain)
    return Verdict.SUPPORTED if spoken and all(word in known for word in spoken) else Verdict.UNSUPPORTED


def cite(lines: Sequence[Line], today: date) -> Cited:
    """Number the quotes in order of first use and leave out every line that they do not support."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    shown: list[str] = []
    for line in lines:
        verdict = verdict_of(line.plain, [quote.text for quote in line.quotes], line.said)
        if verdict is Verdict.UNSUPPORTED:
            sentences.append(Sentence(text=line.plain, verdict=verdict, citations=()))
            continue
        for quote in line.quotes:
            key = (quote.scored.article.id, quote.start, quote.end)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_citation(numbers[key], quote, today))
        cited = tuple(numbers[q.scored.article.id, q.start, q.end] for q in line.quotes)
        sentences.append(Sentence(text=line.plain, verdict=verdict, citations=cited))
        shown.append(_markdown(line) + " " + "".join(f"[{number}]" for number in cited))
    return Cited(text="\n\n".join(shown), citations=tuple(citations), sentences=tuple(sentences))


def _markdown(line: Line) -> str:
    return " ".join(f"**{escape(text)}**" if bold else escape(text) for text, bold in line.parts)


def _citation(number: int, quote: Quote, today: date) -> Citation:
    article = quote.scored.article
    return Citation(
        number=number,
        article_id=article.id,
        passage_id=quote.scored.passage.id,
        title=article.title,
        publisher=article.credited,
        published=article.published,
        date_from=article.date_from.value,
        kind=article.kind,
        url=article.url,
        path=article.path,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        age_days=(today - article.published).days if article.published else None,
        verdict=Verdict.VERBATIM,
    )
