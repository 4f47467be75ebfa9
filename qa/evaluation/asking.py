"""Questions asked of an engine -> records, with whatever scoring will need looked up while the engine is at hand."""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from index.errors import DatelineError
from index.types import Article
from qa.evaluation.indexed import Indexed
from qa.evaluation.questions import Question
from qa.evaluation.records import UNSCORED, ArticleKeys, Cited, Record, Retrieved
from qa.types import Answer, AnswerStatus, Citation

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
_KEPT_IN_MEMORY = 256
_NOT_SEARCHED = UNSCORED | {AnswerStatus.INVALID_QUESTION}


class Engine(Protocol):
    """What is evaluated: it answers, and it shows the articles that it cites."""

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        """Answer one question; being busy or failing is a status, not an exception."""

    def article(self, article_id: str) -> Article:
        """The article with this id. Raises `KeyError` if there is none."""


@runtime_checkable
class Searching(Protocol):
    """An engine whose search can be asked by itself, as that of `QAEngine` can."""

    settings: Any

    def as_retriever(self, k: int | None = None, as_of: str | None = None) -> Any:
        """The engine's search as a LangChain retriever."""


def sample_questions(questions: Sequence[Question], count: int | None, seed: int) -> tuple[Question, ...]:
    """As many questions drawn without replacement, the same for each seed, in the order of the file; None: all."""
    if count is None or count >= len(questions):
        return tuple(questions)
    drawn = random.Random(seed).sample(range(len(questions)), count)  # noqa: S311 - a sample, not a secret
    return tuple(questions[position] for position in sorted(drawn))


def ask_all(
    engine: Engine, questions: Sequence[Question], *, workers: int = 1, indexed: Indexed | None = None
) -> Iterator[Record]:
    """Ask every question; records come as they are done, which is the order of the questions with one worker.

    Closing the iterator, or an exception such as Ctrl-C, waits for what is being asked and asks nothing more.
    """
    asker = Asker(engine, indexed)
    if workers == 1:
        yield from map(asker.ask, questions)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="dateline-asking")
    try:
        for future in as_completed([pool.submit(asker.ask, question) for question in questions]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


class Asker:
    """Asks an engine and looks up what is behind the answer; safe to share between threads.

    The last articles and files are remembered, since few are cited often. `indexed` tells which sources there are.
    """

    def __init__(self, engine: Engine, indexed: Indexed | None = None) -> None:
        self._engine, self._indexed = engine, indexed
        self._article = lru_cache(_KEPT_IN_MEMORY)(engine.article)
        self._file_words = lru_cache(_KEPT_IN_MEMORY)(_squeezed_file)

    def ask(self, question: Question) -> Record:
        """Ask one question; the record's time is the wall time of `engine.answer`."""
        as_of = question.as_of.isoformat() if question.as_of else None
        started = time.perf_counter()
        answer = self._engine.answer(question.question, history=question.history, as_of=as_of)
        milliseconds = 1000 * (time.perf_counter() - started)
        return Record(
            question=question,
            answer=answer,
            milliseconds=milliseconds,
            retrieved=() if answer.status in _NOT_SEARCHED else self._retrieved(question.question, as_of),
            cited=tuple(map(self._cited, answer.citations)),
            evidence=tuple(self._keys(one.article_id) or ArticleKeys(title=one.title) for one in answer.evidence),
            indexed=tuple(map(self._indexed.has, question.sources)) if self._indexed else None,
        )

    def _retrieved(self, question: str, as_of: str | None) -> tuple[Retrieved, ...]:
        if not isinstance(self._engine, Searching):
            return ()
        try:
            retriever = self._engine.as_retriever(k=self._engine.settings.most_read, as_of=as_of)
            found = retriever.invoke(question)
        except DatelineError:
            return ()
        return tuple(
            Retrieved(
                passage_id=str(document.id),
                article=self._keys(document.metadata["article_id"]) or ArticleKeys(title=document.metadata["title"]),
                text=document.page_content,
                score=float(document.metadata["score"]),
            )
            for document in found
        )

    def _cited(self, citation: Citation) -> Cited:
        article = self._found(citation.article_id)
        squeezed = "".join(citation.quote.split())
        in_file = self._file_words(citation.path) if citation.path else None
        return Cited(
            article=self._keys(citation.article_id),
            # A negative offset would count from the end of the article, and might cut the right words from there.
            in_article=article is not None
            and bool(squeezed)
            and citation.start >= 0
            and article.text[citation.start : citation.end] == citation.quote,
            in_file=None if in_file is None else squeezed in in_file,
        )

    def _keys(self, article_id: str) -> ArticleKeys | None:
        article = self._found(article_id)
        if article is None:
            return None
        return ArticleKeys(title=article.title, url=article.url, path=article.path, source_file=article.source_file)

    def _found(self, article_id: str) -> Article | None:
        try:
            return self._article(article_id)
        except KeyError:
            return None


def _squeezed_file(path: str) -> str | None:
    """The text of a text file without its white space, or None."""
    file = Path(path)
    try:
        if file.suffix.lower() in TEXT_SUFFIXES and file.is_file():
            return "".join(file.read_text(encoding="utf-8-sig").split())
    except (OSError, ValueError):
        # Not there any more, or not UTF-8 (a ValueError): the quote is then held against the indexed article only.
        return None
    return None
