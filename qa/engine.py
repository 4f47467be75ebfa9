"""The way of a question: understood, searched, read, drafted, verified, cited; composed of LangChain Runnables."""

import logging
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from index.articlestore import Coverage
from index.corpus import Corpus
from index.embeddings import Embedder
from index.errors import CorpusError, DatelineError
from index.types import EVERYTHING, Article, Scope
from qa.candidates import CandidateFinder, Findings
from qa.citations import Ledger
from qa.composing import Composer
from qa.confidence import calibration_key, load_confidence
from qa.drafting import Drafter
from qa.errors import LanguageModelError, RequestError
from qa.examples import example_questions
from qa.followups import leans, stand_alone
from qa.generative import Writer
from qa.llm import LanguageModel, Limits, around, open_llm
from qa.newsdesk import Newsdesk
from qa.overview import OVERVIEW_PASSAGES
from qa.parts import parts_of
from qa.period import Period
from qa.prompting import DRAFTING, Prompt, load_prompt, load_wording
from qa.question import Question, QuestionKind, clean, problem_with, understand
from qa.reader import Reader, open_reader
from qa.relevance import is_about
from qa.reranking import Reranker
from qa.retrieval import DatelineRetriever, HybridRetriever
from qa.rewriting import by_model
from qa.settings import Settings
from qa.spelling import corrected
from qa.steps import Asked, Found, Read, timed
from qa.suggestions import suggestions
from qa.timeframe import FILTERS, Day, scope_of
from qa.types import Answer, AnswerStatus, ScoredPassage, Sentence
from qa.verification import Verifier

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger("dateline")
History = Sequence[Sequence[str]]
FIRST_QUESTION = "What happened, and when?"


