"""One answer held against its question -> scores, each by a rule in code; no judge model anywhere."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.types import Article
from qa.evaluation.questions import Question, Source
from qa.normalise import canonical_words
from qa.types import Answer, AnswerStatus, Citation

EXACT_TYPES = frozenset({"fact", "paraphrase", "misspelling"})
ANSWERED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})
UNSCORED = frozenset({AnswerStatus.BUSY, AnswerStatus.FAILED})

_MARKER = re.compile(r"\[\d+\]")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure of the report: `over` says of what it is the mean, `limit` on which side a gate fails."""

    name: str
    title: str
    over: str
    unit: Literal["share", "words", "ms", "questions"] = "share"
    limit: Literal["at least", "at most"] = "at least"


METRICS = (
    Metric(name="contains_gold", title="contains gold", over="answerable questions"),
    Metric(name="exact_short", title="exact short answer", over="answerable one-fact questions"),
    Metric(name="short_f1", title="short answer F1", over="answerable one-fact questions"),
    Metric(name="answer_words", title="words per answer", over="answers given", unit="words", limit="at most"),
    Metric(name="source_precision", title="gold-source precision", over="answerable questions answered"),
    Metric(name="source_recall", title="gold-source recall", over="answerable questions answered"),
    Metric(name="quotes_verbatim", title="quotes verbatim", over="citations"),
    Metric(name="false_answers", title="false answers", over="unanswerable questions", limit="at most"),
    Metric(name="over_refusals", title="over-refusals", over="answerable questions", limit="at most"),
    Metric(name="p50_ms", title="time, p50", over="scored questions", unit="ms", limit="at most"),
    Metric(name="p95_ms", title="time, p95", over="scored questions", unit="ms", limit="at most"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedQuote:
    """A citation with the article it names, or None where there is no such article.

    `file_text` is the text of the cited file, or None where that is not a readable text or Markdown file.
    """

    citation: Citation
    article: Article | None
    file_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one question adds to a metric: the metric is the sum of `value` over the sum of `of`."""

    value: float
    of: int = 1


def score_answer(question: Question, answer: Answer, quotes: Sequence[CitedQuote]) -> Mapping[str, Score]:
    """The scores of one answer by metric name, leaving out those that do not apply to it; none at all if unscored.

    An answerable question that was declined, even as invalid, is an over-refusal, and contains no gold.
    """
    if answer.status in UNSCORED:
        return {}
    answered = answer.status in ANSWERED
    scores = {}
    if question.answerable:
        scores["contains_gold"] = Score(value=float(answered and not missing_parts(question, answer.text)))
        scores["over_refusals"] = Score(value=float(not answered))
    else:
        scores["false_answers"] = Score(value=float(answered))
    if question.answerable and question.type in EXACT_TYPES and question.gold:
        short = answer.short_answer if answered else None
        scores["exact_short"] = Score(value=float(exact_match(short or "", question.gold)))
        scores["short_f1"] = Score(value=token_f1(short or "", question.gold))
    if answered:
        scores["answer_words"] = Score(value=word_count(answer.text))
    if question.answerable and answered:
        scores["source_precision"] = Score(value=source_precision(question.sources, quotes))
        scores["source_recall"] = Score(value=source_recall(question.sources, quotes))
    if quotes:
        scores["quotes_verbatim"] = Score(value=sum(map(is_verbatim, quotes)), of=len(quotes))
    return scores


def squad_normalise(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces, as SQuAD's evaluation has it (Rajpurkar et al., 2016).

    Punctuation beyond ASCII is dropped too, since news is set with curly quotes and long dashes.
    """
    kept = (char for char in text.lower() if char not in string.punctuation and unicodedata.category(char)[0] != "P")
    return " ".join(_ARTICLE.sub(" ", "".join(kept)).split())


def exact_match(short_answer: str, gold: Sequence[str]) -> bool:
    """Whether a short answer equals one of the gold answers after SQuAD's normalisation."""
    return squad_normalise(short_answer) in map(squad_normalise, gold)


def token_f1(short_answer: str, gold: Sequence[str]) -> float:
    """The best token F1 against any gold answer; without a token on one side, 1 only if both have none (SQuAD 2.0)."""
    return max(_f1(squad_normalise(short_answer).split(), squad_normalise(one).split()) for one in gold)


def contains(text: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the text one after the other, both in canonical spelling."""
    return f" {' '.join(canonical_words(wanted))} " in f" {' '.join(canonical_words(_MARKER.sub(' ', text)))} "


def missing_parts(question: Question, text: str) -> tuple[str, ...]:
    """The facts and names that a right answer contains and this text does not; a fact by its first alternative."""
    facts = [part[0] for part in question.parts if not any(contains(text, wanted) for wanted in part)]
    return (*facts, *(name for name in question.must_name if not contains(text, name)))


def word_count(text: str) -> int:
    """How many words a reader reads, citation markers not counted."""
    return sum(1 for word in _MARKER.sub(" ", text).split() if any(char.isalnum() for char in word))


def is_source(article: Article, source: Source) -> bool:
    """Whether any key of a gold source agrees with the article; a path may be given from any of its folders on."""
    path = _parts(article.path or "")
    wanted_path = _parts(source.path or "")
    return any(
        (
            source.source_file is not None and source.source_file in (article.source_file, *path[-1:]),
            bool(wanted_path) and path[-len(wanted_path) :] == wanted_path,
            source.title is not None and _folded(source.title) == _folded(article.title),
            source.url is not None and source.url == article.url,
        )
    )


def source_precision(sources: Sequence[Source], quotes: Sequence[CitedQuote]) -> float:
    """The share of citations whose article is a gold source; 0 for an answer without citations."""
    hits = sum(any(_meets(quote, source) for source in sources) for quote in quotes)
    return hits / len(quotes) if quotes else 0.0


def source_recall(sources: Sequence[Source], quotes: Sequence[CitedQuote]) -> float:
    """The share of gold sources that are cited."""
    return sum(any(_meets(quote, source) for quote in quotes) for source in sources) / len(sources)


def is_verbatim(quote: CitedQuote) -> bool:
    """Whether a quote is what its offsets cut from the article and, up to white space, stands in the cited file."""
    citation, article = quote.citation, quote.article
    if article is None or not citation.quote.strip():
        return False
    # A negative offset would count from the end of the article, and might cut the right words from there.
    if citation.start < 0 or article.text[citation.start : citation.end] != citation.quote:
        return False
    return quote.file_text is None or "".join(citation.quote.split()) in "".join(quote.file_text.split())


def _f1(tokens: Sequence[str], gold: Sequence[str]) -> float:
    if not tokens or not gold:
        return float(tokens == gold)
    shared = (Counter(tokens) & Counter(gold)).total()
    return 2 * shared / (len(tokens) + len(gold))


def _meets(quote: CitedQuote, source: Source) -> bool:
    return quote.article is not None and is_source(quote.article, source)


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
