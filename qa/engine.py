"""The way of a question: understood, searched, read, drafted, cited; composed of LangChain Runnables."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from index.articlestore import Coverage
from index.corpus import Corpus
from index.errors import DatelineError
from index.types import Article
from qa.candidates import CandidateFinder, Findings
from qa.citations import cite
from qa.confidence import calibration_key, load_confidence
from qa.coverage import searched
from qa.errors import RequestError
from qa.examples import example_questions
from qa.extractive import OVERVIEW_PASSAGES, draft_fact, draft_overview, joined
from qa.markdown import age, day
from qa.parts import parts_of
from qa.prompting import Wording, load_wording
from qa.question import Question, QuestionKind, clean, problem_with, understand
from qa.reader import Reader, open_reader
from qa.relevance import is_about, leans_on_history
from qa.reranking import Reranker
from qa.retrieval import DatelineRetriever, HybridRetriever
from qa.settings import Settings
from qa.spelling import corrected
from qa.steps import Asked, Drafted, Found, Read, merged, timed
from qa.timeframe import as_of_day
from qa.types import Answer, AnswerStatus, Evidence, Headline, ScoredPassage, Sentence

log = logging.getLogger("dateline")
History = Sequence[Sequence[str]]
UNFITTED = (
    "No confidence: the reader {!r} has not been calibrated with this embedder, so an answer is given whenever the reader"
    " prefers it to none. Run: dateline calibrate"
)


class QAEngine:
    """Answers questions over one index; safe to share between threads.

    Use `QAEngine.open`, as a context manager or with `close`. What goes wrong with the index or a model while a
    question is answered becomes an `Answer` with status FAILED; only arguments of the wrong kind raise (`RequestError`).
    """

    def __init__(self, *, corpus: Corpus, reader: Reader, wording: Wording, settings: Settings) -> None:
        self.settings = settings
        self._corpus, self._reader, self._wording = corpus, reader, wording
        self._retriever = HybridRetriever(corpus, fetch_k=settings.fetch_k)
        self._confidence = load_confidence(calibration_key(reader.id, settings.embedder), settings.index_dir)
        self._reranker = Reranker(settings.reranker) if settings.reranker else None
        self._finder = CandidateFinder(corpus, reader, self._confidence)
        self._chain = self._compose()

    @classmethod
    def open(cls, index_dir: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open an index: the argument, else DATELINE_INDEX_DIR, else ./data/index.

        Raises `IndexMissing`, `IndexBroken`, `IndexMismatch`, `SettingsError`, `PromptError`; models load when needed.
        """
        settings = settings or Settings.load()
        if index_dir is not None:
            settings = settings.model_copy(update={"index_dir": Path(index_dir)})
        return cls(
            corpus=Corpus.open(settings), reader=open_reader(settings.reader), wording=load_wording(), settings=settings
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the index."""
        self._corpus.close()

    def answer(self, question: str, *, history: History = (), as_of: str | date | None = None) -> Answer:
        """Answer one question; `history` is oldest first, each item `[question]` or `[question, answer text]`."""
        return self._answer({"question": question, "history": history, "as_of": as_of}, None)

    def stream(
        self, question: str, *, history: History = (), as_of: str | date | None = None
    ) -> Iterator[Sentence | Answer]:
        """The sentences of the answer, each after its verdict; the whole `Answer` last."""
        answer = self.answer(question, history=history, as_of=as_of)
        yield from (sentence for sentence in answer.sentences if sentence.citations)
        yield answer

    def batch(self, questions: Sequence[str | Mapping[str, Any]]) -> tuple[Answer, ...]:
        """Answer several questions, in order: each a text, or a mapping with question, history and as_of."""
        return tuple(self._answer(_request(question), None) for question in questions)

    def as_runnable(self) -> Runnable[Any, Answer]:
        """The engine as a LangChain Runnable: a question, or a mapping with question, history and as_of -> Answer."""

        def run(request: Any, config: RunnableConfig) -> Answer:
            return self._answer(_request(request), config)

        return RunnableLambda(run, name="dateline")

    def as_retriever(self, k: int | None = None, as_of: str | date | None = None) -> DatelineRetriever:
        """The engine's search as a LangChain retriever."""
        return DatelineRetriever(hybrid=self._retriever, k=k or self.settings.top_k, as_of=as_of_day(as_of))

    def article(self, article_id: str) -> Article:
        """A whole article. Raises `KeyError`."""
        return self._corpus.article(article_id)

    def coverage(self) -> Coverage:
        """What is indexed."""
        return self._corpus.coverage()

    def examples(self, count: int = 4) -> tuple[str, ...]:
        """Questions that these articles answer, each asked before it is offered."""
        return example_questions(self._corpus, lambda question: self.answer(question).status, count)

    # -- the steps ---------------------------------------------------------------------------------------------------

    def _compose(self) -> Runnable[Asked, Answer]:
        steps: list[tuple[str, Callable[[Any], Any]]] = [
            ("retrieve", self._retrieve),
            ("read", self._read),
            ("draft", self._draft),
        ]
        way: Runnable[Any, Any] = RunnableLambda(lambda asked: asked, name="understood")
        for name, step in steps:
            way = way | RunnableLambda(timed(name, step), name=name)
        return way | RunnableLambda(self._cite, name="cite")

    def _answer(self, request: Mapping[str, Any], config: RunnableConfig | None) -> Answer:
        began = time.perf_counter()
        raw = request["question"]
        as_of, history = as_of_day(request.get("as_of")), _history(request.get("history") or ())
        if problem := problem_with(raw):
            shown = clean(raw)[:200] if isinstance(raw, str) else ""
            return self._without_text(shown, AnswerStatus.INVALID_QUESTION, problem, as_of)
        question = clean(raw)
        try:
            understood = understand(corrected(question, self._corpus))
            asked = Asked(
                raw=question,
                question=understood,
                parts=parts_of(understood),
                as_of=as_of,
                history=history,
                timings={},
            )
            answer: Answer = self._chain.invoke(asked, config)
        except DatelineError as error:
            return self._without_text(question, AnswerStatus.FAILED, str(error), as_of)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))  # its text may quote the question
            log.error("answering failed with %s\n%s", type(error).__name__, where)
            reason = f"Dateline met an error of its own ({type(error).__name__}); the log has the details."
            return self._without_text(question, AnswerStatus.FAILED, reason, as_of)
        total = (time.perf_counter() - began) * 1000
        return replace(answer, timings={**answer.timings, "total": round(total, 1)})

    def _without_text(self, question: str, status: AnswerStatus, reason: str, as_of: date | None) -> Answer:
        return Answer(
            question=question, text=reason, status=status, reason=reason, as_of=as_of, index_id=self._corpus.index_id
        )

    def _retrieve(self, asked: Asked) -> Found:
        if asked.question.kind is QuestionKind.INSTRUCTION:
            return Found(asked=asked, by_part=((),))
        return Found(asked=asked, by_part=tuple(self._passages(part, asked.as_of) for part in asked.parts))

    def _passages(self, part: Question, as_of: date | None) -> tuple[ScoredPassage, ...]:
        found = self._retriever.retrieve(part.text, self.settings.most_read, as_of)
        return found if self._reranker is None else self._reranker.rerank(part.text, found)

    def _read(self, found: Found) -> Read:
        question, bar = found.asked.question, self._bar
        if question.kind is QuestionKind.OVERVIEW:
            about = [tuple(p for p in part if is_about(question, p, self._corpus.rarity)) for part in found.by_part]
            return Read(found=found, by_part=tuple(Findings(candidates=(), read=p[:OVERVIEW_PASSAGES]) for p in about))
        parts = zip(found.asked.parts, found.by_part, strict=True)
        first = self.settings.top_k
        return Read(found=found, by_part=tuple(self._finder.find(part, p, first=first, bar=bar) for part, p in parts))

    def _draft(self, read: Read) -> Drafted:
        asked = read.found.asked
        if asked.question.kind is QuestionKind.OVERVIEW:
            draft = draft_overview(asked.question, asked.parts, read.passages, self._finder, self._wording)
            return Drafted(read=read, draft=draft if draft.lines else None)
        drafts, unanswered = [], []
        for part, findings in zip(asked.parts, read.by_part, strict=True):
            candidates = findings.candidates
            if candidates and candidates[0].is_sure(self._bar):
                drafts.append(draft_fact(part, candidates, self._wording))
            else:
                unanswered.append(part.text)
        return Drafted(read=read, draft=joined(drafts) if drafts else None, unanswered=tuple(unanswered))

    @property
    def _bar(self) -> float:
        """The confidence from which an answer is given; 0 with a reader that was not fitted."""
        wished, fitted = self.settings.min_confidence, self._confidence
        return wished if wished is not None else fitted.threshold if fitted else 0.0

    def _cite(self, drafted: Drafted) -> Answer:
        asked, today = drafted.read.found.asked, drafted.read.found.asked.as_of or date.today()
        cited = cite(drafted.draft.lines, today) if drafted.draft else None
        if cited is None or not cited.text:
            return self._declined(drafted.read)
        assert drafted.draft is not None
        newest = max((c.published for c in cited.citations if c.published), default=None)
        return Answer(
            question=asked.raw,
            text=cited.text,
            status=AnswerStatus.PARTIAL if drafted.unanswered else AnswerStatus.ANSWERED,
            reason=self._wording.say("partial", parts=" ".join(drafted.unanswered)) if drafted.unanswered else None,
            short_answer=drafted.draft.short_answer,
            confidence=_rounded(drafted.draft.confidence),
            citations=cited.citations,
            sentences=cited.sentences,
            evidence=_evidence(drafted.read.passages),
            as_of=asked.as_of,
            newest_source=newest,
            notices=self._notices(asked, newest, today),
            model_id=self._reader.id,
            index_id=self._corpus.index_id,
            timings=asked.timings,
        )

    def _declined(self, read: Read) -> Answer:
        asked = read.found.asked
        coverage = self._corpus.coverage(asked.as_of)
        what = searched(coverage, asked.as_of)
        if asked.question.kind is QuestionKind.INSTRUCTION:
            reason = self._wording.say("instruction", searched=what)
        elif not coverage.articles:
            reason = self._wording.say(
                "nothing_then", as_of=day(asked.as_of), searched=searched(self._corpus.coverage(), None)
            )
        else:
            reason = self._wording.say("declined", searched=what)
        firsts = [findings.candidates[0].confidence for findings in read.by_part if findings.candidates]
        best = max((confidence for confidence in firsts if confidence is not None), default=None)
        passages = read.passages or merged(read.found.by_part)
        return Answer(
            question=asked.raw,
            text=reason,
            status=AnswerStatus.NOT_IN_ARTICLES,
            confidence=_rounded(best),
            evidence=_evidence(passages),
            as_of=asked.as_of,
            reason=reason,
            nearest=_nearest(passages),
            notices=self._notices(asked, None, date.today()),
            model_id=self._reader.id,
            index_id=self._corpus.index_id,
            timings=asked.timings,
        )

    def _notices(self, asked: Asked, newest: date | None, today: date) -> tuple[str, ...]:
        notices = []
        if newest and (today - newest).days > self.settings.stale_days:
            notices.append(self._wording.say("old", age=age((today - newest).days), day=day(newest)))
        if asked.as_of and (undated := self._corpus.undated()):
            articles = f"{undated:,} article{' was' if undated == 1 else 's were'}"
            notices.append(self._wording.say("undated", count=articles))
        if asked.history and leans_on_history(asked.question):
            notices.append(self._wording.say("history"))
        if asked.question.text != asked.raw:
            notices.append(self._wording.say("read_as", question=asked.question.text))
        if self._confidence is None:
            notices.append(UNFITTED.format(self._reader.id))
        return tuple(notices)


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


def _evidence(passages: Sequence[ScoredPassage]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            passage_id=s.passage.id,
            article_id=s.article.id,
            title=s.article.title,
            text=s.passage.text,
            score=round(s.score, 4),
            found_by=s.found_by,
        )
        for s in passages
    )


def _nearest(passages: Sequence[ScoredPassage], count: int = 3) -> tuple[Headline, ...]:
    articles = {s.article.id: s.article for s in passages}
    return tuple(
        Headline(article_id=a.id, title=a.title, publisher=a.credited, published=a.published)
        for a in list(articles.values())[:count]
    )


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 4)
