"""How well passages are found, in the order of the search and in that of the reader.

What is looked for is each gold source: it is found at the rank of the first passage of its article, or, where it has a
quote, of the first of them that holds it. Further passages of a source that was found add nothing, and sources found
first by one passage are one relevant document, so that no measure rewards the same evidence twice.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from index.folding import without_marks
from qa.evaluation.metrics import Metric, Score, canonical, is_source, stands_in
from qa.evaluation.questions import Question, Source
from qa.evaluation.records import ArticleKeys, Record
from qa.normalise import MONTHS, canonical_words

Ranking = Literal["search", "reader"]
Ranked = Sequence[tuple[ArticleKeys, str]]  # article and text of each passage, best first
ANSWER_WITHIN = 5

_RANKINGS: tuple[Ranking, ...] = ("search", "reader")
_MEASURES = ("Success@1", "Success@5", "Success@10", "R@5", "R@10", "RR", "nDCG@10")  # as ir_measures spells them
_ALL_WITHIN = (5, 10)
_OVER = "answerable questions"
_OPEN = "answerable questions that ask for more than yes or no"
# Words of the canonical spelling that a text may have in another one: "5 %" is 5 percent, "Sept." is september.
_RESPELT = frozenset(MONTHS) | frozenset(
    canonical_words(
        "seconds minutes hours days weeks months years decades miles tonnes tons degrees dollars euros pounds"
        " metres km percent"
    )
)
_JOINED = str.maketrans("", "", ".'\u2019")  # what the canonical spelling takes out of a word

RETRIEVAL_METRICS = tuple(
    Metric(name=f"{ranking}_{key}", title=f"{title}, {ranking}", over=over)
    for ranking in _RANKINGS
    for key, title, over in (
        *((name.lower(), name, _OVER) for name in _MEASURES),
        *((f"all_evidence@{k}", f"all evidence@{k}", _OVER) for k in _ALL_WITHIN),
        (f"answer@{ANSWER_WITHIN}", f"answer in the first {ANSWER_WITHIN}", _OPEN),
    )
)


def retrieval_scores(records: Sequence[Record]) -> tuple[Mapping[str, Score], ...]:
    """For each record its scores by metric name; none where it is unscored, unanswerable or the passages unrecorded.

    A ranking counts as unrecorded where no record of all has a passage in it.
    """
    scores: list[dict[str, Score]] = [{} for _ in records]
    for ranking in _RANKINGS:
        lists = [ranked(record, ranking) for record in records]
        if any(lists):
            asked = [at for at, record in enumerate(records) if _is_looked_for(record)]
            found = _score_lists([records[at].question for at in asked], [lists[at] for at in asked])
            for at, values in zip(asked, found, strict=True):
                scores[at] |= {f"{ranking}_{key}": Score(value=value) for key, value in values.items()}
    return tuple(scores)


def ranked(record: Record, ranking: Ranking) -> Ranked:
    """The passages of a record, as the search found them or as the reader put them in order."""
    if ranking == "search":
        return [(found.article, found.text) for found in record.retrieved]
    if not record.evidence:
        return []  # its articles were not recorded
    return [(keys, passage.text) for keys, passage in zip(record.evidence, record.answer.evidence, strict=True)]


def first_ranks(sources: Sequence[Source], passages: Ranked) -> tuple[int | None, ...]:
    """For each gold source the rank, from 1, of the first passage that meets it, or None."""
    return tuple(
        next((rank for rank, (article, text) in enumerate(passages, 1) if meets(article, text, source)), None)
        for source in sources
    )


def meets(article: ArticleKeys, text: str, source: Source) -> bool:
    """Whether a passage is evidence: of the gold source's article and, white space aside, with its quote if it has one."""
    if not is_source(article, source):
        return False
    return not source.quote or _squeezed(source.quote) in _squeezed(text)


def holds(text: str, wanted: str) -> bool:
    """Whether a passage has an answer in any spelling, as `metrics.contains` has it; quicker over many passages."""
    told = _folded(text)
    return all(word in told for word in _unchanged_words(wanted)) and stands_in(canonical(wanted), canonical(text))


def _is_looked_for(record: Record) -> bool:
    return record.question.answerable and record.scored


def _score_lists(questions: Sequence[Question], lists: Sequence[Ranked]) -> list[dict[str, float]]:
    ranks = [first_ranks(question.sources, one) for question, one in zip(questions, lists, strict=True)]
    scores = _measured(ranks, [len(one) for one in lists])
    for values, question, passages, found in zip(scores, questions, lists, ranks, strict=True):
        for k in _ALL_WITHIN:
            values[f"all_evidence@{k}"] = float(all(rank is not None and rank <= k for rank in found))
        if (answered := _answer_is_in(question, [text for _, text in passages[:ANSWER_WITHIN]])) is not None:
            values[f"answer@{ANSWER_WITHIN}"] = float(answered)
    return scores


def _measured(ranks: Sequence[Sequence[int | None]], lengths: Sequence[int]) -> list[dict[str, float]]:
    """What ir_measures makes of them; its documents are called by their ranks, and by a name where they were not found."""
    import ir_measures

    qrels = {
        str(at): {f"missed {i}" if rank is None else str(rank): 1 for i, rank in enumerate(found)}
        for at, found in enumerate(ranks)
    }
    run = {str(at): {str(rank): -rank for rank in range(1, length + 1)} for at, length in enumerate(lengths)}
    scores: list[dict[str, float]] = [{} for _ in ranks]
    if scores:
        measures = {ir_measures.parse_measure(name): name.lower() for name in _MEASURES}
        for one in ir_measures.iter_calc(measures, qrels, run):
            scores[int(one.query_id)][measures[one.measure]] = float(one.value)
    return scores


def _answer_is_in(question: Question, texts: Sequence[str]) -> bool | None:
    """Whether each fact of the answer is in one of the texts; None where it is a yes or a no, which few texts hold."""
    if any(canonical(wanted) in {" yes ", " no "} for part in question.parts for wanted in part):
        return None
    return all(any(holds(text, wanted) for wanted in part for text in texts) for part in question.parts)


@lru_cache(maxsize=20_000)
def _unchanged_words(wanted: str) -> tuple[str, ...]:
    """The words of an answer that any text which holds it has as they are."""
    return tuple(word for word in canonical_words(wanted) if word.isalpha() and word not in _RESPELT)


@lru_cache(maxsize=20_000)
def _squeezed(text: str) -> str:
    return "".join(text.split())


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    """The text without case, accents and the marks within words: it has every word whose spelling is not changed."""
    return without_marks(text).casefold().translate(_JOINED)
