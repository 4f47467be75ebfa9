"""How an index grows: `python tools/scale.py PASSAGES [--url http://localhost:8000]`.

Articles of invented words and vectors drawn at random around 2,000 centres go through the product's own sync, store and
search, so everything is real but the embedding, whose time is left out. Prints one row of the table in docs/scaling.md.
"""

import argparse
import hashlib
import json
import re
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.corpus import Corpus
from index.embeddings import Progress, SentenceTransformerEmbedder, Vectors
from index.settings import IndexSettings
from index.sync import sync_index

WIDTH, CENTRES = 384, 2_000
WORDS, SENTENCES, PASSAGES_PER_ARTICLE = 60_000, 12, 2.0
ARTICLES_PER_FILE = 5_000
QUERIES = 200


class DrawnEmbedder(SentenceTransformerEmbedder):
    """Vectors that depend on the text alone, near one of many centres: as quick as a store can be fed."""

    sha256 = "1" * 64
    window = 256

    def __init__(self) -> None:
        super().__init__("drawn")
        self._centres = np.random.default_rng(1).normal(size=(CENTRES, WIDTH)).astype(np.float32)

    def token_starts(self, text: str) -> Sequence[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]

    @property
    def words(self) -> Sequence[str]:
        return ()

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            draw = np.random.default_rng(seed)
            vectors[row] = self._centres[seed % CENTRES] + 0.6 * draw.normal(size=WIDTH)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def main() -> None:
    """Build an index of about so many passages and search it."""
    parser = argparse.ArgumentParser(description="Measure how an index grows.")
    parser.add_argument("passages", type=int)
    parser.add_argument("--url", help="a Chroma server for the vectors")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        articles, index = Path(folder) / "articles", Path(folder) / "index"
        texts = write_articles(articles, round(options.passages / PASSAGES_PER_ARTICLE))
        settings = IndexSettings(index_dir=index, chroma_url=options.url, max_file_mb=1_000)
        embedder = DrawnEmbedder()
        began = time.perf_counter()
        receipt = sync_index([articles], settings=settings, embedder=embedder)
        built = time.perf_counter() - began - receipt.embedding_seconds
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = timed(lambda: sync_index(settings=settings, embedder=embedder))
        disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 2**20
        reading = in_own_process(settings, texts)
    print(
        f"| {receipt.passages:,} | {receipt.articles:,} | {built:.0f} s | {peak:,.0f} MB | {again:.1f} s | {disk:,.0f} MB "
        f"| {reading['open']:.1f} s | {reading['memory']:,.0f} MB | {reading['dense']:.1f} / {reading['dense95']:.1f} ms "
        f"| {reading['keyword']:.1f} / {reading['keyword95']:.1f} ms |"
    )


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
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "dense": float(np.percentile(dense, 50)),
        "dense95": float(np.percentile(dense, 95)),
        "keyword": float(np.percentile(keyword, 50)),
        "keyword95": float(np.percentile(keyword, 95)),
    }


def in_own_process(settings: IndexSettings, texts: Sequence[str]) -> dict[str, float]:
    """What `read` finds in a process of its own, so that its memory is that of reading alone."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(read, (settings, texts))


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
