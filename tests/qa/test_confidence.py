"""The signals and the model over them."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.settings import DEFAULT_EMBEDDER
from qa.confidence import (
    FEATURES,
    Confidence,
    Signals,
    calibration_file,
    calibration_key,
    echo,
    features,
    load_confidence,
    share_met,
    share_missing,
    type_met,
)
from qa.errors import ReaderError
from qa.question import Expected, understand
from qa.reader import ShippedReader

NOWHERE = Path("/no/such/folder")
SIGNALS = Signals(
    reader=6.0, lead=3.0, question_to_sentence=0.7, question_to_passage=0.6, retrieved=0.9, met_in_sentence=0.8,
    met_in_passage=0.9, rarest_missing=0.0, names_elsewhere=0.0, names_unknown=0.0, counted_missing=0.0, numbers_missing=0.0, type_met=1.0, echo=0.0, span_words=2, asks_yes_no=0.0, asks_why=0.0,
)  # fmt: skip


def rarity(term: str) -> float:
    return {"common": 0.1, "rare": 0.9}.get(term, 0.5)


def test_the_shipped_reader_has_its_fitted_weights() -> None:
    fitted = load_confidence(ShippedReader.id, NOWHERE)
    assert fitted is not None
    assert 0 < fitted.threshold < 1
    assert fitted.weigh(SIGNALS) > fitted.threshold


@pytest.mark.parametrize("field", ["names_elsewhere", "names_unknown", "numbers_missing"])
def test_a_sentence_about_something_else_is_next_to_impossible(field: str) -> None:
    fitted = load_confidence(ShippedReader.id, NOWHERE)
    assert fitted is not None
    other = replace(SIGNALS, **{field: 1.0, "question_to_sentence": 0.5})
    assert other.is_about_something_else
    assert fitted.weigh(other) == 0.01


def test_another_name_for_the_same_matter_does_not_rule_a_sentence_out() -> None:
    assert not replace(SIGNALS, names_unknown=1.0, question_to_sentence=0.65).is_about_something_else


def test_an_unknown_reader_has_none() -> None:
    assert load_confidence("somebody/else", NOWHERE) is None


def test_what_was_calibrated_here_goes_before_what_ships(tmp_path: Path) -> None:
    own = {"weights": dict.fromkeys(FEATURES, 0.5), "bias": -1.0, "threshold": 0.77}
    calibration_file(tmp_path).write_text(json.dumps({ShippedReader.id: own, "somebody/else": own}))
    for key in (ShippedReader.id, "somebody/else"):
        fitted = load_confidence(key, tmp_path)
        assert fitted is not None
        assert fitted.threshold == 0.77
    assert load_confidence("another", tmp_path) is None


@pytest.mark.parametrize(
    "text", ["{", "[]x", '{"r": {}}', '{"r": {"weights": {}, "bias": 0, "threshold": 0}}', '{"r": 1}']
)
def test_a_broken_calibration_is_named_with_the_fix(tmp_path: Path, text: str) -> None:
    calibration_file(tmp_path).write_text(text)
    with pytest.raises(ReaderError, match=r"confidence\.json cannot be used\. Delete it"):
        load_confidence("r", tmp_path)


def test_a_calibration_belongs_to_reader_and_embedder() -> None:
    assert calibration_key("r", DEFAULT_EMBEDDER) == "r"
    assert calibration_key("r", "other/embedder") == "r over other/embedder"


def test_the_fitted_file_names_every_signal() -> None:
    data = json.loads(files("qa").joinpath("weights/confidence.json").read_text())
    for fitted in data.values():
        assert set(fitted["weights"]) == set(FEATURES)


@pytest.mark.parametrize(
    ("field", "worse"),
    [
        ("reader", -3.0),
        ("met_in_passage", 0.1),
        ("type_met", 0.0),
        ("question_to_sentence", 0.1),
    ],
)
def test_what_speaks_against_an_answer_lowers_the_confidence(field: str, worse: float) -> None:
    fitted = load_confidence(ShippedReader.id, NOWHERE)
    assert fitted is not None
    assert fitted.weigh(replace(SIGNALS, **{field: worse})) < fitted.weigh(SIGNALS)


@given(st.floats(-1e6, 1e6), st.floats(-50, 50))
def test_a_confidence_is_a_probability(reader: float, bias: float) -> None:
    model = Confidence(weights=(1.0,) * len(FEATURES), bias=bias, threshold=0.5)
    assert 0 <= model.weigh(replace(SIGNALS, reader=reader)) <= 1
    assert len(features(replace(SIGNALS, reader=reader))) == len(FEATURES)


def test_rare_words_count_more_than_common_ones() -> None:
    wanted = ("common", "rare")
    assert share_met(wanted, frozenset({"rare"}), rarity) > 0.8
    assert share_met(wanted, frozenset({"common"}), rarity) < 0.2
    assert share_met((), frozenset(), rarity) == 1.0


def test_missing_names_are_counted() -> None:
    assert share_missing(("tarvo", "elm"), frozenset({"elm"})) == 0.5
    assert share_missing((), frozenset()) == 0.0


@pytest.mark.parametrize(
    ("expected", "span", "met"),
    [
        (Expected.NAME, "Ansa Kolvery", 1.0),
        (Expected.NAME, "the harbour", 0.0),
        (Expected.NUMBER, "three", 1.0),
        (Expected.NUMBER, "4,523", 1.0),
        (Expected.NUMBER, "many ships", 0.0),
        (Expected.TIME, "September 20", 1.0),
        (Expected.TIME, "the port", 0.0),
        (Expected.DURATION, "24-hour", 1.0),
        (Expected.ANY, "anything", 0.5),
    ],
)
def test_a_span_is_held_against_the_expected_type(expected: Expected, span: str, met: float) -> None:
    assert type_met(expected, span) == met


def test_a_span_that_repeats_the_question_is_an_echo() -> None:
    question = understand("Who chairs the harbour board?")
    assert echo(question, "the harbour board") == 1.0
    assert echo(question, "Ansa Kolvery") == 0.0
