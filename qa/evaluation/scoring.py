"""Records -> a report: every figure is made from what was recorded, so scoring again asks nothing again."""

from collections.abc import Iterable, Mapping, Sequence

from qa.evaluation.metrics import Score, missing_parts
from qa.evaluation.records import Record
from qa.evaluation.results import ALL, QuestionResult, Report, group_results
from qa.evaluation.scores import TIME, scores_of


def score_records(records: Sequence[Record]) -> Report:
    """The report over some records, in their order.

    A question that the engine was too busy for, or failed on, is unscored: it is counted apart and enters no figure.
    """
    results = tuple(map(_result, records, scores_of(records)))
    types = dict.fromkeys(result.type for result in results)
    answers = [record.answer for record in records]
    return Report(
        overall=group_results(ALL, results),
        groups=tuple(group_results(name, [one for one in results if one.type == name]) for name in types),
        results=results,
        index_ids=_distinct(answer.index_id for answer in answers),
        model_ids=_distinct(answer.model_id for answer in answers),
        prompt_ids=_distinct(answer.prompt_id for answer in answers),
    )


def score_record(record: Record) -> QuestionResult:
    """One record with its scores."""
    return _result(record, *scores_of([record]))


def _result(record: Record, scores: Mapping[str, Score]) -> QuestionResult:
    question, answer = record.question, record.answer
    return QuestionResult(
        id=question.id,
        type=question.type,
        question=question.question,
        answerable=question.answerable,
        gold=question.parts,
        must_name=question.must_name,
        status=answer.status,
        text=answer.text,
        short_answer=answer.short_answer,
        reason=answer.reason,
        missing=missing_parts(question, answer.text if record.answered else ""),
        cited=tuple(citation.title for citation in answer.citations),
        quotes=len(record.cited),
        quotes_in_file=sum(cited.in_file is not None for cited in record.cited),
        milliseconds=record.milliseconds,
        history=question.history,
        as_of=question.as_of.isoformat() if question.as_of else None,
        scores={name: score for name, score in scores.items() if name != TIME.name},
    )


def _distinct(ids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({one for one in ids if one}))
