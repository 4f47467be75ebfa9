"""Kill a sync at random moments, and look at what is left: `python tools/kill_sync.py [KILLS] [--real] [--seed N]`.

A folder of articles is changed, a process begins to bring its index up to date and gets SIGKILL after a random part of the
time that the last whole sync took. The index then has to hold exactly what it held before or exactly what the folder holds, each article with
all its passages; if the process had said that it was done, the latter. The next sync has to complete and leave no debris.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from index.embeddings import Embedder
    from index.settings import IndexSettings

ARTICLES, TOLD_EVERY = 30, 10
BEFORE = "index before"
WORDS = "harbour pier ferry choir school river bridge mayor vote budget storm market museum festival tram".split()


@dataclass(slots=True, kw_only=True)
class Site:
    """A folder of articles, its index, and what both held when a sync last said that it was done."""

    place: Path
    real: bool
    random: random.Random
    texts: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def folder(self) -> Path:
        """Where the articles are."""
        return self.place / "news"

    def settings(self) -> "IndexSettings":
        """Those of the index."""
        from index.settings import IndexSettings

        return IndexSettings(index_dir=self.place / "index", passage_tokens=64)

    def change(self) -> None:
        """Write, edit and remove a few articles."""
        for _ in range(self.random.randint(1, 4)):
            name = f"report-{self.random.randrange(2 * ARTICLES)}"
            if name in self.texts and self.random.random() < 0.3 and len(self.texts) > ARTICLES // 2:
                del self.texts[name]
                (self.folder / f"{name}.md").unlink()
            else:
                self.write(name)

    def write(self, name: str) -> None:
        """Write an article of some paragraphs under that name."""
        paragraphs = [
            f"In paragraph {n} {name} tells of {' '.join(self.random.choices(WORDS, k=12))}."
            for n in range(self.random.randint(2, 9))
        ]
        self.texts[name] = "\n\n".join(paragraphs)
        content = f"---\ntitle: {name}\n---\n\n{self.texts[name]}\n"
        (self.folder / f"{name}.md").write_text(content, encoding="utf-8")


def embedder(real: bool) -> "Embedder":
    """The default model, or word counts."""
    from index.embeddings import open_embedder
    from index.settings import DEFAULT_EMBEDDER
    from tests.doubles import WordCountEmbedder

    return open_embedder(DEFAULT_EMBEDDER) if real else WordCountEmbedder()


def kill_often(place: Path, kills: int, *, real: bool = False, seed: int = 13) -> Counter[str]:
    """Kill so many syncs; counts what was found after each. Raises `AssertionError` at the first that lost something."""
    site = Site(place=place, real=real, random=random.Random(seed))
    site.folder.mkdir(parents=True)
    for number in range(ARTICLES):
        site.write(f"report-{number}")
    with Forge(site) as forge:
        forge.run()
        site.change()
        seconds = forge.run()
        for number in range(1, kills + 1):
            before = dict(site.texts)
            site.change()
            done = forge.run(killed_after=site.random.uniform(0, 1.1 * seconds)) < 0
            outcome = _look(site, before, done)
            site.outcomes[outcome] += 1
            took = forge.run()
            seconds = took if outcome == BEFORE else seconds  # what a whole one takes, whatever else the machine does
            assert _held(site) == site.texts, "the next sync did not complete"
            debris = [f.name for f in (place / "index").iterdir() if f.is_dir() and f.name[0] == "2"]
            assert len(debris) <= 2, f"debris was left: {debris}"
            if number % TOLD_EVERY == 0:
                print(f"{number} kills, nothing lost", file=sys.stderr, flush=True)
    return site.outcomes


def _look(site: Site, before: Mapping[str, str], done: bool) -> str:
    held = _held(site)
    if held == site.texts:
        return "new index, said to be done" if done else "new index, killed before it said so"
    assert not done, "what was said to be done is not there"
    assert held == before, "neither the index before nor the new one"
    return BEFORE


def _held(site: Site) -> Mapping[str, str]:
    """The articles that the index gives, each of them whole in its passages."""
    from index.corpus import Corpus
    from index.generations import current
    from index.kept import Kept

    with closing(Corpus.open(site.settings(), embedder(site.real))) as corpus:
        assert corpus.damage is None, corpus.damage
        articles = corpus.articles()
        kept = Kept.open(current(site.settings().index_dir) / "kept")
        for article in articles:
            passages = kept.passages(article)
            stored = corpus._vectors.passages([passage.id for passage in passages])
            assert passages, "an article without passages"
            assert {passage.id: passage for passage in passages} == dict(stored), "half an article"
            joined = "".join("".join(passage.text for passage in passages).split())
            assert joined == "".join(article.text.split()), "an article with gaps"
        return {article.title: article.text for article in articles}


class Forge:
    """A process that has everything loaded and forks itself for each sync, so that a kill hits the sync, not its start."""

    def __init__(self, site: Site) -> None:
        command = [sys.executable, __file__, "--forge", str(site.place), *(["--real"] if site.real else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def __enter__(self) -> "Forge":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, killed_after: float | None = None) -> float:
        """One sync: the seconds it took. Of one that is to be killed: -1 if it said that it was done, else 0."""
        assert self._process.stdin
        assert self._process.stdout
        began = time.perf_counter()
        self._process.stdin.write("sync\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if killed_after is not None:
            time.sleep(killed_after)
            os.kill(pid, signal.SIGKILL)
        self._process.stdin.write("wait\n")
        self._process.stdin.flush()
        done = json.loads(self._process.stdout.readline())
        if killed_after is None:
            assert done, "a sync that nobody killed failed"
            return time.perf_counter() - began
        return -1 if done else 0


def forge(place: Path, real: bool) -> None:
    """What the forking process does: a line begins a sync and tells its number, the next one waits for its end."""
    import chromadb  # noqa: F401

    from index.sync import sync_index

    model = embedder(real)
    model.embed_questions(["loaded"])
    site = Site(place=place, real=real, random=random.Random())
    for _ in sys.stdin:
        readable, writable = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                sync_index([site.folder], settings=site.settings(), embedder=model)
                os.write(writable, b"done")
            finally:
                os._exit(0)
        os.close(writable)
        print(pid, flush=True)
        sys.stdin.readline()
        os.waitpid(pid, 0)
        with os.fdopen(readable, "rb") as said:
            print(json.dumps(said.read() == b"done"), flush=True)


def main() -> None:
    """Print what was found after how many kills."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("--real", action="store_true", help="embed with the default model instead of word counts")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--forge", metavar="DIR", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.forge:
        forge(Path(options.forge), options.real)
        return
    began = time.perf_counter()
    with TemporaryDirectory(prefix="dateline-kills-") as place:
        outcomes = kill_often(Path(place), options.kills, real=options.real, seed=options.seed)
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:4d}  {outcome}")
    print(f"{options.kills} kills in {time.perf_counter() - began:.0f} s: nothing was lost, nothing half done was seen")


if __name__ == "__main__":
    main()
