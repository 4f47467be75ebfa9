"""A library over the articles of a newsroom."""

from pathlib import Path

import pytest

from qa.library import Library
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom
from tests.qa.library.shelves import opened


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "data" / "index")


@pytest.fixture
def library(newsroom: Newsroom) -> Library:
    """Over four articles of three publishers, one without and three with a day of publication."""
    newsroom.write("harbour", HARBOUR, publisher="Elm Courier", published="2023-09-21")
    newsroom.write("school", SCHOOL, publisher="Bay Herald", published="2023-09-23")
    newsroom.write("choir", CHOIR, publisher="Bay Herald", published="2023-09-23")
    newsroom.write("river", RIVER)
    newsroom.sync()
    return opened(newsroom)
