"""How an index grows: `python tools/scale.py PASSAGES [--url http://localhost:8000] [--vectors | --articles]`.

Articles of invented words and vectors drawn at random around 2,000 centres go through the product's own sync, store and
search, so everything is real but the embedding, whose time is left out. Prints one row of the table in docs/scaling.md.
With `--vectors` only the store of the vectors is filled, and a row is printed at every tenth of the way; with
`--articles` only that of the articles.
"""

import argparse
import hashlib
import json
import logging
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.articlestore import ArticleStore
from index.corpus import Corpus
from index.embeddings import Progress, SentenceTransformerEmbedder, Vectors
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import Article, DateSource, Passage
from index.vectors import Place, StoredPassage, VectorStore

WIDTH, CENTRES = 384, 2_000
WORDS, SENTENCES, PASSAGES_PER_ARTICLE = 60_000, 12, 2.0
ARTICLES_PER_FILE = 5_000
QUERIES = 200
STEP = 2_000  # passages that are written at a time where only vectors are


class DrawnEmbedder(SentenceTransformerEmbedder):
    """Vectors that depend on the text alone, near one of many centres: as quick as a store can be fed."""

    sha256 = "1" * 64
    window = 256

    def __init__(self) -> None:
        super().__init__("drawn")
        self.seconds = 0.0
        self._centres = np.random.default_rng(1).normal(size=(CENTRES, WIDTH)).astype(np.float32)

    def token_starts(self, text: str) -> Sequence[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]

    @property
    def words(self) -> Sequence[str]:
        return ()

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        began = time.process_time()
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            draw = np.random.default_rng(seed)
            vectors[row] = self._centres[seed % CENTRES] + 0.6 * draw.normal(size=WIDTH)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.seconds += time.process_time() - began
        return vectors


def main() -> None:
    """Build an index of about so many passages and search it."""
    parser = argparse.ArgumentParser(description="Measure how an index grows.")
    parser.add_argument("passages", type=int)
    parser.add_argument("--url", help="a Chroma server for the vectors")
    parser.add_argument("--vectors", action="store_true", help="fill the store of the vectors only")
    parser.add_argument("--articles", action="store_true", help="fill the store of the articles only")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("index").setLevel(logging.INFO)
    with TemporaryDirectory() as folder:
        if options.vectors:
            fill(Place(generation=Path(folder) / "generation", url=options.url), options.passages)
            return
        if options.articles:
            hold(Path(folder) / "articles.sqlite", round(options.passages / PASSAGES_PER_ARTICLE))
            return
        articles, index = Path(folder) / "articles", Path(folder) / "index"
        texts = write_articles(articles, round(options.passages / PASSAGES_PER_ARTICLE))
        logging.getLogger("index").info("the articles are written")
        settings = IndexSettings(index_dir=index, chroma_url=options.url, max_file_mb=1_000)
        embedder = DrawnEmbedder()
        began, worked = time.perf_counter(), processor_seconds()
        receipt = sync_index([articles], settings=settings, embedder=embedder)
        built = time.perf_counter() - began - receipt.embedding_seconds
        worked = processor_seconds() - worked - embedder.seconds
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        checking = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"built in {built:.0f} s, {worked:.0f} s of processor time ({1000 * worked / receipt.passages:.2f} ms a passage),"
            f" {peak:,.0f} MB, and {checking:,.0f} MB while it was checked",
            file=sys.stderr,
            flush=True,
        )
        again = timed(lambda: sync_index(settings=settings, embedder=embedder))
        disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 2**20
        reading = in_own_process(settings, texts)
    print(
        f"| {receipt.passages:,} | {receipt.articles:,} | {built:.0f} s | {worked:.0f} s | {peak:,.0f} MB | {again:.1f} s | {disk:,.0f} MB "
        f"| {reading['open']:.1f} s | {reading['dense']:.1f} / {reading['dense95']:.1f} ms "
        f"| {reading['keyword']:.1f} / {reading['keyword95']:.1f} ms |"
    )


