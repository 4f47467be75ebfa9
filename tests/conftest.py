"""What all tests share: an offline environment of their own, and one index of the seeds among the distractors."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from index.settings import IndexSettings
from index.sync import sync_index
from qa import QAEngine

ROOT = Path(__file__).parent.parent
os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "LANGSMITH_TRACING": "false"}
# What has to be done within a time is asserted where it is, not for each drawn example on a machine that others use too.
hypothesis_settings.register_profile("dateline", deadline=None)
hypothesis_settings.load_profile("dateline")
# A shell that runs the tests in the background has them ignore Ctrl-C, and with them whatever they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's reaches a test, and no test writes into the developer's data folder."""
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATELINE_INDEX_DIR", str(tmp_path / "index"))


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of seeds/ and of the fictional reports in tests/corpus."""
    folder = tmp_path_factory.mktemp("seeds") / "index"
    sync_index([ROOT / "seeds", ROOT / "tests" / "corpus"], settings=IndexSettings(index_dir=folder))
    return folder


@pytest.fixture(scope="session")
def engine(seeds_index: Path) -> Iterator[QAEngine]:
    """The real engine over that index."""
    with QAEngine.open(seeds_index) as opened:
        yield opened
