"""A generation is tried in a process of its own before it is published: what would end that process ends no other.

The process reads the name of a folder a line and answers with a line of JSON: what is wrong with it, or nothing. It
speaks to Chroma's own engine, since importing `chromadb` takes longer than the whole check of a small index.
"""

import json
import os
import selectors
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.articlestore import ArticleStore
from index.errors import CorpusError, IndexBroken
from index.generations import MANIFEST, UNCHECKED, Manifest
from index.integrity import verify
from index.kept import Kept
from index.keywords import KeywordIndex, load_bm25s
from index.scratch import private_copy
from index.vectors import Engine, load_engine

PROBES = 100  # passages whose own vectors are searched for
NEAREST = 10
SELF_HITS = 0.99  # of them have to be found first
RECALL = 0.99  # of the ten nearest that comparing with every vector finds
AT_ONCE = 50_000  # vectors that are read at a time
SAME = 1e-4  # of cosine: nearer than this is as near
PATIENCE = 300.0  # seconds without an answer, after which the check has failed
PACE = 2**20  # bytes of an index for which a second more is waited
_CODE = "from index.checking import main; main()"


class Checker:
    """The process that checks; started with `start`, or by the first check, and used for all that follow."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process, so that it is ready when there is something to check."""
        if self._process and self._process.poll() is None:
            return
        self.close()
        path = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(  # noqa: S603, our own module
            [sys.executable, "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=os.name == "posix",  # Ctrl-C is for the one who builds
        )

    def check(self, generation: Path) -> None:
        """Raise `IndexBroken` if a generation is not what its manifest says, or cannot be searched."""
        self.start()
        assert self._process
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(str(generation.absolute())) + "\n")
            self._process.stdin.flush()
            line = self._answer(self._process, PATIENCE + _size(generation) / PACE)
        except BrokenPipeError:
            line = ""
        wrong = json.loads(line) if line else self._ended()
        if wrong:
            raise IndexBroken(f"The new index {generation} did not pass its check: {wrong}.")

    def close(self) -> None:
        """End the process."""
        if process := self._process:
            self._process = None
            with suppress(BrokenPipeError):
                process.communicate()

    def _answer(self, process: "subprocess.Popen[str]", patience: float) -> str:
        assert process.stdout
        with selectors.DefaultSelector() as waiting:
            if os.name == "posix":
                waiting.register(process.stdout, selectors.EVENT_READ)
                if not waiting.select(patience):
                    process.kill()
        return process.stdout.readline()

    def _ended(self) -> str:
        process, self._process = self._process, None
        assert process
        process.communicate()
        code = process.returncode
        return f"the process that read it ended with {signal.Signals(-code).name if code < 0 else code}"


def _size(generation: Path) -> int:
    return sum(file.stat().st_size for file in generation.rglob("*") if file.is_file())


def faults(generation: Path) -> Iterator[str]:
    """What is wrong with a generation, as phrases; vectors on a server are left to its own care."""
    manifest = Manifest.read(generation, UNCHECKED if (generation / UNCHECKED).exists() else MANIFEST)
    verify(generation, manifest.sums)
    kept = Kept.open(generation / "kept")
    yield from _faults_of_articles(generation / "articles.sqlite", manifest, kept)
    keywords = KeywordIndex.open(generation / "keywords")
    if keywords.count() != manifest.passages:
        yield f"{keywords.count()} passages for keywords instead of {manifest.passages}"
    if manifest.fingerprint.get("vectors") == "files":
        with private_copy(generation / "chroma", generation.parent) as folder:
            yield from _faults_of_vectors(folder, manifest, kept)


def _faults_of_articles(file: Path, manifest: Manifest, kept: Kept) -> Iterator[str]:
    yield from _faults_of_sqlite(file)
    with closing(ArticleStore(file)) as store:
        articles = store.all()
    counts = len(articles), sum(len(kept.passages(article)) for article in articles), len(kept.vectors)
    if counts != (manifest.articles, manifest.passages, manifest.passages):
        yield "{} articles, {} passages and {} vectors".format(*counts)
    for article in articles:
        if not article.text or any(not p.text or p.end > len(article.text) for p in kept.passages(article)):
            yield f"the article {article.id} has an empty passage"


def _faults_of_vectors(folder: Path, manifest: Manifest, kept: Kept) -> Iterator[str]:
    yield from _faults_of_sqlite(folder / "chroma.sqlite3")
    engine = Engine(folder)
    if (count := engine.count()) != manifest.passages:
        yield f"{count} passages in the vector store instead of {manifest.passages}"
    random = np.random.default_rng(manifest.passages)
    probes = random.choice(manifest.passages, size=min(PROBES, manifest.passages), replace=False)
    vectors = np.asarray(kept.vectors[np.sort(probes)])
    wanted = min(NEAREST, manifest.passages)
    found = engine.query(query_embeddings=list(vectors), n_results=wanted, include=["distances"])
    itself, nearest = _shares(vectors, found["ids"], kept)
    if itself < SELF_HITS or nearest < RECALL:
        yield f"of {len(probes)} passages {itself:.0%} find themselves, with {nearest:.0%} of those nearest to them"


def _shares(vectors: NDArray[np.float32], found: Sequence[Sequence[str]], kept: Kept) -> tuple[float, float]:
    """How many probes find themselves first, and how much of what is nearest they find; equals count as each other."""
    firsts, hits, wanted = 0, 0, 0
    parts = [vectors @ kept.vectors[begin : begin + AT_ONCE].T for begin in range(0, len(kept.vectors), AT_ONCE)]
    for cosines, names in zip(np.concatenate(parts, axis=1), found, strict=True):
        best = np.partition(cosines, -len(names))[-len(names) :] if names else cosines
        got = np.array([cosines[kept.places[name]] for name in names if name in kept.places])
        firsts += bool(got.size and got[0] >= cosines.max() - SAME)
        hits += int((got >= best.min() - SAME).sum())
        wanted += len(best)
    return firsts / max(len(vectors), 1), hits / max(wanted, 1)


def _faults_of_sqlite(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (said,) = connection.execute("pragma quick_check(1)").fetchone()
    if said != "ok":
        yield f"{file.name} is damaged ({said})"


def main() -> None:
    """Check the folders that come in, a line each, until there are no more; what that takes is loaded while none does."""
    with suppress(ImportError):  # told with the first folder
        load_bm25s()
        load_engine()
    for line in sys.stdin:
        try:
            wrong = "; ".join(faults(Path(json.loads(line))))
        except CorpusError as error:
            wrong = str(error).removesuffix(".")
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        try:
            sys.stdout.write(json.dumps(wrong) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever asked was killed
            os._exit(1)
