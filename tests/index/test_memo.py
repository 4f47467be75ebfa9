"""What is asked for again is not computed again, and what was not asked for the longest is forgotten."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.memo import Memo


class Lengths:
    """Computes the length of a text and remembers which it was asked for."""

    def __init__(self) -> None:
        self.computed: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.computed += texts
        return [len(text) for text in texts]


def test_each_text_is_computed_once_however_often_it_is_asked_for() -> None:
    memo, lengths = Memo[str, int](), Lengths()
    assert memo.values(["port", "a", "port"], lengths) == [4, 1, 4]
    assert memo.values(["a", "ship", "port"], lengths) == [1, 4, 4]
    assert memo.values([], lengths) == []
    assert lengths.computed == ["port", "a", "ship"]


def test_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    memo, lengths = Memo[str, int](most=2), Lengths()
    for text in ("one", "three", "one", "four", "one", "three"):
        memo.values([text], lengths)
    assert lengths.computed == ["one", "three", "four", "three"]


def test_a_failed_computation_leaves_what_was_known() -> None:
    memo, lengths = Memo[str, int](), Lengths()
    memo.values(["port"], lengths)

    def fail(texts: list[str]) -> list[int]:
        raise OSError(texts)

    with pytest.raises(OSError, match="ship"):
        memo.values(["port", "ship"], fail)
    assert memo.values(["port"], fail) == [4]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=8), st.integers(min_value=1, max_value=5))
def test_whatever_is_remembered_or_forgotten_every_value_is_right(asked: list[list[str]], most: int) -> None:
    memo = Memo[str, str](most)
    for keys in asked:
        assert memo.values(keys, lambda new: [key.upper() for key in new]) == [key.upper() for key in keys]


def test_threads_that_ask_at_once_get_what_each_gets_alone() -> None:
    memo, lengths = Memo[str, int](most=3), Lengths()
    texts = ["a" * n for n in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: memo.values(texts[n % 5 : n % 5 + 4], lengths), range(200)))
    assert found == [[len(text) for text in texts[n % 5 : n % 5 + 4]] for n in range(200)]
