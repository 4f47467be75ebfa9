"""Passages -> sentences that may answer, with the span the reader found and the signals that speak for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from index.corpus import Corpus
from index.keywords import terms
from index.types import Article
from qa.abbreviations import spelled_out
from qa.attribution import Attribution, attribution_of
from qa.confidence import SAME_MATTER, Confidence, Signals, echo, share_met, share_missing, type_met
from qa.exclusions import cannot_answer
from qa.places import other_names
from qa.question import Expected, Question, QuestionKind
from qa.reader import Reader, Reading
from qa.relevance import article_terms, beside_sources, heading
from qa.sentences import readable, sentences_of
from qa.statements import is_statement_of, names_in_matter, speaker_asked_for
from qa.told import Told
from qa.types import NEAR, ScoredPassage

SPANS_PER_PASSAGE = 2
SPANS_BESIDE = 3  # further spans of a sentence, should the best be ruled out
CERTAIN = 15.0  # the reader's highest score
WEIGHED = 8  # candidates whose sentences are embedded and weighed
SETTLED = 0.7  # with this confidence no further passage is read
STATED = 1.0  # the least score of what the one asked about says of the matter: it answers though no span in it may


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that may answer, `article.text[start:end]`, and the short answer that the reader found in it.

    `confidence` is the probability that the sentence holds the answer, or None with a reader that was not fitted;
    `rank` orders candidates, higher is better.
    """

    scored: ScoredPassage
    start: int
    end: int
    span: tuple[int, int]
    signals: Signals
    confidence: float | None
    rank: float

    @property
    def article(self) -> Article:
        """The article of the sentence."""
        return self.scored.article

    @property
    def sentence(self) -> str:
        """The article's own words."""
        return self.article.text[self.start : self.end]

    @property
    def short(self) -> str:
        """The words of the span."""
        return self.article.text[slice(*self.span)]

    def is_sure(self, bar: float) -> bool:
        """Whether the confidence reaches the bar; without one, whether the reader prefers this answer to none."""
        return self.signals.reader > 0 if self.confidence is None else self.confidence >= bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The candidates, best first, and the passages that were read for them."""

    candidates: tuple[Candidate, ...]
    read: tuple[ScoredPassage, ...]


class CandidateFinder:
    """Reads retrieved passages and weighs the sentences that may answer."""

    def __init__(self, corpus: Corpus, reader: Reader, confidence: Confidence | None) -> None:
        self.corpus, self.reader, self.confidence = corpus, reader, confidence

    def find(
        self, question: Question, found: Sequence[ScoredPassage], *, first: int | None = None, bar: float = 0.0
    ) -> Findings:
        """What these passages say.

        The `first` passages are read first, the others only where those leave the answer open: no candidate is sure, or
        none reaches the `bar` for an answer.
        """
        question = beside_sources(question, self.corpus.publishers)
        if certain := next((spot for scored in found if (spot := _spelled_out(question, scored))), None):
            return Findings(candidates=self._weighed(question, [certain]), read=tuple(found[:first]))
        at_first = found[:first]
        readings = self._read(question.text, at_first)
        candidates = self._weighed(question, _spots(question, at_first, readings))
        if len(found) <= len(at_first) or (candidates and candidates[0].is_sure(max(bar, SETTLED))):
            return Findings(candidates=candidates, read=tuple(at_first))
        readings += self._read(question.text, found[len(at_first) :])
        return Findings(candidates=self._weighed(question, _spots(question, found, readings)), read=tuple(found))

    def sentence_scores(self, text: str, found: Sequence[ScoredPassage]) -> dict[tuple[str, int], float]:
        """How strongly each sentence speaks for an answer, by article and first character; left out without a span."""
        spots = _spans(found, self._read(text, found), per_passage=None)
        return {(spot.scored.article.id, spot.start): spot.score for spot in spots}

    def _read(self, text: str, found: Sequence[ScoredPassage]) -> tuple[Reading, ...]:
        return self.reader.read(text, [_headed(scored) for scored in found])

    def _weighed(self, question: Question, spots: "Sequence[_Spot]") -> tuple[Candidate, ...]:
        left = list(islice((left for spot in spots if (left := _that_may_answer(question, spot))), WEIGHED))
        weighed = self._each_weighed(question, left)
        if spots and self.confidence and all((one.confidence or 0.0) < NEAR for one in weighed):
            kept = {(spot.scored.article.id, spot.start) for spot in left}
            ruled_out = (spot for spot in spots if (spot.scored.article.id, spot.start) not in kept)
            weighed += [self._near(question, spot) for spot in islice(ruled_out, 1)]
        return tuple(sorted(weighed, key=lambda candidate: -candidate.rank))

    def _each_weighed(self, question: Question, spots: "Sequence[_Spot]") -> list[Candidate]:
        if not spots:
            return []
        cosines = self._cosines(question, spots)
        if speaker := speaker_asked_for(question):
            named = names_in_matter(question)
            spots = [_as_statement(speaker, named, spot, cosine) for spot, cosine in zip(spots, cosines, strict=True)]
        return [
            self._weigh(question, spot, cosine, lead)
            for spot, cosine, lead in zip(spots, cosines, _leads(spots), strict=True)
        ]

    def _near(self, question: Question, spot: "_Spot") -> Candidate:
        """What the reader puts first, though it is ruled out: near enough to be shown beside a decline, and no more."""
        (candidate,) = self._each_weighed(question, [spot])
        confidence = min(candidate.confidence or 0.0, NEAR)
        return replace(candidate, confidence=confidence, rank=confidence)

    def _cosines(self, question: Question, spots: "Sequence[_Spot]") -> list[float]:
        sentences = [spot.scored.article.text[spot.start : spot.end] for spot in spots]
        vectors = self.corpus.embedder.embed_questions([question.text, *sentences])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

    def _weigh(self, question: Question, spot: "_Spot", to_sentence: float, lead: float) -> Candidate:
        signals = signals_of(question, spot, to_sentence, lead, self.corpus.rarity)
        confidence = self.confidence.weigh(signals) if self.confidence else None
        rank = spot.score if confidence is None else confidence
        return Candidate(
            scored=spot.scored,
            start=spot.start,
            end=spot.end,
            span=spot.span,
            signals=signals,
            confidence=confidence,
            rank=rank,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    scored: ScoredPassage
    start: int
    end: int
    span: tuple[int, int]
    score: float
    others: tuple[tuple[tuple[int, int], float], ...] = ()  # further spans of the sentence and their scores

    @property
    def told(self) -> Told:
        return Told(article=self.scored.article, start=self.start, end=self.end, span=self.span)


def signals_of(
    question: Question, spot: _Spot, to_sentence: float, lead: float, rarity: Callable[[str], float]
) -> Signals:
    """Measure one candidate."""
    article, passage = spot.scored.article, spot.scored.passage
    head = heading(article)
    short = article.text[slice(*spot.span)]
    sentence = f"{head} {article.text[spot.start : spot.end]}"
    in_sentence = frozenset(terms(sentence))
    in_passage = frozenset(terms(f"{head} {passage.text}")) | other_names(passage.text)
    in_article = article_terms(article)
    missing = [name for name in question.names if name not in in_article]
    unknown = sum(rarity(name) == 1 for name in missing)
    asked = max(len(question.names), 1)
    return Signals(
        reader=spot.score,
        lead=lead,
        question_to_sentence=to_sentence,
        question_to_passage=spot.scored.similarity,
        retrieved=spot.scored.score,
        met_in_sentence=share_met(question.terms, in_sentence | other_names(sentence), rarity),
        met_in_passage=share_met(question.terms, in_passage, rarity),
        rarest_missing=max((rarity(t) for t in question.terms if t not in in_article), default=0.0),
        names_elsewhere=(len(missing) - unknown) / asked,
        names_unknown=unknown / asked,
        counted_missing=_counted_missing(question, in_sentence, short),
        numbers_missing=share_missing(question.numbers, in_article),
        type_met=type_met(question.expected, short),
        echo=echo(question, short),
        span_words=len(short.split()),
        asks_yes_no=float(question.kind is QuestionKind.YES_NO),
        asks_why=float(question.kind is QuestionKind.EXPLAIN),
    )


def _spelled_out(question: Question, scored: ScoredPassage) -> _Spot | None:
    """The words for an abbreviation, as sure as a reader can be."""
    if not (bounds := spelled_out(question, scored.passage.text)):
        return None
    a, b = (scored.passage.start + bound for bound in bounds)
    sentence = _sentence_around(scored.article.text, a, b)
    return _Spot(scored=scored, start=sentence[0], end=sentence[1], span=(a, b), score=CERTAIN) if sentence else None


def _counted_missing(question: Question, in_sentence: frozenset[str], short: str) -> float:
    if not question.counts:
        return 0.0
    return max(share_missing(question.counted, in_sentence), 1.0 - type_met(Expected.NUMBER, short))


def _headed(scored: ScoredPassage) -> str:
    """What is read: the passage after its article's title, without which it may be anybody's delegation that met."""
    return f"{scored.article.title}. {readable(scored.passage, scored.article.text)}"


def _spans(
    found: Sequence[ScoredPassage], readings: Sequence[Reading], per_passage: int | None = SPANS_PER_PASSAGE
) -> list[_Spot]:
    """One spot a sentence, the reader's best span in it and the next ones beside it, best first."""
    best: dict[tuple[str, int], _Spot] = {}
    for scored, reading in zip(found, readings, strict=True):
        head = len(_headed(scored)) - len(scored.passage.text)
        for place, span in enumerate(span for span in reading.spans if span.start >= head):
            a, b = scored.passage.start + span.start - head, scored.passage.start + span.end - head
            sentence = _sentence_around(scored.article.text, a, b)
            if sentence is None:
                continue
            key = (scored.article.id, sentence[0])
            is_first = per_passage is None or place < per_passage
            if is_first and (key not in best or best[key].score < span.score):
                best[key] = _Spot(scored=scored, start=sentence[0], end=sentence[1], span=(a, b), score=span.score)
            elif key in best and len(best[key].others) < SPANS_BESIDE:
                best[key] = replace(best[key], others=(*best[key].others, ((a, b), span.score)))
    return sorted(best.values(), key=lambda spot: -spot.score)


