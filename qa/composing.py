"""A draft -> the Answer: numbered citations, why something is missing, and what else the reader should know."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from index.corpus import Corpus
from index.datelines import without_dateline
from index.keywords import terms
from index.types import Scope
from qa.citations import Line, Quote, cite
from qa.coverage import NAMED_PUBLISHERS, asked_for, searched, span
from qa.extractive import SHORT_BAR, Draft
from qa.markdown import age, day
from qa.pointing import unnamed
from qa.prompting import Prompt
from qa.steps import Asked, Drafted, Read, merged
from qa.types import Answer, AnswerStatus, Citation, Disagreement, Evidence, Headline, ScoredPassage, Sentence

_YEAR = re.compile(r"\b\d{4}\b")  # whoever names the year need not be told which period was meant
UNFITTED = (
    "No confidence: the reader {!r} has not been calibrated with this embedder, so an answer is given whenever the reader"
    " prefers it to none. Run: dateline calibrate"
)


class Composer:
    """Puts answers together over one corpus; `reader_id` is named where the reader was not `calibrated`."""

    def __init__(self, *, corpus: Corpus, wording: Prompt, stale_days: int, reader_id: str, calibrated: bool) -> None:
        self._corpus, self._wording = corpus, wording
        self._stale_days, self._reader_id, self._calibrated = stale_days, reader_id, calibrated

    def without_text(self, question: str, status: AnswerStatus, reason: str, scope: Scope) -> Answer:
        """An answer that only says why there is none."""
        return Answer(
            question=question,
            text=reason,
            status=status,
            reason=reason,
            as_of=scope.as_of,
            index_id=self._corpus.index_id,
        )

    def compose(self, drafted: Drafted) -> Answer:
        """The answer for a draft, or an honest decline where nothing of it can be said."""
        asked = drafted.read.found.asked
        today = asked.scope.as_of or date.today()
        cited = cite(_spoken(drafted.draft.lines), today) if drafted.draft else None
        if cited is None or not cited.text:
            return self._declined(drafted, cited.sentences if cited else ())
        assert drafted.draft is not None
        newest = max((c.published for c in cited.citations if c.published), default=None)
        narrowed = asked_for(asked.scope)
        only = (self._wording.say("only", scope=narrowed),) if narrowed else ()
        return Answer(
            question=asked.raw,
            text=cited.text,
            status=AnswerStatus.PARTIAL if drafted.unanswered else AnswerStatus.ANSWERED,
            reason=self._wording.say("partial", parts=" ".join(drafted.unanswered)) if drafted.unanswered else None,
            short_answer=drafted.draft.short_answer,
            confidence=_rounded(drafted.draft.confidence),
            citations=cited.citations,
            sentences=cited.sentences,
            evidence=_evidence(drafted.read.passages),
            as_of=asked.scope.as_of,
            newest_source=newest,
            disagreements=_disagreements(drafted.draft, cited.citations),
            notices=(*only, *self._told(drafted, cited.citations), *self._notices(drafted, newest, today)),
            model_id=drafted.model_id or self._reader_id,
            prompt_id=drafted.prompt_id,
            index_id=self._corpus.index_id,
            timings=asked.timings,
        )

    def _declined(self, drafted: Drafted, fallen: tuple[Sentence, ...]) -> Answer:
        read = drafted.read
        asked = read.found.asked
        reason = self._reason(asked)
        firsts = [findings.candidates[0].confidence for findings in read.by_part if findings.candidates]
        best = max((confidence for confidence in firsts if confidence is not None), default=None)
        passages = read.passages or merged(read.found.by_part)
        return Answer(
            question=asked.raw,
            text=reason,
            status=AnswerStatus.NOT_IN_ARTICLES,
            confidence=_rounded(best),
            sentences=fallen,
            evidence=_evidence(passages),
            as_of=asked.scope.as_of,
            reason=reason,
            nearest=_nearest(passages),
            notices=self._notices(drafted, None, date.today()),
            model_id=drafted.model_id or self._reader_id,
            prompt_id=drafted.prompt_id,
            index_id=self._corpus.index_id,
            timings=asked.timings,
        )

    def _reason(self, asked: Asked) -> str:
        """Why nothing can be said: what was asked is no question, nothing is in scope, or the articles do not tell."""
        scope = asked.period.within(asked.scope) if asked.period else asked.scope
        coverage = self._corpus.coverage(scope)
        if not asked.question.kind.is_asked_of_articles:
            return self._wording.say(asked.question.kind.value, searched=searched(coverage, scope))
        if coverage.articles:
            return self._wording.say("declined", searched=searched(coverage, scope))
        at_hand = searched(self._corpus.coverage())
        if narrowed := _narrowed(asked, scope):
            return self._wording.say("nothing_there", scope=narrowed, searched=at_hand)
        return self._wording.say("nothing_then", as_of=day(asked.scope.as_of), searched=at_hand)

    def _notices(self, drafted: Drafted, newest: date | None, today: date) -> tuple[str, ...]:
        asked = drafted.read.found.asked
        notices = [*drafted.notices]
        if self._corpus.damage:
            notices.append(self._corpus.damage)
        if newest and (today - newest).days > self._stale_days:
            notices.append(self._wording.say("old", age=age((today - newest).days), day=day(newest)))
        if undated := self._undated(asked.scope):
            articles = f"{undated:,} article{' was' if undated == 1 else 's were'}"
            notices.append(self._wording.say("undated", count=articles))
        if asked.question.text != asked.raw:
            notices.append(self._wording.say("read_as", question=asked.question.text))
        if (period := asked.period) and not _YEAR.search(words := asked.question.text[period.start : period.end]):
            notices.append(self._wording.say("period", words=words, period=span(period.since, period.until)))
        if word := unnamed(asked.question.text):
            notices.append(self._wording.say("unnamed", word=word))
        if not self._calibrated:
            notices.append(UNFITTED.format(self._reader_id))
        return tuple(notices)

    def _told(self, drafted: Drafted, citations: Sequence[Citation]) -> tuple[str, ...]:
        """By how many sources, where a cited story has several articles or several stories give one short answer.

        Nothing where the cited sources answer differently: what they do not tell alike is no count of independent ones.
        """
        if drafted.draft and drafted.draft.versions:
            return ()
        cited = {citation.article_id for citation in citations}
        agreed = _agreed(drafted.read, cited)
        stories = self._corpus.stories_of(cited | agreed, drafted.read.found.asked.scope)
        if has_copies := any(len(story.articles) > 1 for story in stories):
            counted = stories
        else:
            counted = tuple(story for story in stories if not agreed.isdisjoint(story.articles))
        if not has_copies and len(counted) < 2:
            return ()
        names = tuple(dict.fromkeys(name for story in counted for name in story.publishers))
        independent = "independent sources" if len(names) > 1 else "separate reports"  # one publisher may tell it twice
        told = self._wording.say(
            "copies" if has_copies else "told",
            sources=f"{len(counted)} {independent}" if len(counted) > 1 else "1 source",
            articles=f"{sum(len(story.articles) for story in counted):,} articles",
            publishers=_named(names),
        )
        return (told,)

    def _undated(self, scope: Scope) -> int:
        """How many articles were left out for want of a day."""
        return self._corpus.coverage(Scope(publishers=scope.publishers)).undated if scope.is_dated else 0


def _spoken(lines: Sequence[Line]) -> Sequence[Line]:
    """The articles' lines less the datelines that they begin with; a line that is only a dateline goes, if others stay."""
    return tuple(line for line in map(_without_dateline, lines) if line.plain.strip()) or lines


