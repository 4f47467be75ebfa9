"""Passages -> an overview without a language model: the best sentences of several, in the order of their days."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from index.corpus import Corpus
from index.keywords import terms
from qa.attribution import attribution_of
from qa.candidates import CandidateFinder
from qa.citations import Line, Quote
from qa.confidence import share_met
from qa.extractive import Draft, unnamed, with_speaker
from qa.normalise import MONTHS
from qa.prompting import Prompt
from qa.question import Question, as_asked
from qa.sentences import sentences_of, sentences_of_passage
from qa.types import ScoredPassage

OVERVIEW_SENTENCES = 6
COMPARED_SENTENCES = 3  # of each side of a comparison
OVERVIEW_PASSAGES = 8  # of each part
SAME = 0.85  # two sentences whose vectors are nearer than this repeat each other
NEW_TERM = 0.15  # what a sentence gains by meeting all of the question's terms that are not met yet
SHARED = 0.4  # what a sentence gains by sharing all of the question's words
DATED = 0.2  # what a sentence with a day gains where the question is about an order or about days
LEAD = 0.08  # what the first sentence of an article gains: news says the most important thing first
READ = 1.0  # what a sentence gains by the reader's certainty that it answers
READER_SCALE = 4.0  # the reader's scores are divided by this before they become a certainty
FOCUS = 1.0  # what it loses for each unit of cosine that its article is less near to the question than the nearest one
CENTRAL = 0.5  # what it gains for each unit of cosine to the middle of its article's sentences
AROUND = 0.3  # what it gains by the mean of its neighbours, as far as they are better than most
NEAR_BEST = 0.4  # sentences far less near to the question than the best one are left out
_MONTH = f"(?:{'|'.join(month.capitalize() for month in MONTHS)})"
_DATED = re.compile(rf"\b{_MONTH} \d{{1,2}}\b|\b\d{{1,2}} {_MONTH}\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_IN_TIME = re.compile(
    r"\b(?:order|timeline|chronolog\w+|between|from .+ to|before|after|first|then|when)\b", re.IGNORECASE
)


def draft_overview(
    question: Question,
    parts: Sequence[Question],
    found: Sequence[ScoredPassage],
    finder: CandidateFinder,
    wording: Prompt,
) -> Draft:
    """The sentences that say most about the question without repeating each other, in date order.

    Chosen one by one: nearest to the question and to the middle of what their article says (a centroid of sentences, Radev et
    al., NAACL-ANLP 2000), weighed up for terms that no chosen sentence has, and never one that repeats a chosen one (maximal
    marginal relevance, Carbonell and Goldstein, SIGIR 1998, with a hard limit). Each part of a comparison gets the same room.
    """
    corpus = finder.corpus
    quotes = _on_the_day(question, _sentences(found))
    if not quotes:
        return Draft(lines=(), short_answer=None, confidence=None)
    asked = [part.text for part in parts]
    vectors = corpus.embedder.embed_questions([*asked, *(q.text for q in quotes)])
    of_quotes = vectors[len(asked) :]
    alike = of_quotes @ of_quotes.T
    focus, central = _focus(quotes), _central(quotes, of_quotes)
    by_day = bool(question.numbers or _IN_TIME.search(question.text))
    chosen: list[int] = []
    for part, vector in zip(parts, vectors, strict=False):
        met = [frozenset(terms(q.text)) & frozenset(part.terms) for q in quotes]
        read = _as_read(finder, part, found, quotes)
        cosines = of_quotes @ vector
        near = np.array(
            [
                _nearness(part, q, float(c), m, corpus, by_day=by_day)
                for q, c, m in zip(quotes, cosines, met, strict=True)
            ]
        )
        near = _with_neighbours(quotes, near + READ * read + FOCUS * focus + CENTRAL * central)
        room = OVERVIEW_SENTENCES if len(parts) == 1 else COMPARED_SENTENCES
        chosen = _choose(near, alike, met, max(len(part.terms), 1), chosen, len(chosen) + room)
    ordered = sorted((quotes[i] for i in chosen), key=_in_date_order)
    return Draft(lines=tuple(_overview_line(q, wording) for q in ordered), short_answer=None, confidence=None)


def _nearness(
    part: Question, quote: Quote, cosine: float, met: frozenset[str], corpus: Corpus, *, by_day: bool
) -> float:
    """How much a sentence says about a question: its meaning, its passage's, the words it shares, where it stands."""
    article = quote.scored.article
    is_first = quote.start <= next((start for start, _ in sentences_of(article.text)), 0)
    dated = by_day and bool(_DATED.search(quote.text))
    shared = share_met(part.terms, met, corpus.rarity)
    return cosine + quote.scored.similarity / 2 + SHARED * shared + LEAD * is_first + DATED * dated


