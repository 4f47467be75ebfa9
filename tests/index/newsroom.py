"""A folder of articles with its index, to be edited and read by the tests of the index."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from index.checking import Checker
from index.corpus import Corpus
from index.embeddings import Progress
from index.scratch import SCRATCH
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import SyncReceipt
from tests.doubles import WordCountEmbedder

HARBOUR = "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter storms arrive."
SCHOOL = "Lindholt will close its smallest school in June because only eleven children are left in the village."
RIVER = "The river Braek rose by two metres overnight and the lower bridge stays shut until the water falls again."
CHOIR = "A choir of ninety voices sang in the Quillane market hall to raise money for the fishermen of the bay."
WORDS = (
    "harbour pier ferry choir school river bridge mayor vote budget storm market museum festival tram strike".split()
)
CHECKER = Checker()  # one process for all tests; it ends with the last of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A folder of articles, its index, and the embedder that remembers what it was given."""

    folder: Path
    index: Path
    embedder: WordCountEmbedder = field(default_factory=WordCountEmbedder)

    def write(self, name: str, *paragraphs: str, **fields: str) -> Path:
        front = "".join(f"{key}: {value}\n" for key, value in ({"title": name} | fields).items())
        path = self.folder / f"{name}.md"
        path.write_text(f"---\n{front}---\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
        return path

    def settings(self, **given: object) -> IndexSettings:
        return IndexSettings.load(**({"index_dir": self.index, "passage_tokens": 32} | given))

    def sync(
        self,
        *paths: Path,
        rebuild: bool = False,
        retry: bool = False,
        progress: Progress | None = None,
        **given: object,
    ) -> SyncReceipt:
        receipt = sync_index(
            paths or [self.folder],
            settings=self.settings(**given),
            rebuild=rebuild,
            retry=retry,
            progress=progress,
            embedder=self.embedder,
            checker=CHECKER,
        )
        assert receipt.found == receipt.indexed + receipt.unchanged + receipt.skipped + receipt.failed
        return receipt

    def open(self, **given: object) -> Corpus:
        return Corpus.open(self.settings(**given), self.embedder)


def paragraphs(number: int, extra: str = "") -> list[str]:
    """The twenty paragraphs of a report, a passage each; none is nearly that of another."""
    chosen = Random(number)
    return [
        f"In report {number} paragraph {n} tells of {' '.join(chosen.choices(WORDS, k=8))}{extra}." for n in range(20)
    ]


def passages(corpus: Corpus) -> dict[str, str]:
    """Every passage of an index by its id: each shares a corner of the space with any query of word counts."""
    found = corpus.dense(np.full(256, 1 / 16, dtype=np.float32), 1000)
    assert len(found) == corpus.manifest.passages
    return {passage.id: passage.text for passage, _ in found}


def texts(newsroom: Newsroom) -> list[str]:
    corpus = newsroom.open()
    try:
        return [article.text for article in corpus.articles()]
    finally:
        corpus.close()


def snapshot(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, to the byte, without the lock."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.name != ".lock"}


def generations(newsroom: Newsroom) -> list[str]:
    return sorted(path.name for path in newsroom.index.iterdir() if path.is_dir() and path.name != SCRATCH)
