"""Keywords: what a passage can be found by, how well, and within which days and publishers."""

from collections.abc import Sequence
from datetime import date
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexBroken
from index.keywords import KeywordIndex, bases, highest, keyword_text, terms, words
from index.types import EVERYTHING, Article, Passage, Scope

TEXTS = (
    "The harbour board voted to rebuild the old pier.",
    "Envoys held three meetings in Quillane and will meet again.",
    "Teresa Brandão of São Brás said that Şirin Aydın had called.",
    "The bridge cost $5.3 million, the mayor’s office says; the bridge reopens soon.",
)


def built(
    folder: Path,
    texts: Sequence[str],
    days: Sequence[date | None] | None = None,
    publishers: Sequence[str | None] | None = None,
) -> KeywordIndex:
    """An index of these texts, opened from disk; the ids are the texts' numbers."""
    ids, nothing = [str(number) for number in range(len(texts))], [None] * len(texts)
    KeywordIndex.build(folder / "keywords", ids, texts, days or nothing, publishers or nothing)
    return KeywordIndex.open(folder / "keywords")


def found(index: KeywordIndex, query: str, k: int = 10, scope: Scope = EVERYTHING) -> list[str]:
    return [id_ for id_, _ in index.query(query, k, scope)]


@pytest.fixture
def index(tmp_path: Path) -> KeywordIndex:
    return built(tmp_path, TEXTS)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("harbour", "0"),
        ("HARBOURS", "0"),
        ("rebuilding", "0"),
        ("Which meeting was there?", "1"),
        ("Sao Bras", "2"),
        ("São Brás", "2"),
        ("Sa\u0303o", "2"),
        ("Sirin Aydın", "2"),
        ("brandao's", "2"),
        ("5.3", "3"),
        ("the mayor's office", "3"),
        ("the mayor’s office", "3"),
        ("reopened", "3"),
    ],
)
def test_a_passage_is_found_by_its_words_in_other_forms(index: KeywordIndex, query: str, wanted: str) -> None:
    assert found(index, query) == [wanted]


@pytest.mark.parametrize("query", ["", "   ", "?!", "zeppelin", "the of and", "who was it", "5", "harb", "\0", "’s"])
def test_words_that_no_passage_has_find_nothing(index: KeywordIndex, query: str) -> None:
    assert index.query(query, 10) == []


def test_unknown_words_do_not_hide_a_known_one(index: KeywordIndex) -> None:
    assert index.query("zeppelin harbour", 10) == index.query("harbour", 10)


@pytest.mark.parametrize(
    "query",
    ["pier vote", "Elm Courier", "courier", "September", "27 September 2023", "2023-09-27", "27"],
)
def test_title_publisher_and_date_find_every_passage_of_an_article(tmp_path: Path, query: str) -> None:
    article = Article(
        id="a1", title="Pier vote", text="Ships wait.", publisher="Elm Courier", published=date(2023, 9, 27)
    )
    other = Article(id="a2", title="Choir", text="They sang.", publisher="Bay Herald", published=date(2022, 4, 3))
    passages = [Passage(id=a.id, article_id=a.id, ordinal=0, start=0, end=5, text=a.text) for a in (article, other)]
    index = built(tmp_path, [keyword_text(a, p) for a, p in zip((article, other), passages, strict=True)])
    assert found(index, query) == ["0"]


def test_an_article_without_publisher_and_date_is_found_by_its_text(tmp_path: Path) -> None:
    article = Article(id="a1", title="Pier vote", text="Ships wait.")
    text = keyword_text(article, Passage(id="p", article_id="a1", ordinal=0, start=0, end=11, text="Ships wait."))
    assert words(text) == ["pier", "vote", "ships", "wait"]


def test_a_day_is_found_with_and_without_its_leading_zero(tmp_path: Path) -> None:
    article = Article(id="a1", title="Pier", text="Ships.", published=date(2023, 9, 7))
    text = keyword_text(article, Passage(id="p", article_id="a1", ordinal=0, start=0, end=6, text="Ships."))
    index = built(tmp_path, [text])
    for query in ("7 September", "07 September", "7", "07"):
        assert found(index, query) == ["0"]


def test_the_best_come_first_and_no_more_than_asked_for(index: KeywordIndex) -> None:
    scored = index.query("bridge harbour pier board", 10)
    assert [id_ for id_, _ in scored] == ["0", "3"]
    scores = [score for _, score in scored]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert index.query("bridge harbour pier board", 1) == scored[:1]


def test_equal_passages_come_in_their_own_order(tmp_path: Path) -> None:
    index = built(tmp_path, ["A choir.", *["The pier."] * 40])
    assert found(index, "pier", k=40) == [str(number) for number in range(1, 41)]


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0]), max_size=60), st.integers(1, 70))
def test_the_highest_scores_are_those_of_a_whole_sort(scores: list[float], k: int) -> None:
    each = np.array(scores, dtype=np.float32)
    whole = [i for i in np.argsort(-each, kind="stable")[:k] if each[i] > 0]
    assert list(highest(each, k)) == whole


