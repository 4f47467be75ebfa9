"""A run from its first question to its last: kept as it goes, stopped, gone on with, and told apart from others."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qa.errors import RunError
from qa.evaluation import Question
from qa.evaluation.fingerprints import NAMES, fingerprints, recorded_settings, settings_fingerprint
from qa.evaluation.records import Manifest
from qa.evaluation.running import Plan, evaluate, resume_run, start_run
from qa.evaluation.runs import RECORDS, load_run, new_run, read_manifest
from qa.evaluation.scoring import score_records
from qa.settings import Settings
from tests.qa.evaluation.prepared import PreparedEngine, ask
from tests.qa.evaluation.running import Stopped, newsroom_engine

QUESTIONS = (
    ask("ferry", question="How many passengers did the ferry of Selmouth carry?", gold=("120",)),
    ask("choir", question="Who sang in the Quillane market hall?", gold=("A choir",)),
    ask("telephone", type="near", question="Who invented the telephone?", gold=()),
)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("news")


@pytest.fixture(scope="module")
def opened(news: Path) -> Iterator[Stopped]:
    with newsroom_engine(news) as engine:
        yield engine


@pytest.fixture
def engine(opened: Stopped) -> Stopped:
    """The engine, which nobody has stopped or asked."""
    opened.stops_after, opened.asked = 1_000_000, 0
    return opened


def plan(*questions: Question) -> Plan:
    return Plan(questions=questions or QUESTIONS, question_file="q.jsonl")


def test_a_run_keeps_every_answer_and_what_it_depends_on(engine: Stopped, tmp_path: Path) -> None:
    folder, steps = new_run(tmp_path), list[tuple[int, int]]()
    start_run(folder, engine, plan(), workers=2, progress=lambda *step: steps.append(step))
    manifest, records = load_run(folder)
    assert [record.question for record in records] == list(QUESTIONS)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert tuple(manifest.fingerprints) == NAMES
    assert manifest.fingerprints["index"] == engine.index_id
    assert manifest.fingerprints["model"] is None
    assert manifest.ended is not None
    assert manifest.started <= manifest.ended
    assert (manifest.questions, manifest.question_file, manifest.settings["top_k"]) == (3, "q.jsonl", 8)
    assert (manifest.peak_memory_mb or 0) > 10


def test_scoring_a_run_again_gives_the_figures_of_asking(engine: Stopped, tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    start_run(folder, engine, plan())
    again = score_records(load_run(folder)[1])
    asked = evaluate(engine, QUESTIONS)
    assert [replace(one, milliseconds=0) for one in again.results] == [
        replace(one, milliseconds=0) for one in asked.results
    ]
    assert again.overall.figures["contains_gold"] == asked.overall.figures["contains_gold"]


def test_a_run_that_was_stopped_goes_on_with_what_is_left(engine: Stopped, tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    engine.stops_after = 1
    with pytest.raises(KeyboardInterrupt):
        start_run(folder, engine, plan())
    assert read_manifest(folder).ended is None
    assert [record.question.id for record in load_run(folder)[1]] == ["ferry"]
    with (folder / RECORDS).open("ab") as file:
        file.write(b'{"question": {"id": "cho')
    engine.stops_after, steps = 3, list[tuple[int, int]]()
    resume_run(folder, engine, progress=lambda *step: steps.append(step))
    assert engine.asked == 3, "nothing was asked twice"
    assert steps == [(2, 3), (3, 3)]
    manifest, records = load_run(folder)
    assert [record.question.id for record in records] == ["ferry", "choir", "telephone"]
    ended = manifest.ended
    resume_run(folder, engine)
    assert (engine.asked, read_manifest(folder).ended) == (3, ended), "a whole run is left as it is"


def test_a_run_over_other_articles_or_with_other_settings_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "runs")
    with newsroom_engine(tmp_path) as engine:
        start_run(folder, engine, plan(QUESTIONS[0]))
    (tmp_path / "news" / "ferry.md").write_text("---\ntitle: ferry\n---\n\nThe ferry sank.\n")
    with newsroom_engine(tmp_path, top_k=3) as engine, pytest.raises(RunError) as caught:
        resume_run(folder, engine)
    told = str(caught.value)
    assert told.startswith(f"The run {folder} cannot be gone on with, since its answers would not belong together: ")
    assert [name for name in NAMES if f"{name} was " in told] == ["corpus", "index", "settings"]
    assert told.endswith("Undo that, or start anew: dateline eval q.jsonl")


def test_fingerprints_depend_on_the_articles_and_not_on_where_they_lie(tmp_path: Path, news: Path) -> None:
    with newsroom_engine(news) as one, newsroom_engine(tmp_path) as other:
        here, there = fingerprints(one, QUESTIONS), fingerprints(other, QUESTIONS)
    assert here == there


def test_the_fingerprint_of_the_questions_depends_on_all_that_is_known_of_them(engine: Stopped) -> None:
    def of(*questions: Question) -> str | None:
        return fingerprints(engine, questions)["questions"]

    assert of(*QUESTIONS) == of(*reversed(QUESTIONS)) != of(*QUESTIONS[:2])
    assert of(ask("a")) != of(ask("a", gold=("Brenn",)))


def test_no_secret_gets_into_a_run_and_the_page_changes_no_fingerprint() -> None:
    plain = recorded_settings(Settings.load())
    served = recorded_settings(Settings.load(user="ann", password="hidden", root_path="/news", index_dir="elsewhere"))
    assert served == plain
    address = "https://ann:hidden@llm.example/v1?key=hidden"
    recorded = recorded_settings(Settings.load(llm_base_url=address))
    assert "hidden" not in json.dumps(recorded)
    assert recorded["llm_base_url"] == "llm.example"
    assert settings_fingerprint(recorded) != settings_fingerprint(plain)


def test_evaluating_in_memory_reports_in_the_order_of_the_questions_whatever_the_workers() -> None:
    questions = [ask(str(number)) for number in range(20)]
    report = evaluate(PreparedEngine({}), questions, workers=4)
    assert [result.id for result in report.results] == [question.id for question in questions]


def test_a_manifest_that_ended_knows_when(tmp_path: Path) -> None:
    manifest = Manifest(started="2026-01-01T00:00:00+00:00", questions=0, fingerprints={})
    assert Manifest.from_dict(json.loads(json.dumps(manifest.to_dict()))) == manifest
