"""The first stage at which a question's evidence or answer was lost."""

from dataclasses import replace
from typing import Any

import pytest

from qa.evaluation.stages import Stage, stage_counts, stage_of
from qa.types import AnswerStatus, Verdict
from tests.qa.evaluation.made import CUP, TALKS, UNANSWERABLE, asked, record, sentence

OTHERS = tuple((f"Article {n}", "The harvest was good.") for n in range(6))
WRONG: dict[str, Any] = {"text": "In Brenn. [1]"}
DECLINED: dict[str, Any] = {"status": AnswerStatus.NOT_IN_ARTICLES, "text": ""}
SEVERAL = asked(gold=(), gold_all=(("Tarvo",), ("Quillane",)), sources=({"title": TALKS[0]}, {"title": CUP[0]}))


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({}, None),
        ({"status": AnswerStatus.PARTIAL}, None),
        ({"status": AnswerStatus.BUSY}, Stage.NOT_SCORED),
        ({"status": AnswerStatus.FAILED}, Stage.NOT_SCORED),
        ({"question": asked(**UNANSWERABLE)}, Stage.FALSE_ANSWER),
        ({"question": asked(**UNANSWERABLE), **DECLINED}, None),
        ({"retrieved": OTHERS, "evidence": OTHERS, **WRONG}, Stage.NOT_RETRIEVED),
        ({"retrieved": OTHERS, "evidence": OTHERS, **DECLINED}, Stage.NOT_RETRIEVED),
        ({"retrieved": (*OTHERS, TALKS), "evidence": OTHERS, **WRONG}, Stage.NOT_READ),
        ({"evidence": (*OTHERS, TALKS), **WRONG}, Stage.NOT_READ),
        ({"retrieved": (), "evidence": OTHERS, **WRONG}, Stage.NOT_READ),
        ({"retrieved": OTHERS, **WRONG}, Stage.WRONG_SPAN),  # found for a corrected question
        (WRONG, Stage.WRONG_SPAN),
        (DECLINED, Stage.WRONGLY_DECLINED),
    ],
)
def test_a_question_went_wrong_where_its_evidence_or_answer_was_first_lost(
    changes: dict[str, Any], stage: Stage | None
) -> None:
    assert stage_of(record(**changes)) is stage


def test_a_right_answer_that_was_taken_out_is_not_supported_whether_or_not_anything_was_said() -> None:
    sentences = (
        sentence("They met in Tarvo.", Verdict.UNSUPPORTED),
        sentence("They met in Brenn.", Verdict.SUPPORTED, 1),
    )
    assert stage_of(record(**WRONG, sentences=sentences)) is Stage.NOT_SUPPORTED
    assert stage_of(record(**DECLINED, sentences=sentences[:1])) is Stage.NOT_SUPPORTED


def test_a_wrong_answer_that_was_taken_out_is_no_loss() -> None:
    sentences = (sentence("They met in Brenn.", Verdict.UNSUPPORTED),)
    assert stage_of(record(**DECLINED, sentences=sentences)) is Stage.WRONGLY_DECLINED


def test_a_source_that_is_not_in_the_corpus_is_not_indexed_where_the_corpus_is_known() -> None:
    lost = record(retrieved=OTHERS, evidence=OTHERS, **WRONG)
    assert stage_of(replace(lost, indexed=(False,))) is Stage.NOT_INDEXED
    assert stage_of(replace(lost, indexed=(True,))) is Stage.NOT_RETRIEVED
    assert stage_of(replace(record(), indexed=(False,))) is None


def test_one_of_several_sources_of_one_fact_is_enough_and_several_facts_need_all() -> None:
    either = asked(sources=({"title": TALKS[0]}, {"title": CUP[0]}))
    assert stage_of(record(either, **WRONG)) is Stage.WRONG_SPAN
    assert stage_of(record(SEVERAL)) is Stage.NOT_RETRIEVED
    both = (TALKS, CUP)
    assert stage_of(record(SEVERAL, retrieved=both)) is Stage.NOT_READ
    assert stage_of(record(SEVERAL, retrieved=both, evidence=both)) is Stage.WRONG_SPAN
    assert stage_of(replace(record(SEVERAL, retrieved=both), indexed=(True, False))) is Stage.NOT_INDEXED


def test_a_passage_without_the_quote_of_its_source_is_not_the_evidence() -> None:
    quoted = asked(sources=({"title": TALKS[0], "quote": "The envoys met in Tarvo"},))
    later = (TALKS[0], "The meeting lasted three hours.")
    assert stage_of(record(quoted, retrieved=(later,), evidence=(later,), **WRONG)) is Stage.NOT_RETRIEVED
    assert stage_of(record(quoted, **WRONG)) is Stage.WRONG_SPAN


def test_every_stage_is_counted_also_where_nothing_went_wrong_there() -> None:
    counts = stage_counts([record(), record(**WRONG), record(**WRONG), record(status=AnswerStatus.BUSY)])
    assert list(counts) == list(Stage)
    assert {stage: n for stage, n in counts.items() if n} == {Stage.NOT_SCORED: 1, Stage.WRONG_SPAN: 2}
