"""The rules that score an answer, and the figures made of the scores."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.figures import mean_figure, percentile_figure
from qa.evaluation.metrics import (
    Score,
    contains,
    is_source,
    is_verbatim,
    missing_parts,
    score_answer,
    source_precision,
    source_recall,
    word_count,
)
from qa.evaluation.questions import Question, Source
from qa.evaluation.records import ArticleKeys, Cited
from qa.normalise import canonical_words
from qa.types import Answer, AnswerStatus, Evidence

ARTICLE = ArticleKeys(
    title="Envoys Meet",
    path="/news/2023/envoys.md",
    url="https://news.example/envoys",
    source_file="000_original.txt",
)
OTHER = ArticleKeys(title="Cup final", path="/news/cup.md")


def cited(article: ArticleKeys | None = ARTICLE, *, in_article: bool = True, in_file: bool | None = None) -> Cited:
    return Cited(article=article, in_article=in_article and article is not None, in_file=in_file)


def asked(**changes: Any) -> Question:
    answerable = {"gold": ("Tarvo",), "sources": (Source(source_file="000_original.txt"),)}
    values = {"id": "q", "question": "Where?", "type": "fact", "answerable": True} | answerable | changes
    return Question.model_validate(values)


UNANSWERABLE = {"answerable": False, "gold": (), "sources": ()}


def values(question: Question, answer: Answer, *quotes: Cited) -> dict[str, float]:
    return {name: score.value / score.of for name, score in score_answer(question, answer, quotes).items()}


def replied(status: AnswerStatus, text: str = "In Tarvo. [1]", short: str | None = "Tarvo") -> Answer:
    return Answer(question="Where?", text=text, status=status, short_answer=short)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 hours", "three hours"),
        ("3 hours", "three-hour"),
        ("4,523,000", "4523000"),
        ("4,523,000", "4.523 million"),
        ("4\u202f523\u202f000", "4523000"),
        ("four million five hundred and twenty-three thousand", "4,523,000"),
        ("a hundred", "100"),
        ("two hundred and one", "201"),
        ("1.50", "1.5"),
        ("21 September", "September 21"),
        ("Sept. 21", "September 21"),
        ("the 21st of September", "September 21"),
        ("twenty-first September", "21 Sep"),
        ("2023-09-21", "21 September 2023"),
        ("September 21, 2023", "21 September 2023"),
        ("second round", "2nd round"),
        ("30-second", "thirty seconds"),
        ("85 %", "85 percent"),
        ("85 per cent", "85%"),
        ("$5 million", "five million dollars"),
        ("US$5", "US 5 dollars"),
        ("the U.S. envoy", "US envoy"),
        ("Ostrania\u2019s president", "Ostrania president"),
        ("Café Zoë", "cafe zoe"),
        ("\u201cAnti-terror\u201d", "anti terror"),
    ],
)
def test_spellings_of_the_same_fact_are_equal(one: str, other: str) -> None:
    assert canonical_words(one) == canonical_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("21 September", "22 September"),
        ("1.5 million", "15 million"),
        ("three hours", "thirteen hours"),
        ("hundreds", "100"),
        ("20,21", "2021"),
        ("one million. Two men", "1000002 men"),
        ("twenty three hundred", "20 3 100"),
    ],
)
def test_different_facts_stay_different(one: str, other: str) -> None:
    assert canonical_words(one) != canonical_words(other)


@given(st.text())
def test_any_text_has_canonical_words_without_white_space(text: str) -> None:
    assert all(word and not any(char.isspace() for char in word) for word in canonical_words(text))


@pytest.mark.parametrize(
    "text", ["9" * 5000 + "th of May", "9" * 5000 + " million", "\u0663rd", "\u0967,\u0966\u0966\u0966", "0000-00-00"]
)
def test_odd_numbers_do_no_harm(text: str) -> None:
    assert canonical_words(text)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("The three-hour talks [1] ended.", "3 hours", True),
        ("It lasted 30 hours.", "3 hours", False),
        ("They met on Sept. 21, 2023. [2]", "21 September", True),
        ("They met on September 21.", "21 September 2023", False),
        ("They met in September. [21]", "September 21", False),
        ("They met on 21 September 2023.", "September 2023", True),
        ("They met on 21 September.", "September 2023", False),
        ("They met on 21 September 2023.", "September 2022", False),
        ("They met on 21 September 2023.", "Tarvo, September 2023", False),
        ("It cost 1.2 thousand crowns", "1,200 crowns", True),
        ("The Tarvonian envoys", "Tarvo", False),
        ("Orla [1] Venn spoke", "Orla Venn", True),
        ("", "Tarvo", False),
    ],
)
def test_wanted_words_are_found_whole_and_in_order(text: str, wanted: str, found: bool) -> None:
    assert contains(text, wanted) is found


def test_every_part_and_every_name_has_to_be_there_and_what_is_not_is_named() -> None:
    question = asked(gold=(), gold_all=(("Tarvo",), ("3 hours", "all day")), must_name=("Orla Venn",))
    assert missing_parts(question, "Orla Venn sat in Tarvo all day.") == ()
    assert missing_parts(question, "They sat in Tarvo.") == ("3 hours", "Orla Venn")


def test_words_are_counted_without_markers_and_dashes() -> None:
    assert word_count("Three hours. [1] - The meeting [2][3] ended.") == 5


@pytest.mark.parametrize(
    "source",
    [
        Source(source_file="000_original.txt"),
        Source(source_file="envoys.md"),
        Source(path="envoys.md"),
        Source(path="2023/envoys.md"),
        Source(path="./2023/envoys.md"),
        Source(title="envoys  meet"),
        Source(url="https://news.example/envoys"),
        Source(source_file="elsewhere.txt", title="Envoys Meet"),
    ],
)
def test_an_article_is_a_gold_source_if_any_key_agrees(source: Source) -> None:
    assert is_source(ARTICLE, source)


@pytest.mark.parametrize(
    "source",
    [
        Source(source_file="original.txt"),
        Source(path="voys.md"),
        Source(path="2022/envoys.md"),
        Source(path="/"),
        Source(title="Envoys"),
        Source(url="https://news.example/"),
    ],
)
def test_an_article_that_agrees_in_part_only_is_no_gold_source(source: Source) -> None:
    assert not is_source(ARTICLE, source)


def test_a_source_path_fits_a_path_with_backslashes() -> None:
    windows = ArticleKeys(title="t", path="C:\\news\\envoys.md")
    assert is_source(windows, Source(path="news/envoys.md"))
    assert is_source(windows, Source(source_file="envoys.md"))


def test_an_article_without_a_path_or_file_meets_no_file() -> None:
    assert not is_source(ArticleKeys(title="t"), Source(source_file="envoys.md"))


def test_precision_counts_citations_and_recall_counts_sources() -> None:
    sources = (Source(title="Envoys Meet"), Source(title="Harvest"))
    quotes = (cited(), cited(), cited(OTHER), cited(None))
    assert source_precision(sources, quotes) == 0.5
    assert source_recall(sources, quotes) == 0.5
    assert source_precision(sources, ()) == 0.0
    assert source_recall(sources, ()) == 0.0


@pytest.mark.parametrize(
    ("quote", "verbatim"),
    [
        (cited(), True),
        (cited(in_file=True), True),
        (cited(in_file=False), False),
        (cited(in_article=False), False),
        (cited(in_article=False, in_file=True), False),
        (cited(None), False),
    ],
)
def test_a_quote_is_verbatim_if_offsets_and_file_both_agree(quote: Cited, verbatim: bool) -> None:
    assert is_verbatim(quote) is verbatim


def test_a_right_answer_scores_full_marks() -> None:
    assert values(asked(), replied(AnswerStatus.ANSWERED), cited()) == {
        "contains_gold": 1.0,
        "over_refusals": 0.0,
        "exact_short": 1.0,
        "short_f1": 1.0,
        "answer_words": 2.0,
        "source_precision": 1.0,
        "source_recall": 1.0,
        "quotes_verbatim": 1.0,
    }


@pytest.mark.parametrize("status", [AnswerStatus.NOT_IN_ARTICLES, AnswerStatus.INVALID_QUESTION])
def test_a_declined_answerable_question_contains_no_gold_whatever_its_text(status: AnswerStatus) -> None:
    assert values(asked(), replied(status)) == {
        "contains_gold": 0.0,
        "over_refusals": 1.0,
        "nearest_gold": 0.0,
        "exact_short": 0.0,
        "short_f1": 0.0,
    }


@pytest.mark.parametrize(("confidence", "shown"), [(0.2, 1.0), (0.0, 0.0)])
def test_gold_in_what_a_decline_shows_as_nearest_is_counted_apart(confidence: float, shown: float) -> None:
    passage = Evidence(passage_id="p", article_id="a", title="", text="They met in Tarvo.", score=1, found_by="dense")
    declined = replace(replied(AnswerStatus.NOT_IN_ARTICLES), confidence=confidence, evidence=(passage,))
    assert values(asked(), declined)["nearest_gold"] == shown
    assert values(asked(), declined)["contains_gold"] == 0.0


@pytest.mark.parametrize(
    ("status", "false_answer"),
    [
        (AnswerStatus.ANSWERED, 1.0),
        (AnswerStatus.PARTIAL, 1.0),
        (AnswerStatus.NOT_IN_ARTICLES, 0.0),
        (AnswerStatus.INVALID_QUESTION, 0.0),
    ],
)
def test_an_answer_to_an_unanswerable_question_is_false(status: AnswerStatus, false_answer: float) -> None:
    scores = values(asked(**UNANSWERABLE), replied(status))
    assert scores["false_answers"] == false_answer
    assert not {"contains_gold", "over_refusals", "exact_short", "source_precision"} & scores.keys()


@pytest.mark.parametrize("status", [AnswerStatus.BUSY, AnswerStatus.FAILED])
def test_a_question_that_the_engine_did_not_get_to_has_no_scores(status: AnswerStatus) -> None:
    assert values(asked(), replied(status), cited()) == {}


def test_short_answers_are_scored_for_one_fact_questions_only() -> None:
    several = asked(gold=(), gold_all=(("Tarvo",), ("three hours",)))
    assert "exact_short" not in values(several, replied(AnswerStatus.ANSWERED))
    assert "short_f1" not in values(asked(type="summary"), replied(AnswerStatus.ANSWERED))
    assert values(asked(type="misspelling"), replied(AnswerStatus.ANSWERED, short=None))["exact_short"] == 0.0


def test_a_mean_weighs_questions_by_their_cases() -> None:
    figure = mean_figure([Score(value=3, of=3), Score(value=0, of=1)])
    assert (figure.value, figure.n) == (0.75, 4)


def test_the_interval_holds_the_mean_narrows_with_more_questions_and_is_the_same_every_time() -> None:
    few = mean_figure([Score(value=float(n % 2)) for n in range(20)])
    many = mean_figure([Score(value=float(n % 2)) for n in range(2000)])
    assert few == mean_figure([Score(value=float(n % 2)) for n in range(20)])
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert few.low < many.low < 0.5 < many.high < few.high
    # The normal approximation gives 0.5 +- 1.96 * sqrt(0.25 / n).
    assert many.high - many.low == pytest.approx(2 * 1.96 * (0.25 / 2000) ** 0.5, rel=0.1)


def test_one_question_has_no_interval_and_none_has_no_value() -> None:
    one = mean_figure([Score(value=1)])
    assert (one.value, one.n, one.low, one.high) == (1.0, 1, None, None)
    assert (mean_figure([]).value, mean_figure([]).n) == (None, 0)


@pytest.mark.parametrize(("n", "open_end"), [(2, 0.158), (10, 0.692), (100, 0.964)])
def test_a_share_that_is_the_same_throughout_has_the_exact_interval_of_its_cases(n: int, open_end: float) -> None:
    # scipy.stats.binomtest(n, n).proportion_ci().low gives the same.
    right = mean_figure([Score(value=1)] * n)
    assert (right.value, right.high) == (1.0, 1.0)
    assert right.low == pytest.approx(open_end, abs=0.001)
    wrong = mean_figure([Score(value=0)] * n)
    assert wrong.low == 0.0
    assert wrong.high == pytest.approx(1 - open_end, abs=0.001)


def test_what_is_no_share_keeps_the_interval_of_its_resamples() -> None:
    figure = mean_figure([Score(value=1), Score(value=1)], share=False)
    assert (figure.low, figure.high) == (1.0, 1.0)


def test_percentiles_interpolate_between_neighbours() -> None:
    assert percentile_figure([10, 20, 30, 40], 50).value == 25
    assert percentile_figure([10, 20, 30, 40], 95).value == pytest.approx(38.5)
    assert (percentile_figure([], 50).value, percentile_figure([], 50).n) == (None, 0)
