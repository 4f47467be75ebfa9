"""Measure how misspelt questions are read: `python -m tools.eval_spelling {tune,report}`.

Asks the vocabulary of an index of the held-back stories (qa/calibration/newsroom). Questions as they stand should be left
alone; the same with one slip in one word (a letter left out, doubled, exchanged or mistyped) should be read as without it.
Rules may be chosen on the tune half, which a hash of the question decides; the other is only counted.
"""

import argparse
import json
import random
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from index.corpus import Corpus
from index.settings import IndexSettings
from index.sync import sync_index
from qa.calibration.stories import HELD_BACK, read_stories
from qa.spelling import corrected
from training.noise import mistyped


def questions(half: str) -> list[str]:
    """The questions of a half, in an order of their own."""
    asked = sorted({question for report in read_stories(HELD_BACK) for question, *_ in report.asked})
    chosen = [q for q in asked if q.endswith("?") and (zlib.crc32(q.encode()) % 2 == 0) == (half == "tune")]
    random.Random(3).shuffle(chosen)
    return chosen


def changed(asked: list[str], known: Corpus) -> list[tuple[str, str]]:
    """The questions that are read otherwise than they stand, and how."""
    return [(q, read) for q in asked if (read := corrected(q, known)) != q]


def outcome(question: str, known: Corpus) -> tuple[str, str, str]:
    """What becomes of a question with a slip: "meant", "otherwise" or "as it stands"; with both readings."""
    slipped = mistyped(question, random.Random(question)).lower()
    read, meant = corrected(slipped, known), corrected(question.lower(), known)
    return "meant" if read == meant else "as it stands" if read == slipped else "otherwise", slipped, read


def main() -> None:
    """Build the index, count, and show what went wrong."""
    parser = argparse.ArgumentParser(description="Measure how misspelt questions are read.")
    parser.add_argument("half", choices=("tune", "report"))
    parser.add_argument("--shown", type=int, default=0, metavar="N", help="so many of those that go wrong")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.jsonl"
        lines = [json.dumps(report.as_article()) for report in read_stories(HELD_BACK)]
        articles.write_text("\n".join(lines), encoding="utf-8")
        settings = IndexSettings(index_dir=Path(folder) / "index")
        sync_index([articles], settings=settings)
        known = Corpus.open(settings)
        try:
            report(questions(options.half), known, options.shown)
        finally:
            known.close()


def report(asked: list[str], known: Corpus, shown: int) -> None:
    """Print the counts."""
    touched = changed(asked, known)
    print(f"{len(asked)} questions without a slip: {len(touched)} changed")
    for question, read in touched[:shown]:
        print("  ", _difference(question, read))
    slipped = [q for q in asked if mistyped(q, random.Random(q)) != q]
    found = [outcome(q, known) for q in slipped]
    print(f"{len(slipped)} with one slip: {dict(Counter(kind for kind, *_ in found))}")
    for kind, before, after in [one for one in found if one[0] != "meant"][:shown]:
        print("  ", kind, _difference(before, after) or before)


def _difference(one: str, other: str) -> str:
    return ", ".join(f"{a} -> {b}" for a, b in zip(one.split(), other.split(), strict=False) if a != b)


if __name__ == "__main__":
    main()