def _that_may_answer(question: Question, spot: _Spot) -> _Spot | None:
    """The spot with the first of its spans that is not ruled out; None where all are."""
    for span, score in ((spot.span, spot.score), *spot.others):
        candidate = replace(spot, span=span, score=score)
        if not cannot_answer(question, candidate.told):
            return candidate
    return None


def _spots(question: Question, found: Sequence[ScoredPassage], readings: Sequence[Reading]) -> "list[_Spot]":
    """Where the answer may stand, best first; for what somebody said, each sentence in which they speak as well."""
    speaker = speaker_asked_for(question)
    spots = _spans(found, readings)
    if not speaker:
        return spots
    held = {(spot.scored.article.id, spot.start) for spot in spots}
    every = _spans(found, readings, per_passage=None)
    own = [spot for spot in every if is_statement_of(speaker, _said(spot))]
    return sorted(
        [*spots, *(spot for spot in own if (spot.scored.article.id, spot.start) not in held)], key=lambda s: -s.score
    )


def _as_statement(speaker: frozenset[str], named: Sequence[str], spot: "_Spot", to_sentence: float) -> "_Spot":
    """The whole claim of a sentence by this speaker, where it is on the matter and the reader sees no span in it."""
    if spot.score >= STATED or to_sentence < SAME_MATTER:
        return spot
    said = _said(spot)
    if said is None or not is_statement_of(speaker, said) or share_missing(named, _stems_of(spot)) > 0:
        return spot
    claim = (spot.start + said.claim[0], spot.start + said.claim[1])
    return replace(spot, span=claim, score=STATED)


def _said(spot: "_Spot") -> Attribution | None:
    return attribution_of(spot.scored.article.text, spot.start, spot.end)


def _stems_of(spot: "_Spot") -> frozenset[str]:
    sentence = f"{heading(spot.scored.article)} {spot.scored.article.text[spot.start : spot.end]}"
    return frozenset(terms(sentence)) | other_names(sentence)


def _sentence_around(text: str, a: int, b: int) -> tuple[int, int] | None:
    """The sentence that holds most of a span; None where it holds no sentence (a dateline, say)."""
    overlaps = [(min(b, end) - max(a, start), start, end) for start, end in sentences_of(text)]
    shared, start, end = max(overlaps, default=(0, 0, 0))
    return (start, end) if shared > 0 else None


def _leads(spots: Sequence[_Spot]) -> list[float]:
    """By how much each spot's score exceeds the best score of another article."""
    scores = np.array([spot.score for spot in spots])
    articles = np.array([spot.scored.article.id for spot in spots])
    return [
        float(score - scores[articles != article].max()) if (articles != article).any() else 5.0
        for score, article in zip(scores, articles, strict=True)
    ]
