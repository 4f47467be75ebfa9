"""Questions put to an engine, one after the other -> a report."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index.types import Article
from qa.evaluation.metrics import ANSWERED, CitedQuote, missing_parts, score_answer
from qa.evaluation.questions import Question
from qa.evaluation.results import ALL, QuestionResult, Report, group_results
from qa.types import Answer, Citation

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
_KEPT_IN_MEMORY = 32


class Engine(Protocol):
    """What is evaluated: it answers, and it shows the articles that it cites."""

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        """Answer one question; being busy or failing is a status, not an exception."""

    def article(self, article_id: str) -> Article:
        """The article with this id. Raises `KeyError` if there is none."""


def evaluate(
    engine: Engine, questions: Sequence[Question], *, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Ask every question and score what comes back; `progress` is told how many are done, and of how many.

    Times are the wall time of `engine.answer` in milliseconds. A question that the engine was too busy for, or failed
    on, is unscored: it is counted apart and enters no figure.
    """
    look_up = _CitationReader(engine)
    answers: list[Answer] = []
    results: list[QuestionResult] = []
    for done, question in enumerate(questions, 1):
        started = time.perf_counter()
        as_of = question.as_of.isoformat() if question.as_of else None
        answer = engine.answer(question.question, history=question.history, as_of=as_of)
        milliseconds = 1000 * (time.perf_counter() - started)
        answers.append(answer)
        results.append(_result(question, answer, tuple(map(look_up.quote, answer.citations)), milliseconds))
        if progress:
            progress(done, len(questions))
    return _report(answers, results)


class _CitationReader:
    """Finds article and file behind a citation, remembering the last ones, since few articles are cited often."""

    def __init__(self, engine: Engine) -> None:
        self._article = lru_cache(_KEPT_IN_MEMORY)(engine.article)
        self._file_text = lru_cache(_KEPT_IN_MEMORY)(_file_text)

    def quote(self, citation: Citation) -> CitedQuote:
        try:
            article = self._article(citation.article_id)
        except KeyError:
            article = None
        file_text = self._file_text(citation.path) if citation.path else None
        return CitedQuote(citation=citation, article=article, file_text=file_text)


def _file_text(path: str) -> str | None:
    file = Path(path)
    try:
        if file.suffix.lower() in TEXT_SUFFIXES and file.is_file():
            return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        # Not there any more, or not UTF-8 (a ValueError): the quote is then held against the indexed article only.
        return None
    return None


def _result(question: Question, answer: Answer, quotes: Sequence[CitedQuote], milliseconds: float) -> QuestionResult:
    return QuestionResult(
        id=question.id,
        type=question.type,
        question=question.question,
        answerable=question.answerable,
        gold=question.parts,
        must_name=question.must_name,
        status=answer.status,
        text=answer.text,
        short_answer=answer.short_answer,
        reason=answer.reason,
        missing=missing_parts(question, answer.text if answer.status in ANSWERED else ""),
        cited=tuple(citation.title for citation in answer.citations),
        quotes=len(quotes),
        quotes_in_file=sum(quote.file_text is not None for quote in quotes),
        milliseconds=milliseconds,
        scores=score_answer(question, answer, quotes),
    )


def _report(answers: Sequence[Answer], results: Sequence[QuestionResult]) -> Report:
    types = dict.fromkeys(result.type for result in results)
    return Report(
        overall=group_results(ALL, results),
        groups=tuple(group_results(name, [one for one in results if one.type == name]) for name in types),
        results=tuple(results),
        index_ids=_distinct(answer.index_id for answer in answers),
        model_ids=_distinct(answer.model_id for answer in answers),
        prompt_ids=_distinct(answer.prompt_id for answer in answers),
    )


def _distinct(ids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({one for one in ids if one}))
