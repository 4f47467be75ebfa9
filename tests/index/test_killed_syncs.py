"""A process that is killed while it brings the index up to date costs nobody an article."""

import os
from pathlib import Path

import pytest

from tools.kill_sync import kill_often


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")
def test_whenever_a_sync_is_killed_the_index_before_or_the_new_one_is_whole_and_the_next_sync_completes(
    tmp_path: Path,
) -> None:
    assert kill_often(tmp_path / "place", 5).total() == 5
