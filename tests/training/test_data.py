"""What may be trained on, checked by hash wherever the data is present."""

import json
from pathlib import Path

import pytest

from qa.evaluation.adapters.squad import REPORTED
from training.data import (
    HELD_BACK,
    Asked,
    injected_paragraphs,
    load,
    paragraph_key,
    squad_articles,
    squad_titles,
    validation,
)

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "squad2_dev").is_dir(), reason=f"the public question sets are not at {DATA}: nothing to check"
)


@pytest.fixture(scope="module")
def trained_on() -> list[Asked]:
    return load(DATA)


def keys(asked: list[Asked]) -> set[str]:
    return {paragraph_key(a.context) for a in asked}


def test_no_paragraph_of_a_reporting_or_validating_article_is_trained_on(trained_on: list[Asked]) -> None:
    assert {*REPORTED, *HELD_BACK} <= set(squad_titles(DATA))
    assert not keys(trained_on) & keys(list(squad_articles(DATA, REPORTED | HELD_BACK)))


def test_no_paragraph_of_the_injection_set_is_trained_on_or_validates(trained_on: list[Asked]) -> None:
    forbidden = injected_paragraphs(DATA)
    assert len(forbidden) > 300
    assert not keys(trained_on) & forbidden
    assert not keys(validation(DATA)["squad"]) & forbidden


def test_odd_ranks_of_clapnq_are_not_trained_on(trained_on: list[Asked]) -> None:
    file = DATA / "clapnq_dev/clapnq_dev_unanswerable.jsonl"
    questions = sorted(json.loads(line)["input"] for line in file.read_text(encoding="utf-8").splitlines())
    reported = set(questions[1::2]) - set(questions[::2])
    assert not {a.question for a in trained_on if a.source == "clapnq"} & reported


def test_every_answer_stands_where_it_is_said_to_stand(trained_on: list[Asked]) -> None:
    assert all(a.context[a.start : a.start + len(a.answer)] == a.answer for a in trained_on if a.start is not None)


def test_only_sets_whose_licence_allows_shipping_are_read(trained_on: list[Asked]) -> None:
    allowed = {"squad", "new_wiki", "reddit", "amazon_reviews", "qamr", "clapnq", "newsroom"}
    assert {a.source for a in trained_on} == allowed


def test_without_the_injection_set_nothing_is_trained(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="instr_robust is missing"):
        load(tmp_path)
