"""Fit qa/weights/confidence.json for the shipped reader: `python tools/fit_confidence.py DATA_DIR SEEDS_DIR [WORK_DIR]`.

DATA_DIR holds the public sets (squad2_dev, realtimeqa_apr2023, multihoprag_mini), SEEDS_DIR the originals of the
briefs. Only tuning parts are read, and nothing that the reader was trained on: the tune half of tests/questions.jsonl,
the held-back stories of training/newsroom (searched among all of them), the held-back articles of SQuAD 2.0, the first
two weeks of RealTimeQA, even ranks of MultiHop-RAG. Every answerable SQuAD question is also asked with its paragraph
taken away: close to the topic, and without an answer.
"""

import json
import pickle
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zlib import crc32

import numpy as np

from index.corpus import Corpus
from index.settings import IndexSettings
from index.sync import sync_index
from qa.candidates import CandidateFinder
from qa.confidence import FEATURES, features
from qa.evaluation.normalise import canonical_words
from qa.question import clean, understand
from qa.reader import ShippedReader
from qa.retrieval import HybridRetriever
from qa.spelling import corrected
from training.data import HELD_BACK, NEWSROOM, REPORTED, is_held_back
from training.stories import read_stories

ROOT = Path(__file__).parent.parent
TOP_K = 8
WORK = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(mkdtemp())  # indexes and rows, kept for the next time
WANTED_FALSE_ANSWERS = 0.14  # of the questions of all sources together; our own alone are too few to set the bar
# Rows of one source count this much: news like that which people ask about counts more than encyclopaedia paragraphs.
WEIGHTS = {"own": 3.0, "newsroom": 1.0, "squad": 1.0, "squad-removed": 1.0, "realtimeqa": 1.0, "multihop": 1.0}
_FOR, _AGAINST = (0.0, None), (None, 0.0)
SIGNS = {
    **dict.fromkeys(
        (
            "reader",
            "lead",
            "question_to_sentence",
            "question_to_passage",
            "retrieved",
            "met_in_sentence",
            "met_in_passage",
        ),
        _FOR,
    ),
    "type_met": _FOR,
    **dict.fromkeys(
        ("rarest_missing", "names_elsewhere", "names_unknown", "counted_missing", "numbers_missing", "echo"), _AGAINST
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its gold answers; `without` names a passage text that must not be found."""

    source: str
    question: str
    gold: tuple[str, ...]
    paragraph: str = ""
    without: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One weighed candidate: the question's number, its signals, and whether the sentence holds a gold answer."""

    source: str
    question: int
    answerable: bool
    signals: tuple[float, ...]
    right: bool
    text: str


def main() -> None:
    """Collect the candidates (kept in a work folder, third argument), fit, choose the bar, write the file."""
    data, seeds = Path(sys.argv[1]), Path(sys.argv[2])
    cache = WORK / "rows.pickle"
    if not cache.is_file():
        rows: list[Row] = []
        for collect in (own, newsroom, squad, realtimeqa, multihop):
            rows.extend(collect(data, seeds, 1 + max((r.question for r in rows), default=0)))
            print(f"{collect.__name__}: {len(rows)} rows so far", flush=True)
        cache.write_bytes(pickle.dumps(rows))
    fit(pickle.loads(cache.read_bytes()))


def own(data: Path, seeds: Path, first: int) -> Iterator[Row]:
    """The tune half of our own questions, on the briefs and on the originals, among the distractors."""
    lines = [json.loads(line) for line in (ROOT / "tests/questions.jsonl").read_text().splitlines()]
    asked = [
        Asked(
            source="own",
            question=q["question"],
            gold=tuple(q.get("gold") or [g for p in q.get("gold_all", ()) for g in p]),
        )
        for q in lines
        if q["half"] == "tune" and q["type"] not in {"summary", "instruction", "comparison"}
    ]
    for number, folder in enumerate((ROOT / "seeds", seeds)):
        if folder.is_dir():
            yield from ask(asked, [folder, ROOT / "tests/corpus"], first + number * len(asked))


def newsroom(data: Path, seeds: Path, first: int) -> Iterator[Row]:
    """Our own news questions of the held-back stories, over the reports of all stories."""
    rng = random.Random(0)
    reports = read_stories(NEWSROOM)
    articles = [
        {"title": r.title, "publisher": r.publisher, "published": r.published.isoformat(), "text": r.text}
        for r in reports
    ]
    asked = [
        Asked(source="newsroom", question=question, gold=(answer,) if answer else ())
        for report in reports
        if is_held_back(report)
        for question, _, answer in report.asked
    ]
    yield from ask(rng.sample(asked, min(900, len(asked))), [written("newsroom", articles)], first)


def squad(data: Path, seeds: Path, first: int) -> Iterator[Row]:
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
    answerable = rng.sample([a for a in asked if a.gold], 250)
    none = rng.sample([a for a in asked if not a.gold], 80)
    removed = [replace(a, source="squad-removed", gold=(), without=a.paragraph) for a in answerable]
    yield from ask(answerable + none + removed, [written("squad", articles)], first)


def realtimeqa(data: Path, seeds: Path, first: int) -> Iterator[Row]:
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
    yield from ask(asked, [written("realtimeqa", texts)], first)


def multihop(data: Path, seeds: Path, first: int) -> Iterator[Row]:
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
    yield from ask(asked, [written("multihop", json.loads((folder / "corpus_small.json").read_text()))], first)


def written(name: str, articles: Iterable[Any]) -> Path:
    """A JSON Lines file of these articles in the work folder."""
    file = WORK / f"{name}.jsonl"
    file.write_text("\n".join(json.dumps(dict(a)) for a in articles), encoding="utf-8")
    return file


def ask(asked: list[Asked], folders: list[Path], first: int) -> Iterator[Row]:
    """Index the folders, find the candidates of every question, label them."""
    settings = IndexSettings(index_dir=WORK / f"index-{asked[0].source}-{folders[0].resolve().parent.name}")
    receipt = sync_index(folders, settings=settings)
    print(f"{receipt.articles} articles, {receipt.passages} passages, {receipt.seconds:.0f} s", flush=True)
    corpus = Corpus.open(settings)
    retriever, finder = HybridRetriever(corpus, fetch_k=40), CandidateFinder(corpus, ShippedReader(), None)
    for number, a in enumerate(asked, start=first):
        question = understand(corrected(clean(a.question), corpus.knows, corpus.vocabulary))
        found = retriever.retrieve(question.text, TOP_K + 4)
        if a.without:
            found = tuple(s for s in found if not overlap(s.passage.text, a.without))
        for candidate in finder.find(question, found[:TOP_K]):
            yield Row(
                source=a.source,
                question=number,
                answerable=bool(a.gold),
                signals=features(candidate.signals),
                right=any(f" {canonical(g)} " in f" {canonical(candidate.sentence)} " for g in a.gold),
                text=f"{a.question} | {candidate.short} | {candidate.sentence}",
            )
    corpus.close()


def overlap(passage: str, paragraph: str) -> bool:
    """Whether a passage has part of a paragraph."""
    return any(part in paragraph for part in passage.split("\n\n"))


def canonical(text: str) -> str:
    """The words of a text in the form in which answers are compared."""
    return " ".join(canonical_words(text))


def fit(rows: list[Row]) -> None:
    """Fit on all rows, judge by folds over questions, choose the bar, write the weights."""
    from sklearn.metrics import roc_auc_score

    x = np.array([row.signals for row in rows])
    y = np.array([row.right for row in rows], dtype=float)
    folds = np.array([crc32(row.text.split(" | ")[0].encode()) % 5 for row in rows])
    weight = np.array([WEIGHTS[row.source] for row in rows])
    held_out = np.zeros(len(rows))
    for fold in range(5):
        inside = folds != fold
        held_out[~inside] = logistic(x[~inside], *fitted(x[inside], y[inside], weight[inside]))
    sources = sorted({row.source for row in rows})
    for source in sources:
        report(source, rows, held_out, frozenset({source}), roc_auc_score)
    everywhere = report("all", rows, held_out, frozenset(sources), roc_auc_score)
    weights, bias = fitted(x, y, weight)
    file = {
        ShippedReader.id: {
            "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)},
            "bias": round(float(bias), 4),
            "threshold": round(everywhere, 2),
        }
    }
    target = ROOT / "qa/weights/confidence.json"
    target.write_text(json.dumps(file, indent=1) + "\n")
    print(target.read_text())


def fitted(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """A logistic regression whose weights may not take the sign that would make no sense; lightly regularised."""
    from scipy.optimize import minimize

    weight = weight / weight.sum()

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        chance = logistic(x, parameters[:-1], parameters[-1])
        slope = (chance - y) * weight
        entropy = -(weight * (y * np.log(chance + 1e-9) + (1 - y) * np.log(1 - chance + 1e-9))).sum()
        penalty = 1e-4 * parameters[:-1]
        return float(entropy + penalty @ parameters[:-1]), np.append(x.T @ slope + 2 * penalty, slope.sum())

    bounds = [*(SIGNS.get(name, (None, None)) for name in FEATURES), (None, None)]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    return found[:-1], float(found[-1])


def logistic(x: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:
    """The probabilities of a logistic model."""
    return np.asarray(1 / (1 + np.exp(-(x @ weights + bias))))


def report(name: str, rows: list[Row], scores: np.ndarray, sources: frozenset[str], auc: Callable[..., float]) -> float:
    """Print how the best candidate of each question fares; the score that leaves the wanted share of false answers."""
    best: dict[int, tuple[float, Row]] = {}
    for row, score in zip(rows, scores, strict=True):
        if row.source in sources and (row.question not in best or score > best[row.question][0]):
            best[row.question] = (float(score), row)
    tops = list(best.values())
    none = sorted((s for s, r in tops if not r.answerable), reverse=True)
    bar = none[int(len(none) * WANTED_FALSE_ANSWERS)] if none else 0.0
    answerable = [(s, r.right) for s, r in tops if r.answerable]
    right = [r.right for _, r in tops]
    area = auc(right, [s for s, _ in tops]) if 0 < sum(right) < len(right) else float("nan")
    print(
        f"{name:14} n {len(tops):4} ({len(none)} without answer)  right first {share(r for _, r in answerable):.2f}"
        f"  area {area:.3f}  at bar {bar:.2f}: answered {share(s > bar for s, _ in answerable):.2f},"
        f" right of those {share(r for s, r in answerable if s > bar):.2f}",
        flush=True,
    )
    return bar


def share(flags: Iterable[bool]) -> float:
    """The share of true ones; 0 where there are none at all."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
