"""The folder of a run: written, read back whole, torn and damaged."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import SettingsError
from qa.errors import RunError
from qa.evaluation.fingerprints import questions_fingerprint
from qa.evaluation.questions import Source
from qa.evaluation.records import ArticleKeys, Cited, Manifest, Record, Retrieved
from qa.evaluation.runs import (
    MANIFEST,
    RECORDS,
    append_record,
    drop_torn_line,
    find_run,
    load_run,
    new_run,
    read_manifest,
    read_questions,
    read_records,
    runs_dir,
    write_manifest,
    write_questions,
)
from qa.evaluation.scoring import score_records
from qa.types import Evidence
from tests.qa.evaluation.prepared import ENVOYS, ask, cite, reply

KEYS = ArticleKeys(title="Envoys meet", url="https://news.example/e", path="e.txt", source_file="0.txt")
CITED = [
    Cited(article=KEYS, in_article=True, in_file=None),
    Cited(article=None, in_article=False, in_file=False),
]
MANIFEST_OF_ONE = Manifest(
    started="2026-01-02T03:04:05+00:00",
    questions=1,
    fingerprints={"corpus": "c", "model": None},
    sample=1,
    seed=7,
    settings={"top_k": 8},
    articles=("news",),
)


def record(id_: str = "q", text: str = "In Tarvo. [1]") -> Record:
    question = ask(id_, history=(("Who?", "They."),), as_of=date(2023, 9, 21), tags=("odd",))
    quote = cite(ENVOYS, "The envoys met in Tarvo.")
    shown = Evidence(passage_id="p", article_id="a1", title="t", text="x", score=0.5, found_by="dense")
    return Record(
        question=question,
        answer=reply(question.question, text, *[quote] * len(CITED), evidence=(shown,), timings={"read": 1.5}),
        milliseconds=12.5,
        retrieved=(Retrieved(passage_id="p", article=KEYS, text="The envoys", score=0.5),),
        cited=(
            Cited(article=KEYS, in_article=True, in_file=None),
            Cited(article=None, in_article=False, in_file=False),
        ),
        evidence=(KEYS,),
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of three questions, of which two were asked, the second one first."""
    folder = new_run(tmp_path / "runs")
    write_manifest(folder, MANIFEST_OF_ONE)
    write_questions(folder, [record(id_).question for id_ in "abc"])
    append_record(folder, record("b"))
    append_record(folder, record("a"))
    return folder


def test_a_run_is_read_back_as_it_was_written_in_the_order_of_its_questions(run: Path) -> None:
    manifest, records = load_run(run)
    asked = read_questions(run)
    told = {**MANIFEST_OF_ONE.fingerprints, "questions": questions_fingerprint(asked)}
    assert manifest == replace(MANIFEST_OF_ONE, fingerprints=told)
    assert records == (record("a"), record("b"))
    assert asked == tuple(record(id_).question for id_ in "abc")


def test_a_gold_answer_that_is_corrected_in_the_run_is_scored_anew(run: Path) -> None:
    before = score_records(load_run(run)[1]).overall.figures["contains_gold"].value
    write_questions(run, [record(id_).question.model_copy(update={"gold": ("Brenn",)}) for id_ in "abc"])
    manifest, records = load_run(run)
    assert before == 1
    assert score_records(records).overall.figures["contains_gold"].value == 0
    assert manifest.fingerprints["questions"] == questions_fingerprint(read_questions(run))


def test_sources_that_were_corrected_were_looked_up_by_nobody(run: Path) -> None:
    append_record(run, replace(record("c"), indexed=(False,)))
    assert load_run(run)[1][2].indexed == (False,)
    moved = {"sources": (Source(path="elsewhere.txt"), Source(path="there.txt"))}
    write_questions(run, [record(id_).question.model_copy(update=moved) for id_ in "abc"])
    assert load_run(run)[1][2].indexed is None


@pytest.mark.parametrize("left", ["ab", "ac"])
def test_records_of_other_questions_are_refused_in_one_sentence(run: Path, left: str) -> None:
    other = [record(id_).question.model_copy(update={"question": f"{id_}, but elsewhere?"}) for id_ in "b"]
    write_questions(run, [*(record(id_).question for id_ in left if id_ != "b"), *(other if "b" in left else [])])
    with pytest.raises(
        RunError, match=r"answers 'b', 'b\?', which .*questions\.jsonl does not ask\. Put back"
    ) as caught:
        load_run(run)
    assert "\n" not in str(caught.value)


@given(text=st.text(alphabet=st.characters()))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_answer_says_comes_back_and_stays_in_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORDS).unlink(missing_ok=True)
    append_record(tmp_path, record("q", text))
    append_record(tmp_path, record("r"))
    assert [one.answer.text for one in read_records(tmp_path)] == [text, "In Tarvo. [1]"]


