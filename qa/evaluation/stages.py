"""Where on its way a question went wrong: the first stage at which its evidence, or its answer, was lost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from qa.evaluation.declining import is_right
from qa.evaluation.metrics import missing_parts
from qa.evaluation.questions import Question
from qa.evaluation.records import Record
from qa.evaluation.retrieval_metrics import first_ranks, ranked
from qa.types import Verdict

READ_WITHIN = 5


class Stage(StrEnum):
    """What went wrong, in the order in which it is looked for."""

    NOT_SCORED = "not scored"
    FALSE_ANSWER = "answered, though the articles do not tell"
    NOT_INDEXED = "not indexed"
    NOT_RETRIEVED = "not retrieved"
    NOT_READ = "not read, or ranked low"
    NOT_SUPPORTED = "found, but taken out as not supported"
    WRONGLY_DECLINED = "read, but declined"
    WRONG_SPAN = "read, but the answer does not contain it"


def stage_of(record: Record) -> Stage | None:
    """The stage at which a record went wrong, or None where it did not.

    A question for several facts needs all of its gold sources, another any of them. What is not indexed and
    what was not retrieved can be told only where the record says what was indexed and what the search found. What the
    reader had was retrieved, though it may have been for another wording of the question.
    """
    question = record.question
    if not record.scored:
        return Stage.NOT_SCORED
    if not question.answerable:
        return Stage.FALSE_ANSWER if record.answered else None
    if is_right(record):
        return None
    return _lost_evidence(record) or _lost_answer(record)


def stage_counts(records: Sequence[Record]) -> Mapping[Stage, int]:
    """How many records went wrong at each stage; a stage without any is there with 0."""
    counts = Counter(stage_of(record) for record in records)
    return {stage: counts[stage] for stage in Stage}


def _lost_evidence(record: Record) -> Stage | None:
    question = record.question
    sources = question.sources
    if record.indexed is not None and not _suffices(question, record.indexed):
        return Stage.NOT_INDEXED
    read = first_ranks(sources, ranked(record, "reader"))
    found = first_ranks(sources, ranked(record, "search"))
    reached = [one is not None or other is not None for one, other in zip(read, found, strict=True)]
    if record.retrieved and not _suffices(question, reached):
        return Stage.NOT_RETRIEVED
    if not _suffices(question, [rank is not None and rank <= READ_WITHIN for rank in read]):
        return Stage.NOT_READ
    return None


def _lost_answer(record: Record) -> Stage:
    removed = " ".join(one.text for one in record.answer.sentences if one.verdict is Verdict.UNSUPPORTED)
    still = set(missing_parts(record.question, record.answer.text if record.answered else ""))
    if removed and not still <= set(missing_parts(record.question, removed)):
        return Stage.NOT_SUPPORTED
    return Stage.WRONG_SPAN if record.answered else Stage.WRONGLY_DECLINED


def _suffices(question: Question, reached: Sequence[bool]) -> bool:
    return all(reached) if question.gold_all else any(reached)
