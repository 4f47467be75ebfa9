"""What goes wrong while an index is built costs nobody the index that was there."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.embeddings import Progress, Vectors
from index.errors import IndexBroken, IndexBusy, IndexMissing, NothingToIndex, SettingsError
from index.generations import building, current
from index.sync import sync_index
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, HARBOUR, Newsroom, generations, passages, snapshot, texts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "index")


def test_nothing_readable_leaves_the_old_index_untouched(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before = snapshot(newsroom.index)
    path.write_bytes(b"")
    with pytest.raises(NothingToIndex, match=r"news \(skipped .*harbour\.md: .*empty.*left as it was"):
        newsroom.sync()
    assert snapshot(newsroom.index) == before
    assert texts(newsroom) == [HARBOUR]


def test_an_empty_folder_makes_no_index(newsroom: Newsroom) -> None:
    with pytest.raises(NothingToIndex, match="no files at all"):
        newsroom.sync()
    with pytest.raises(IndexMissing):
        newsroom.open()


def test_a_run_without_paths_needs_an_index(newsroom: Newsroom) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        sync_index(settings=newsroom.settings(), embedder=newsroom.embedder)


def test_a_folder_that_is_not_there_is_named_and_costs_nothing(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before = snapshot(newsroom.index)
    with pytest.raises(SettingsError, match="elsewhere does not exist"):
        newsroom.sync(newsroom.folder, newsroom.folder / "elsewhere")
    assert snapshot(newsroom.index) == before


class FailingEmbedder(WordCountEmbedder):
    """Fails as a machine out of memory does: after some of the work."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        super().embed(texts[:1], progress)
        raise MemoryError("no room for the second batch")


def test_a_build_that_fails_leaves_the_old_index_and_no_debris(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before, names = snapshot(newsroom.index), generations(newsroom)
    newsroom.write("choir", CHOIR)
    with pytest.raises(MemoryError):
        sync_index([newsroom.folder], settings=newsroom.settings(), embedder=FailingEmbedder())
    assert (snapshot(newsroom.index), generations(newsroom)) == (before, names)
    assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync().articles == 2


def test_what_cannot_be_loaded_ahead_is_only_told_where_it_is_needed(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ImportError("no such library")

    monkeypatch.setattr("index.building.load_chroma", fail)
    newsroom.write("harbour", HARBOUR)
    assert newsroom.sync().indexed == 1
    assert texts(newsroom) == [HARBOUR]


KILLED = """
import os, signal, sys
from pathlib import Path
from index.settings import IndexSettings
from index.sync import sync_index
from tests.doubles import WordCountEmbedder

class Killed(WordCountEmbedder):
    def embed(self, texts, progress=None):
        os.kill(os.getpid(), signal.SIGKILL)

settings = IndexSettings(index_dir=Path(sys.argv[2]), passage_tokens=32)
sync_index([Path(sys.argv[1])], settings=settings, embedder=Killed())
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")
def test_a_killed_build_leaves_the_old_index_and_the_next_run_clears_up(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    names = generations(newsroom)
    newsroom.write("choir", CHOIR)
    arguments = [sys.executable, "-c", KILLED, str(newsroom.folder), str(newsroom.index)]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == -9
    assert len(generations(newsroom)) == len(names) + 1
    assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync(path).embedded == 0
    assert not [name for name in generations(newsroom) if not (newsroom.index / name / "manifest.json").is_file()]
    assert newsroom.sync().articles == 2


def test_a_second_build_is_refused_while_readers_go_on(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    newsroom.write("choir", CHOIR)
    with building(newsroom.index):
        with pytest.raises(IndexBusy, match="Another process is building"):
            newsroom.sync()
        assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync().articles == 2


def test_whoever_has_the_index_open_keeps_what_was_opened(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    corpus = newsroom.open()
    newsroom.write("choir", CHOIR)
    newsroom.sync()
    assert list(passages(corpus).values()) == [HARBOUR]
    assert [article.text for article in corpus.articles()] == [HARBOUR]
    corpus.close()
    assert texts(newsroom) == [CHOIR, HARBOUR]


def test_an_index_whose_roots_are_lost_asks_for_the_folder_and_is_built_anew_with_it(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    (current(newsroom.index) / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexBroken, match="dateline index --rebuild FOLDER"):
        sync_index(settings=newsroom.settings(), embedder=newsroom.embedder)
    assert newsroom.sync(rebuild=True).articles == 1
    assert texts(newsroom) == [HARBOUR]
