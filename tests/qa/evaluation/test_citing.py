"""Numbers, dates and names of an answer, looked for in what it cites."""

from datetime import date
from typing import Any

import pytest

from qa.evaluation.citing import CITING_METRICS, citing_scores, verdict_counts
from qa.evaluation.records import Record
from qa.types import AnswerStatus, Verdict
from tests.qa.evaluation.made import TALKS, citation, record, sentence

QUOTE = "The envoys met in Tarvo on 21 September."


def said(text: str, quote: str = QUOTE, **changes: Any) -> Record:
    cited = citation(1, 0, TALKS[0], quote, **changes)
    return record(text=f"{text} [1]", sentences=(sentence(text, Verdict.SUPPORTED, 1),), citations=(cited,))


def values(one: Record) -> dict[str, tuple[float, int]]:
    [scores] = citing_scores([one])
    return {name: (score.value, score.of) for name, score in scores.items() if name.endswith("_valid")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The envoys met in Tarvo on 21 September.", {"dates": 1, "names": 1}),
        ("They met in Tarvo.", {"names": 1}),
        ("They met in Brenn.", {"names": 0}),
        ("They met on September 21.", {"dates": 1}),
        ("They met on 22 September.", {"dates": 0}),
        ("The meeting lasted 3 hours.", {"numbers": 1}),  # in the passage, though not in the quote
        ("The meeting lasted four hours.", {"numbers": 0}),
        ("They met in Tarvo for four hours on 21 September.", {"names": 1, "numbers": 0, "dates": 1}),
        ("They spoke at length.", {}),
        ("Talks went on.", {}),  # a word that begins a sentence is no name
        ("Orla Venn met them.", {"names": 0}),
    ],
)
def test_numbers_dates_and_names_have_to_be_in_the_cited_passage(text: str, found: dict[str, float]) -> None:
    assert values(said(text)) == {f"{kind}_valid": (valid, 1) for kind, valid in found.items()}


def test_a_weekday_of_the_source_is_the_day_that_follows_from_its_publication() -> None:
    one = said("They signed it on 21 September.", "They signed it on Thursday.", published=date(2023, 9, 22))
    assert values(one)["dates_valid"] == (1, 1)


def test_a_quote_whose_passage_was_not_kept_is_held_against_alone() -> None:
    cited = citation(1, 7, TALKS[0], QUOTE)
    one = record(sentences=(sentence("They met in Tarvo.", Verdict.SUPPORTED, 1),), citations=(cited,), evidence=())
    assert values(one) == {"names_valid": (1, 1)}


def test_what_was_taken_out_or_cites_nothing_is_not_checked_but_its_verdict_counts() -> None:
    sentences = (
        sentence("They met in Brenn.", Verdict.UNSUPPORTED),
        sentence("They met in Orrin.", Verdict.SUPPORTED),
        sentence("They met in Tarvo.", Verdict.WRONG_SOURCE, 1),
        sentence("The envoys met in Tarvo on 21 September.", Verdict.VERBATIM, 1),
    )
    one = record(sentences=sentences, citations=(citation(1, 0, TALKS[0], QUOTE),))
    [scores] = citing_scores([one])
    assert (scores["names_valid"].value, scores["names_valid"].of) == (2, 2)
    verdicts = {name: score.value for name, score in scores.items() if name.startswith("sentences_")}
    assert verdicts == dict.fromkeys(verdicts, 1)
    assert len(verdicts) == len(Verdict)
    assert scores["sentences_unsupported"].of == 4
    assert dict(verdict_counts([one, one])) == dict.fromkeys(Verdict, 2)


def test_unscored_and_empty_answers_have_no_scores() -> None:
    busy = record(status=AnswerStatus.BUSY, sentences=(sentence("They met.", Verdict.SUPPORTED, 1),))
    assert citing_scores([busy, record()]) == ({}, {})


def test_every_score_has_a_metric_that_says_on_which_side_it_is_better() -> None:
    [scores] = citing_scores([said("They met in Tarvo for 3 hours on 21 September.")])
    assert set(scores) == {metric.name for metric in CITING_METRICS}
    at_most = {metric.name for metric in CITING_METRICS if metric.limit == "at most"}
    assert at_most == {"sentences_unsupported", "sentences_wrong_source"}