class QAEngine:
    """Answers questions over one index; safe to share between threads.

    Use `QAEngine.open`, as a context manager or with `close`. What goes wrong with the index or a model while a
    question is answered becomes an `Answer` with status FAILED, and a language model that fails leaves the answer to the
    articles' own sentences; only arguments of the wrong kind raise (`RequestError`).
    """

    def __init__(
        self, *, corpus: Corpus, reader: Reader, wording: Prompt, settings: Settings, llm: LanguageModel | None = None
    ) -> None:
        self.settings = settings
        self._corpus, self._llm = corpus, llm
        self._retriever = HybridRetriever(corpus, fetch_k=settings.fetch_k)
        fitted = load_confidence(calibration_key(reader.id, settings.embedder), settings.index_dir)
        self._bar = (
            settings.min_confidence if settings.min_confidence is not None else fitted.threshold if fitted else 0.0
        )
        self._reranker = Reranker(settings.reranker) if settings.reranker else None
        self._newsdesk = Newsdesk(corpus, self._retriever)
        self._finder = CandidateFinder(corpus, reader, fitted)
        writer = _writer(llm, corpus, wording) if llm else None
        self._drafter = Drafter(finder=self._finder, wording=wording, bar=self._bar, writer=writer)
        self._composer = Composer(
            corpus=corpus, wording=wording, stale_days=settings.stale_days, reader_id=reader.id, calibrated=bool(fitted)
        )
        self._reading: Runnable[Any, Any] = RunnableLambda(lambda asked: asked, name="understood")
        for name, step in (("retrieve", self._retrieve), ("read", self._read)):
            self._reading = self._reading | RunnableLambda(timed(name, step), name=name)
        drafting = RunnableLambda(timed("draft", self._drafter.draft), name="draft")
        self._chain = self._reading | drafting | RunnableLambda(self._composer.compose, name="cite")

    @classmethod
    def open(
        cls,
        index_dir: str | Path | None = None,
        *,
        settings: Settings | None = None,
        llm: "str | BaseChatModel | None" = None,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
    ) -> Self:
        """Open an index: the argument, else DATELINE_INDEX_DIR, else ./data/index.

        `llm` is a language model as "provider:model", or a LangChain chat model of the caller's own; without it,
        DATELINE_LLM. `embedder` and `reader` take the place of those that the settings name. Raises `IndexMissing`,
        `IndexBroken`, `IndexMismatch`, `SettingsError`, `PromptError`; models load when needed.
        """
        settings = settings or Settings.load()
        if index_dir is not None:
            settings = settings.model_copy(update={"index_dir": Path(index_dir)})
        model = language_model(settings, llm)
        corpus = Corpus.open(settings, embedder)
        try:
            return cls(
                corpus=corpus,
                reader=reader or open_reader(settings.reader),
                wording=load_wording(),
                settings=settings,
                llm=model,
            )
        except BaseException:
            corpus.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the index, and end what a language model is still writing."""
        if self._llm:
            self._llm.close()
        self._corpus.close()

    @property
    def index_id(self) -> str:
        """The same for two indexes of the same articles and settings."""
        return self._corpus.index_id

    @property
    def damage(self) -> str | None:
        """What is wrong with the newest index, where answers come from the one before; None where they do not."""
        return self._corpus.damage

    @property
    def llm_id(self) -> str | None:
        """The language model that questions and passages are sent to, as "provider:model"; None where none is."""
        return self._llm.id if self._llm else None

    def answer(
        self, question: str, *, history: History = (), as_of: Day | None = None, since: Day | None = None,
        until: Day | None = None, publishers: Sequence[str] = (),
    ) -> Answer:  # fmt: skip
        """Answer one question; `history` is oldest first, each item `[question]` or `[question, answer text]`.

        What narrows it is explained at `index.types.Scope`.
        """
        narrowed = {"as_of": as_of, "since": since, "until": until, "publishers": publishers}
        return self._answer({"question": question, "history": history, **narrowed}, None)

    def stream(
        self, question: str, *, history: History = (), as_of: Day | None = None, since: Day | None = None,
        until: Day | None = None, publishers: Sequence[str] = (),
    ) -> Iterator[Sentence | Answer]:  # fmt: skip
        """The sentences of the answer, each after its verdict; the whole `Answer` last.

        With a language model a sentence comes as soon as it is written and checked. The `Answer` is what counts: if the
        model fails on the way, it does without the sentences before it. Closing the iterator ends the model's call.
        """
        began = time.perf_counter()
        narrowed = {"as_of": as_of, "since": since, "until": until, "publishers": publishers}
        asked = self._understood({"question": question, "history": history, **narrowed})
        if isinstance(asked, Answer):
            yield asked
            return
        try:
            sent = False
            for event in self._events(asked):
                if isinstance(event, Answer) and not sent:
                    yield from (sentence for sentence in event.sentences if sentence.citations)
                sent = True
                yield _clocked(event, began) if isinstance(event, Answer) else event
        except Exception as error:
            yield self._failed(asked.raw, error, asked.scope)

    def _events(self, asked: Asked) -> Iterator[Sentence | Answer]:
        """The language model's sentences that hold, then the answer."""
        read: Read = self._reading.invoke(asked)
        ledger = Ledger(asked.scope.as_of or date.today())
        lines = self._drafter.lines(read, streaming=True)
        began = time.perf_counter()
        try:
            while True:
                try:
                    sentence = ledger.add(next(lines))
                except StopIteration as done:
                    drafted = timed("draft", lambda value: value, began)(done.value)
                    yield self._composer.compose(drafted)
                    return
                if sentence.citations:
                    yield sentence
        finally:
            lines.close()

    def batch(self, questions: Sequence[str | Mapping[str, Any]]) -> tuple[Answer, ...]:
        """Answer several questions, in order: each a text, or a mapping of the names that `answer` takes."""
        return tuple(self._answer(_request(question), None) for question in questions)

    def as_runnable(self) -> Runnable[Any, Answer]:
        """The engine as a LangChain Runnable: a question, or a mapping of the names that `answer` takes -> Answer."""

        def run(request: Any, config: RunnableConfig) -> Answer:
            return self._answer(_request(request), config)

        return RunnableLambda(run, name="dateline")

    def as_retriever(
        self, k: int | None = None, as_of: Day | None = None, since: Day | None = None, until: Day | None = None,
        publishers: Sequence[str] = (),
    ) -> DatelineRetriever:  # fmt: skip
        """The engine's search as a LangChain retriever."""
        narrowed = {"as_of": as_of, "since": since, "until": until, "publishers": publishers}
        scope = scope_of(narrowed, self._corpus.publishers)
        k = k or self.settings.top_k
        return DatelineRetriever(hybrid=self._retriever, k=k, **{name: getattr(scope, name) for name in FILTERS})

    def article(self, article_id: str) -> Article:
        """A whole article. Raises `KeyError`."""
        return self._corpus.article(article_id)

    def coverage(self, scope: Scope = EVERYTHING) -> Coverage:
        """What is indexed, or what of it is in scope."""
        return self._corpus.coverage(scope)

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Questions that these articles answer, each asked before it is offered; no language model is asked."""
        return example_questions(self._corpus, self._quoted, count)

    def suggestions(self, answer: Answer, count: int = 3, **filters: Any) -> tuple[str, ...]:
        """Questions to go on with after an answer, each asked before it is offered; no language model is asked.

        `filters` are those of `answer` that go on narrowing the articles: `as_of`, `since`, `until` and `publishers`.
        """
        try:
            scope = scope_of(filters, self._corpus.publishers)
            return suggestions(answer, self._corpus, partial(self._quoted, filters=filters), count, scope)
        except DatelineError as error:
            log.warning("nothing can be suggested: %s", error)
            return ()

    def warm_up(self) -> Answer:
        """Load the models and try them on a first question; no language model is asked."""
        return self._quoted(FIRST_QUESTION)

    def _quoted(self, question: str, filters: Mapping[str, Any] = MappingProxyType({})) -> Answer:
        """The answer in the articles' own words."""
        asked = self._understood({**filters, "question": question})
        if isinstance(asked, Answer):
            return asked
        try:
            return self._composer.compose(self._drafter.extracted(self._reading.invoke(asked)))
        except Exception as error:
            return self._failed(question, error, EVERYTHING)

    # -- the steps ---------------------------------------------------------------------------------------------------

    def _answer(self, request: Mapping[str, Any], config: RunnableConfig | None) -> Answer:
        began = time.perf_counter()
        asked = self._understood(request)
        if isinstance(asked, Answer):
            return asked
        try:
            answer: Answer = self._chain.invoke(asked, config)
        except Exception as error:
            return self._failed(asked.raw, error, asked.scope)
        return _clocked(answer, began)

    def _failed(self, question: str, error: Exception, scope: Scope) -> Answer:
        if isinstance(error, DatelineError):
            return self._composer.without_text(question, AnswerStatus.FAILED, str(error), scope)
        where = "".join(traceback.format_tb(error.__traceback__))  # its text may quote the question
        log.error("answering failed with %s\n%s", type(error).__name__, where)
        reason = f"Dateline met an error of its own ({type(error).__name__}); the log has the details."
        return self._composer.without_text(question, AnswerStatus.FAILED, reason, scope)

    def _understood(self, request: Mapping[str, Any]) -> Asked | Answer:
        """The question as it can be searched for, or why it cannot be asked."""
        raw, history = request["question"], _history(request.get("history") or ())
        shown = clean(raw)[:200] if isinstance(raw, str) else ""
        try:
            scope = scope_of(request, self._corpus.publishers)
        except CorpusError as error:
            return self._failed(shown, error, EVERYTHING)
        if problem := problem_with(raw):
            return self._composer.without_text(shown, AnswerStatus.INVALID_QUESTION, problem, scope)
        question = clean(raw)
        try:
            understood = understand(corrected(self._standing_alone(question, history), self._corpus))
            period = self._newsdesk.period_of(understood, scope)
            return Asked(
                raw=question, question=understood, parts=parts_of(understood), scope=scope, period=period,
                history=history, timings={},
            )  # fmt: skip
        except Exception as error:
            return self._failed(question, error, scope)

    def _standing_alone(self, question: str, history: tuple[tuple[str, ...], ...]) -> str:
        """A question that leans on what was said before, by itself: by the language model if it keeps to the words."""
        if not history:
            return question
        if self._llm and leans(question):
            try:
                if rewritten := by_model(question, history, self._llm.complete):
                    return rewritten
            except LanguageModelError as error:
                log.info("the follow-up was rewritten by rule: %s", error)
        return stand_alone(question, history)

    def _retrieve(self, asked: Asked) -> Found:
        if not asked.question.kind.is_asked_of_articles:
            return Found(asked=asked, by_part=((),))
        if asked.question.is_news:
            return Found(asked=asked, by_part=(self._newsdesk.newest(asked.period, asked.scope),))
        return Found(
            asked=asked, by_part=tuple(self._passages(part, asked.scope, asked.period) for part in asked.parts)
        )

    def _passages(self, part: Question, scope: Scope, period: Period | None) -> tuple[ScoredPassage, ...]:
        k = self.settings.most_read
        retrieve = self._retriever.retrieve
        found = self._newsdesk.about(part.text, k, period, scope) if period else retrieve(part.text, k, scope)
        return found if self._reranker is None else self._reranker.rerank(part.text, found)

    def _read(self, found: Found) -> Read:
        question, bar = found.asked.question, self._bar
        if question.is_news:
            return Read(found=found, by_part=tuple(Findings(candidates=(), read=part) for part in found.by_part))
        if question.kind is QuestionKind.OVERVIEW:
            about = [tuple(p for p in part if is_about(question, p, self._corpus.rarity)) for part in found.by_part]
            return Read(found=found, by_part=tuple(Findings(candidates=(), read=p[:OVERVIEW_PASSAGES]) for p in about))
        parts = zip(found.asked.parts, found.by_part, strict=True)
        first = self.settings.top_k
        return Read(found=found, by_part=tuple(self._finder.find(part, p, first=first, bar=bar) for part, p in parts))


