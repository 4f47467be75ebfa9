"""Folders that are followed: every change arrives, failures end nothing, and an end is clean."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.embeddings import Progress, Vectors
from index.errors import SettingsError
from index.generations import building
from index.watching import Followed, follow
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom, texts

PATIENCE = 60.0  # seconds; what is waited for comes within one where nothing else runs


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    room = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    room.write("harbour", HARBOUR)
    return room


def until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@contextmanager
def followed(newsroom: Newsroom, *paths: Path, embedder: WordCountEmbedder | None = None) -> Iterator[list[Followed]]:
    """What is told while the newsroom's folder is followed."""
    told: list[Followed] = []
    stop = threading.Event()
    run = threading.Thread(
        target=follow,
        args=(paths or [newsroom.folder], told.append),
        kwargs={"settings": newsroom.settings(), "embedder": embedder or newsroom.embedder, "stop": stop},
    )
    run.start()
    try:
        assert until(lambda: bool(told))
        yield told
    finally:
        stop.set()
        run.join(PATIENCE)
        assert not run.is_alive()


def held(told: Sequence[Followed]) -> int:
    """How many articles the last sync left in the index."""
    return told[-1].receipt.articles if told and told[-1].receipt else 0


def test_what_is_added_changed_renamed_and_removed_arrives_and_only_new_text_is_embedded(newsroom: Newsroom) -> None:
    with followed(newsroom) as told:
        assert held(told) == 1
        path = newsroom.write("choir", CHOIR)
        assert until(lambda: held(told) == 2)
        newsroom.embedder.embedded.clear()
        newsroom.write("choir", CHOIR, RIVER)
        assert until(lambda: RIVER in "".join(newsroom.embedder.embedded))
        assert newsroom.embedder.embedded == [f"choir\n{RIVER}"]
        path.rename(newsroom.folder / "voices.md")
        (newsroom.folder / "harbour.md").unlink()
        assert until(lambda: held(told) == 1)
        (newsroom.folder / "later").mkdir()
        newsroom.write("later/school", SCHOOL)
        assert until(lambda: held(told) == 2)
    assert texts(newsroom) == [SCHOOL, f"{CHOIR}\n\n{RIVER}"]


class Gated(WordCountEmbedder):
    """Waits in the middle of its work until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.working, self.go_on = threading.Event(), threading.Event()

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.working.set()
        assert self.go_on.wait(PATIENCE)
        return super().embed(texts, progress)


def test_what_changes_while_a_sync_runs_is_not_lost(newsroom: Newsroom) -> None:
    embedder = Gated()
    embedder.go_on.set()
    with followed(newsroom, embedder=embedder) as told:
        assert until(lambda: any("ready for what comes" in text for text in embedder.embedded))
        embedder.working.clear()
        embedder.go_on.clear()
        newsroom.write("choir", CHOIR)
        assert embedder.working.wait(PATIENCE)
        newsroom.write("river", RIVER)
        embedder.go_on.set()
        assert until(lambda: held(told) == 3)


def test_failures_are_told_once_and_end_nothing(newsroom: Newsroom) -> None:
    with followed(newsroom) as told:
        with building(newsroom.index):
            newsroom.write("choir", CHOIR)
            assert until(lambda: "Another process" in str(told[-1].error))
        assert until(lambda: held(told) == 2)
        shutil.rmtree(newsroom.folder)
        assert until(lambda: "does not exist" in str(told[-1].error))
        newsroom.folder.mkdir()
        newsroom.write("river", RIVER)
        assert until(lambda: held(told) == 1)
    assert texts(newsroom) == [RIVER]
    errors = [now.error for now in told if now.error]
    assert len(errors) == len(set(errors))


def test_a_file_that_is_named_is_followed_though_an_editor_replaces_it(newsroom: Newsroom) -> None:
    path = newsroom.write("choir", CHOIR)
    with followed(newsroom, path):
        new = newsroom.folder / ".choir.tmp"
        new.write_text(f"---\ntitle: choir\n---\n\n{RIVER}\n", encoding="utf-8")
        new.replace(path)
        assert until(lambda: texts(newsroom) == [RIVER])


def test_what_cannot_matter_makes_no_sync(newsroom: Newsroom) -> None:
    inside = Newsroom(folder=newsroom.folder, index=newsroom.folder / "index", embedder=newsroom.embedder)
    with followed(inside) as told:
        (newsroom.folder / ".notes.md").write_text(CHOIR, encoding="utf-8")
        inside.write("choir", CHOIR)
        assert until(lambda: held(told) == 2)
        time.sleep(1.0)
    assert len(told) == 2


def test_a_folder_that_is_not_there_at_the_beginning_is_an_error(newsroom: Newsroom) -> None:
    with pytest.raises(SettingsError, match="nowhere does not exist"):
        follow([newsroom.folder / "nowhere"], print, settings=newsroom.settings(), embedder=newsroom.embedder)