def _as_read(
    finder: CandidateFinder, part: Question, found: Sequence[ScoredPassage], quotes: Sequence[Quote]
) -> np.ndarray:
    """How sure the reader is that each sentence answers, 0 to 1."""
    scores = finder.sentence_scores(as_asked(part.text), found)
    found_in = np.array([scores.get((q.scored.article.id, q.start), float("-inf")) for q in quotes])
    return np.asarray(1 / (1 + np.exp(-found_in / READER_SCALE)))


def _focus(quotes: Sequence[Quote]) -> np.ndarray:
    """How much farther each sentence's article is from the question than the nearest one: 0 or less."""
    nearest: dict[str, float] = {}
    for quote in quotes:
        id_ = quote.scored.article.id
        nearest[id_] = max(nearest.get(id_, -1.0), quote.scored.similarity)
    return np.array([nearest[quote.scored.article.id] for quote in quotes]) - max(nearest.values())


def _central(quotes: Sequence[Quote], vectors: np.ndarray) -> np.ndarray:
    """How near each sentence is to the mean of its article's sentences that were found, a cosine."""
    articles = np.array([quote.scored.article.id for quote in quotes])
    near = np.zeros(len(quotes))
    for article in set(articles):
        own = articles == article
        middle = vectors[own].mean(axis=0)
        near[own] = vectors[own] @ middle / max(float(np.linalg.norm(middle)), 1e-9)
    return near


def _with_neighbours(quotes: Sequence[Quote], near: np.ndarray) -> np.ndarray:
    """The same, more for a sentence that stands beside good ones: what belongs together is told together."""
    places = [(quote.scored.article.id, quote.start) for quote in quotes]
    order = sorted(range(len(quotes)), key=places.__getitem__)
    mean, raised = near.mean(), near.copy()
    for one, other in pairwise(order):
        if places[one][0] == places[other][0]:
            raised[one] += AROUND / 2 * (near[other] - mean)
            raised[other] += AROUND / 2 * (near[one] - mean)
    return raised


def _choose(
    near: np.ndarray, alike: np.ndarray, met: Sequence[frozenset[str]], wanted: int, before: Sequence[int], most: int
) -> list[int]:
    """The sentences chosen `before` and new ones, `most` in all."""
    chosen = list(before)
    covered: frozenset[str] = frozenset()
    while len(chosen) < most:
        gains = [
            float(near[i]) + NEW_TERM * len(met[i] - covered) / wanted
            if i not in chosen and all(alike[i, j] < SAME for j in chosen) and near[i] >= NEAR_BEST * near.max()
            else float("-inf")
            for i in range(len(near))
        ]
        best = int(np.argmax(gains))
        if gains[best] == float("-inf"):
            break
        chosen.append(best)
        covered |= met[best]
    return chosen


def _sentences(found: Sequence[ScoredPassage]) -> list[Quote]:
    quotes: dict[tuple[str, int], Quote] = {}
    for scored in found:
        for start, end in sentences_of_passage(scored.passage, scored.article.text):
            quotes.setdefault((scored.article.id, start), Quote(scored=scored, start=start, end=end))
    return list(quotes.values())


def _on_the_day(question: Question, quotes: list[Quote]) -> list[Quote]:
    """For a question about days alone, only the sentences that name one of them or one between; all where none does."""
    months = frozenset(terms(" ".join(MONTHS)))
    if not question.numbers or not set(question.terms) <= months | set(question.numbers):
        return quotes
    asked = frozenset(question.terms) & months
    days = [int(number) for number in question.numbers if number.isdigit() and int(number) <= 31]
    wanted = frozenset(map(str, range(min(days), max(days) + 1))) if days else frozenset(question.numbers)
    named = [q for q in quotes if asked <= (said := frozenset(terms(q.text))) and said & wanted]
    return named or quotes


def _in_date_order(quote: Quote) -> tuple[bool, str, str, int]:
    day = quote.scored.article.published
    return day is None, str(day), quote.scored.article.id, quote.start


def _overview_line(quote: Quote, wording: Prompt) -> Line:
    said = attribution_of(quote.scored.article.text, quote.start, quote.end)
    return with_speaker(quote.text, quote, unnamed(said), wording)
