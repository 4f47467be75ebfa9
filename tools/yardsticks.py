"""Measure Dateline on the public yardsticks: `python tools/yardsticks.py DATA_DIR NAME [--sample N]`.

NAME is one of squad, multihop, realtimeqa, injection. Only the parts that nothing was trained or tuned on are asked: the nine
reporting articles of SQuAD 2.0, odd ranks of MultiHop-RAG, the last two weeks of RealTimeQA, the SQuAD questions of the injection
set. "reader" is the order of an answer's evidence (its question corrected and split), "fused" that of the search for the question
as asked; differences are paired, with their 95 % bootstrap interval over questions.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.settings import IndexSettings
from index.sync import sync_index
from index.types import Article
from qa import Answer, QAEngine
from qa.evaluation.figures import mean_figure
from qa.evaluation.metrics import ANSWERED, Score, contains, exact_match, token_f1
from training.data import REPORTED

SEED = 0
Lists = Mapping[str, Sequence[tuple[Article, str]]]  # (article, passage text) by ranking


def main() -> None:
    """Measure one yardstick and print its figures."""
    measure: Mapping[str, Callable[[Path, int | None], None]] = {
        "squad": squad,
        "multihop": multihop,
        "realtimeqa": realtimeqa,
        "injection": injection,
    }
    parser = argparse.ArgumentParser(description="Measure Dateline on a public yardstick.")
    parser.add_argument("data", type=Path)
    parser.add_argument("name", choices=measure)
    parser.add_argument("--sample", type=int, help="only so many random questions")
    arguments = parser.parse_args()
    measure[arguments.name](arguments.data, arguments.sample)


def squad(data: Path, sample: int | None) -> None:
    """The answerable questions of the nine articles over all 1,204 paragraphs: which paragraph comes first?"""
    articles: list[dict[str, str]] = []
    asked: list[tuple[str, str]] = []
    for article in json.loads((data / "squad2_dev/dev-v2.0.rebuilt.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            number = f"#{len(articles)}"
            title = article["title"].replace("_", " ")
            articles.append({"title": title, "url": f"https://example.org/{number}", "text": paragraph["context"]})
            if article["title"] in REPORTED:
                asked += [(qa["question"], number) for qa in paragraph["qas"] if qa["answers"]]
    found: dict[str, list[float]] = {"fused": [], "reader": []}
    with opened(articles) as engine:
        for question, number in some(asked, sample):
            for name, ranking in rankings(engine, question)[1].items():
                found[name].append(float(bool(ranking) and (ranking[0][0].url or "").endswith(f"/{number}")))
    compared("Success@1", found)


def multihop(data: Path, sample: int | None) -> None:
    """Odd ranks of MultiHop-RAG over its 51 articles: is all evidence among the first ten, is the unanswerable declined?"""
    folder = data / "multihoprag_mini"
    queries = json.loads((folder / "mini_queries.json").read_text(encoding="utf-8"))
    queries = sorted(queries, key=lambda q: (q["question_type"], q["query"]))[1::2]
    corpus = json.loads((folder / "corpus_small.json").read_text(encoding="utf-8"))
    articles = [
        {"title": a["title"], "url": a["url"], "published": a["published_at"][:10], "text": a["body"]} for a in corpus
    ]
    everything: dict[str, list[float]] = {"fused": [], "reader": []}
    declined, refused, contained = [], [], []
    with opened(articles) as engine:
        for query in some(queries, sample):
            answer, lists = rankings(engine, query["query"])
            answered = answer.status in ANSWERED
            if query["question_type"] == "null_query":
                declined.append(float(not answered))
                continue
            refused.append(float(not answered))
            if query["answer"].lower() not in {"yes", "no"}:
                contained.append(float(answered and holds(answer.text, [query["answer"]])))
            facts = ["".join(evidence["fact"].split()) for evidence in query["evidence_list"]]
            for name, ranking in lists.items():
                texts = ["".join(text.split()) for _, text in ranking[:10]]
                everything[name].append(float(all(any(fact in text for text in texts) for fact in facts)))
    compared("all-evidence@10", everything)
    told("null questions declined", declined)
    told("answerable refused", refused)
    told("answer contained", contained)


def realtimeqa(data: Path, sample: int | None) -> None:
    """The last two weeks of RealTimeQA over the articles found for them."""
    folder = data / "realtimeqa_apr2023"
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [q for q in map(json.loads, lines) if q["date"] > "2023/04/14"]
    asked = [q for q in asked if not q["question"].rstrip().lower().endswith("except")]
    pool = {url for q in asked for url in q["gcs_urls"]}
    stored = map(json.loads, (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    articles = [{"title": a["title"], "url": a["url"], "text": a["text"]} for a in stored if a["url"] in pool]
    top: dict[str, list[float]] = {"fused": [], "reader": []}
    em, f1, em_answered, covered = [], [], [], []
    with opened(articles) as engine:
        for q in some(asked, sample):
            answer, lists = rankings(engine, q["question"])
            golds = [str(gold) for gold in q["answers"]]
            for name, ranking in lists.items():
                top[name].append(float(any(holds(text, golds) for _, text in ranking[:5])))
            answered = answer.status in ANSWERED
            said = (answer.short_answer or "") if answered else ""
            covered.append(float(answered))
            em.append(float(exact_match(said, golds)))
            f1.append(token_f1(said, golds))
            if answered:
                em_answered.append(float(exact_match(said, golds)))
    compared("answer in the first five passages", top)
    told("EM", em)
    told("F1", f1)
    told("EM when answered", em_answered)
    told("coverage", covered)


def injection(data: Path, sample: int | None) -> None:
    """Paragraphs with and without a second question in them: is the first one answered all the same?"""
    lines = (data / "instr_robust/SQuAD_200_seed7.jsonl").read_text(encoding="utf-8").splitlines()
    rows = some([json.loads(line) for line in lines], sample)
    figures: dict[str, list[float]] = {}
    for name, field in (("clean", "context"), ("attacked", "injected_context")):
        articles = [{"title": f"Paragraph {i}", "text": row[field]} for i, row in enumerate(rows)]
        with opened(articles) as engine:
            for row in rows:
                answer = engine.answer(row["question"])
                said = (answer.short_answer or answer.text) if answer.status in ANSWERED else ""
                figures.setdefault(name, []).append(token_f1(said, row["answers"]))
                if name == "attacked":
                    figures.setdefault("injected", []).append(token_f1(said, row["injected_answers"]))
    compared("F1 to the original answer", {"attacked": figures["attacked"], "clean": figures["clean"]})
    told("F1 to the injected answer", figures["injected"])


@contextmanager
def opened(articles: Iterable[Mapping[str, Any]]) -> Iterator[QAEngine]:
    """An engine over these articles, in a folder of its own."""
    with TemporaryDirectory() as folder:
        file, index = Path(folder) / "articles.jsonl", Path(folder) / "index"
        file.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
        receipt = sync_index([file], settings=IndexSettings(index_dir=index))
        print(f"{receipt.articles} articles, {receipt.passages} passages", flush=True)
        with QAEngine.open(index) as engine:
            yield engine


def rankings(engine: QAEngine, question: str) -> tuple[Answer, Lists]:
    """The answer, and the passages in the order of its evidence and in that of the search."""
    answer = engine.answer(question)
    retriever = engine.as_retriever(k=engine.settings.most_read)
    fused = [(engine.article(d.metadata["article_id"]), d.page_content) for d in retriever.invoke(question)]
    read = [(engine.article(e.article_id), e.text) for e in answer.evidence]
    return answer, {"fused": fused, "reader": read}


def some(asked: Sequence[Any], sample: int | None) -> Sequence[Any]:
    """A random sample from one seed, or all."""
    return random.Random(SEED).sample(asked, sample) if sample and sample < len(asked) else asked


def holds(text: str, golds: Sequence[str]) -> bool:
    """Whether a text has one of the answers."""
    return any(contains(text, gold) for gold in golds)


def told(name: str, values: Sequence[float]) -> None:
    """Print a mean with its interval and n."""
    figure = mean_figure([Score(value=value) for value in values])
    if figure.value is None or figure.low is None or figure.high is None:
        print(f"{name}: fewer than two questions")
        return
    print(f"{name}: {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}), n {figure.n}")


def compared(name: str, values: Mapping[str, Sequence[float]]) -> None:
    """Print the means of two paired lists and of their difference, the second less the first."""
    (one, first), (other, second) = values.items()
    told(f"{name}, {one}", first)
    told(f"{name}, {other}", second)
    told(f"{name}, {other} less {one}", [b - a for a, b in zip(first, second, strict=True)])


if __name__ == "__main__":
    main()
