"""An engine that follows its index: which index answers, when it changes, and what nobody may notice of it."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import generations
from index.errors import IndexMissing
from index.generations import POINTER, current, new_generation, others
from qa import Answer, AnswerStatus
from qa.errors import RequestError
from qa.live import LOOK_EVERY, LiveEngine
from qa.reader import Reader, open_reader
from qa.settings import DEFAULT_READER, Settings
from qa.types import Sentence
from tests.index.newsroom import CHOIR, Newsroom

COUNT = "How many passengers did the ferry carry?"
WHO = "Who sang in the Quillane market hall?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(DEFAULT_READER)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    room = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    room.write("choir", CHOIR)
    publish(room, 100)
    return room


@pytest.fixture
def live(newsroom: Newsroom, reader: Reader) -> Iterator[LiveEngine]:
    with opened(newsroom, reader) as engine:
        yield engine


def opened(newsroom: Newsroom, reader: Reader, on_change: Callable[[], None] | None = None) -> LiveEngine:
    settings = Settings.load(**newsroom.settings().model_dump())
    return LiveEngine.open(settings=settings, embedder=newsroom.embedder, reader=reader, on_change=on_change)


def publish(newsroom: Newsroom, passengers: int) -> str:
    """Index a report of so many passengers in the place of the one before."""
    newsroom.write("ferry", f"The ferry of Selmouth carried {passengers} passengers on Monday, the operator said.")
    return newsroom.sync().index_id


def damaged(newsroom: Newsroom, *missing: str) -> None:
    """Publish a copy of the live index that lacks these files."""
    folder = new_generation(newsroom.index)
    shutil.copytree(current(newsroom.index), folder, dirs_exist_ok=True)
    for name in missing:
        (folder / name).unlink()
    generations.publish(newsroom.index, folder)


def held(generation: Path) -> list[str]:
    """The files of a folder that this process has open."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open files are listed in /proc, which this system has not")
    links = [os.readlink(entry) for entry in descriptors.iterdir() if entry.is_symlink()]
    return [link for link in links if link.startswith(f"{generation.resolve()}{os.sep}")]