def test_scores_are_those_of_lucenes_formula(tmp_path: Path) -> None:
    texts = ["pier pier harbour", "pier choir river bridge storm", "choir"]
    ((_, score), *_) = built(tmp_path, texts).query("pier", 10)
    rare = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert score == pytest.approx(rare * 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / (9 / 3))), rel=1e-5)


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (EVERYTHING, ["0", "1", "2", "3"]),
        (Scope(as_of=date(2023, 9, 20)), []),
        (Scope(as_of=date(2023, 9, 21)), ["0"]),
        (Scope(as_of=date(2030, 1, 1)), ["0", "1", "3"]),
        (Scope(since=date(2023, 9, 22)), ["1", "3"]),
        (Scope(since=date(2023, 9, 27), until=date(2023, 9, 27)), ["1"]),
        (Scope(until=date(2023, 9, 30), as_of=date(2023, 9, 21)), ["0"]),
        (Scope(publishers=("Elm Courier",)), ["0", "2"]),
        (Scope(publishers=("Elm Courier", "Åse Post")), ["0", "1", "2"]),
        (Scope(publishers=("Elm Courier",), since=date(2023, 1, 1)), ["0"]),
        (Scope(publishers=("Nobody",)), []),
    ],
)
def test_a_scope_leaves_out_what_lies_outside_and_what_does_not_tell(
    tmp_path: Path, scope: Scope, wanted: list[str]
) -> None:
    days = [date(2023, 9, 21), date(2023, 9, 27), None, date(2024, 1, 2)]
    index = built(tmp_path, ["The pier."] * 4, days, ["Elm Courier", "Åse Post", "Elm Courier", None])
    assert found(index, "pier", scope=scope) == wanted


def test_a_scope_is_applied_before_the_best_are_chosen(tmp_path: Path) -> None:
    texts = ["pier pier pier", "pier pier choir", "pier choir river"]
    days = [date(2024, 1, 1), date(2024, 1, 1), date(2023, 1, 1)]
    index = built(tmp_path, texts, days, ["A", "A", "B"])
    assert found(index, "pier", k=1, scope=Scope(as_of=date(2023, 6, 1))) == ["2"]
    assert found(index, "pier", k=1, scope=Scope(publishers=("B",))) == ["2"]


def test_a_term_tells_nothing_where_all_have_it_and_everything_where_none_has(index: KeywordIndex) -> None:
    assert index.rarity("zeppelin") == 1
    assert 0 < index.rarity("harbour") < 1


WORDS = st.sampled_from(["pier", "harbour", "choir", "river", "the"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=4), min_size=1, max_size=8))
def test_rarity_lies_between_nothing_and_one_and_falls_with_the_number_of_passages(texts: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        index = built(Path(folder), [" ".join(text) for text in texts])
    frequency = {word: sum(word in text for text in texts) for word in ("pier", "harbour", "choir", "river")}
    rarity = {word: index.rarity(terms(word)[0]) for word in frequency}
    for word, count in frequency.items():
        assert 0 <= rarity[word] <= 1
        assert (rarity[word] == 1) == (count == 0)
        assert (rarity[word] == 0) == (count == len(texts))
        assert all((rarity[word] < rarity[other]) == (count > frequency[other]) for other in frequency)


@pytest.mark.parametrize(
    ("word", "known"), [("meeting", True), ("Brandao", True), ("which", True), ("harbuor", False), ("zeppelin", False)]
)
def test_a_word_is_known_in_any_form_that_a_passage_has(index: KeywordIndex, word: str, known: bool) -> None:
    assert index.knows(word) is known


def test_the_vocabulary_holds_the_longer_words_the_most_frequent_first(tmp_path: Path) -> None:
    index = built(tmp_path, ["Pier pier pier harbour", "harbour São choir 2023", "The pier"])
    assert [word for word in index.vocabulary if word in ("pier", "harbour", "choir", "sao", "2023")] == [
        "pier",
        "harbour",
        "choir",
    ]


def test_a_vocabulary_that_is_damaged_is_a_broken_index(tmp_path: Path) -> None:
    index = built(tmp_path, TEXTS)
    (tmp_path / "keywords" / "words.json").unlink()
    with pytest.raises(IndexBroken, match=r"cannot be read\. Run: dateline index --rebuild"):
        _ = index.vocabulary


def test_passages_without_a_word_are_kept_and_never_found(tmp_path: Path) -> None:
    index = built(tmp_path, ["", "the of", "?!"])
    assert index.count() == 3
    assert found(index, "the pier ?!") == []
    assert index.rarity("pier") == 1


def test_stems_are_of_the_words_that_say_something() -> None:
    assert terms("Where were the 1,200 Meetings held?") == ["1,200", "meet", "held"]


@pytest.mark.parametrize("damage", ["removed", "emptied", "halved"])
@pytest.mark.parametrize(
    "name",
    [
        "ids.json",
        "days.npy",
        "publishers.npy",
        "publishers.json",
        "vocab.index.json",
        "params.index.json",
        "data.csc.index.npy",
        "indptr.csc.index.npy",
    ],
)
def test_an_index_whose_files_are_damaged_is_broken(tmp_path: Path, name: str, damage: str) -> None:
    built(tmp_path, TEXTS)
    file = tmp_path / "keywords" / name
    whole = file.read_bytes()
    if damage == "removed":
        file.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "halved" else b"")
    with pytest.raises(IndexBroken, match=r"keywords cannot be read\. Run: dateline index --rebuild"):
        KeywordIndex.open(tmp_path / "keywords")


@pytest.mark.parametrize(
    ("word", "base"),
    [("campers", "camp"), ("dearer", "dear"), ("voted", "vote"), ("harbours", "harbour"), ("lately", "late")],
)
def test_a_form_of_a_word_has_its_base(word: str, base: str) -> None:
    assert {word, base} <= bases(word)


@pytest.mark.parametrize("slip", ["talkn", "ministerr", "writeing", "taks", "citys"])
def test_a_slip_has_no_base_that_is_a_word(slip: str) -> None:
    assert not bases(slip) & {"talk", "minister", "write", "task"}
