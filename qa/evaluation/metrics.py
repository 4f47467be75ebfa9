"""One answer held against its question -> scores, each by a rule in code; no judge model anywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.evaluation.questions import Question, Source
from qa.evaluation.records import ANSWERED, UNSCORED, ArticleKeys, Cited
from qa.evaluation.squad import exact_match, token_f1
from qa.normalise import MONTHS, canonical_words
from qa.types import Answer

EXACT_TYPES = frozenset({"fact", "paraphrase", "misspelling"})

_MARKER = re.compile(r"\[\d+\]")
_MONTH_OF_YEAR = re.compile(rf"\b(?:{'|'.join(MONTHS)}) \d{{4}}\b")
_DAY_OF_DATE = re.compile(rf"\b({'|'.join(MONTHS)}) \d{{1,2}} (?=\d{{4}}\b)")


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
    Metric(name="nearest_gold", title="gold in what comes nearest", over="answerable questions declined"),
    Metric(name="p50_ms", title="time, p50", over="scored questions", unit="ms", limit="at most"),
    Metric(name="p95_ms", title="time, p95", over="scored questions", unit="ms", limit="at most"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one question adds to a metric: the metric is the sum of `value` over the sum of `of`."""

    value: float
    of: int = 1


def score_answer(question: Question, answer: Answer, cited: Sequence[Cited]) -> Mapping[str, Score]:
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
        if not answered:
            near = " ".join(passage.text for passage in answer.nearest_passages)
            scores["nearest_gold"] = Score(value=float(not missing_parts(question, near)))
    else:
        scores["false_answers"] = Score(value=float(answered))
    if question.answerable and question.type in EXACT_TYPES and question.gold:
        short = answer.short_answer if answered else None
        scores["exact_short"] = Score(value=float(exact_match(short or "", question.gold)))
        scores["short_f1"] = Score(value=token_f1(short or "", question.gold))
    if answered:
        scores["answer_words"] = Score(value=word_count(answer.text))
    if question.answerable and answered:
        scores["source_precision"] = Score(value=source_precision(question.sources, cited))
        scores["source_recall"] = Score(value=source_recall(question.sources, cited))
    if cited:
        scores["quotes_verbatim"] = Score(value=sum(map(is_verbatim, cited)), of=len(cited))
    return scores


@lru_cache(maxsize=20_000)
def canonical(text: str) -> str:
    """The text's canonical words between spaces, remembered: one text is looked through for many answers."""
    return f" {' '.join(canonical_words(text))} "


def unmarked(text: str) -> str:
    """An answer's text without its citation markers."""
    return _MARKER.sub(" ", text)


def contains(text: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the text one after the other, both in canonical spelling.

    A month and its year are in a full date too: "September 2023" in "20 September 2023".
    """
    return stands_in(canonical(wanted), canonical(unmarked(text)))


def stands_in(wanted: str, told: str) -> bool:
    """What `contains` says of texts that are in canonical spelling already."""
    if wanted in told:
        return True
    return bool(_MONTH_OF_YEAR.search(wanted)) and wanted in _DAY_OF_DATE.sub(r"\1 ", told)


def missing_parts(question: Question, text: str) -> tuple[str, ...]:
    """The facts and names that a right answer contains and this text does not; a fact by its first alternative."""
    facts = [part[0] for part in question.parts if not any(contains(text, wanted) for wanted in part)]
    return (*facts, *(name for name in question.must_name if not contains(text, name)))


def word_count(text: str) -> int:
    """How many words a reader reads, citation markers not counted."""
    return sum(1 for word in unmarked(text).split() if any(char.isalnum() for char in word))


def is_source(article: ArticleKeys, source: Source) -> bool:
    """Whether any key of a gold source agrees with the article; a path may be given from any of its folders on."""
    path = path_parts(article.path or "")
    wanted_path = path_parts(source.path or "")
    return any(
        (
            source.source_file is not None and source.source_file in (article.source_file, *path[-1:]),
            bool(wanted_path) and path[-len(wanted_path) :] == wanted_path,
            source.title is not None and folded(source.title) == folded(article.title),
            source.url is not None and source.url == article.url,
        )
    )


def source_precision(sources: Sequence[Source], cited: Sequence[Cited]) -> float:
    """The share of citations whose article is a gold source; 0 for an answer without citations."""
    hits = sum(any(_meets(one, source) for source in sources) for one in cited)
    return hits / len(cited) if cited else 0.0


def source_recall(sources: Sequence[Source], cited: Sequence[Cited]) -> float:
    """The share of gold sources that are cited."""
    return sum(any(_meets(one, source) for one in cited) for source in sources) / len(sources)


def is_verbatim(cited: Cited) -> bool:
    """Whether a quote is what its offsets cut from the article and, up to white space, stands in the cited file."""
    return cited.in_article and cited.in_file is not False


def _meets(cited: Cited, source: Source) -> bool:
    return cited.article is not None and is_source(cited.article, source)


def path_parts(path: str) -> list[str]:
    """The folders and the name of a path, written with either slash."""
    return [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]


def folded(text: str) -> str:
    """A title as it is held against another: without case, and with single spaces."""
    return " ".join(text.casefold().split())