def _without_dateline(line: Line) -> Line:
    """The quote keeps it: what is shown stays a stretch of that."""
    if line.verdict or not any(_opens_paragraph(quote) for quote in line.quotes):
        return line
    parts = ((text if bold else without_dateline(text), bold) for text, bold in line.parts)
    return replace(line, parts=tuple(part for part in parts if part[0]))


def _opens_paragraph(quote: Quote) -> bool:
    before = quote.scored.article.text[: quote.start].rstrip(" \t")
    return not before or before.endswith("\n")


def _disagreements(draft: Draft, citations: Sequence[Citation]) -> tuple[Disagreement, ...]:
    """The versions of a draft whose sentences are cited, newest first; none where fewer than two are."""
    at = {(citation.article_id, citation.start): citation for citation in citations}
    told = [(at[key], said) for said, q in draft.versions if (key := (q.scored.article.id, q.start)) in at]
    told.sort(key=lambda one: one[0].published or date.min, reverse=True)
    if len(told) < 2:
        return ()
    texts = [
        f"{said} ({c.publisher or c.title}{f', {day(c.published)}' if c.published else ''}) [{c.number}]"
        for c, said in told
    ]
    return (Disagreement(text="; ".join(texts), numbers=tuple(c.number for c, _ in told)),)


def _agreed(read: Read, cited: Collection[str]) -> frozenset[str]:
    """The articles that give the short answer to a question in one part, the cited one among them; none where it is unsure."""
    candidates = read.by_part[0].candidates if len(read.by_part) == 1 else ()
    sure = [c for c in candidates if (c.confidence or 0.0) >= SHORT_BAR and terms(c.short)]
    if not sure or sure[0] is not candidates[0] or sure[0].article.id not in cited:
        return frozenset()
    said = frozenset(terms(sure[0].short))
    return frozenset(c.article.id for c in sure if said <= (also := frozenset(terms(c.short))) or also <= said)


def _named(publishers: Sequence[str]) -> str:
    shown, rest = publishers[:NAMED_PUBLISHERS], len(publishers) - NAMED_PUBLISHERS
    return ", ".join(shown or ["publishers unknown"]) + (f" and {rest} more" if rest > 0 else "")


def _narrowed(asked: Asked, scope: Scope) -> str:
    """What was asked for, in words; days of the question and days asked for beside it that have none in common, both."""
    if asked.period and scope.since and scope.until and scope.since > scope.until:
        own = asked_for(Scope(since=asked.period.since, until=asked.period.until))
        return f"{own} and also {asked_for(asked.scope)}"
    return asked_for(scope)


def _evidence(passages: Sequence[ScoredPassage]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            passage_id=s.passage.id,
            article_id=s.article.id,
            title=s.article.title,
            text=s.passage.text,
            score=round(s.score, 4),
            found_by=s.found_by,
        )
        for s in passages
    )


def _nearest(passages: Sequence[ScoredPassage], count: int = 3) -> tuple[Headline, ...]:
    articles = {s.article.id: s.article for s in passages}
    return tuple(
        Headline(article_id=a.id, title=a.title, publisher=a.credited, published=a.published)
        for a in list(articles.values())[:count]
    )


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 4)
