"""The one-call interface: which index it opens, when, and what it lets through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import qa
from index.errors import IndexMissing
from index.settings import IndexSettings
from index.sync import sync_index
from qa import Answer, AnswerStatus, QAEngine, answer
from qa.errors import RequestError

PLACE = "In which city were the talks between Azerbaijan and Nagorno-Karabakh held?"
QUAY = "What did the harbour of Selmouth open?"
FERRY = "Where does the ferry run again?"


def write(folder: Path, name: str, title: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    front = f"---\ntitle: {title}\npublisher: The Example Courier\npublished: 2023-05-04\nkind: fictional\n---\n"
    (folder / name).write_text(f"{front}\n{text}\n", encoding="utf-8")


def build(folder: Path, index_dir: Path) -> str:
    return sync_index([folder], settings=IndexSettings(index_dir=index_dir)).index_id


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """The index of one article, which lies in the folder `articles` beside it."""
    write(
        tmp_path / "articles", "quay.md", "Harbour of Selmouth grows", "The harbour of Selmouth opened a second quay."
    )
    build(tmp_path / "articles", tmp_path / "harbour")
    return tmp_path / "harbour"


def test_the_package_offers_the_call_the_engine_and_the_answer() -> None:
    assert qa.__all__ == ["Answer", "AnswerStatus", "QAEngine", "answer"]
    assert [getattr(qa, name).__name__ for name in qa.__all__] == qa.__all__
    with pytest.raises(AttributeError, match="'qa' has no attribute 'reply'"):
        _ = qa.reply


def test_one_call_answers_as_the_engine_does(seeds_index: Path, engine: QAEngine) -> None:
    called, asked = answer(PLACE, index_dir=seeds_index), engine.answer(PLACE)
    assert isinstance(called, Answer)
    assert called.status is AnswerStatus.ANSWERED
    untimed = [{**result.to_dict(), "timings": {}} for result in (called, asked)]
    assert untimed[0] == untimed[1]


def test_without_a_folder_the_one_in_the_environment_is_opened(
    seeds_index: Path, harbour: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_INDEX_DIR", str(harbour))
    here = answer(QUAY)
    monkeypatch.setenv("DATELINE_INDEX_DIR", str(seeds_index))
    there = answer(QUAY)
    assert here.status is AnswerStatus.ANSWERED
    assert there.status is AnswerStatus.NOT_IN_ARTICLES
    assert answer(QUAY, index_dir=str(harbour)).index_id == here.index_id


def test_an_index_is_opened_once_however_many_ask_at_once(harbour: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(lambda _: answer(QUAY, index_dir=harbour), range(8)))
    for manifest in harbour.glob("*/manifest.json"):
        manifest.unlink()  # whoever opened it a second time would find it broken
    again = answer(QUAY, index_dir=harbour.parent / "articles" / ".." / "harbour")
    assert {result.status for result in (*first, again)} == {AnswerStatus.ANSWERED}
    assert len({result.index_id for result in (*first, again)}) == 1


def test_an_index_that_was_synced_is_opened_anew(harbour: Path) -> None:
    articles = harbour.parent / "articles"
    before = answer(FERRY, index_dir=harbour)
    write(articles, "ferry.md", "Ferry to Ostrel", "The ferry runs again to Ostrel, the operator said on Monday.")
    index_id = build(articles, harbour)
    after = answer(FERRY, index_dir=harbour)
    assert before.status is AnswerStatus.NOT_IN_ARTICLES
    assert (after.status, after.index_id) == (AnswerStatus.ANSWERED, index_id)
    assert "Ostrel" in after.text


def test_a_missing_index_is_raised_until_it_was_built(harbour: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    with pytest.raises(IndexMissing, match="later"):
        answer(QUAY, index_dir=later)
    build(tmp_path / "articles", later)
    assert answer(QUAY, index_dir=later).status is AnswerStatus.ANSWERED


def test_history_and_day_reach_the_engine(seeds_index: Path) -> None:
    result = answer("How long did they last?", history=[[PLACE, "Yevlakh."]], as_of="2023-09-22", index_dir=seeds_index)
    assert result.as_of == date(2023, 9, 22)
    assert any(notice.startswith("Read as: ") for notice in result.notices)
    assert answer("", as_of=date(2023, 9, 22), index_dir=seeds_index).as_of == date(2023, 9, 22)


def test_a_day_or_history_that_cannot_be_used_is_raised(seeds_index: Path) -> None:
    with pytest.raises(RequestError, match="'soon'"):
        answer(PLACE, as_of="soon", index_dir=seeds_index)
    with pytest.raises(RequestError, match="history is 'earlier'"):
        answer(PLACE, history="earlier", index_dir=seeds_index)


def test_a_question_that_cannot_be_asked_is_said_in_the_answer(seeds_index: Path) -> None:
    assert answer("", index_dir=seeds_index).status is AnswerStatus.INVALID_QUESTION
