"""An engine that gives prepared answers, and short ways to questions, answers and citations for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from index.types import Article
from qa.evaluation import Question, Source
from qa.types import Answer, AnswerStatus, Citation, Verdict

TEXT = "The envoys met in Tarvo. The meeting lasted three hours."
ENVOYS = Article(id="a1", title="Envoys meet", text=TEXT, path="envoys.txt")
CUP = Article(id="a2", title="Cup final", text="Quillane won the cup.", path="cup.html")


class PreparedEngine:
    """Gives the answer prepared for a question, declines all others, and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, Answer], articles: Sequence[Article] = (ENVOYS, CUP)) -> None:
        self._answers = answers
        self._articles = {article.id: article for article in articles}
        self.asked: list[tuple[str, Sequence[Sequence[str]], str | None]] = []

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        self.asked.append((question, history, as_of))
        declined = Answer(question=question, text="The articles do not tell.", status=AnswerStatus.NOT_IN_ARTICLES)
        return self._answers.get(question, declined)

    def article(self, article_id: str) -> Article:
        return self._articles[article_id]


def cite(article: Article, quote: str) -> Citation:
    start = article.text.find(quote)
    return Citation(
        number=1,
        article_id=article.id,
        passage_id="p1",
        title=article.title,
        publisher=None,
        published=None,
        date_from="unknown",
        kind="article",
        url=None,
        path=article.path,
        quote=quote,
        start=start,
        end=start + len(quote),
        age_days=None,
        verdict=Verdict.VERBATIM,
    )


def reply(question: str, text: str, *citations: Citation, short: str | None = None, **changes: Any) -> Answer:
    values: dict[str, Any] = {"status": AnswerStatus.ANSWERED, "index_id": "i1", "model_id": "extractive"}
    return Answer(question=question, text=text, short_answer=short, citations=citations, **values | changes)


def ask(id: str, type: str = "fact", gold: tuple[str, ...] = ("Tarvo",), **changes: Any) -> Question:
    known: dict[str, Any] = {"answerable": bool(gold), "gold": gold}
    known["sources"] = (Source(title="Envoys meet"),) if gold else ()
    return Question.model_validate({"id": id, "question": f"{id}?", "type": type} | known | changes)
