"""What is new, or what happened in a period, whatever it is about: the leads of the articles of those days, dated and cited."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.corpus import Corpus
from index.types import Passage, Scope
from qa.attribution import attribution_of, within_sentence
from qa.citations import Line, Quote
from qa.extractive import Draft
from qa.markdown import day
from qa.overview import OVERVIEW_SENTENCES
from qa.period import Period, periods_in
from qa.prompting import Prompt
from qa.question import Question, QuestionKind
from qa.retrieval import HybridRetriever
from qa.sentences import sentences_of_passage
from qa.types import ScoredPassage

_ASKS_OF_DAY = re.compile(r"\b(?:happen|t(?:ook|aken|akes) place|occurred)", re.IGNORECASE)
MOST = 2 * OVERVIEW_SENTENCES  # articles that are looked at
SEARCHED = 40  # passages among which sentences of a period are looked for
NAMED_DAYS = 7  # of a period are searched for one by one, the months of a longer one
YEARS = 10  # that are tried for a day without its year
AHEAD = timedelta(days=120)  # that a day without its year may lie after the article: what is planned
LEAD_WORDS = 6  # of a first sentence; a shorter one is a heading or a cry


class Newsdesk:
    """Finds the newest articles, or those of a period, each of another story."""

    def __init__(self, corpus: Corpus, retriever: HybridRetriever) -> None:
        self._corpus, self._retriever = corpus, retriever

    def period_of(self, question: Question, scope: Scope) -> Period | None:
        """The period that a question for what happened asks of; None where it names none, or asks something else.

        A day without its year is that of the last year from which there are articles. "Any news today?" asks for the
        newest where there is none of today.
        """
        if question.kind is not QuestionKind.OVERVIEW or not question.asks_what_happened:
            return None
        coverage = self._corpus.coverage(scope)
        today, newest = scope.as_of or date.today(), coverage.newest
        first = found = _period_in(question.text, today, newest)
        if first and first.since == today and question.is_news and not _ASKS_OF_DAY.search(question.text):
            return first if self._corpus.coverage(first.within(scope)).articles else None
        for _ in range(YEARS):
            if found is None or self._corpus.coverage(found.within(scope)).articles:
                return found or first
            before = _period_in(question.text, today, min(newest or today, found.since - timedelta(days=1)))
            if before is None or before.since >= found.since:
                break
            found = before
        return first

    def newest(self, period: Period | None, scope: Scope) -> tuple[ScoredPassage, ...]:
        """The beginnings of the newest articles, or of those of a period, then what others tell of that."""
        if period is None:
            return self._beginnings(self._corpus.newest_stories(MOST, scope))
        told = self._beginnings(self._corpus.newest_stories(MOST, period.within(scope), most_told=True))
        if len(told) >= OVERVIEW_SENTENCES:
            return told
        others = self.of_period(self._retriever.retrieve(_named(period), SEARCHED, _from(period, scope)), period)
        return (*told, *self._of_other_stories(others, told))

    def about(self, text: str, k: int, period: Period, scope: Scope) -> tuple[ScoredPassage, ...]:
        """The passages nearest to a question that tell of a period."""
        return self.of_period(self._retriever.retrieve(text, max(k, SEARCHED), _from(period, scope)), period)[:k]

    def of_period(self, found: Iterable[ScoredPassage], period: Period) -> tuple[ScoredPassage, ...]:
        """The passages of a period's articles, and of others the sentences that name a day of it."""
        return tuple(told for scored in found if (told := _told(scored, period)))

    def _beginnings(self, passages: Sequence[Passage]) -> tuple[ScoredPassage, ...]:
        articles = [self._corpus.article(passage.article_id) for passage in passages]
        has_days = any(article.published for article in articles)
        return tuple(
            ScoredPassage(passage=p, article=a, score=1 / (1 + rank), similarity=0.0, found_by="day")
            for rank, (p, a) in enumerate(zip(passages, articles, strict=True))
            if a.published or not has_days
        )

    def _of_other_stories(self, found: Sequence[ScoredPassage], told: Sequence[ScoredPassage]) -> list[ScoredPassage]:
        stories = self._corpus.story_ids({scored.article.id for scored in (*found, *told)})
        had = {stories[scored.article.id] for scored in told}
        return [scored for scored in found if stories[scored.article.id] not in had]