def test_a_line_that_was_torn_is_left_out_and_cut_off(run: Path) -> None:
    whole = (run / RECORDS).read_bytes()
    (run / RECORDS).write_bytes(whole + whole[:50])
    assert len(load_run(run)[1]) == 2
    drop_torn_line(run)
    assert (run / RECORDS).read_bytes() == whole


def test_a_damaged_line_is_named_in_one_sentence(run: Path) -> None:
    lines = (run / RECORDS).read_bytes().splitlines(keepends=True)
    for damaged in (
        b"{oops\n",
        b"[1]\n",
        b'{"question": {"id": ""}}\n',
        lines[1].replace(b'"schema": 1', b'"schema": 9'),
    ):
        (run / RECORDS).write_bytes(lines[0] + damaged)
        with pytest.raises(RunError) as caught:
            load_run(run)
        assert str(caught.value).startswith(f"{run / RECORDS}:2 is damaged: ")
        assert "\n" not in str(caught.value)


def broken(**values: object) -> str:
    return json.dumps(MANIFEST_OF_ONE.to_dict() | values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": 2}',
        '{"schema": 1}',
        broken(questions="25"),
        broken(fingerprints=None),
        broken(settings=[]),
        broken(articles="news"),
        broken(seed=None),
    ],
)
def test_a_damaged_manifest_is_named_in_one_sentence(run: Path, text: str) -> None:
    (run / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="is damaged: ") as caught:
        read_manifest(run)
    assert str(caught.value).startswith(str(run / MANIFEST))
    assert "\n" not in str(caught.value)


def test_what_a_later_version_adds_to_a_manifest_is_passed_over() -> None:
    assert Manifest.from_dict(json.loads(broken(colour="red"))) == MANIFEST_OF_ONE


def test_a_run_without_an_answer_says_how_to_go_on(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    write_manifest(folder, MANIFEST_OF_ONE)
    with pytest.raises(RunError, match=r"holds no answer yet\. Go on with: dateline eval --resume "):
        load_run(folder)


def test_runs_lie_beside_the_index_and_no_two_share_a_folder(tmp_path: Path) -> None:
    runs = runs_dir(tmp_path / "data" / "index")
    assert runs == tmp_path / "data" / "runs"
    folders = [new_run(runs) for _ in range(3)]
    assert len(set(folders)) == 3
    assert sorted(folders) == folders


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert new_run(tmp_path, out=tmp_path / "mine") == tmp_path / "mine"
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(RunError, match="holds something already"):
        new_run(tmp_path, out=tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        SettingsError, match=r"^The run cannot be kept in .*: Not a directory\. Name another: --out DIR$"
    ):
        new_run(tmp_path / "file" / "runs")


def test_a_run_is_found_by_path_by_name_and_as_the_latest(run: Path) -> None:
    later = new_run(run.parent)
    write_manifest(later, MANIFEST_OF_ONE)
    (run / MANIFEST).touch()
    assert find_run(str(run), Path("elsewhere")) == run
    assert find_run(run.name, run.parent) == run
    assert find_run("latest", run.parent) == run


def test_a_run_that_is_not_there_is_told_with_those_that_are(run: Path) -> None:
    with pytest.raises(RunError) as caught:
        find_run("mine", run.parent)
    assert f"There is no run mine, nor one of that name in {run.parent}. It has {run.name}." in str(caught.value)
    with pytest.raises(RunError, match=r"It has none\. Make one: dateline eval QUESTIONS"):
        find_run("latest", run.parent / "none")


def test_the_files_of_a_run_are_json(run: Path) -> None:
    assert json.loads((run / MANIFEST).read_text(encoding="utf-8"))["schema"] == 1
    assert all(json.loads(line)["answer"]["schema"] == 1 for line in (run / RECORDS).read_bytes().splitlines())


def test_a_thousand_records_are_read_and_scored_within_ten_seconds_of_processor_time(tmp_path: Path) -> None:
    word = "The envoys met in Tarvo on 21 September, and the meeting lasted three hours. "
    shown = tuple(
        Evidence(passage_id=f"p{at}", article_id="a1", title="Envoys meet", text=word * 8, score=0.5, found_by="dense")
        for at in range(8)
    )
    found = tuple(Retrieved(passage_id=one.passage_id, article=KEYS, text=one.text, score=0.5) for one in shown)
    quote = cite(ENVOYS, "The envoys met in Tarvo.")
    write_manifest(tmp_path, MANIFEST_OF_ONE)
    for number in range(1000):
        question = ask(f"q{number}", type=f"type {number % 10}")
        answer = reply(question.question, f"{number} {word * 4}[1]", quote, evidence=shown)
        cited = (Cited(article=KEYS, in_article=True, in_file=None),)
        record = Record(question=question, answer=answer, milliseconds=number, cited=cited, retrieved=found)
        append_record(tmp_path, replace(record, evidence=(KEYS,) * 8))
    began = process_time()
    report = score_records(load_run(tmp_path)[1])
    assert (report.overall.questions, len(report.groups)) == (1000, 10)
    assert process_time() - began < 10