def until(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def test_it_answers_as_the_engine_does_from_the_index_it_names(live: LiveEngine, newsroom: Newsroom) -> None:
    answer = live.answer(COUNT)
    assert (answer.status, answer.index_id) == (AnswerStatus.ANSWERED, live.index_id)
    assert "100 passengers" in answer.text
    assert live.coverage().articles == 2
    assert live.article(answer.citations[0].article_id).title == "ferry"
    assert live.as_runnable().invoke(COUNT).text == answer.text
    assert [type(event) for event in live.stream(COUNT)][-1] is Answer
    assert [a.text for a in live.batch([COUNT, COUNT])] == [answer.text] * 2
    assert live.as_retriever(k=1).invoke("ferry passengers")[0].metadata["title"] == "ferry"
    assert (live.llm_id, live.settings.index_dir, live.notice) == (None, newsroom.index, None)
    assert live.warm_up().status is not AnswerStatus.FAILED
    assert (datetime.now(UTC) - live.opened).total_seconds() < 60


def test_arguments_that_cannot_be_used_are_refused_as_by_the_engine(live: LiveEngine) -> None:
    with pytest.raises(RequestError, match="'soon'"):
        live.answer(COUNT, as_of="soon")
    with pytest.raises(RequestError, match="'soon'"):
        list(live.stream(COUNT, as_of="soon"))
    with pytest.raises(RequestError, match="'soon'"):
        live.as_retriever(as_of="soon")


def test_without_an_index_there_is_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        LiveEngine.open(tmp_path / "none")


def test_a_new_index_is_taken_without_being_asked(live: LiveEngine, newsroom: Newsroom) -> None:
    before = live.opened
    index_id = publish(newsroom, 200)
    assert until(lambda: live.index_id == index_id)
    assert "200 passengers" in live.answer(COUNT).text
    assert live.opened > before


def test_on_demand_the_next_question_has_the_new_index(live: LiveEngine, newsroom: Newsroom) -> None:
    runnable, retriever = live.as_runnable(), live.as_retriever(k=1)
    assert not live.refresh()
    index_id = publish(newsroom, 200)
    live.refresh()
    assert live.index_id == index_id == live.answer(COUNT).index_id
    assert runnable.invoke(COUNT).index_id == index_id
    assert "200 passengers" in retriever.invoke("ferry passengers")[0].page_content


def test_articles_that_left_are_quoted_no_more(live: LiveEngine, newsroom: Newsroom) -> None:
    article_id = live.answer(COUNT).citations[0].article_id
    (newsroom.folder / "ferry.md").unlink()
    newsroom.sync()
    live.refresh()
    assert live.answer(COUNT).status is AnswerStatus.NOT_IN_ARTICLES
    with pytest.raises(KeyError):
        live.article(article_id)


def test_whoever_wants_to_know_is_told_once_for_each_change(newsroom: Newsroom, reader: Reader) -> None:
    told: list[str] = []
    with opened(newsroom, reader) as live:
        live.on_change = lambda: told.append(live.index_id)
        assert told == []
        index_id = publish(newsroom, 200)
        live.refresh()
        live.refresh()
    assert told == [index_id]


def test_a_listener_that_fails_keeps_no_index_from_being_taken(newsroom: Newsroom, reader: Reader) -> None:
    def fail() -> None:
        raise RuntimeError("the page is gone")

    with opened(newsroom, reader, on_change=fail) as live:
        index_id = publish(newsroom, 200)
        live.refresh()
        assert live.index_id == index_id


def test_the_models_of_the_first_index_serve_every_later_one(live: LiveEngine, newsroom: Newsroom) -> None:
    for passengers, question in ((200, COUNT), (300, WHO)):
        publish(newsroom, passengers)
        live.refresh()
        newsroom.embedder.embedded.clear()
        live.answer(question)
        assert question in newsroom.embedder.embedded


def test_a_stream_ends_on_the_index_it_began_with_which_is_closed_after_it(
    live: LiveEngine, newsroom: Newsroom
) -> None:
    before, generation = live.index_id, current(newsroom.index)
    stream = live.stream("Summarise what the ferry of Selmouth carried.")
    first = next(stream)
    assert isinstance(first, Sentence)
    publish(newsroom, 200)
    live.refresh()
    assert live.index_id != before
    assert held(generation)
    *_, last = stream
    assert isinstance(last, Answer)
    assert last.index_id == before
    assert until(lambda: held(generation) == [])


def test_a_stream_that_is_thrown_away_holds_nothing(live: LiveEngine, newsroom: Newsroom) -> None:
    generation = current(newsroom.index)
    stream = live.stream(COUNT)
    next(stream)
    publish(newsroom, 200)
    live.refresh()
    assert held(generation)
    del stream
    assert until(lambda: held(generation) == [])


def test_an_index_that_nobody_asks_is_closed_at_once(live: LiveEngine, newsroom: Newsroom) -> None:
    generation = current(newsroom.index)
    publish(newsroom, 200)
    live.refresh()
    assert until(lambda: held(generation) == [])


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("chroma/chroma.sqlite3", r"The file chroma/chroma\.sqlite3 .* cannot be read"),
        ("articles.sqlite", r"The file articles\.sqlite .* cannot be read"),
        ("manifest.json", "no readable manifest"),
        ("keywords/ids.json", r"The file keywords/ids\.json .* cannot be read"),
    ],
)
def test_a_new_index_that_is_broken_is_told_once_and_the_old_one_answers(
    newsroom: Newsroom, reader: Reader, caplog: pytest.LogCaptureFixture, missing: str, said: str
) -> None:
    told: list[str | None] = []
    with opened(newsroom, reader) as live:
        live.on_change = lambda: told.append(live.notice)
        before = live.index_id
        damaged(newsroom, missing)
        assert until(lambda: live.notice is not None)
        time.sleep(3 * LOOK_EVERY)
        assert re.search(f"answers still come from the one before: .*{said}", str(live.notice))
        assert told == [live.notice] == [record.getMessage() for record in caplog.records]
        assert not live.refresh()
        assert live.answer(COUNT).index_id == live.index_id == before


