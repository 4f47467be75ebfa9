"""MultiHop-RAG: questions over the news of autumn 2023 whose evidence lies in several articles, and some without any."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from qa.evaluation.adapters.yardstick import (
    Corpus,
    Published,
    Runs,
    Scored,
    Yardstick,
    found_within,
    halved,
    has_any,
    is_answerable,
    is_unanswerable,
    reached,
    read_json,
    share,
)
from qa.evaluation.figures import Figure
from qa.evaluation.questions import Half, Question, Source
from qa.evaluation.records import Record
from qa.evaluation.squad import squad_normalise

Others = Mapping[str, tuple[Published, ...]]
NULL = "null_query"
_YES_OR_NO = frozenset({"yes", "no"})
_FULL = "the full set, 2,556 questions over 609 articles"
_MINI = "all 51 answerable questions of the mini set"
_BEST = "voyage-02 + bge-reranker-large"
_ON_FULL: Others = {
    "Hits@4, reader": reached({_BEST: 0.663}, _FULL),
    "Hits@10, reader": reached({_BEST: 0.747, "query decomposition + reranker": 0.872}, _FULL),
    "reciprocal rank, reader": reached({_BEST: 0.586}, _FULL),
    "right answer": reached({"GPT-4 with retrieved evidence": 0.56}, _FULL),
    "declined, no evidence": reached({"public runs, lowest": 0.93, "public runs, highest": 0.98}, _FULL),
    "declined, with evidence": reached({"public runs, lowest": 0.35, "public runs, highest": 0.55}, _FULL),
}
_ON_MINI: Others = {
    "Hits@4, search": reached({"BM25": 0.80, "MiniLM": 0.67, "both fused": 0.86}, _MINI),
    "Hits@10, search": reached({"BM25": 0.98, "MiniLM": 0.94, "both fused": 0.98}, _MINI),
    "all evidence@10, search": reached({"BM25": 0.29, "MiniLM": 0.22, "both fused": 0.33}, _MINI),
}


class MultiHop(Yardstick):
    """The mini set over the 51 articles that hold its evidence; a passage is found if it holds a gold fact."""

    name = "multihop"
    title = "MultiHop-RAG, 51 articles"
    about = "Half of the 122 questions, more than half of which the articles do not answer, over the 51 articles"
    source = "Tang and Yang (2024), arXiv:2401.15391, and public runs over its data"
    file = "multihoprag_mini/mini_queries.json"
    corpus: ClassVar[str] = "multihoprag_mini/corpus_small.json"
    others: ClassVar[Others] = {**_ON_FULL, **_ON_MINI}

    def present(self, data: Path) -> bool:
        """Whether questions and articles are there."""
        return super().present(data) and (data / self.corpus).is_file()

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """One corpus of all articles, with publisher and day."""
        asked = enumerate(read_json(data / self.file))
        chosen = halved(asked, half, key=lambda pair: (pair[1]["question_type"], pair[1]["query"]))
        yield Corpus(
            articles=tuple(
                {
                    "title": article["title"],
                    "url": article["url"],
                    "publisher": article["source"],
                    "published": article["published_at"][:10],
                    "text": article["body"],
                }
                for article in read_json(data / self.corpus)
            ),
            questions=tuple(_question(number, query) for number, query in chosen),
        )

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """The measures of its paper, and how often the right questions are declined."""
        records, scored = runs[""], Scored(runs[""])
        return {
            "Hits@4, search": found_within(records, "search", 4),
            "Hits@4, reader": found_within(records, "reader", 4),
            "Hits@10, search": found_within(records, "search", 10),
            "Hits@10, reader": found_within(records, "reader", 10),
            "reciprocal rank, reader": scored.mean("reader_rr"),
            "all evidence@10, search": scored.mean("search_all_evidence@10"),
            "all evidence@10, reader": scored.mean("reader_all_evidence@10"),
            "right answer": share(_is_right(record) for record in records if is_answerable(record)),
            "declined, no evidence": scored.declined(is_unanswerable),
            "declined, with evidence": scored.declined(is_answerable),
        }


class MultiHopAmongMany(MultiHop):
    """The same questions over 609 articles, those of the full set."""

    name = "multihop-609"
    title = "MultiHop-RAG, 609 articles"
    about = "The same half of the 122 questions over all 609 articles of the full set"
    corpus = "multihoprag_mini/mini_corpus_with_distractors.json"
    others = _ON_FULL


def _question(number: int, query: dict[str, Any]) -> Question:
    answerable = query["question_type"] != NULL
    facts = query["evidence_list"] if answerable else ()
    return Question(
        id=f"multihop-{number:03}",
        question=query["query"],
        type=query["question_type"].removesuffix("_query"),
        answerable=answerable,
        gold=(query["answer"],) if answerable else (),
        sources=tuple(Source(url=fact["url"], quote=fact["fact"]) for fact in facts),
    )


def _is_right(record: Record) -> bool:
    """Whether the answer is contained; a yes or a no has to open it, since either word may stand in any text."""
    answer, gold = record.answer, record.question.gold
    if not record.answered or gold[0].lower() not in _YES_OR_NO:
        return record.answered and has_any(answer.text, gold)
    return squad_normalise(answer.short_answer or answer.text).split()[:1] == [gold[0].lower()]
