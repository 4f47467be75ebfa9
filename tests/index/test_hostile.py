"""Hostile files among good ones: each is accounted for, and the good ones are as they would be without them."""

from contextlib import closing
from pathlib import Path

from index.articles import _printable
from tests.index.newsroom import Newsroom
from tools.hostile import holdings, write_good, write_hostile

GOOD = 100


def test_every_hostile_file_is_accounted_for_and_the_good_ones_are_untouched(tmp_path: Path) -> None:
    newsroom = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    newsroom.folder.mkdir()
    write_good(newsroom.folder, GOOD)
    assert newsroom.sync().indexed == GOOD
    with closing(newsroom.open()) as corpus:
        clean = holdings(corpus)
    hostile = write_hostile(newsroom.folder)
    assert len(hostile) >= 80
    receipt = newsroom.sync(rebuild=True)
    with closing(newsroom.open()) as corpus:
        assert holdings(corpus) == clean
        indexed = {article.path for article in corpus.articles()}
    told = {problem.path for problem in receipt.problems}
    assert {_printable(path) for path in hostile} <= indexed | told
    assert newsroom.sync().embedded == 0
