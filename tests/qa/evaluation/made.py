"""Records that were never asked: a question, what the search and the reader had, and what was said."""

from collections.abc import Sequence
from typing import Any

from qa.evaluation.questions import Question
from qa.evaluation.records import ArticleKeys, Manifest, Record, Retrieved
from qa.types import Answer, AnswerStatus, Citation, Evidence, Sentence, Verdict

Passages = Sequence[tuple[str, str]]  # title of the article and text
TALKS = ("Envoys Meet", "The envoys met in Tarvo on 21 September. The meeting lasted three hours.")
CUP = ("Cup final", "Quillane won the cup before 4.5 million viewers.")
UNANSWERABLE: dict[str, Any] = {"answerable": False, "gold": (), "sources": ()}


def asked(id: str = "q", **changes: Any) -> Question:
    """A question whose answer is Tarvo, found in the article about the envoys."""
    values = {"id": id, "question": "Where?", "type": "fact", "answerable": True, "gold": ("Tarvo",)}
    return Question.model_validate(values | {"sources": ({"title": TALKS[0]},)} | changes)


def record(
    question: Question | None = None,
    *,
    status: AnswerStatus = AnswerStatus.ANSWERED,
    text: str = "In Tarvo. [1]",
    retrieved: Passages = (TALKS,),
    evidence: Passages = (TALKS,),
    milliseconds: float = 10.0,
    **answer: Any,
) -> Record:
    """What came back for a question; further arguments are those of `Answer`."""
    question = question or asked()
    return Record(
        question=question,
        answer=Answer(
            question=question.question,
            text=text,
            status=status,
            evidence=tuple(passage(at, *one) for at, one in enumerate(evidence)),
            **answer,
        ),
        milliseconds=milliseconds,
        retrieved=tuple(
            Retrieved(passage_id=f"p{at}", article=ArticleKeys(title=title), text=text, score=1 / (at + 1))
            for at, (title, text) in enumerate(retrieved)
        ),
        evidence=tuple(ArticleKeys(title=title) for title, _ in evidence),
    )


def passage(at: int, title: str, text: str) -> Evidence:
    """A passage of an answer's evidence, `e0` the first."""
    return Evidence(passage_id=f"e{at}", article_id=title, title=title, text=text, score=1.0, found_by="dense")


def citation(number: int, at: int, title: str, quote: str, **changes: Any) -> Citation:
    """A citation of the passage `e{at}`."""
    values: dict[str, Any] = {
        "publisher": None,
        "published": None,
        "date_from": "unknown",
        "kind": "article",
        "url": None,
        "path": None,
        "start": 0,
        "end": len(quote),
        "age_days": None,
        "verdict": Verdict.VERBATIM,
    }
    fixed = {"number": number, "passage_id": f"e{at}", "article_id": title, "title": title, "quote": quote}
    return Citation(**(values | fixed | changes))


def sentence(text: str, verdict: Verdict = Verdict.SUPPORTED, *numbers: int) -> Sentence:
    """A sentence of an answer with the numbers it cites."""
    return Sentence(text=text, verdict=verdict, citations=numbers)


def manifest(**changes: Any) -> Manifest:
    """What a run of ten questions tells of itself; keyword arguments change single fingerprints."""
    names = ("corpus", "index", "questions", "prompt", "model", "reader", "embedder", "settings", "code")
    fingerprints = {name: f"{name} one" for name in names} | changes
    return Manifest(started="2024-05-01T10:00:00Z", questions=10, fingerprints=fingerprints)
