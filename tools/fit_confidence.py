"""Fit qa/weights/confidence.json for the shipped reader: `python tools/fit_confidence.py DATA_DIR SEEDS_DIR [WORK_DIR]`.

DATA_DIR holds the public sets (squad2_dev, realtimeqa_apr2023, multihoprag_mini), SEEDS_DIR the originals of the
briefs. Only tuning parts are read, and nothing that the reader was trained on: the tune half of tests/questions.jsonl,
the tune dossiers of tests/dossiers, the held-back stories in qa/calibration (searched among all of them), the held-back
articles of SQuAD 2.0, the first two weeks of RealTimeQA, even ranks of MultiHop-RAG. Every answerable SQuAD question
is also asked with its paragraph taken away: close to the topic, and without an answer.
"""

import json
import pickle
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from index.corpus import Corpus
from index.settings import IndexSettings
from index.sync import sync_index
from qa.calibration.fitting import Row, canonical, fitted, rows_of, summary
from qa.calibration.stories import HELD_BACK as HELD_BACK_STORIES
from qa.calibration.stories import read_stories, stories_of
from qa.candidates import CandidateFinder
from qa.evaluation import load_questions
from qa.evaluation.adapters.squad import REPORTED
from qa.reader import ShippedReader
from qa.retrieval import HybridRetriever
from qa.types import ScoredPassage
from tools.eval_dossiers import DOSSIERS, HALVES
from training.data import HELD_BACK, NEWSROOM

