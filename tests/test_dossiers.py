"""The dossiers: well formed, with golds that their articles hold, and one of them answered by the real models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.settings import IndexSettings
from index.sync import sync_index
from qa import QAEngine
from qa.evaluation import check_gates, evaluate, load_questions, render_table
from qa.evaluation.metrics import contains
from tools.eval_dossiers import DOSSIERS, HALVES

NAMES = sorted(name for names in HALVES.values() for name in names)
REPORTED = "ferry"
FLOORS = ("contains_gold=0.45", "false_answers=0.25", "quotes_verbatim=1.00", "source_precision=0.85")


def test_every_dossier_is_tuned_on_or_reported() -> None:
    assert sorted(folder.name for folder in DOSSIERS.iterdir() if folder.is_dir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_stand_in_the_articles_that_are_named(name: str) -> None:
    questions = load_questions(DOSSIERS / name / "questions.jsonl")
    assert len(questions) == 70
    for question in questions:
        texts = [(DOSSIERS / name / str(source.path)).read_text(encoding="utf-8") for source in question.sources]
        for part in (*question.parts, *((name,) for name in question.must_name)):
            assert any(contains(text, wanted) for text in texts for wanted in part), (question.id, part)


@pytest.mark.parametrize("name", NAMES)
def test_every_article_says_that_it_is_fictional(name: str) -> None:
    articles = list((DOSSIERS / name / "articles").iterdir())
    assert len(articles) >= 7
    for article in articles:
        assert "\nkind: fictional\n" in article.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    index: Path = tmp_path_factory.mktemp("dossier")
    sync_index([DOSSIERS / REPORTED / "articles"], settings=IndexSettings(index_dir=index))
    with QAEngine.open(index) as engine:
        yield engine


def test_a_dossier_that_nothing_was_tuned_on_keeps_its_floors(dossier: QAEngine) -> None:
    report = evaluate(dossier, load_questions(DOSSIERS / REPORTED / "questions.jsonl"))
    assert check_gates(report, FLOORS) == (), render_table(report)
