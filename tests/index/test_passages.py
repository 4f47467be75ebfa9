"""Cutting articles into passages."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages import SPECIAL_TOKENS, cut, origin_of, passage_id
from index.types import Article

WORDS = re.compile(r"\w+|[^\w\s]")


def token_starts(text: str) -> Sequence[int]:
    return [match.start() for match in WORDS.finditer(text)]


def article(text: str, title: str = "A title") -> Article:
    return Article(id="a1", title=title, text=text)


TEXTS = st.lists(
    st.lists(
        st.sampled_from(["The port reopened.", "Ships wait.", "It cost $5.3 million!", "x" * 90, "Überall”", "no"])
    ),
).map(lambda paragraphs: "\n\n".join(" ".join(sentences) for sentences in paragraphs))


@given(TEXTS | st.text(), st.integers(16, 200))
def test_every_passage_is_exactly_its_stretch_of_the_article(text: str, room: int) -> None:
    for passage in cut(article(text), token_starts, room):
        assert text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text != ""


@given(TEXTS | st.text(), st.integers(16, 200))
def test_passages_are_in_order_and_lose_no_word(text: str, room: int) -> None:
    passages = cut(article(text), token_starts, room)
    kept = "".join("".join(p.text.split()) for p in passages)
    assert kept == "".join(text.split())
    assert all(a.end <= b.start for a, b in zip(passages, passages[1:], strict=False))


@given(TEXTS, st.integers(24, 200))
def test_a_passage_fits_the_window_together_with_the_title(text: str, room: int) -> None:
    for passage in cut(article(text), token_starts, room):
        assert len(token_starts(passage.text)) + len(token_starts("A title")) + SPECIAL_TOKENS <= room


def test_a_passage_ends_where_a_sentence_ends() -> None:
    text = "The port of Elm reopened on Monday after a week. " * 12
    passages = cut(article(text.strip()), token_starts, 40)
    assert len(passages) > 1
    assert all(passage.text.endswith("week.") for passage in passages)


def test_short_paragraphs_share_a_passage_and_a_long_one_stands_alone() -> None:
    long = "The port of Elm reopened on Monday after a week. " * 3
    passages = cut(article(f"One line here.\n\nAnother line here.\n\n{long}"), token_starts, 60)
    assert [p.text.count("\n\n") for p in passages] == [2] or passages[0].text.endswith("Another line here.")


def test_a_text_without_spaces_is_cut_between_tokens() -> None:
    passages = cut(article("a-" * 300), token_starts, 50)
    assert len(passages) > 1
    assert "".join(p.text for p in passages) == "a-" * 300


def test_a_title_longer_than_the_window_leaves_room_for_text() -> None:
    passages = cut(article("The port reopened. Ships came.", title="word " * 300), token_starts, 60)
    assert passages[0].text == "The port reopened. Ships came."


@pytest.mark.parametrize("text", ["", "   ", "\n\n\n"])
def test_an_empty_text_has_no_passages(text: str) -> None:
    assert cut(article(text), token_starts, 60) == ()


@given(st.text(), st.integers(0, 10**6))
def test_a_passages_id_tells_its_article_and_its_number(article_id: str, ordinal: int) -> None:
    assert origin_of(passage_id(article_id, ordinal)) == (article_id, ordinal)
