"""The words of texts as numbers: taken over or taken apart, the result is the same."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexBroken
from index.wordlists import WordLists

TEXTS = st.lists(st.text(alphabet="abc ", max_size=12), max_size=6)


def spelled(lists: WordLists) -> list[list[str]]:
    return [[lists.words[number] for number in lists.text(n)] for n in range(len(lists.ends))]


@given(before=TEXTS, after=TEXTS)
def test_texts_taken_over_and_texts_taken_apart_give_the_same_lists(before: list[str], after: list[str]) -> None:
    known = WordLists.of(before, str.split)
    places = {text: number for number, text in enumerate(before)}
    mixed = WordLists.of([places.get(text, text) for text in after], str.split, known)
    fresh = WordLists.of(after, str.split)
    assert spelled(fresh) == [text.split() for text in after]
    assert (list(mixed.words), mixed.numbers.tolist(), mixed.ends.tolist()) == (
        list(fresh.words),
        fresh.numbers.tolist(),
        fresh.ends.tolist(),
    )


def test_what_was_saved_is_read_and_what_is_damaged_is_a_broken_index(tmp_path: Path) -> None:
    lists = WordLists.of(["the pier", "", "the ferry"], str.split)
    lists.save(tmp_path)
    assert spelled(WordLists.open(tmp_path)) == [["the", "pier"], [], ["the", "ferry"]]
    (tmp_path / "ends.npy").write_bytes(b"")
    with pytest.raises(IndexBroken, match="dateline index --rebuild"):
        WordLists.open(tmp_path)
