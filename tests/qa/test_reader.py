"""The reader, with the real weights."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import ReaderError
from qa.reader import SPANS, Reading, RememberingReader, ShippedReader, TransformersReader, open_reader
from qa.settings import DEFAULT_READER

WEIGHTS = Path(str(files("qa").joinpath("weights")))
TEXTS = [
    "The port of Elm reopened on Monday after a week, the harbour board said. The pier had cost 5 million crowns.",
    "Nothing much happened.",
    "Ansa Kolvery, who chairs the harbour board, thanked the crews of 14 ships. " * 8,
]


@pytest.fixture(scope="module")
def reader() -> ShippedReader:
    return ShippedReader()


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("When did the port reopen?", 0, "Monday"),
        ("How much did the pier cost?", 0, "5 million crowns"),
        ("Who chairs the harbour board?", 2, "Ansa Kolvery"),
    ],
)
def test_the_best_span_answers(reader: ShippedReader, question: str, text: int, answer: str) -> None:
    best = reader.read(question, [TEXTS[text]])[0].spans[0]
    assert answer in TEXTS[text][best.start : best.end]


def test_a_passage_that_answers_scores_higher_than_one_that_does_not(reader: ShippedReader) -> None:
    readings = reader.read("When did the port reopen?", TEXTS)
    assert readings[0].score > max(readings[1].score, readings[2].score)


def test_any_question_answering_model_can_take_its_place_and_reads_alike(reader: ShippedReader) -> None:
    other = TransformersReader(str(WEIGHTS))
    for ours, theirs in zip(
        reader.read("Who chairs the harbour board?", TEXTS),
        other.read("Who chairs the harbour board?", TEXTS),
        strict=True,
    ):
        assert [(s.start, s.end) for s in ours.spans[:1]] == [(s.start, s.end) for s in theirs.spans[:1]]
        np.testing.assert_allclose([s.score for s in ours.spans], [s.score for s in theirs.spans], atol=1e-3)


def test_questions_that_are_read_for_at_once_get_what_each_gets_alone() -> None:
    fresh, questions = ShippedReader(), ["Who chairs the harbour board?", "When did the port reopen?"] * 4
    with ThreadPoolExecutor(len(questions)) as pool:
        together = list(pool.map(lambda question: fresh.read(question, TEXTS), questions))
    assert together == [fresh.read(question, TEXTS) for question in questions]


def test_spans_do_not_overlap_and_come_best_first(reader: ShippedReader) -> None:
    for reading in reader.read("Who chairs the harbour board?", TEXTS):
        assert len(reading.spans) <= SPANS
        assert [s.score for s in reading.spans] == sorted((s.score for s in reading.spans), reverse=True)
        for a in reading.spans:
            assert not any(a is not b and a.start < b.end and b.start < a.end for b in reading.spans)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4), st.text(min_size=1, max_size=80))
def test_spans_lie_within_any_text(texts: list[str], question: str) -> None:
    for text, reading in zip(texts, ShippedReaderOnce.get().read(question, texts), strict=True):
        assert all(0 <= span.start <= span.end <= len(text) for span in reading.spans)


class ShippedReaderOnce:
    """One loaded reader for the property test, whose function cannot take a fixture."""

    _reader: ShippedReader | None = None

    @classmethod
    def get(cls) -> ShippedReader:
        cls._reader = cls._reader or ShippedReader()
        return cls._reader


def test_no_texts_give_no_readings(reader: ShippedReader) -> None:
    assert reader.read("Who?", []) == ()


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    with (tmp_path / "weights" / "model.safetensors").open("r+b") as file:
        file.seek(1000)
        file.write(b"x")
    monkeypatch.setattr("qa.reader.files", lambda _: tmp_path)
    with pytest.raises(ReaderError, match="Reinstall Dateline"):
        ShippedReader().read("Who?", ["Ships came."])


def test_a_reader_that_is_not_there_is_named_with_the_fix() -> None:
    with pytest.raises(ReaderError, match=r"'no/such-reader' cannot be loaded .* DATELINE_READER"):
        open_reader("no/such-reader").read("Who?", ["Ships came."])


def test_the_shipped_reader_is_the_default_and_one_for_the_process() -> None:
    assert open_reader(DEFAULT_READER).id == ShippedReader.id
    assert open_reader(DEFAULT_READER) is open_reader(DEFAULT_READER)


def test_a_text_is_read_alike_whatever_is_read_with_it(reader: ShippedReader) -> None:
    question = "When did the port reopen?"
    assert reader.read(question, TEXTS) == tuple(reader.read(question, [text])[0] for text in TEXTS)


def test_no_text_is_read_twice_for_a_question(reader: ShippedReader) -> None:
    read: list[tuple[str, str]] = []

    class Counting(ShippedReader):
        def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
            read.extend((question, text) for text in texts)
            return reader.read(question, texts)

    remembering = RememberingReader(Counting())
    assert remembering.id == ShippedReader.id
    for question in ("When did the port reopen?", "Who chairs the harbour board?", "When did the port reopen?"):
        assert remembering.read(question, TEXTS) == reader.read(question, TEXTS)
    assert len(read) == len(set(read)) == 2 * len(TEXTS)
