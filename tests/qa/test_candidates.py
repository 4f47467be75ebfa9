"""How far passages are read, and what the sentences say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index.corpus import Corpus
from index.settings import DEFAULT_EMBEDDER
from qa.candidates import CandidateFinder
from qa.confidence import calibration_key, load_confidence
from qa.question import understand
from qa.reader import Reading, ShippedReader
from qa.retrieval import HybridRetriever
from qa.settings import Settings


class CountingReader(ShippedReader):
    """The shipped reader; it notes how many texts it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[int] = []

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        self.given.append(len(texts))
        return super().read(question, texts)


@pytest.fixture(scope="module")
def corpus(seeds_index: Path) -> Iterator[Corpus]:
    opened = Corpus.open(Settings.load(index_dir=seeds_index))
    yield opened
    opened.close()


def found(corpus: Corpus, question: str, *, fitted: bool = True, bar: float = 0.0) -> tuple[CountingReader, int, bool]:
    """The reader, how many passages were read, whether a candidate holds the city of the talks."""
    reader = CountingReader()
    confidence = load_confidence(calibration_key(reader.id, DEFAULT_EMBEDDER), Path("/none")) if fitted else None
    finder = CandidateFinder(corpus, reader, confidence)
    passages = HybridRetriever(corpus, fetch_k=40).retrieve(question, 20)
    findings = finder.find(understand(question), passages, first=4, bar=bar)
    return reader, len(findings.read), any("Yevlakh" in candidate.sentence for candidate in findings.candidates)


def test_a_settled_question_is_read_no_further(corpus: Corpus) -> None:
    reader, read, held = found(corpus, "In which city was the first round of talks held?")
    assert (reader.given, read, held) == ([4], 4, True)


def test_an_open_question_is_read_to_the_end(corpus: Corpus) -> None:
    reader, read, _ = found(corpus, "How many schools were closed in Karabakh?")
    assert reader.given == [4, read - 4]
    assert 4 < read <= 20


def test_below_the_wished_bar_reading_goes_on(corpus: Corpus) -> None:
    reader, _, held = found(corpus, "In which city was the first round of talks held?", bar=0.9999)
    assert len(reader.given) == 2
    assert held


def test_without_a_fitted_confidence_the_readers_own_score_settles(corpus: Corpus) -> None:
    assert found(corpus, "In which city was the first round of talks held?", fitted=False)[0].given == [4]


def test_sentences_are_scored_where_they_stand(corpus: Corpus) -> None:
    question = "In which city was the first round of talks held?"
    passages = HybridRetriever(corpus, fetch_k=40).retrieve(question, 4)
    scores = CandidateFinder(corpus, ShippedReader(), None).sentence_scores(question, passages)
    (article, start), _ = max(scores.items(), key=lambda item: item[1])
    assert "Yevlakh" in corpus.article(article).text[start : start + 250]
