"""Windows, negatives and noise: what the model is shown is what the question asks, or surely does not answer it."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import Asked
from training.examples import FIRST, batches, epoch, window
from training.negatives import mine, swapped, without_answer
from training.noise import noisy

TEXT = (
    "The ferry Solvind sailed from Karsund on 5 March 2024. It carried 214 passengers and 12 cars. "
    "Captain Ada Bruun said the crossing was calm. The harbour office expects a second ferry in June."
)


def asked(question: str, answer: str, text: str = TEXT, source: str = "squad") -> Asked:
    start = text.index(answer) if answer else None
    return Asked(source=source, title="Ferry", question=question, context=text, start=start, answer=answer, pool="p")


CAPTAIN = asked("Who said the crossing from Karsund was calm?", "Ada Bruun")


@given(size=st.integers(20, 300), seed=st.integers(0, 50))
def test_a_window_holds_the_answer_and_no_half_sentence(size: int, seed: int) -> None:
    assert CAPTAIN.start is not None
    low, high = window(TEXT, CAPTAIN.start, len(CAPTAIN.answer), size, random.Random(seed))
    assert CAPTAIN.answer in TEXT[low:high]
    assert low == 0 or TEXT[low - 1] == " "
    assert TEXT[high - 1] == "."


def test_examples_of_an_epoch_point_at_their_answers() -> None:
    questions = [CAPTAIN, asked("How many cars were aboard?", "12")] * 20
    groups = epoch(questions, [[1], [0]] * 20, FIRST, seed=3)
    assert groups == epoch(questions, [[1], [0]] * 20, FIRST, seed=3)
    for group in groups:
        assert group[0].start is not None
        assert group[0].text[group[0].start : group[0].end] in {"Ada Bruun", "12"}
        assert all(example.start is None for example in group[1:])
    assert any(len(group) > 1 for group in groups)
    shown = [group for batch in batches(groups, 8, seed=1) for group in batch]
    assert sorted(map(str, shown)) == sorted(map(str, groups))


def test_the_answering_sentence_can_be_taken_away() -> None:
    rest = without_answer(CAPTAIN)
    assert rest is not None
    assert "Bruun" not in rest
    assert "214 passengers" in rest


@given(seed=st.integers(0, 300))
def test_a_swapped_question_asks_something_else(seed: int) -> None:
    changed = swapped(CAPTAIN, asked("Who sang?", "Mira Holt", "In Oslo, Mira Holt sang."), random.Random(seed))
    assert changed is None or (changed != CAPTAIN.question and "Bruun" not in changed)


@given(seed=st.integers(0, 300))
def test_noise_leaves_a_question(seed: int) -> None:
    noised = noisy(CAPTAIN.question, random.Random(seed))
    assert len(noised.split()) >= 3


def test_mined_negatives_lack_the_answer_and_are_kept(tmp_path: Path) -> None:
    weather = asked("What was calm?", "The sea", "The sea near Karsund was calm on Monday, said the weather office.")
    strike = asked("Who went on strike?", "Dockers", "Dockers in Karsund went on strike, and no ferry sailed.")
    questions = [CAPTAIN, weather, strike]
    mined = mine(questions, tmp_path / "negatives.json")
    assert set(mined[0]) == {1, 2}
    assert all(CAPTAIN.answer not in questions[i].context for i in mined[0])
    assert mine(questions, tmp_path / "negatives.json") == mined
    assert (tmp_path / "negatives.json").is_file()


@pytest.mark.parametrize("question", ["Who won?", "When did the first ferry leave the northern harbour?"])
def test_a_question_without_a_name_can_still_be_turned(question: str) -> None:
    turned = {swapped(asked(question, "12"), CAPTAIN, random.Random(seed)) for seed in range(40)}
    assert turned != {None} or question == "Who won?"
