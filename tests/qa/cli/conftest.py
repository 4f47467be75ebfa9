"""Commands in an empty working directory, with the index of the seeds or with an article of one's own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.cli import main
from tests.qa.cli.commands import Dateline, Ended

HARBOUR = """---
title: Harbour of Selmouth opens a second quay
publisher: The Example Courier
published: 2023-05-04
kind: fictional
---

The harbour of Selmouth opened a second quay on Thursday. “It cost nine million crowns”, said the harbour master.
"""


@pytest.fixture
def dateline(capsys: pytest.CaptureFixture[str]) -> Iterator[Dateline]:
    """Runs a command in this process; what it sets in the environment is undone."""
    before = dict(os.environ)

    def run(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Ended(code=code, out=(captured := capsys.readouterr()).out, err=captured.err)

    yield run
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch, here: Path, seeds_index: Path) -> Path:
    """An empty working directory, with the index of the seeds in force."""
    monkeypatch.setenv("DATELINE_INDEX_DIR", str(seeds_index))
    return here


@pytest.fixture
def articles(here: Path) -> Path:
    """A folder with one article."""
    folder = here / "articles"
    folder.mkdir()
    (folder / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    return folder
