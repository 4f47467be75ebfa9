"""SQuAD 2.0's development set: short answers in paragraphs of Wikipedia, and as many questions without an answer."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from qa.evaluation.adapters.yardstick import (
    Corpus,
    Published,
    Runs,
    Scored,
    Yardstick,
    is_answerable,
    is_unanswerable,
    reached,
    read_json,
    share,
    worded,
)
from qa.evaluation.figures import Figure
from qa.evaluation.questions import Half, Question, Source

REPORTED = frozenset(
    {
        "1973_oil_crisis",
        "Computational_complexity_theory",
        "European_Union_law",
        "Geology",
        "Imperialism",
        "Normans",
        "Prime_number",
        "Sky_(United_Kingdom)",
        "Victoria_(Australia)",
    }
)
"""Articles of SQuAD 2.0 that figures are reported on; nothing was trained or tuned on them."""

_NINE = "the same nine articles, each question handed its paragraph"
_SEARCH = "500 answerable questions over the same paragraphs"


class Squad(Yardstick):
    """The questions of one half over the paragraphs of all articles: 1,204 of them, of which one holds the answer."""

    name = "squad"
    title = "SQuAD 2.0"
    about = (
        "The questions of nine articles, each paragraph of all 35 being an article of the corpus; the published systems "
        "are handed the right paragraph, Dateline has to find it"
    )
    source = "Rajpurkar, Jia and Liang (2018), arXiv:1806.03822; the published predictions scored on the same articles"
    file = "squad2_dev/dev-v2.0.rebuilt.json"
    sample = 1000
    others: ClassVar[Mapping[str, tuple[Published, ...]]] = {
        "EM": reached({"BERT-large": 0.800, "nlnet": 0.788, "BiDAF + self-attention + ELMo": 0.677}, _NINE),
        "F1": reached({"BERT-large": 0.831, "nlnet": 0.813, "BiDAF + self-attention + ELMo": 0.701}, _NINE),
        "F1, questions with an answer": reached({"BERT-large": 0.789}, _NINE),
        "declined, questions without one": reached({"BERT-large": 0.868}, _NINE),
        "right paragraph first, search": reached({"BM25": 0.81, "MiniLM": 0.64, "both fused": 0.78}, _SEARCH),
        "right paragraph in the first five, search": reached(
            {"BM25": 0.93, "MiniLM": 0.88, "both fused": 0.95}, _SEARCH
        ),
        "reciprocal rank, search": reached({"BM25": 0.86, "MiniLM": 0.74, "both fused": 0.86}, _SEARCH),
    }

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """One corpus of all paragraphs."""
        articles: list[Mapping[str, str]] = []
        questions: list[Question] = []
        for title, url, paragraph in _paragraphs(read_json(data / self.file)["data"]):
            articles.append({"title": title.replace("_", " "), "url": url, "text": paragraph["context"]})
            if (title in REPORTED) == (half == "report"):
                questions += (_question(asked, url) for asked in paragraph["qas"])
        yield Corpus(articles=tuple(articles), questions=tuple(questions))

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """SQuAD's own measures, and how the right paragraph was found."""
        scored = Scored(runs[""])
        return {
            "EM": scored.mean("squad_em"),
            "F1": scored.mean("squad_f1"),
            "F1, questions with an answer": scored.mean("squad_f1", is_answerable),
            "declined, questions without one": scored.declined(is_unanswerable),
            "declined, questions with one": scored.declined(is_answerable),
            "right paragraph first, search": scored.mean("search_success@1"),
            "right paragraph first, reader": scored.mean("reader_success@1"),
            "right paragraph in the first five, search": scored.mean("search_success@5"),
            "right paragraph in the first five, reader": scored.mean("reader_success@5"),
            "reciprocal rank, search": scored.mean("search_rr"),
            "reciprocal rank, reader": scored.mean("reader_rr"),
        }

    def published(self, data: Path, runs: Runs) -> Mapping[str, tuple[Published, ...]]:
        """With them what always declining gets, which is right wherever there is no answer."""
        without = share(map(is_unanswerable, runs[""])).value or 0.0
        always = reached({"always declining": without})
        return {**self.others, "EM": (*self.others["EM"], *always), "F1": (*self.others["F1"], *always)}


def _paragraphs(articles: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The title, the address and the rest of each paragraph."""
    for article in articles:
        for number, paragraph in enumerate(article["paragraphs"], 1):
            yield article["title"], f"https://squad.example/{article['title']}/{number}", paragraph


def _question(asked: dict[str, Any], url: str) -> Question:
    gold = worded(answer["text"] for answer in asked["answers"])
    return Question(
        id=asked["id"],
        question=asked["question"],
        type="fact" if gold else "unanswerable",
        answerable=bool(gold),
        gold=gold,
        sources=(Source(url=url),) if gold else (),
    )
