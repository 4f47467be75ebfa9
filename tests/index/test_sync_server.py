"""An index whose vectors are on a Chroma server: the same articles, the same care, nothing left behind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import chromadb
import pytest

from index.errors import IndexMismatch, ServerAway
from tests.index.chroma_server import chroma_server
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom, generations, passages


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    newsroom = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    newsroom.write("harbour", HARBOUR, SCHOOL)
    newsroom.write("choir", CHOIR)
    return newsroom


def collections(url: str) -> set[str]:
    host, _, port = url.removeprefix("http://").partition(":")
    with closing(chromadb.HttpClient(host=host, port=int(port))) as client:
        return {collection.name for collection in client.list_collections()}


def test_an_index_on_a_server_holds_what_one_in_files_holds(newsroom: Newsroom, url: str) -> None:
    newsroom.sync()
    with closing(newsroom.open()) as corpus:
        in_files = passages(corpus)
    newsroom.sync(chroma_url=url)
    with closing(newsroom.open(chroma_url=url)) as corpus:
        assert passages(corpus) == in_files
    assert not (newsroom.index / generations(newsroom)[-1] / "chroma").exists()


def test_moving_to_a_server_and_back_embeds_nothing(newsroom: Newsroom, url: str) -> None:
    newsroom.sync()
    assert newsroom.sync(chroma_url=url).embedded == 0
    with pytest.raises(IndexMismatch, match="vectors was server and is now files"):
        newsroom.open()


def test_a_change_embeds_only_what_is_new_and_old_collections_go(newsroom: Newsroom, url: str) -> None:
    before = collections(url)
    newsroom.sync(chroma_url=url)
    for number in range(3):
        known = len(newsroom.embedder.embedded)
        newsroom.write(f"river{number}", RIVER)
        newsroom.sync(chroma_url=url)
        assert newsroom.embedder.embedded[known:] == [f"river{number}\n{RIVER}"]
    kept = {f"dateline-{name}" for name in generations(newsroom)}
    assert len(kept) == 2
    assert collections(url) - before == kept


def test_a_build_that_fails_leaves_no_collection(newsroom: Newsroom, url: str) -> None:
    newsroom.sync(chroma_url=url)
    before = collections(url)
    newsroom.write("river", RIVER)

    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        newsroom.sync(progress=stop, chroma_url=url)
    assert collections(url) == before
    assert len(generations(newsroom)) == 1


def test_an_index_whose_server_is_away_says_so_and_nothing_is_embedded_in_vain(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    with chroma_server(tmp_path / "server") as gone:
        newsroom.sync(chroma_url=gone)
    with pytest.raises(ServerAway, match="Could not connect to a Chroma server"):
        newsroom.open(chroma_url=gone)
    newsroom.write("river", RIVER)
    known = len(newsroom.embedder.embedded)
    with pytest.raises(ServerAway, match="DATELINE_CHROMA_URL"):
        newsroom.sync(chroma_url=gone)
    assert len(newsroom.embedder.embedded) == known
    assert len(generations(newsroom)) == 1