def language_model(settings: Settings, given: "str | BaseChatModel | None" = None) -> LanguageModel | None:
    """The language model of the settings or the one given, not yet asked anything. Raises `SettingsError`."""
    limits = Limits(deadline=settings.llm_timeout)
    if given is not None and not isinstance(given, str):
        return around(given, limits=limits, window=settings.llm_window)
    name = given or settings.llm
    if not name:
        return None
    return open_llm(name, base_url=settings.llm_base_url, limits=limits, window=settings.llm_window)


def _writer(llm: LanguageModel, corpus: Corpus, wording: Prompt) -> Writer:
    verifier = Verifier(embedder=corpus.embedder, rarity=corpus.rarity, ordinary=frozenset(corpus.embedder.words))
    return Writer(model=llm, verifier=verifier, prompt=load_prompt(DRAFTING), wording=wording)


def _clocked(answer: Answer, began: float) -> Answer:
    total = (time.perf_counter() - began) * 1000
    return replace(answer, timings={**answer.timings, "total": round(total, 1)})


def _request(given: Any) -> Mapping[str, Any]:
    if isinstance(given, str):
        return {"question": given}
    if isinstance(given, Mapping) and "question" in given:
        return given
    raise RequestError(f"A question is a text or a mapping with the key 'question', not {str(given)[:80]!r}.")


def _history(given: object) -> tuple[tuple[str, ...], ...]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        turns = [tuple(t) if isinstance(t, Sequence) and not isinstance(t, str) else None for t in given]
        if all(t is not None and 1 <= len(t) <= 2 and all(isinstance(part, str) for part in t) for t in turns):
            return tuple(t for t in turns if t is not None)
    raise RequestError(
        f"history is {str(given)[:80]!r}; it has to be a list of [question] or [question, answer text], oldest first."
    )
