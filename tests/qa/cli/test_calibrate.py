"""Fitting the confidence: the regression, its judgement, and `dateline calibrate` from end to end."""

import json
import random
from pathlib import Path

import pytest

from qa.calibration import Row, fitted, summary
from qa.calibration.fitting import SIGNS
from qa.calibration.stories import HELD_BACK, read_stories
from qa.confidence import FEATURES, load_confidence
from qa.reader import ShippedReader
from tests.qa.cli.commands import Dateline

READER, ECHO = FEATURES.index("reader"), FEATURES.index("echo")


def row(question: str, reader: float, right: bool, *, answerable: bool = True, ruled_out: bool = False) -> Row:
    signals = [0.0] * len(FEATURES)
    signals[READER] = reader
    signals[ECHO] = float(right)  # a coincidence that has the sign that makes no sense
    return Row(
        source="own", question=question, answerable=answerable, signals=tuple(signals), ruled_out=ruled_out, right=right
    )


@pytest.fixture
def rows() -> list[Row]:
    rng = random.Random(0)
    found = []
    for number in range(120):
        answerable = number % 3 > 0
        for right in (True, False) if answerable else (False,):
            found.append(row(f"q{number}", rng.gauss(2.0 if right else -1.0, 1.0), right, answerable=answerable))
    return found


def test_what_speaks_for_an_answer_gets_weight_and_what_makes_no_sense_none(rows: list[Row]) -> None:
    found = fitted(rows, {})
    assert found.weights[READER] > 1
    assert found.weights[ECHO] == pytest.approx(0.0, abs=1e-9)
    assert {name for name, bounds in SIGNS.items() if bounds == (None, 0.0)} >= {"echo", "names_elsewhere"}
    assert ((found.held_out >= 0) & (found.held_out <= 1)).all()


def test_the_bar_leaves_the_wanted_share_of_false_answers(rows: list[Row]) -> None:
    judged = summary(rows, fitted(rows, {}).held_out, false_answers=0.10)
    assert (judged.questions, judged.unanswerable) == (120, 40)
    assert judged.right_first > 0.9
    assert 0.1 < judged.bar < 0.9
    assert judged.answered > 0.7
    assert judged.right > 0.9
    assert summary(rows, fitted(rows, {}).held_out, false_answers=0.4).bar < judged.bar


def test_what_is_ruled_out_teaches_nothing_and_is_never_first(rows: list[Row]) -> None:
    wrong = [row(f"q{number}", 9.0, right=False, ruled_out=True) for number in range(120)]
    found = fitted(rows + wrong, {})
    assert found.weights[READER] == pytest.approx(fitted(rows, {}).weights[READER])
    assert (found.held_out[len(rows) :] == 0).all()


def test_the_shipped_stories_can_be_asked() -> None:
    asked = [question for report in read_stories(HELD_BACK) for question in report.asked]
    assert len(asked) > 1000
    assert 0.25 < sum(start is None for _, start, _ in asked) / len(asked) < 0.45


def test_calibrating_writes_what_the_engine_reads_beside_what_was_there(
    dateline: Dateline, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = read_stories(HELD_BACK)[::4]  # reading them all takes most of a minute
    monkeypatch.setattr("qa.calibration.run.read_stories", lambda part: few)
    index = here / "index"
    index.mkdir()
    (index / "confidence.json").write_text('{"somebody/else": {"kept": true}}')
    ended = dateline("calibrate", "--questions", "50", "--index-dir", index, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["key"] == ShippedReader.id
    assert told["summary"]["questions"] == 50
    assert set(json.loads((index / "confidence.json").read_text())) == {"somebody/else", ShippedReader.id}
    fitted_here = load_confidence(ShippedReader.id, index)
    assert fitted_here is not None
    assert fitted_here.threshold == told["summary"]["bar"]


def test_a_reader_that_cannot_be_loaded_is_named_and_nothing_is_written(
    dateline: Dateline, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_READER", "/no/such/reader")
    ended = dateline("calibrate", "--questions", "50", "--index-dir", here / "index")
    assert ended.code == 2
    assert "'/no/such/reader'" in ended.err
    assert not (here / "index").exists()


@pytest.mark.parametrize("number", ["10", "many", "-60"])
def test_too_few_questions_are_refused(dateline: Dateline, here: Path, number: str) -> None:
    ended = dateline("calibrate", f"--questions={number}")
    assert ended.code == 2
    assert repr(number) in ended.err
