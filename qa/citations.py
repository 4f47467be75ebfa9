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
    quotes, such as "According to" and a resolved speaker: they need not occur in the quote. `verdict` is what
    verification made of a line that is not the articles' own words; the others are held against their quotes here.
    """

    parts: tuple[tuple[str, bool], ...]
    quotes: tuple[Quote, ...]
    said: str = ""
    verdict: Verdict | None = None

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


class Ledger:
    """Numbers the quotes of a draft's lines in order of first use; lines that fell are kept apart from the text."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._citations: list[Citation] = []
        self._sentences: list[Sentence] = []
        self._shown: list[str] = []

    def add(self, line: Line) -> Sentence:
        """Take in a line; one that its quotes do not support cites nothing and enters no text."""
        verdict = line.verdict or verdict_of(line.plain, [quote.text for quote in line.quotes], line.said)
        cited: tuple[int, ...] = ()
        if verdict is not Verdict.UNSUPPORTED:
            cited = tuple(dict.fromkeys(self._number(quote, _of_source(line.verdict)) for quote in line.quotes))
            self._shown.append(_markdown(line) + " " + "".join(f"[{number}]" for number in cited))
        sentence = Sentence(text=line.plain, verdict=verdict, citations=cited)
        self._sentences.append(sentence)
        return sentence

    def cited(self) -> Cited:
        """Everything so far."""
        return Cited(text="\n\n".join(self._shown), citations=tuple(self._citations), sentences=tuple(self._sentences))

    def _number(self, quote: Quote, verdict: Verdict) -> int:
        key = (quote.scored.article.id, quote.start, quote.end)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._citations.append(_citation(self._numbers[key], quote, self._today, verdict))
        return self._numbers[key]


def _of_source(verdict: Verdict | None) -> Verdict:
    """What a card says of its quote: the articles' own words, or that they support the line; never the source put right."""
    return Verdict.SUPPORTED if verdict in (Verdict.SUPPORTED, Verdict.WRONG_SOURCE) else Verdict.VERBATIM


def cite(lines: Sequence[Line], today: date) -> Cited:
    """Number the quotes of lines and leave out every line that they do not support."""
    ledger = Ledger(today)
    for line in lines:
        ledger.add(line)
    return ledger.cited()


def _markdown(line: Line) -> str:
    return " ".join(f"**{escape(text)}**" if bold else escape(text) for text, bold in line.parts)


def _citation(number: int, quote: Quote, today: date, verdict: Verdict) -> Citation:
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
        verdict=verdict,
    )