ROOT = Path(__file__).parent.parent
TOP_K = 12  # passages a question; more than are read by default teach more of what does not answer
WORK = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(mkdtemp())  # indexes and rows, kept for the next time
NEWS = frozenset({"own", "dossiers", "newsroom", "realtimeqa", "multihop"})
FALSE_ANSWERS = 0.10  # of the unanswerable questions about news, together; our own alone are too few to set the bar
# Rows of one source count this much: news like that which people ask about counts more than encyclopaedia paragraphs.
WEIGHTS = {
    "own": 3.0,
    "dossiers": 2.0,
    "newsroom": 1.0,
    "squad": 1.0,
    "squad-removed": 1.0,
    "realtimeqa": 1.0,
    "multihop": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its gold answers; `without` is a text that must not be found, `story` what is searched."""

    source: str
    question: str
    gold: tuple[str, ...]
    paragraph: str = ""
    without: str | None = None
    story: str | None = None


def main() -> None:
    """Collect the candidates (kept in a work folder, third argument), fit, choose the bar, write the file."""
    data, seeds = Path(sys.argv[1]), Path(sys.argv[2])
    cache = WORK / "rows.pickle"
    if not cache.is_file():
        rows: list[Row] = []
        for collect in (own, dossiers, newsroom, squad, realtimeqa, multihop):
            rows.extend(collect(data, seeds))
            print(f"{collect.__name__}: {len(rows)} rows so far", flush=True)
        cache.write_bytes(pickle.dumps(rows))
    fit(pickle.loads(cache.read_bytes()))


def own(data: Path, seeds: Path) -> Iterator[Row]:
    """The tune half of our own questions, on the briefs and on the originals, among the distractors."""
    asked = from_file("own", ROOT / "tests/questions.jsonl")
    for folder in (ROOT / "seeds", seeds):
        if folder.is_dir():
            yield from ask(asked, [folder, ROOT / "tests/corpus"])


def dossiers(data: Path, seeds: Path) -> Iterator[Row]:
    """The tune dossiers, each over its own articles."""
    for name in HALVES["tune"]:
        folder = DOSSIERS / name
        yield from ask(from_file("dossiers", folder / "questions.jsonl"), [folder / "articles"])


def from_file(source: str, file: Path) -> list[Asked]:
    """The questions of a file that ask for facts, less those of its report half."""
    return [
        Asked(source=source, question=q.question, gold=tuple(gold for part in q.parts for gold in part))
        for q in load_questions(file)
        if q.half != "report" and q.type not in {"summary", "instruction", "comparison"}
    ]


def newsroom(data: Path, seeds: Path) -> Iterator[Row]:
    """Our own news questions of the held-back stories, each over the reports of its story, for which it was written."""
    rng = random.Random(0)
    held_back = read_stories(HELD_BACK_STORIES)
    reports = held_back + read_stories(NEWSROOM)
    story_of = stories_of(reports)
    asked = [
        Asked(source="newsroom", question=question, gold=(answer,) if answer else (), story=report.story)
        for report in held_back
        for question, _, answer in report.asked
    ]
    yield from ask(
        rng.sample(asked, min(500, len(asked))),
        [written("newsroom", [report.as_article() for report in reports])],
        story_of,
    )


def squad(data: Path, seeds: Path) -> Iterator[Row]:
    """SQuAD 2.0's held-back articles, over all that are not reported on."""
    rng = random.Random(0)
    articles, asked = [], []
    for article in json.loads((data / "squad2_dev/dev-v2.0.rebuilt.json").read_text())["data"]:
        if article["title"] in REPORTED:
            continue
        text = "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])
        articles.append({"title": article["title"].replace("_", " "), "text": text})
        for paragraph in article["paragraphs"] if article["title"] in HELD_BACK else ():
            for qa in paragraph["qas"]:
                gold = tuple(dict.fromkeys(a["text"] for a in qa["answers"]))
                asked.append(Asked(source="squad", question=qa["question"], gold=gold, paragraph=paragraph["context"]))
    answerable = rng.sample([a for a in asked if a.gold], 120)
    none = rng.sample([a for a in asked if not a.gold], 60)
    removed = [replace(a, source="squad-removed", gold=(), without=a.paragraph) for a in answerable]
    yield from ask(answerable + none + removed, [written("squad", articles)])


def realtimeqa(data: Path, seeds: Path) -> Iterator[Row]:
    """The first two weeks of RealTimeQA over the articles that were found for them."""
    folder = data / "realtimeqa_apr2023"
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    early = [
        q for q in questions if q["date"] <= "2023/04/14" and not q["question"].rstrip().lower().endswith("except")
    ]
    pool = {url for q in early for url in q["gcs_urls"]}
    articles = [json.loads(line) for line in (folder / "articles.jsonl").read_text().splitlines()]
    texts = [a for a in articles if a["url"] in pool]
    held = [canonical(a["text"]) for a in texts]
    asked = []
    for q in early:
        gold = tuple(str(a) for a in q["answers"])
        there = any(f" {canonical(g)} " in f" {text} " for g in gold for text in held)
        asked.append(Asked(source="realtimeqa", question=q["question"], gold=gold if there else ()))
    yield from ask(asked, [written("realtimeqa", texts)])


def multihop(data: Path, seeds: Path) -> Iterator[Row]:
    """Even ranks of MultiHop-RAG's questions over its 51 articles; those whose answer is yes or no are left out."""
    folder = data / "multihoprag_mini"
    queries = sorted(
        json.loads((folder / "mini_queries.json").read_text()), key=lambda q: (q["question_type"], q["query"])
    )
    asked = [
        Asked(source="multihop", question=q["query"], gold=() if q["question_type"] == "null_query" else (q["answer"],))
        for q in queries[::2]
        if q["answer"].lower() not in {"yes", "no"} and q["question_type"] in {"null_query", "inference_query"}
    ]
    yield from ask(asked, [written("multihop", json.loads((folder / "corpus_small.json").read_text()))])


def written(name: str, articles: Iterable[Any]) -> Path:
    """A JSON Lines file of these articles in the work folder."""
    file = WORK / f"{name}.jsonl"
    file.write_text("\n".join(json.dumps(dict(a)) for a in articles), encoding="utf-8")
    return file


def ask(asked: list[Asked], folders: list[Path], story_of: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Index the folders, find the candidates of every question, label them."""
    settings = IndexSettings(index_dir=WORK / f"index-{asked[0].source}-{folders[0].resolve().parent.name}")
    receipt = sync_index(folders, settings=settings)
    print(f"{receipt.articles} articles, {receipt.passages} passages, {receipt.seconds:.0f} s", flush=True)
    corpus = Corpus.open(settings)
    retriever, finder = HybridRetriever(corpus, fetch_k=40), CandidateFinder(corpus, ShippedReader(), None)
    for a in asked:
        fits = _fits(a, story_of or {}) if a.without or a.story else None
        yield from rows_of(corpus, finder, retriever, a.source, a.question, a.gold, top_k=TOP_K, fits=fits)
    corpus.close()


def _fits(a: Asked, story_of: Mapping[str, str]) -> Callable[[ScoredPassage], bool]:
    def fits(scored: ScoredPassage) -> bool:
        if a.story:
            return story_of[scored.article.title] == a.story
        return not any(part in (a.without or "") for part in scored.passage.text.split("\n\n"))

    return fits


def fit(rows: list[Row]) -> None:
    """Fit on all rows, judge by folds over questions, choose the bar, write the weights."""
    found = fitted(rows, WEIGHTS)
    for source in sorted({row.source for row in rows}):
        inside = [i for i, row in enumerate(rows) if row.source == source]
        print(source, summary([rows[i] for i in inside], found.held_out[inside], FALSE_ANSWERS), flush=True)
    news = [i for i, row in enumerate(rows) if row.source in NEWS]
    of_news = summary([rows[i] for i in news], found.held_out[news], FALSE_ANSWERS)
    print("news", of_news)
    file = {ShippedReader.id: found.with_bar(of_news.bar)}
    target = ROOT / "qa/weights/confidence.json"
    target.write_text(json.dumps(file, indent=1) + "\n")
    print(target.read_text())


if __name__ == "__main__":
    main()
