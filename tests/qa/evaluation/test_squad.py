"""SQuAD's scores, held against a second formulation that was written from the papers and shares no code."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.squad import exact_match, squad_normalise, token_f1

ASCII_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
PIECES = st.sampled_from(
    "a|an|the|The|A|Tarvo|tarvo|old|3|1,000|U.S.| |  |\t|\n|-|—|’s|“|”|'s|.|,|(|_|é|É|İ|ß|·|\u00a0|the-|a.n".split("|")
)
TEXTS = st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=12)


def spelled_out(text: str) -> list[str]:
    """The words of a text by runs of letters and digits: no regular expression, no translation table."""
    kept = "".join(char for char in text.lower() if char not in ASCII_PUNCTUATION)
    runs = ("".join(run) for _, run in groupby(kept, key=str.isalnum))
    return "".join(" " if run in {"a", "an", "the"} else run for run in runs).split()


def overlap(said: list[str], gold: list[str]) -> float:
    """F1 as the harmonic mean of precision and recall, each word of the gold answer used up once."""
    if not said or not gold:
        return float(said == gold)
    left, shared = list(gold), 0
    for word in said:
        if word in left:
            left.remove(word)
            shared += 1
    if not shared:
        return 0.0
    precision, recall = shared / len(said), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def golds_of(texts: list[str]) -> list[list[str]]:
    return [words for text in texts if (words := spelled_out(text))] or [[]]


@settings(deadline=None)
@given(TEXTS)
def test_normalisation_equals_the_second_formulation(text: str) -> None:
    assert squad_normalise(text).split() == spelled_out(text)
    assert squad_normalise(text) == " ".join(spelled_out(text))


@settings(deadline=None)
@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_both_scores_equal_the_second_formulation(said: str, gold: list[str]) -> None:
    wanted = golds_of(gold)
    assert exact_match(said, gold) == any(spelled_out(said) == one for one in wanted)
    assert token_f1(said, gold) == pytest.approx(max(overlap(spelled_out(said), one) for one in wanted))


@settings(deadline=None)
@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_f1_is_a_share_that_is_one_for_an_exact_match(said: str, gold: list[str]) -> None:
    score = token_f1(said, gold)
    assert 0 <= score <= 1
    assert score == 1 or not exact_match(said, gold)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("The", ""),
        ("an A the", ""),
        ("?!...", ""),
        ("  The\tcity \n of Tarvo. ", "city of tarvo"),
        ("U.S.", "us"),
        ("don't", "dont"),
        ("a.n", ""),  # punctuation goes first and leaves an article
        ("the-best", "thebest"),
        ("Theatre and anthem", "theatre and anthem"),
        ("an_the", "anthe"),
        ("vitamin A", "vitamin"),
        ("“Tarvo”", "“tarvo”"),
        ("Ostrania’s", "ostrania’s"),
        ("a—b", "—b"),
        ("£3,000", "£3000"),
        ("3.5%", "35"),
        ("Zoë", "zoë"),
    ],
)
def test_normalisation_of_hand_made_cases(text: str, normal: str) -> None:
    assert squad_normalise(text) == normal


@pytest.mark.parametrize(
    ("said", "gold", "em", "f1"),
    [
        ("", [], True, 1.0),  # declined, and there is no answer
        ("Tarvo", [], False, 0.0),
        ("the", [], True, 1.0),
        ("", ["Tarvo"], False, 0.0),
        ("", ["", "Tarvo"], False, 0.0),  # an empty gold answer beside a real one does not count
        ("", ["...", "the"], True, 1.0),
        ("Tarvo", ["...", "the"], False, 0.0),
        ("?", ["Tarvo"], False, 0.0),
        ("the city of Tarvo", ["City of Tarvo!"], True, 1.0),
        ("city of Tarvo", ["Brenn", "Tarvo"], False, 0.5),
        ("Tarvo", ["Brenn", "Tarvo", "Tarvo city"], True, 1.0),
        ("no no no", ["no way"], False, 0.4),
        ("no way", ["no no no"], False, 0.4),
        ("Tarvo old", ["old Tarvo"], False, 1.0),  # F1 knows no order
        ("“Tarvo”", ["Tarvo"], False, 0.0),
        ("three", ["3"], False, 0.0),
    ],
)
def test_scores_of_hand_made_cases(said: str, gold: list[str], em: bool, f1: float) -> None:
    assert exact_match(said, gold) is em
    assert token_f1(said, gold) == pytest.approx(f1)
