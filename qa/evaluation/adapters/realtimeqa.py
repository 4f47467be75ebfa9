"""RealTimeQA of April 2023: the questions of weekly news quizzes over the articles that a web search found for them."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from qa.evaluation.adapters.yardstick import (
    Corpus,
    Published,
    Runs,
    Scored,
    Yardstick,
    reached,
    read_json,
    read_lines,
    share,
    worded,
)
from qa.evaluation.figures import Figure, mean_figure
from qa.evaluation.metrics import Score
from qa.evaluation.questions import Half, Question, Source
from qa.evaluation.records import Record
from qa.evaluation.squad import exact_match, token_f1

TUNED_UNTIL = "2023/04/14"
OWN = "answer-in-own-articles"
_SYSTEMS = {"open_gpt3_gcs": "GPT-3 + search", "open_rag_gcs": "RAG + search", "closed_gpt3": "GPT-3 alone"}


class RealTimeQA(Yardstick):
    """Two weeks of questions, each asked as of its day; all count as answerable, though the articles tell only of some."""

    name = "realtimeqa"
    title = "RealTimeQA, April 2023"
    about = (
        "Sixty quiz questions of two weeks, without those that ask for an exception, over the articles found for them; "
        "only for some of them do the articles hold the answer, and declining counts as wrong"
    )
    source = "Kasai et al. (2023), arXiv:2207.13332; its published answers scored on the very questions asked"
    file = "realtimeqa_apr2023/questions.jsonl"

    def present(self, data: Path) -> bool:
        """Whether questions and articles are there."""
        return super().present(data) and (data / self.file).with_name("articles.jsonl").is_file()

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """One corpus of the articles that were found for the questions of the half."""
        asked = [one for one in read_lines(data / self.file) if (one["date"] > TUNED_UNTIL) == (half == "report")]
        pool = {url for one in asked for url in one["gcs_urls"]}
        stored = read_lines((data / self.file).with_name("articles.jsonl"))
        yield Corpus(
            articles=tuple(_article(one) for one in stored if one["url"] in pool),
            questions=tuple(_question(one) for one in asked if not _asks_for_exception(one["question"])),
        )

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """EM and F1 of the short answer, how many are answered, and whether the passages held it."""
        scored = Scored(runs[""])
        return {
            "EM": scored.mean("squad_em"),
            "F1": scored.mean("squad_f1"),
            "EM, its own articles tell": scored.mean("squad_em", _is_told),
            "F1, its own articles tell": scored.mean("squad_f1", _is_told),
            "EM when answered": scored.mean("squad_em", lambda one: one.answered),
            "answered": share(one.answered for one in runs[""]),
            "answered, its own articles tell": share(one.answered for one in runs[""] if _is_told(one)),
            "answer in the first five passages, search": scored.mean("search_answer@5"),
            "answer in the first five passages, reader": scored.mean("reader_answer@5"),
        }

    def published(self, data: Path, runs: Runs) -> Mapping[str, tuple[Published, ...]]:
        """The published answers to the questions that were asked."""
        file = (data / self.file).with_name("published_predictions.json")
        if not file.is_file():
            return {}
        records = runs[""]
        told = [record for record in records if _is_told(record)]
        given = read_json(file)["predictions"]
        return {
            f"{name}{suffix}": reached(
                {system: _mean(score, given[key]["gen"], some) for key, system in _SYSTEMS.items() if key in given}
            )
            for name, score in (("EM", _em), ("F1", token_f1))
            for suffix, some in (("", records), (", its own articles tell", told))
        }


def _article(stored: dict[str, Any]) -> Mapping[str, str]:
    return {
        "title": stored["title"],
        "url": stored["url"],
        "publisher": stored["source"],
        "published": (stored["publish_date"] or "").replace("/", "-"),
        "text": stored["text"],
    }


def _question(asked: dict[str, Any]) -> Question:
    return Question(
        id=asked["id"],
        question=asked["question"],
        type="fact",
        answerable=True,
        gold=worded(asked["answers"]),
        # Without articles of its own a question has none to name; nothing indexed has this address.
        sources=tuple(Source(url=url) for url in asked["gcs_urls"]) or (Source(url="https://realtimeqa.example/none"),),
        as_of=date.fromisoformat(asked["date"].replace("/", "-")),
        tags=(OWN,) if asked["answer_in_own_docs"] else (),
    )


def _asks_for_exception(question: str) -> bool:
    return question.rstrip().rstrip(":?.").lower().endswith("except")


def _is_told(record: Record) -> bool:
    return OWN in record.question.tags


def _em(said: str, gold: tuple[str, ...]) -> float:
    return float(exact_match(said, gold))


def _mean(score: Any, given: Mapping[str, str], records: Iterable[Record]) -> float:
    """A question without a published answer counts as wrong, as it does for us."""
    values = [Score(value=score(given.get(one.question.id, ""), one.question.gold)) for one in records]
    return mean_figure(values).value or 0.0
