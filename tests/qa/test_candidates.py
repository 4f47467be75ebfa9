"""How far passages are read, and what the sentences say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.corpus import Corpus
from index.settings import DEFAULT_EMBEDDER
from index.types import Article, Passage
from qa.candidates import STATED, CandidateFinder
from qa.confidence import calibration_key, load_confidence
from qa.question import understand
from qa.reader import Reading, ShippedReader, Span
from qa.relevance import beside_sources
from qa.retrieval import HybridRetriever
from qa.settings import Settings
from qa.types import ScoredPassage


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


class PointingReader(ShippedReader):
    """It takes one word for the answer, and is sure of it."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        return tuple(
            Reading(spans=(Span(start=at, end=at + len(self.word), score=9.0),))
            for at in (text.index(self.word) for text in texts)
        )


def answers(corpus: Corpus, question: str, text: str, word: str) -> bool:
    """Whether the word, where it stands in an article of this text, may answer."""
    article = Article(id="a1", title="Elm", text=text)
    passage = Passage(id="a1-000", article_id="a1", ordinal=0, start=0, end=len(text), text=text)
    scored = ScoredPassage(passage=passage, article=article, score=1, similarity=1, found_by="dense")
    return bool(CandidateFinder(corpus, PointingReader(word), None).find(understand(question), [scored]).candidates)


@pytest.mark.parametrize(
    ("question", "text", "word", "expected"),
    [
        ("How many ships came to Elm?", "How many ships came to Elm? 40", "40", False),
        ("What question was put to the readers?", "How many ships came to Elm? 40", "ships", True),
        ("Who wondered who will pay?", "“Who will pay?” the mayor wondered.", "mayor", True),
        ("Who holds the eastern bank?", "The western bank is held by Tarvo.", "Tarvo", False),
        ("Is the eastern bank held by Tarvo?", "The western bank is held by Tarvo.", "Tarvo", True),
    ],
)
def test_a_question_and_what_is_said_of_the_opposite_answer_nothing(
    corpus: Corpus, question: str, text: str, word: str, expected: bool
) -> None:
    assert answers(corpus, question, text, word) is expected


@pytest.mark.parametrize(
    ("question", "word", "expected"),
    [
        ("On which day did the bridge close?", "April", False),
        ("On which day did the bridge open?", "4 May", True),
        ("On which day did the bridge open?", "May", True),  # the reader stopped in the middle of the date
        ("When did the bridge close?", "April", True),
        ("In which month did the bridge close?", "April", True),
        ("In what year was the bridge built?", "4 May", False),
        ("In what year was the bridge built?", "1931", True),
        ("In what year was the bridge built?", "the tenth year", True),
        ("At what time did the bridge close?", "April", False),
        ("At what time did the bridge open?", "noon", True),
        ("At what time of the year did the bridge close?", "April", True),
    ],
)
def test_a_month_is_no_day_and_a_day_no_year(corpus: Corpus, question: str, word: str, expected: bool) -> None:
    text = "Built in 1931, the tenth year of Queen Una, the bridge was closed in April and opened at noon on 4 May."
    assert answers(corpus, question, text, word) is expected


@pytest.mark.parametrize(
    ("question", "word", "expected"),
    [
        ("How many ships came to Elm?", "Tarvo", False),
        ("How many ships came to Elm?", "ships", True),  # forty of them
        ("How many ships came to Elm, and from where?", "Tarvo", True),
        ("How much did the pilots want?", "nothing", True),
        ("How long will the harbour stay open?", "until", True),
        ("How long will the harbour stay open?", "harbour", False),
        ("What is the population of Elm?", "Tarvo", False),
    ],
)
def test_what_tells_no_amount_answers_no_question_for_one(
    corpus: Corpus, question: str, word: str, expected: bool
) -> None:
    text = "Forty ships came from Tarvo to Elm. The pilots wanted nothing for it. The harbour stays open until Easter."
    assert answers(corpus, question, text, word) is expected


class DoubtingReader(PointingReader):
    """It points at a word, and would rather say that nothing is told."""

    def read(self, question: str, texts: Sequence[str]) -> tuple[Reading, ...]:
        found = super().read(question, texts)
        return tuple(Reading(spans=(replace(reading.spans[0], score=-4.0),)) for reading in found)


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        (
            "What did Kolvery say about the shut pier?",
            "Kolvery said that the pier was shut.",
            " that the pier was shut.",
        ),
        ("What did Kolvery say about the shut pier of Ostrig?", "Kolvery said that the pier was shut.", "pier"),
        ("What did Kolvery say about the price of coal?", "Kolvery said that the pier was shut.", "pier"),
        ("What did Ostrig say about the shut pier?", "Kolvery said that the pier was shut.", "pier"),
    ],
)
def test_what_somebody_said_is_the_whole_claim_though_the_reader_sees_no_answer(
    corpus: Corpus, question: str, text: str, short: str
) -> None:
    article = Article(id="a1", title="Elm", text=text)
    passage = Passage(id="a1-000", article_id="a1", ordinal=0, start=0, end=len(text), text=text)
    scored = ScoredPassage(passage=passage, article=article, score=1, similarity=1, found_by="dense")
    finder = CandidateFinder(corpus, DoubtingReader("pier"), None)
    (found,) = finder.find(understand(question), [scored]).candidates
    assert (found.short, found.signals.reader) == (short, STATED if short != "pier" else -4.0)


def test_a_publisher_whose_report_is_asked_about_is_no_name_that_the_article_must_have() -> None:
    asked = understand("Who, as reported by both Bay Herald and TNA, closed the port of Elm?")
    publishers = ("TNA", "Bay Herald", "Dateline brief after the Courier")
    assert beside_sources(asked, lambda: publishers).names == ("elm",)
    about = understand("Who bought Bay Herald?")
    assert beside_sources(about, lambda: publishers) == about


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
