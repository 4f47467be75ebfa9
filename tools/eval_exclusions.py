"""What the rules of qa/exclusions.py and qa/amounts.py strike out of right answers: `python -m tools.eval_exclusions DATA [--show N]`.

Each answerable question of SQuAD 2.0's part to tune on (DATA/squad2_dev) and of our own news stories is held, with its gold
answer where it stands, against every rule; no model takes part. A rule is worth having where it strikes out wrong answers
(`tools/eval_dossiers.py`) and next to none of these. `--show` prints N of them for each rule.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from index.types import Article
from qa.calibration.stories import HELD_BACK, read_stories
from qa.evaluation.adapters.squad import REPORTED
from qa.exclusions import RULES
from qa.question import understand
from qa.sentences import sentences_of
from qa.told import Told
from training.data import NEWSROOM

Gold = tuple[str, Article, int, str]  # question, article, first character of the answer, the answer


def squad(data: Path) -> Iterator[Gold]:
    """The answerable questions of the part to tune on, each over its paragraph."""
    file = data / "squad2_dev/dev-v2.0.rebuilt.json"
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        if article["title"] in REPORTED:
            continue
        for paragraph in article["paragraphs"]:
            told = Article(id="squad", title=article["title"].replace("_", " "), text=paragraph["context"])
            for asked in paragraph["qas"]:
                for answer in asked["answers"][:1]:
                    yield asked["question"], told, told.text.find(answer["text"]), answer["text"]


def stories(data: Path) -> Iterator[Gold]:
    """The questions of our own news stories whose answer is in the words of their report."""
    for report in (*read_stories(NEWSROOM), *read_stories(HELD_BACK)):
        written = report.as_article()
        told = Article(id="story", title=str(written["title"]), text=str(written["text"]))
        for question, _, answer in report.asked:
            if answer:
                yield question, told, told.text.find(answer), answer


def struck(gold: Gold) -> list[str] | None:
    """The rules that rule a right answer out; None where it stands in no sentence."""
    question, article, start, answer = gold
    for a, b in sentences_of(article.text):
        if a <= start < b:
            told = Told(article=article, start=a, end=b, span=(start, min(b, start + len(answer))))
            return [rule.__name__ for rule in RULES if rule(understand(question), told)]
    return None


def main() -> None:
    """Print, for each source and rule, how many right answers it strikes out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    options = parser.parse_args()
    for source in (squad, stories):
        judged = [(gold, names) for gold in source(options.data) if (names := struck(gold)) is not None]
        print(f"{source.__name__}: {sum(bool(names) for _, names in judged)} of {len(judged)} right answers")
        for rule in RULES:
            out = [gold for gold, names in judged if rule.__name__ in names]
            if out:
                print(f"  {len(out):4d} {rule.__name__.strip('_').replace('_', ' ')}")
            for question, _, _, answer in random.Random(0).sample(out, min(options.show, len(out))):
                print(f"       {question} | {answer}")


if __name__ == "__main__":
    main()
