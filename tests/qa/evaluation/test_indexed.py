"""Which gold sources a corpus has, by each key that a source may have."""

from pathlib import Path
from typing import Any

import pytest

from qa.evaluation.asking import Asker
from qa.evaluation.indexed import Indexed, indexed_of, missing_sources
from qa.evaluation.questions import Source
from qa.evaluation.records import ArticleKeys
from tests.qa.evaluation.made import asked
from tests.qa.evaluation.prepared import PreparedEngine, ask
from tests.qa.evaluation.running import newsroom_engine

HERE = Indexed(
    [
        ArticleKeys(title="Envoys meet", path="news/may/envoys.md", url="https://news.example/e"),
        ArticleKeys(title="Cup final", path="wire.jsonl", source_file="cup.txt"),
    ]
)


@pytest.mark.parametrize(
    ("source", "there"),
    [
        ({"path": "envoys.md"}, True),
        ({"path": "may/envoys.md"}, True),
        ({"path": "june/envoys.md"}, False),
        ({"path": "voys.md"}, False),
        ({"title": "ENVOYS  meet"}, True),
        ({"title": "Envoys"}, False),
        ({"url": "https://news.example/e"}, True),
        ({"url": "https://news.example/"}, False),
        ({"source_file": "cup.txt"}, True),
        ({"source_file": "envoys.md"}, True),
        ({"title": "Envoys", "path": "envoys.md"}, True),
    ],
)
def test_a_source_is_there_if_any_of_its_keys_is_that_of_an_article(source: dict[str, str], there: bool) -> None:
    assert HERE.has(Source(**source)) is there


def test_a_record_says_of_each_source_whether_it_is_indexed() -> None:
    question = ask("q", sources=({"path": "envoys.md"}, {"path": "gone.md"}))
    assert Asker(PreparedEngine({}), HERE).ask(question).indexed == (True, False)
    assert Asker(PreparedEngine({})).ask(question).indexed is None


def test_questions_whose_source_is_not_indexed_are_named_and_no_more_than_five_of_them() -> None:
    def naming(count: int) -> list[Any]:
        return [asked("there"), *(asked(f"q{at}", sources=({"path": f"{at}.md"},)) for at in range(count))]

    assert missing_sources([asked("there")], HERE) is None
    assert missing_sources(naming(3), None) is None
    few = missing_sources(naming(2), HERE)
    assert few is not None
    assert few.startswith("2 of 3 questions name a source that no indexed article is: q0 (0.md), q1 (1.md). They are")
    many = missing_sources(naming(7), HERE)
    assert many is not None
    assert "q4 (4.md) and 2 more. They are" in many


def test_an_engine_tells_what_its_index_holds(tmp_path: Path) -> None:
    with newsroom_engine(tmp_path) as engine:
        indexed = indexed_of(engine)
        assert indexed is not None
        assert indexed.has(Source(path="news/ferry.md"))
        assert not indexed.has(Source(path="news/tram.md"))