def draft_news(found: Sequence[ScoredPassage], period: Period | None, wording: Prompt) -> Draft:
    """A sentence of each article with its day, at most five, then more of those that tell of the period.

    The newest come first; what happened in a period comes in the order of its days.
    """
    chosen = _chosen([told for scored in found for told in _sentences(scored, period)])
    ordered = sorted(chosen, key=lambda told: told.day, reverse=period is None)
    return Draft(lines=tuple(_line(told, wording) for told in ordered), short_answer=None, confidence=None)


def _chosen(told: Sequence["_Told"]) -> list["_Told"]:
    """The first of each article, then the others, as many as an overview has, each sentence once."""
    firsts: dict[str, _Told] = {}
    rest: dict[tuple[str, int], _Told] = {}
    for one in told:
        article = one.quote.scored.article.id
        if firsts.setdefault(article, one).quote.start != one.quote.start:
            rest.setdefault((article, one.quote.start), one)
    return [*firsts.values(), *rest.values()][:OVERVIEW_SENTENCES]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A sentence, and the day of which it tells; `is_named` says that it names the day itself."""

    quote: Quote
    day: date
    is_named: bool


def _sentences(scored: ScoredPassage, period: Period | None) -> list[_Told]:
    """The lead of an article of the period, the dated sentences of another one."""
    is_named = period is not None and not _is_published_in(scored, period)
    if period is None or not is_named:
        text = scored.article.text
        spans = sentences_of_passage(scored.passage, text)
        lead = next((span for span in spans if len(text[slice(*span)].split()) >= LEAD_WORDS), None)
        day_ = scored.article.published or date.min
        found = [(*(lead or spans[0]), day_)] if spans else []
    else:
        found = _dated(scored, period)
    return [_Told(quote=Quote(scored=scored, start=a, end=b), day=day_, is_named=is_named) for a, b, day_ in found]


def _line(told: _Told, wording: Prompt) -> Line:
    """The day, and whom the sentence leaves to a pronoun, before the sentence."""
    quote, article = told.quote, told.quote.scored.article
    said = attribution_of(article.text, quote.start, quote.end)
    before = [f"{day(article.published)}:"] if article.published and not told.is_named else []
    if said and said.name != said.who:
        before.append(wording.say("attributed", speaker=within_sentence(said.name)))
    text = " ".join(quote.text.split())
    return Line(parts=tuple((part, False) for part in (*before, text)), quotes=(quote,), said=" ".join(before))


def _told(scored: ScoredPassage, period: Period) -> ScoredPassage | None:
    """The passage where its article is of the period, else the stretch of it that names days of that; None where none does."""
    if _is_published_in(scored, period):
        return scored
    if not (spans := _dated(scored, period)):
        return None
    start, end = max(spans[0][0], scored.passage.start), min(spans[-1][1], scored.passage.end)
    return replace(scored, passage=replace(scored.passage, start=start, end=end, text=scored.article.text[start:end]))


def _is_published_in(scored: ScoredPassage, period: Period) -> bool:
    published = scored.article.published
    return published is not None and period.since <= published <= period.until


def _dated(scored: ScoredPassage, period: Period) -> list[tuple[int, int, date]]:
    """The sentences of a passage that name a day, month or year within the period, and its first day.

    They are read as on the day of publication; a day without its year may lie ahead of it.
    """
    text, published = scored.article.text, scored.article.published
    if published is None:
        return []
    return [
        (start, end, held[0])
        for start, end in sentences_of_passage(scored.passage, text)
        if (held := [named.since for named in periods_in(text[start:end], today=published, latest=published + AHEAD)
                     if period.holds(named)])
    ]  # fmt: skip


def _period_in(text: str, today: date, newest: date | None) -> Period | None:
    """All that a text names of days as one period."""
    found = periods_in(text, today=today, latest=min(today, newest or today))
    if not found:
        return None
    return replace(
        found[0], since=min(p.since for p in found), until=max(p.until for p in found), end=max(p.end for p in found)
    )


def _from(period: Period, scope: Scope) -> Scope:
    """The scope from the period's first day on: what was published before cannot tell of it."""
    return replace(scope, since=max(period.since, scope.since or date.min))


def _named(period: Period) -> str:
    """The period in the words that a report would have."""
    length = (period.until - period.since).days + 1
    days = [period.since + timedelta(days=at) for at in range(min(length, 366))]
    if length <= NAMED_DAYS:
        return " ".join(f"{one:%B} {one.day}" for one in days)
    return " ".join(dict.fromkeys(f"{one:%B} {one.year}" for one in days))
