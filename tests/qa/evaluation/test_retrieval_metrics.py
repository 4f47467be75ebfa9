"""What counts as evidence found, and where; the figures are ir_measures', their input is ours."""

import math
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.metrics import contains
from qa.evaluation.questions import Source
from qa.evaluation.records import ArticleKeys
from qa.evaluation.retrieval_metrics import RETRIEVAL_METRICS, first_ranks, holds, meets, retrieval_scores
from qa.types import AnswerStatus
from tests.qa.evaluation.made import CUP, TALKS, UNANSWERABLE, Passages, asked, record

OTHER = ("Harvest", "The harvest was good.")
SEVERAL: dict[str, Any] = {"sources": ({"title": TALKS[0]}, {"title": CUP[0]})}


def values(retrieved: Passages, evidence: Passages = (), **question: Any) -> dict[str, float]:
    [scores] = retrieval_scores([record(asked(**question), retrieved=retrieved, evidence=evidence)])
    return {name: score.value for name, score in scores.items()}


def test_a_source_found_first_scores_full_marks_in_both_orders() -> None:
    found = values((TALKS, OTHER), (TALKS, OTHER))
    assert set(found) == {metric.name for metric in RETRIEVAL_METRICS}
    assert set(found.values()) == {1.0}


def test_a_source_found_late_scores_by_its_rank() -> None:
    found = values((OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, TALKS))
    assert found["search_success@5"] == found["search_r@5"] == found["search_all_evidence@5"] == 0
    assert found["search_success@10"] == found["search_r@10"] == found["search_all_evidence@10"] == 1
    assert found["search_rr"] == pytest.approx(1 / 7)
    assert found["search_ndcg@10"] == pytest.approx(1 / math.log2(8))
    assert found["search_answer@5"] == 0


def test_one_source_of_two_is_half_the_recall_and_not_all_the_evidence() -> None:
    found = values((OTHER, CUP), **SEVERAL)
    assert (found["search_r@5"], found["search_all_evidence@5"], found["search_success@5"]) == (0.5, 0.0, 1.0)
    assert found["search_ndcg@10"] == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))


def test_further_passages_of_a_source_that_was_found_add_nothing() -> None:
    assert values((TALKS, TALKS, TALKS), **SEVERAL) == values((TALKS, OTHER, OTHER), **SEVERAL)


def test_finding_nothing_scores_nothing_and_what_no_run_recorded_is_not_scored() -> None:
    both = retrieval_scores([record(asked("a")), record(asked("b"), retrieved=(), evidence=())])
    assert set(both[1]) == set(both[0])
    assert {score.value for score in both[1].values()} == {0.0}
    assert retrieval_scores([record(retrieved=(), evidence=())]) == ({},)


def test_evidence_whose_articles_were_not_recorded_is_not_scored() -> None:
    [scores] = retrieval_scores([replace(record(), evidence=())])
    assert {name.partition("_")[0] for name in scores} == {"search"}


@pytest.mark.parametrize("status", [AnswerStatus.BUSY, AnswerStatus.FAILED])
def test_unscored_and_unanswerable_questions_have_no_retrieval_scores(status: AnswerStatus) -> None:
    assert retrieval_scores([record(status=status), record(asked(**UNANSWERABLE)), record()])[:2] == ({}, {})


def test_a_declined_question_is_scored_since_the_search_had_its_turn() -> None:
    [scores] = retrieval_scores([record(status=AnswerStatus.NOT_IN_ARTICLES, text="")])
    assert scores["search_success@1"].value == 1


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (None, True),
        ("The meeting lasted three hours.", True),
        ("The meeting\n lasted\u00a0three hours.", True),
        ("The meeting lasted two hours.", False),
    ],
)
def test_a_passage_with_the_quote_of_its_source_is_evidence_whatever_the_white_space(
    quote: str | None, found: bool
) -> None:
    assert meets(ArticleKeys(title=TALKS[0]), TALKS[1], Source(title=TALKS[0], quote=quote)) is found


def test_a_passage_of_another_article_is_no_evidence_even_with_the_quote() -> None:
    assert not meets(ArticleKeys(title="Elsewhere"), TALKS[1], Source(title=TALKS[0], quote="met in Tarvo"))


def test_each_source_has_the_rank_of_the_first_passage_that_meets_it() -> None:
    sources = asked(sources=({"title": CUP[0]}, {"title": TALKS[0]}, {"title": "Lost"})).sources
    passages = [(ArticleKeys(title=title), text) for title, text in (OTHER, TALKS, CUP, TALKS)]
    assert first_ranks(sources, passages) == (3, 2, None)


def test_two_sources_in_one_passage_are_one_document_but_both_evidence() -> None:
    found = values((TALKS,), sources=({"title": TALKS[0]}, {"title": "envoys meet"}))
    assert (found["search_r@5"], found["search_all_evidence@5"], found["search_ndcg@10"]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"gold": ("3 hours",)}, 1.0),
        ({"gold": ("Sept. 21", "Brenn")}, 1.0),
        ({"gold": ("Brenn",)}, 0.0),
        ({"gold": (), "gold_all": (("Tarvo",), ("4,500,000",))}, 1.0),
        ({"gold": (), "gold_all": (("Tarvo",), ("Orla Venn",))}, 0.0),
    ],
)
def test_the_answer_is_in_the_first_five_if_each_fact_is_in_one_of_them(changes: dict[str, Any], found: float) -> None:
    assert values((OTHER, OTHER, TALKS, OTHER, CUP), **changes)["search_answer@5"] == found


def test_a_yes_or_no_is_not_looked_for_in_passages() -> None:
    assert "search_answer@5" not in values((TALKS,), gold=("Yes",))


FRAGMENTS = st.sampled_from(
    "Tarvo tarvo’s Café U.S. US the three 3 hours hour Sept. September 21 21st of May % percent per cent 85 $5 five million"
    " dollars O’Brien O'Brien obrien naïve 4,523,000 2023-09-21 – . , second two-hour km kilometres \u202f \u0130zmir".split(
        " "
    )
)
PHRASES = st.lists(FRAGMENTS, min_size=1, max_size=6).map(" ".join)


@settings(deadline=None)
@given(PHRASES, PHRASES)
def test_the_quick_look_for_an_answer_finds_what_the_slow_one_finds(text: str, wanted: str) -> None:
    assert holds(text, wanted) == contains(text, wanted)


@pytest.mark.timed
def test_a_thousand_records_of_twenty_passages_are_scored_in_two_seconds_of_processor_time() -> None:
    filler = "Ministers spoke for two hours on Monday about grain, ports and the price of bread in the town. " * 10
    records = [
        record(
            asked(str(n), gold=(f"Tarvo {n}",) if n % 4 else (f"{n} envoys",)),
            retrieved=[*((f"Article {n} {at}", f"{at} {n} {filler}") for at in range(19)), TALKS],
            evidence=[(f"Article {n} {at}", f"{at} {n} {filler}") for at in range(19)],
        )
        for n in range(1000)
    ]
    retrieval_scores(records[:1])  # loads ir_measures
    started = time.process_time()
    scores = retrieval_scores(records)
    seconds = time.process_time() - started
    assert all(one["search_success@10"].value == 0 and one["search_rr"].value == 0.05 for one in scores)
    assert seconds < 2, f"{seconds:.1f} s"