def test_an_index_of_other_settings_is_not_taken_and_the_next_that_fits_is(
    live: LiveEngine, newsroom: Newsroom
) -> None:
    newsroom.sync(passage_tokens=16)
    live.refresh()
    assert "passage_tokens was 16 and is now 32" in str(live.notice)
    assert "100 passengers" in live.answer(COUNT).text
    index_id = publish(newsroom, 200)
    live.refresh()
    assert (live.index_id, live.notice) == (index_id, None)


def test_an_index_that_vanishes_is_missed_but_not_needed(live: LiveEngine, newsroom: Newsroom) -> None:
    pointer = newsroom.index / POINTER
    pointer.rename(pointer.with_name("ASIDE"))
    live.refresh()
    assert f"has lost the file {POINTER}" in str(live.notice)
    assert live.answer(COUNT).status is AnswerStatus.ANSWERED
    pointer.with_name("ASIDE").rename(pointer)
    assert live.refresh()
    assert live.notice is None


def test_an_index_that_could_not_be_used_is_tried_again_on_demand(live: LiveEngine, newsroom: Newsroom) -> None:
    damaged(newsroom, "articles.sqlite")
    live.refresh()
    assert live.notice
    (before,) = others(newsroom.index)
    shutil.copy(before / "articles.sqlite", current(newsroom.index))
    assert live.refresh()
    assert live.notice is None


def test_where_the_newest_index_is_damaged_the_one_before_answers_until_there_is_a_newer_one(
    newsroom: Newsroom, reader: Reader
) -> None:
    damaged(newsroom, "keywords/ids.json")
    began = time.monotonic()
    with opened(newsroom, reader) as live:
        assert "100 passengers" in live.answer(COUNT).text
        assert time.monotonic() - began < 5
        assert re.search(r"keywords/ids\.json .* Until then, answers come from the index of 20", str(live.notice))
        index_id = publish(newsroom, 200)
        live.refresh()
        assert (live.index_id, live.notice) == (index_id, None)


def test_nobody_who_asks_meanwhile_sees_a_failure_or_two_indexes_in_one_answer(
    live: LiveEngine, newsroom: Newsroom
) -> None:
    passengers = {live.index_id: "100"}
    ended = threading.Event()

    def asking(_: object) -> list[Answer]:
        answers: list[Answer] = []
        while not ended.is_set():
            answers.append(live.answer(COUNT))
            answers += [event for event in live.stream(COUNT) if isinstance(event, Answer)]
        return answers

    with ThreadPoolExecutor(8) as pool:
        rounds = pool.map(asking, range(8))
        try:
            for number in (200, 300, 400, 500, 600):
                passengers[publish(newsroom, number)] = str(number)
                live.refresh()
                live.answer(COUNT)
        finally:
            ended.set()
        answers = [answer for found in rounds for answer in found]
    assert {answer.status for answer in answers} == {AnswerStatus.ANSWERED}
    assert len({answer.index_id for answer in answers}) >= 5
    for answer in answers:
        told = {number for number in passengers.values() if any(number in e.text for e in answer.evidence)}
        assert told == {passengers[str(answer.index_id)]}
        assert f"{passengers[str(answer.index_id)]} passengers" in answer.text


def test_an_index_in_use_survives_however_many_are_published_after_it(live: LiveEngine, newsroom: Newsroom) -> None:
    live.answer(COUNT)
    for tokens in (16, 17, 18):  # settings that this engine cannot follow
        newsroom.sync(passage_tokens=tokens)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(live.answer, [COUNT, WHO] * 40))
    assert {answer.status for answer in answers} == {AnswerStatus.ANSWERED}


def test_a_closed_engine_holds_nothing_and_follows_nothing(newsroom: Newsroom, reader: Reader) -> None:
    live = opened(newsroom, reader)
    live.answer(COUNT)
    live.close()
    live.close()
    assert until(lambda: held(newsroom.index) == [])
    before = live.index_id
    publish(newsroom, 200)
    assert not live.refresh()
    assert live.index_id == before
