"""A language model's text in pieces: its sentences, and the keys in whatever shape a model writes them."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.markers import LONGEST, marked_sentences

KEYS = frozenset({"k1a2b", "k9c0d"})
TEXTS = st.lists(
    st.sampled_from(
        [
            "Talks", "began", "on", "Monday", "Mr.", "Dalca", "U.S.", "officials", "left", "No.", "7", "3.5", "e.g.",
            "[k1a2b]", "[k9c0d", "k1a2b]", "[", "]", "【k1a2b】", "(k9c0d)", "k1a2b", "(", ")", "![x]", "**", "_", "<b>",
            "](https://evil.example)", ".", "!", "?", "…", ",", ";", "“", "”", '"', "1.", "- ", "```", "$$", "NOT_IN_ARTICLES",
            " ", " ", " ", " ", "\n", "\n\n", "\r\n", "\t", "\u2028", "\u00a0",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def read(*pieces: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(sentence.text, sentence.keys) for sentence in marked_sentences(pieces, KEYS)]


def texts(text: str) -> list[str]:
    return [sentence for sentence, _ in read(text)]


@given(TEXTS | st.text(max_size=80), st.data())
def test_the_sentences_are_the_same_however_the_text_is_cut_up(text: str, data: st.DataObject) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    assert read(*pieces) == read(text) == read(*text)


@given(TEXTS)
def test_no_known_key_is_left_in_a_sentence(text: str) -> None:
    assert not [sentence for sentence in texts(text) if any(key in sentence.split() for key in KEYS)]


@pytest.mark.parametrize(
    ("marks", "keys"),
    [
        ("[k1a2b]", ["k1a2b"]),
        ("[k1a2b][k9c0d]", ["k1a2b", "k9c0d"]),
        ("[k1a2b] [k9c0d]", ["k1a2b", "k9c0d"]),
        ("[k9c0d,k1a2b]", ["k9c0d", "k1a2b"]),
        ("[k1a2b; k9c0d]", ["k1a2b", "k9c0d"]),
        ("[k1a2b and k9c0d]", ["k1a2b", "k9c0d"]),
        ("[k1a2b][k1a2b]", ["k1a2b"]),
        ("【k1a2b】", ["k1a2b"]),
        ("【k1a2b†source】", ["k1a2b"]),
        ("［k1a2b］", ["k1a2b"]),
        ("[K1A2B]", ["k1a2b"]),
        ("[^k1a2b]", ["k1a2b"]),
        ('["k1a2b"]', ["k1a2b"]),
        ("[key: k1a2b]", ["k1a2b"]),
        ("**[k1a2b]**", ["k1a2b"]),
        ("`[k1a2b]`", ["k1a2b"]),
        ("(k1a2b)", ["k1a2b"]),
        ("(k1a2b, k9c0d)", ["k1a2b", "k9c0d"]),
        ("k1a2b", ["k1a2b"]),
        ("[k1a2b, 3, kffff]", ["k1a2b"]),
        ("[k1a2b](https://evil.example)", ["k1a2b"]),
        ("[kffff]", []),
        ("[0]", []),
        ("[-1]", []),
        ("[7]", []),
        ("[1-3]", []),
        ("[3-1]", []),
        ("[1-999999999]", []),
        ("[99999999999999999999]", []),
        ("[Source 2]", []),
        ("[1](https://evil.example)", []),
        ("[]", []),
        ("", []),
    ],
)
@pytest.mark.parametrize(
    "around", ["Talks began on Monday {}. They failed.", "Talks began on Monday. {} They failed.",
               "Talks began on Monday. {}. They failed.", "Talks began on Monday.{} They failed."]
)  # fmt: skip
def test_marks_become_keys_and_leave_the_sentence(around: str, marks: str, keys: list[str]) -> None:
    text = around.format(marks)
    found = read(text)
    assert [sentence for sentence, _ in found] == ["Talks began on Monday.", "They failed."]
    assert list(found[0][1]) == keys
    assert read(*text) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("He is [not] guilty.", "He is (not) guilty."),
        ("[The] minister left [k1a2b].", "(The) minister left."),
        ("The [talks](https://evil.example) began.", "The talks began."),
        ("Rates stayed < 5 and > 3.", "Rates stayed < 5 and > 3."),
        ("It cost $$5 and $10.", "It cost $$5 and $10."),
        (r"$$\href{https://evil.example}{x}$$", r"$$\href{https://evil.example}{x}$$"),  # text, as escaping shows it
        ("**Talks** _began_ on `Monday`.", "Talks began on Monday."),
        ("The file a_b_c is lost.", "The file a_b_c is lost."),
        ("NOT_IN_ARTICLES", "NOT_IN_ARTICLES"),
        ("**MISSING:** how long it took", "MISSING: how long it took"),
        ('Talks began [k1a2b](https://evil.example "a title").', "Talks began."),
        ("Talks ![k1a2b](https://evil.example/a.png) began.", "Talks began."),
        ("Talks ![x](https://evil.example/a.png) began.", "Talks began."),
        ("Talks ![x y][r] began.", "Talks began."),
        ("Talks <img src=https://evil.example/a.png> began.", "Talks began."),
        ("![x](https://evil.example/a.png). Talks began.", "Talks began."),
        ("Talks began <b>today</b>.<br/>", "Talks began today."),
        ("The mar\u200bket fell\u202e\U000e0041.", "The market fell."),
        ("He asked for a kebab.", "He asked for a kebab."),  # it looks like a key and is none
        ("An open [bracket that is never closed", "An open [bracket that is never closed"),
    ],
)
def test_a_sentence_keeps_its_words_and_loses_its_markup(text: str, sentence: str) -> None:
    assert texts(text) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The mayor is Mr. Dalca. He left.", ["The mayor is Mr. Dalca.", "He left."]),
        ("U.S. officials left. They flew.", ["U.S. officials left.", "They flew."]),
        ("It rose by 3.5 percent. It fell.", ["It rose by 3.5 percent.", "It fell."]),
        ("He wore No. 7 that day. He won.", ["He wore No. 7 that day.", "He won."]),
        ("Fruit, e.g. Apples, sold well. Prices rose.", ["Fruit, e.g. Apples, sold well.", "Prices rose."]),
        ("He came on Jan. 5 by train. He left.", ["He came on Jan. 5 by train.", "He left."]),
        ("Nobody was hurt. 5 ships sank.", ["Nobody was hurt.", "5 ships sank."]),
        ('He said "We won." They left.', ['He said "We won."', "They left."]),
        ("“We won. We left,” he said. They ate.", ["“We won. We left,” he said.", "They ate."]),
        ("**It ended.** They left.", ["It ended.", "They left."]),
        ("Did it end? Yes, it did! They left…", ["Did it end?", "Yes, it did!", "They left…"]),
        ("- One ship sank.\n* Two ships came\n• Three left", ["One ship sank.", "Two ships came", "Three left"]),
        ("1. One ship sank.\n2) Two ships came", ["One ship sank.", "Two ships came"]),
        ("1.\nOne ship sank.\n2.\n", ["One ship sank."]),
        ("# Ships\n\nOne ship sank", ["Ships", "One ship sank"]),
        ("One ship sank", ["One ship sank"]),
        ("One ship\nsank", ["One ship", "sank"]),
        ("Look: ![x][r]\n[r]: https://evil.example/a.png\n", ["Look:"]),
        ("[1]: https://evil.example\nOne ship sank.", ["One ship sank."]),
        ("```mermaid\nA ship sank.\n```", ["A ship sank."]),
        ("", []),
        (" \n\t ", []),
        ("... [k1a2b] 1. 2.\n---\n***", []),
    ],
)
def test_sentences_end_where_those_of_articles_do(text: str, sentences: list[str]) -> None:
    assert texts(text) == sentences
    assert read(*text) == read(text)


def test_a_key_before_a_colon_is_no_link() -> None:
    assert read("[k1a2b]: Talks began.") == [("Talks began.", ("k1a2b",))]


def test_a_sentence_comes_with_the_first_word_of_the_next() -> None:
    given: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in ("Talks be", "gan. [k1", "a2b] ", "They ", "failed ", "soon."):
            given.append(piece)
            yield piece

    sentences = marked_sentences(pieces(), KEYS)
    assert next(sentences).keys == ("k1a2b",)
    assert given[-1] == "They "
    assert next(sentences).text == "They failed soon."


@pytest.mark.parametrize("size", [10_000, 100_000])
@pytest.mark.parametrize("piece", ["word ", "x", "[k1a2b] ", "![", "<a ", "(k1a2b ", "[a](", '"', "**"])
def test_a_long_text_without_an_end_takes_less_than_a_second(piece: str, size: int) -> None:
    began = time.perf_counter()
    sentences = list(marked_sentences([piece] * (size // len(piece)), KEYS))
    assert time.perf_counter() - began < 1
    assert all(len(sentence.text) <= LONGEST + len(piece) for sentence in sentences if " " in piece)
