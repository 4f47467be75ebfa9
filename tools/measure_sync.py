"""Measure how an index of 1,000 articles looks after itself: `python tools/measure_sync.py [--starts N] [--paragraphs N]`.

Printed are a sync of a folder that did not change, the time from a changed file to an answer from it while the folder is
followed and an engine runs, a second writer's refusal, and many threads that open the index at once.
"""

import argparse
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
ARTICLES, THREADS, CHANGES = 1000, 64, 5
ASKED_EVERY = 0.25  # seconds between an answer and the next question: a reader's page does not ask without a pause
WORDS = (ROOT / "index" / "stories.py").read_text(encoding="utf-8").lower()


def write(folder: Path, number: int, length: int, passengers: int | None = None) -> None:
    """Write an article of so many paragraphs, each of 75 words; one may be a report on the ferry."""
    chosen = random.Random(number)
    words = sorted({word for word in WORDS.split() if word.isalpha() and len(word) > 2})
    paragraphs = [f"{' '.join(chosen.choices(words, k=74)).capitalize()} {number}." for _ in range(length)]
    if passengers:
        paragraphs[0] = f"The ferry of Selmouth carried {passengers} passengers on Monday, the operator said."
    front = f"---\ntitle: Report {number}\npublished: 2023-09-{1 + number % 28:02d}\n---\n\n"
    (folder / f"report-{number:04d}.md").write_text(front + "\n\n".join(paragraphs) + "\n", encoding="utf-8")


def unchanged(folder: Path, index: Path) -> tuple[float, float]:
    """Seconds of a process that syncs a folder which did not change, and of one that only starts."""
    command = [sys.executable, "-m", "qa.cli"]

    def timed(*arguments: str) -> float:
        began = time.perf_counter()
        subprocess.run([*command, *arguments], cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - began

    return (
        median(timed("index", str(folder), "--index-dir", str(index)) for _ in range(3)),
        median(timed("--help") for _ in range(3)),
    )


def followed(folder: Path, index: Path, length: int) -> tuple[list[float], list[int]]:
    """Seconds from writing a file to an answer with what it says, and how many passages each sync embedded."""
    from qa.live import LiveEngine

    command = [sys.executable, "-m", "qa.cli", "index", str(folder), "--index-dir", str(index), "--watch", "--json"]
    watch = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seconds, embedded = [], []
    try:
        assert watch.stdout
        watch.stdout.readline()
        with LiveEngine.open(index) as live:
            live.warm_up()
            for n in range(CHANGES):
                time.sleep(2)
                began = time.perf_counter()
                write(folder, 500, length, passengers=1000 + n)
                while f"{1000 + n}" not in live.answer("How many passengers did the ferry of Selmouth carry?").text:
                    time.sleep(ASKED_EVERY)
                seconds.append(time.perf_counter() - began)
                embedded.append(int(watch.stdout.readline().partition('"embedded": ')[2].partition(",")[0]))
    finally:
        watch.send_signal(2)
        watch.wait(60)
    return seconds, embedded


def refused(index: Path) -> float:
    """Seconds until a second writer is refused."""
    from index.errors import IndexBusy
    from index.generations import building

    with building(index):
        began = time.perf_counter()
        try:
            with building(index):
                raise AssertionError("two writers at once")
        except IndexBusy:
            return time.perf_counter() - began


def opened_at_once(index: Path, starts: int) -> tuple[int, float]:
    """How many threads failed to open an index and to search it, all at once, and the median seconds of a start."""
    from index.corpus import Corpus
    from index.embeddings import open_embedder
    from index.settings import DEFAULT_EMBEDDER, IndexSettings

    embedder = open_embedder(DEFAULT_EMBEDDER)
    vector = embedder.embed_questions(["ferry"])[0]
    failed, seconds = 0, []
    for _ in range(starts):
        start = threading.Barrier(THREADS)

        def one(_: int, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                with closing(Corpus.open(IndexSettings(index_dir=index), embedder)) as corpus:
                    return len(corpus.dense(vector, 1)) == 1
            except Exception as error:
                print(f"failed: {error}", file=sys.stderr)
                return False

        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            failed += sum(not found for found in pool.map(one, range(THREADS)))
        seconds.append(time.perf_counter() - began)
    return failed, median(seconds)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--starts", type=int, default=100, help=f"times that {THREADS} threads open an index at once")
    parser.add_argument("--paragraphs", type=int, default=6, help="length of an article")
    options = parser.parse_args()
    from index.settings import IndexSettings
    from index.sync import sync_index

    with TemporaryDirectory(prefix="dateline-sync-") as place:
        folder, index = Path(place) / "news", Path(place) / "index"
        folder.mkdir()
        for number in range(ARTICLES):
            write(folder, number, options.paragraphs)
        time.sleep(2.5)  # files that have just been written are hashed again, whatever their times
        receipt = sync_index([folder], settings=IndexSettings(index_dir=index))
        print(f"| first index of {receipt.articles} articles, {receipt.passages} passages | {receipt.seconds:.0f} s,"
              f" {receipt.embedding_seconds:.0f} s of it in the embedder |", flush=True)  # fmt: skip
        whole, start = unchanged(folder, index)
        print(
            f"| sync of the unchanged folder, beyond the start of a process ({start:.2f} s) | {whole - start:.2f} s |"
        )
        seconds, embedded = followed(folder, index, options.paragraphs)
        print(f"| from a changed file to an answer from it (n {len(seconds)}) | median {median(seconds):.1f} s, most"
              f" {max(seconds):.1f} s; {max(embedded)} passages embedded |", flush=True)  # fmt: skip
        print(f"| refusal of a second writer | {refused(index) * 1000:.0f} ms |")
        failed, opening = opened_at_once(index, options.starts)
        print(f"| {THREADS} threads open and search it at once, {options.starts} times | {failed} failed;"
              f" {opening:.1f} s a time |")  # fmt: skip


if __name__ == "__main__":
    main()