def fill(place: Place, count: int) -> None:
    """Put drawn vectors with texts of usual length into a store, and search it on the way."""
    embedder, text = DrawnEmbedder(), " ".join(word(number) for number in range(90))
    place.generation.mkdir()
    began, said = processor_seconds(), max(count // 10, 1)
    with closing(VectorStore.create(place, expected=count)) as store:
        for first in range(0, count, STEP):
            numbers = range(first, min(first + STEP, count))
            vectors = embedder.embed([str(number) for number in numbers])
            store.add([stored(number, text) for number in numbers], vectors)
            if (numbers.stop // said) > (first // said):
                worked = processor_seconds() - began - embedder.seconds
                times = [1000 * timed(lambda v=v: store.query(v, 40)) for v in vectors[:100]]  # type: ignore[misc]
                disk = sum(file.stat().st_size for file in place.folder.rglob("*") if file.is_file()) / 2**20
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"| {numbers.stop:,} | {worked:.0f} s | {memory:,.0f} MB | {disk:,.0f} MB "
                    f"| {np.percentile(times, 50):.1f} / {np.percentile(times, 95):.1f} ms |",
                    flush=True,
                )


def hold(file: Path, count: int) -> None:
    """Put articles of usual length into their store, and read it."""
    text = " ".join(word(number) for number in range(180))
    articles = (
        Article(
            id=f"a{number:015d}",
            title=f"Report {number}",
            text=text,
            publisher=f"Paper {number % 400}",
            published=date(2000 + number % 25, 1, 1),
            date_from=DateSource.METADATA,
        )
        for number in range(count)
    )
    built = timed(lambda: ArticleStore.create(file, articles))
    with closing(ArticleStore(file)) as store:
        one = [timed(lambda n=n: store.get(f"a{n:015d}")) for n in range(0, count, max(count // 200, 1))]  # type: ignore[misc]
        covered, stories, every = timed(store.coverage), timed(store.stories), timed(store.all)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {count:,} articles | {built:.0f} s | {file.stat().st_size / 2**20:,.0f} MB | {1000 * np.median(one):.1f} ms "
        f"| {covered:.2f} s | {stories:.2f} s | {every:.0f} s, {memory:,.0f} MB |"
    )


def stored(number: int, text: str) -> StoredPassage:
    """A passage of an article of two, as the store takes it."""
    article, ordinal = divmod(number, 2)
    passage = Passage(
        id=f"a{article:015d}-{ordinal:03d}", article_id=f"a{article:015d}", ordinal=ordinal, start=0, end=len(text),
        text=text,
    )  # fmt: skip
    return StoredPassage(passage=passage, published=date(2000 + number % 25, 1, 1), publisher=f"Paper {number % 400}")


def write_articles(folder: Path, count: int) -> list[str]:
    """Files of JSON Lines with invented articles; gives a few of their sentences to search for."""
    draw = np.random.default_rng(7)
    vocabulary = np.array([word(number) for number in range(WORDS)])
    chances = 1 / np.arange(1, WORDS + 1)
    chances /= chances.sum()
    folder.mkdir()
    wanted: list[str] = []
    for first in range(0, count, ARTICLES_PER_FILE):
        with (folder / f"{first:08d}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(first, min(first + ARTICLES_PER_FILE, count)):
                sentences = list(sentences_of(draw, vocabulary, chances))
                if len(wanted) < QUERIES:
                    wanted.append(sentences[3])
                day = f"{2000 + number % 25}-{1 + number % 12:02d}-{1 + number % 28:02d}"
                article = {
                    "title": f"{sentences[0][:50]} {number}",
                    "publisher": f"Paper {number % 400}",
                    "published": day,
                    "text": " ".join(sentences),
                }
                file.write(json.dumps(article) + "\n")
    return wanted


def sentences_of(draw: np.random.Generator, vocabulary: np.ndarray, chances: np.ndarray) -> Iterator[str]:
    """Sentences of invented words as frequent as words are (Zipf's law)."""
    words = vocabulary[draw.choice(WORDS, size=SENTENCES * 16, p=chances)]
    for begin in range(0, len(words), 16):
        yield " ".join(words[begin : begin + 16]).capitalize() + "."


def word(number: int) -> str:
    """An invented word, different for each number."""
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    said = ""
    while True:
        number, rest = divmod(number, len(syllables))
        said += syllables[rest]
        if not number:
            return said


def read(settings: IndexSettings, texts: Sequence[str]) -> dict[str, float]:
    """Open the index and search it, one question after the other."""
    embedder = DrawnEmbedder()
    began = time.perf_counter()
    with closing(Corpus.open(settings, embedder)) as corpus:
        opened = time.perf_counter() - began
        vectors = embedder.embed(texts)
        corpus.dense(vectors[0], 40)
        corpus.keyword(texts[0], 40)
        dense = [1000 * timed(lambda v=vector: corpus.dense(v, 40)) for vector in vectors]  # type: ignore[misc]
        keyword = [1000 * timed(lambda t=text: corpus.keyword(t, 40)) for text in texts]  # type: ignore[misc]
    return {
        "open": opened,
        "dense": float(np.percentile(dense, 50)),
        "dense95": float(np.percentile(dense, 95)),
        "keyword": float(np.percentile(keyword, 50)),
        "keyword95": float(np.percentile(keyword, 95)),
    }


def in_own_process(settings: IndexSettings, texts: Sequence[str]) -> dict[str, float]:
    """What `read` finds in a process of its own, which has nothing of the build in its caches."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(read, (settings, texts))


def processor_seconds() -> float:
    """What this process and the ended ones it started have worked, on all cores together."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
