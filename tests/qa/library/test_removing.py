"""Removing and syncing, one change at a time, and what comes of a change in the answers."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from index.embeddings import Progress, Vectors, open_embedder
from index.generations import building
from index.sync import sync_index
from qa import AnswerStatus
from qa.library import BUSY, Library
from qa.live import LiveEngine
from qa.settings import Settings
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, Newsroom
from tests.qa.library.shelves import REPORT, kept, opened, titles


def test_what_was_added_can_be_removed(library: Library) -> None:
    (article,) = library.add("bridge.md", REPORT).articles
    outcome = library.remove(article.id)
    assert (outcome.done, outcome.message) == (True, "Removed “Bridge of Braek”.")
    assert titles(library, "Braek closed") == []
    assert kept(library) == []
    assert library.overview().articles == 4


def test_a_file_of_several_articles_is_removed_whole_and_that_is_said(library: Library) -> None:
    lines = b'{"title": "One", "text": "The tram runs."}\n{"title": "Two", "text": "The tram stops."}\n'
    first, _ = library.add("wire.jsonl", lines).articles
    assert library.remove(first.id).message == "Removed “One” and 1 more of wire.jsonl."
    assert titles(library, "tram") == []


def test_a_file_of_the_readers_own_is_named_and_not_touched(library: Library, newsroom: Newsroom) -> None:
    (_, (article,)) = library.find("ninety")
    outcome = library.remove(article.id)
    assert not outcome.done
    assert (
        outcome.message == f"“choir” lies in a folder of your own: delete {newsroom.folder}/choir.md there, then sync."
    )
    assert not library.is_uploaded(article)
    assert (newsroom.folder / "choir.md").is_file()


def test_an_article_that_is_not_there_cannot_be_removed(library: Library) -> None:
    assert library.remove("a0").message == "There is no article 'a0' in the index."


def test_the_last_article_stays_since_an_index_needs_one(newsroom: Newsroom) -> None:
    library = opened(newsroom)
    (article,) = library.add("bridge.md", REPORT).articles
    outcome = library.remove(article.id)
    assert not outcome.done
    assert "The index was left as it was" in outcome.message
    assert kept(library) == ["bridge.md"]
    assert titles(library) == ["Bridge of Braek"]


def test_syncing_follows_the_folders_and_what_was_added(library: Library, newsroom: Newsroom) -> None:
    library.add("bridge.md", REPORT)
    (newsroom.folder / "choir.md").unlink()
    newsroom.write("pier", "The pier of Elmbridge opens in May.")
    newsroom.sync()  # what was added is part of it, though its folder is not named
    assert titles(library, "Braek closed") == ["Bridge of Braek"]
    newsroom.write("quay", "The quay of Elmbridge opens in June.")
    outcome = library.sync()
    assert (outcome.done, outcome.message) == (True, "The index has 6 articles: 1 new or changed, 0 removed, 0 failed.")
    assert titles(library, "Braek closed") == ["Bridge of Braek"]


def test_a_folder_that_vanished_is_told(library: Library, newsroom: Newsroom) -> None:
    newsroom.folder.rename(newsroom.folder.with_name("elsewhere"))
    for outcome in (library.sync(), library.add("bridge.md", REPORT)):
        assert not outcome.done
        assert outcome.message == f"{newsroom.folder} does not exist; give a file or a folder that does."
    assert kept(library) == []


def test_while_another_process_builds_nothing_is_added_or_removed(library: Library, newsroom: Newsroom) -> None:
    (article,) = library.add("bridge.md", REPORT).articles
    with building(newsroom.index):
        outcomes = [library.add("late.md", b"# Late\n\nThe bus."), library.remove(article.id), library.sync()]
    assert [(outcome.done, outcome.message) for outcome in outcomes] == [(False, BUSY)] * 3
    assert kept(library) == ["bridge.md"]


class SlowEmbedder(WordCountEmbedder):
    """Embeds once it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.allowed = threading.Event(), threading.Event()

    def embed(self, texts: Any, progress: Progress | None = None) -> Vectors:
        self.began.set()
        assert self.allowed.wait(20)
        return super().embed(texts, progress)


def test_a_second_change_in_the_same_process_is_refused_meanwhile(newsroom: Newsroom) -> None:
    embedder = SlowEmbedder()
    library = Library(newsroom.settings(), embedder=embedder)
    first = threading.Thread(target=library.add, args=("bridge.md", REPORT))
    first.start()
    assert embedder.began.wait(20)
    refused = library.add("late.md", b"# Late\n\nThe bus was late.")
    embedder.allowed.set()
    first.join()
    assert (refused.done, refused.message) == (False, BUSY)
    assert kept(library) == ["bridge.md"]
    assert titles(library) == ["Bridge of Braek"]


@pytest.mark.timed
def test_what_is_added_is_answered_from_within_five_seconds(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    settings = Settings(index_dir=tmp_path / "data" / "index")
    room = Newsroom(folder=tmp_path / "news", index=settings.index_dir)
    room.write("choir", CHOIR)
    embedder = open_embedder(settings.embedder)  # one for all: loading it takes longer than all the rest
    sync_index([room.folder], settings=settings, embedder=embedder)
    with LiveEngine.open(settings=settings, embedder=embedder) as live:
        live.warm_up()
        library = Library(settings, embedder=embedder)
        began = time.monotonic()
        assert library.add("bridge.md", REPORT).done
        while "bridge" not in live.answer("What was closed on Friday?").text and time.monotonic() < began + 20:
            time.sleep(0.05)
        seconds = time.monotonic() - began
        answer = live.answer("What was closed on Friday?")
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].title == "Bridge of Braek"
    assert seconds < 5
