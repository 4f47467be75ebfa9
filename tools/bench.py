"""Measure speed and memory: `make bench`, or `python tools/bench.py [DATA_DIR]`; nothing is asserted.

DATA_DIR/realtimeqa_apr2023/articles.jsonl, where it is present, gives the seeded 100 articles for indexing.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
RUNS = 5
ARTICLES = 100
SEED = 13


def main() -> None:
    """Print a Markdown table."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        print(
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n\n| measured | value |\n| --- | --- |",
            flush=True,
        )
        command = [sys.executable, "-m", "qa.cli"]
        built = [*command, "index", str(ROOT / "seeds"), str(ROOT / "tests/corpus"), "--index-dir", str(index)]
        row("first index of seeds and distractors", f"{timed(built):.1f} s")
        row("second run, nothing changed", f"{timed(built):.1f} s")
        row("`dateline --help`", spread([timed([*command, "--help"]) for _ in range(RUNS)]))
        ask = [*command, "ask", "Who represented Nagorno-Karabakh?", "--index-dir", str(index)]
        row("`dateline ask`, whole cold process", spread([timed(ask) for _ in range(RUNS)]))
        warm(index)
        articles = data / "realtimeqa_apr2023" / "articles.jsonl"
        if articles.is_file():
            indexing(articles, Path(folder))
        else:
            print(f"\nIndexing was not measured: {articles} is not present.")
    row("peak memory of a child process", f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def warm(index: Path) -> None:
    """The questions of the report half, one after the other and all once more, in a process of their own."""
    code = f"""
import json, pathlib, resource, time
from qa import QAEngine
lines = pathlib.Path({str(ROOT / "tests/questions.jsonl")!r}).read_text().splitlines()
questions = [q["question"] for q in map(json.loads, lines) if q["half"] == "report"]
with QAEngine.open({str(index)!r}) as engine:
    engine.answer(questions[0])
    rounds = []
    for _ in range(2):
        times = []
        for question in questions[1:]:
            began = time.perf_counter()
            engine.answer(question)
            times.append((time.perf_counter() - began) * 1000)
        rounds.append(times)
print(json.dumps([*rounds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    first, again, memory = json.loads(out.stdout)
    for name, times in (("warm answer", sorted(first)), ("the same question again", sorted(again))):
        row(f"{name}, p50 (n {len(times)})", f"{statistics.median(times):.0f} ms")
        row(f"{name}, p95 (n {len(times)})", f"{times[int(0.95 * len(times))]:.0f} ms")
    row("memory of the answering process, peak", f"{memory:.0f} MB")


def indexing(articles: Path, folder: Path) -> None:
    """A seeded sample of real articles: how much of the time is the embedder's, and what a second run embeds."""
    lines = articles.read_text(encoding="utf-8").splitlines()
    sample = folder / "articles.jsonl"
    sample.write_text("\n".join(random.Random(SEED).sample(lines, ARTICLES)), encoding="utf-8")
    command = [sys.executable, "-m", "qa.cli", "index", str(sample), "--index-dir", str(folder / "hundred"), "--json"]
    first, second = (json.loads(run(command)) for _ in range(2))
    share = first["embedding_seconds"] / first["seconds"]
    row(f"index {first['articles']} articles, {first['passages']} passages", f"{first['seconds']:.1f} s")
    row("share of that inside the embedder", f"{share:.1%}")
    row("passages a second in the embedder", f"{first['passages'] / first['embedding_seconds']:.0f}")
    row("embedded by a second run", f"{second['embedded']} passages, {second['seconds']:.1f} s")


def timed(command: Sequence[str]) -> float:
    """Seconds of a whole process."""
    began = time.perf_counter()
    run(command)
    return time.perf_counter() - began


def run(command: Sequence[str]) -> str:
    """What a command prints; it has to succeed, or to report failed articles."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return done.stdout


def spread(seconds: list[float]) -> str:
    """Median and range of a few runs."""
    return f"{statistics.median(seconds):.2f} s (n {len(seconds)}, {min(seconds):.2f} to {max(seconds):.2f})"


def row(name: str, value: str) -> None:
    """One line of the table."""
    print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
