"""An engine that follows its index: a new one is opened beside the old, tried, and taken; no question notices."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from index.articlestore import Coverage
from index.embeddings import Embedder, open_embedder
from index.errors import CorpusError, DatelineError
from index.generations import POINTER
from index.types import Article
from qa.engine import QAEngine
from qa.reader import Reader, open_reader
from qa.settings import Settings
from qa.types import Answer, AnswerStatus, Sentence

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger("dateline")
LOOK_EVERY = 0.2  # seconds between two looks at the pointer file; one costs a call of stat
Pointer: TypeAlias = tuple[int, int] | None


@dataclass(slots=True, kw_only=True, eq=False)
class _Opened:
    """An engine, the index it answers from, and how many questions it is busy with."""

    engine: QAEngine
    index_id: str
    opened: datetime
    questions: int = 0
    retired: bool = False


class LiveEngine:
    """A `QAEngine` that changes to each new index of its folder while it runs; safe to share between threads.

    A question, a stream and a batch end on the index they began with, which is closed after the last of them. Models are
    loaded once. A new index that cannot be used leaves the old one in use and says so in `notice`, as it does where the
    index was damaged before anything was open, and the one before had to be taken; `on_change` is called, from any thread,
    after either. Use `LiveEngine.open`, as a context manager or with `close`.
    """

    def __init__(
        self, *, settings: Settings, embedder: Embedder, reader: Reader, llm: "str | BaseChatModel | None" = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.embedder, self.on_change = settings, embedder, on_change
        self.notice: str | None = None
        self._reader, self._llm = reader, llm
        self._lock = threading.RLock()  # a stream that is thrown away may end within one of its own sections
        self._following = threading.Lock()
        self._closed = threading.Event()
        self._seen = _pointer(settings.index_dir)
        self._held = self._opened()
        if damage := self._held.engine.damage:
            self.notice = damage
            log.warning(damage)
        threading.Thread(target=self._watch, name="dateline-live", daemon=True).start()

    @classmethod
    def open(
        cls, index_dir: str | Path | None = None, *, settings: Settings | None = None,
        llm: "str | BaseChatModel | None" = None, embedder: Embedder | None = None, reader: Reader | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> Self:  # fmt: skip
        """Open an index as `QAEngine.open` does, with its arguments and errors.

        `embedder` and `reader` take the place of those that the settings name.
        """
        settings = settings or Settings.load()
        if index_dir is not None:
            settings = settings.model_copy(update={"index_dir": Path(index_dir)})
        return cls(
            settings=settings,
            embedder=embedder or open_embedder(settings.embedder),
            reader=reader or open_reader(settings.reader),
            llm=llm,
            on_change=on_change,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the index at once, whoever is asking, and look for no other."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        self._held.engine.close()

    # -- the index ---------------------------------------------------------------------------------------------------

    @property
    def index_id(self) -> str:
        """The index that the next question is answered from."""
        return self._held.index_id

    @property
    def opened(self) -> datetime:
        """When that index was taken into use, in UTC."""
        return self._held.opened

    def refresh(self) -> bool:
        """Look for a new index now and wait until it is in use; whether there was one that can be used.

        One that could not be used before is tried again.
        """
        return self._follow(again=True)

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            self._follow()

    def _follow(self, again: bool = False) -> bool:
        taken = False
        with self._following:
            again = again and self.notice is not None
            while not self._closed.is_set() and (again or _pointer(self.settings.index_dir) != self._seen):
                again, self._seen = False, _pointer(self.settings.index_dir)
                taken = self._change() or taken
        return taken

    def _change(self) -> bool:
        """Take the index that the pointer names, or say why not."""
        try:
            new = self._opened()
            self._require_newest(new)
            self._try(new)
        except Exception as error:
            if _pointer(self.settings.index_dir) != self._seen:
                return False  # it was replaced, and may have been removed, while it was being opened
            self._note(error)
        else:
            self.notice = None
            self._take(new)
        self._tell()
        return self.notice is None

    def _opened(self) -> _Opened:
        """The index that the pointer names, with a language model of its own: closing an engine ends its calls."""
        engine = QAEngine.open(settings=self.settings, llm=self._llm, embedder=self.embedder, reader=self._reader)
        return _Opened(engine=engine, index_id=engine.index_id, opened=datetime.now(UTC))

    @staticmethod
    def _require_newest(new: _Opened) -> None:
        """What is in use is as good as the one that was opened in the place of a damaged index."""
        if damage := new.engine.damage:
            new.engine.close()
            raise CorpusError(damage.partition(" Until then, ")[0])

    @staticmethod
    def _try(new: _Opened) -> None:
        first = new.engine.warm_up()
        if first.status is AnswerStatus.FAILED:
            new.engine.close()
            raise CorpusError(first.text)

    def _take(self, new: _Opened) -> None:
        with self._lock:
            if self._closed.is_set():
                idle = new
            else:
                idle, self._held = self._held, new
            idle.retired = True
            waiting = idle.questions
        if not waiting:
            idle.engine.close()

    def _note(self, error: Exception) -> None:
        said = str(error) if isinstance(error, DatelineError) else f"Opening it failed with {type(error).__name__}."
        self.notice = f"The index was changed, but answers still come from the one before: {said}"
        log.warning(self.notice, exc_info=None if isinstance(error, DatelineError) else error)

    def _tell(self) -> None:
        if self.on_change:
            try:
                self.on_change()
            except Exception:
                log.exception("what was to be done after a change of the index failed")

    @contextmanager
    def _asking(self) -> Iterator[QAEngine]:
        """The engine in use, kept open while it is being asked."""
        with self._lock:
            held = self._held
            held.questions += 1
        try:
            yield held.engine
        finally:
            with self._lock:
                held.questions -= 1
                last = held.retired and not held.questions
            if last:
                held.engine.close()

    # -- what an engine does; the arguments are those of `QAEngine` -------------------------------------------------------

    @property
    def llm_id(self) -> str | None:
        """The language model that questions and passages are sent to, as "provider:model"; None where none is."""
        return self._held.engine.llm_id

    def answer(self, *args: Any, **kwargs: Any) -> Answer:
        """Answer one question."""
        with self._asking() as engine:
            return engine.answer(*args, **kwargs)

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Sentence | Answer]:
        """The sentences of the answer, each after its verdict; the whole `Answer` last."""
        with self._asking() as engine:
            yield from engine.stream(*args, **kwargs)

    def batch(self, *args: Any, **kwargs: Any) -> tuple[Answer, ...]:
        """Answer several questions, in order, all from one index."""
        with self._asking() as engine:
            return engine.batch(*args, **kwargs)

    def as_runnable(self) -> Runnable[Any, Answer]:
        """The engine as a LangChain Runnable; each call is answered from the index in use then."""

        def run(request: Any, config: RunnableConfig) -> Answer:
            with self._asking() as engine:
                return engine.as_runnable().invoke(request, config)

        return RunnableLambda(run, name="live")

    def as_retriever(self, *args: Any, **kwargs: Any) -> BaseRetriever:
        """The engine's search as a LangChain retriever; each query is searched in the index in use then."""
        with self._asking() as engine:
            engine.as_retriever(*args, **kwargs)  # arguments that cannot be used are refused here
        return _LiveRetriever(live=self, positional=args, named=kwargs)

    def article(self, article_id: str) -> Article:
        """A whole article. Raises `KeyError`."""
        with self._asking() as engine:
            return engine.article(article_id)

    def coverage(self, *args: Any, **kwargs: Any) -> Coverage:
        """What is indexed."""
        with self._asking() as engine:
            return engine.coverage(*args, **kwargs)

    def examples(self, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        """Questions that these articles answer; no language model is asked."""
        with self._asking() as engine:
            return engine.examples(*args, **kwargs)

    def suggestions(self, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        """Questions to go on with after an answer; no language model is asked."""
        with self._asking() as engine:
            return engine.suggestions(*args, **kwargs)

    def warm_up(self) -> Answer:
        """Load the models and try them on a first question; no language model is asked."""
        with self._asking() as engine:
            return engine.warm_up()


class _LiveRetriever(BaseRetriever):
    """The search of whatever index a `LiveEngine` has in use."""

    live: Any
    positional: tuple[Any, ...]
    named: dict[str, Any]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        with self.live._asking() as engine:
            retriever = engine.as_retriever(*self.positional, **self.named)
            found: list[Document] = retriever.invoke(query, {"callbacks": run_manager.get_child()}, **kwargs)
            return found


def _pointer(index_dir: Path) -> Pointer:
    """What tells one state of the pointer file from another: it is replaced, never written to."""
    try:
        found = (index_dir / POINTER).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
