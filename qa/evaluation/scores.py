"""Every score that a record can have, and the metric that says what it means."""

from collections.abc import Mapping, Sequence

from qa.evaluation.citing import CITING_METRICS, citing_scores
from qa.evaluation.injection import INJECTED, injected_scores
from qa.evaluation.metrics import EXACT_TYPES, METRICS, Metric, Score, score_answer
from qa.evaluation.records import Record
from qa.evaluation.retrieval_metrics import RETRIEVAL_METRICS, retrieval_scores
from qa.evaluation.squad import exact_match, token_f1

_SQUAD_OVER = "one-fact and unanswerable questions"
SQUAD_METRICS = (
    Metric(name="squad_em", title="SQuAD exact match", over=_SQUAD_OVER),
    Metric(name="squad_f1", title="SQuAD F1", over=_SQUAD_OVER),
)
TIME = Metric(name="milliseconds", title="time (ms)", over="scored questions", unit="ms", limit="at most")

# The median and its like are of a run, not of a question.
QUESTION_METRICS = (
    *(metric for metric in METRICS if metric.unit != "ms"),
    *SQUAD_METRICS,
    *RETRIEVAL_METRICS,
    *CITING_METRICS,
    INJECTED,
    TIME,
)


def scores_of(records: Sequence[Record]) -> tuple[Mapping[str, Score], ...]:
    """For each record all its scores by metric name, those left out that do not apply; none at all if it is unscored."""
    parts = zip(records, retrieval_scores(records), citing_scores(records), strict=True)
    return tuple(
        {}
        if not record.scored
        else {
            **score_answer(record.question, record.answer, record.cited),
            **squad_scores(record),
            **retrieval,
            **citing,
            **injected_scores(record),
            TIME.name: Score(value=record.milliseconds),
        }
        for record, retrieval, citing in parts
    )


def squad_scores(record: Record) -> Mapping[str, Score]:
    """SQuAD 2.0's two scores of a short answer; having declined is right where there is no answer, else wrong."""
    question, answer = record.question, record.answer
    if not record.scored or (question.answerable and not (question.gold and question.type in EXACT_TYPES)):
        return {}
    # An answer without a short one has words all the same, so that it cannot pass for having declined.
    said = (answer.short_answer or answer.text) if record.answered else ""
    return {
        "squad_em": Score(value=float(exact_match(said, question.gold))),
        "squad_f1": Score(value=token_f1(said, question.gold)),
    }
