"""The way to a language model: one deadline over a call, one layer of retries, every fault one kind of error.

Calls are coroutines on an event loop of their own, so that giving up closes the connection; a provider whose calls are
only threads is left behind at the deadline instead of waited for.
"""

import asyncio
import os
import random
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from index.errors import SettingsError
from qa.errors import LanguageModelError
from qa.failures import PASSING, WITHHELD, Failure, Fault, failure_of, finish_of, refuses_temperature, retry_after

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

GRACE = 0.25  # seconds that a cancelled call has for closing its connection before it is left behind
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds before a retry, as in the clients of OpenAI and Anthropic

Messages: TypeAlias = Sequence[tuple[str, str]]
Attempt: TypeAlias = "Callable[[BaseChatModel], AsyncGenerator[str, None]]"
Items: TypeAlias = "SimpleQueue[str | LanguageModelError | None]"
_LEFT: "ContextVar[Future[None] | None]" = ContextVar("dateline_left", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take, in seconds, and how often it is tried again; `deadline` covers all of it."""

    deadline: float = 60.0
    first_token: float = 20.0
    gap: float = 15.0  # between two pieces of a stream
    retries: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider needs: a package to import, the extra that installs it, the variable that holds the key."""

    package: str
    extra: str
    key: str | None


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(package="langchain_openai", extra="openai", key="OPENAI_API_KEY"),
    "anthropic": Provider(package="langchain_anthropic", extra="anthropic", key="ANTHROPIC_API_KEY"),
    "google_genai": Provider(package="langchain_google_genai", extra="google-genai", key="GOOGLE_API_KEY"),
    "ollama": Provider(package="langchain_ollama", extra="ollama", key=None),
    "huggingface": Provider(package="langchain_huggingface", extra="huggingface", key="HUGGINGFACEHUB_API_TOKEN"),
}  # fmt: skip


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LanguageModel:
    """A language model behind one deadline; threads may share it, and each call stands alone."""

    id: str
    window: int  # tokens of context that a prompt has to fit
    limits: Limits
    make: "Callable[[bool], BaseChatModel]"  # told whether to ask for temperature 0
    provider: Provider | None = None
    _steady: bool = field(default=True, init=False)
    _model: "BaseChatModel | None" = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _background: "_Background" = field(default_factory=lambda: _Background(), init=False)

    def complete(self, messages: Messages) -> str:
        """The whole answer to messages of the roles "system", "human" and "ai"; raises `LanguageModelError`."""
        return "".join(self._call(partial(self._pieces, messages=messages, streaming=False)))

    def stream(self, messages: Messages) -> Iterator[str]:
        """The answer piece by piece; closing the iterator ends the call, and an error may come after some text."""
        return self._call(partial(self._pieces, messages=messages, streaming=True))

    def check(self) -> None:
        """See that package and key are there, without asking anything; raises `LanguageModelError`."""
        try:
            self._chat_model()
        except Exception as error:
            raise self._error(failure_of(error)) from None

    def close(self) -> None:
        """End what is under way and the thread behind it; a later call would start anew."""
        self._background.close()
        with self._lock:
            self._model = None

    def _call(self, attempt: Attempt) -> Iterator[str]:
        items: Items = SimpleQueue()
        latest = time.monotonic() + self.limits.deadline + GRACE
        call = self._background.start(self._feed(attempt, items))

        def cut(_: object) -> None:
            call.cancel()
            items.put(self._error(Failure.CUT))

        if left := _LEFT.get():
            left.add_done_callback(cut)
        try:
            while True:
                try:
                    item = items.get(timeout=max(0.0, latest - time.monotonic()))
                except Empty:  # the provider's code does not let itself be cancelled
                    item = self._error(Failure.SLOW)
                if isinstance(item, LanguageModelError):
                    raise item
                if item is None:
                    return
                yield item
        finally:
            call.cancel()

    async def _feed(self, attempt: Attempt, items: Items) -> None:
        """Put the pieces of the answer, then None or an error, which holds nothing that the provider said."""
        given = False
        try:
            async with asyncio.timeout(self.limits.deadline) as limit:
                async for piece in self._attempts(attempt, limit):
                    items.put(piece)
                    given = True
            items.put(None)
        except asyncio.CancelledError:
            items.put(self._error(Failure.CUT))
            raise
        except Exception as error:
            failure = failure_of(error)
            items.put(self._error(Failure.CUT if given and failure is Failure.UNREACHABLE else failure))

    async def _attempts(self, attempt: Attempt, limit: asyncio.Timeout) -> AsyncGenerator[str, None]:
        tries, given = 0, False
        while True:
            try:
                model = await asyncio.get_running_loop().run_in_executor(None, self._chat_model)
                async for piece in attempt(model):
                    given = True
                    yield piece
                return
            except Exception as error:
                pause = None if given else self._pause(error, tries, limit)
                if pause is None:
                    raise
            tries += 1
            await asyncio.sleep(pause)

    def _pause(self, error: Exception, tries: int, limit: asyncio.Timeout) -> float | None:
        """Seconds until the next attempt; None where another would not help or would come too late."""
        if self.provider and not tries and refuses_temperature(error):
            with self._lock:
                self._steady, self._model = False, None
            return 0.0
        if tries >= self.limits.retries or failure_of(error) not in PASSING:
            return None
        if (pause := retry_after(error)) is None:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries) * random.uniform(0.5, 1)  # noqa: S311 - spreads load
        return pause if asyncio.get_running_loop().time() + pause < (limit.when() or 0.0) else None

    def _chat_model(self) -> "BaseChatModel":
        with self._lock:
            if self._model is None:
                self._model = self.make(self._steady)
            return self._model

    async def _pieces(self, model: "BaseChatModel", messages: Messages, streaming: bool) -> AsyncGenerator[str, None]:
        in_thread = type(getattr(model, "llm", None)).__name__ == "HuggingFacePipeline"  # it has no coroutines
        streaming = streaming and not in_thread
        replies = aiter(model.astream(messages) if streaming else _reply(model, messages, in_thread))
        clock = asyncio.get_running_loop().time
        latest = clock() + self.limits.first_token if streaming else None
        said, finish, must_finish = "", "", streaming and self.provider is not None
        while True:
            async with asyncio.timeout_at(latest):
                if (reply := await anext(replies, None)) is None:
                    break
            finish = finish_of(reply) or finish
            must_finish |= streaming and reply.response_metadata.get("model_provider") in PROVIDERS
            if text := str(reply.text):
                said += text
                yield text
                latest = clock() + self.limits.gap
        if finish.lower() in WITHHELD:
            raise Fault(Failure.FILTERED)
        if not said.strip():
            raise Fault(Failure.EMPTY)
        if must_finish and not finish:
            raise Fault(Failure.CUT)

    def _error(self, failure: Failure) -> LanguageModelError:
        needs = self.provider or Provider(package="", extra="openai", key=None)
        sentence = failure.sentence.format(id=self.id, key=needs.key or "the key", extra=needs.extra)
        return LanguageModelError(sentence, failure=failure)


@contextmanager
def unless(left: "Future[None]") -> Iterator[None]:
    """End the calls made inside, as if they were cut, once `left` is done: whoever asked waits no more."""
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)


def open_llm(name: str, *, base_url: str | None = None, limits: Limits = Limits(), window: int = 8192) -> LanguageModel:
    """The language model named "provider:model", made when first used; no provider is guessed: `SettingsError`."""
    prefix, _, rest = name.partition(":")
    provider, model = prefix.strip().lower().replace("-", "_"), rest.strip()
    if provider not in PROVIDERS or not model:
        raise SettingsError(f"DATELINE_LLM is {name!r}: set it to provider:model, with one of {', '.join(PROVIDERS)}.")
    if base_url and provider == "huggingface":
        raise SettingsError(f"{name!r} takes no DATELINE_LLM_BASE_URL: unset it, or make DATELINE_LLM openai:{model}.")
    make = partial(_make, provider, model, base_url, limits, window)
    id = f"{provider}:{model}"
    return LanguageModel(make=make, id=id, window=window, limits=limits, provider=PROVIDERS[provider])


def around(chat_model: "BaseChatModel", *, id: str | None = None, limits: Limits, window: int) -> LanguageModel:
    """A caller's own LangChain model behind the same limits; its own retries and settings stay as they are."""
    parts = type(chat_model).__name__, getattr(chat_model, "model_name", None) or getattr(chat_model, "model", None)
    name = id or ":".join(str(part) for part in parts if part)
    return LanguageModel(make=lambda _: chat_model, id=name, window=window, limits=limits)


async def _reply(model: "BaseChatModel", messages: Messages, in_thread: bool) -> "AsyncIterator[BaseMessage]":
    if in_thread:
        yield await asyncio.get_running_loop().run_in_executor(None, model.invoke, messages)
    else:
        yield await model.ainvoke(messages)


def _make(provider: str, model: str, url: str | None, limits: Limits, window: int, steady: bool) -> "BaseChatModel":
    needs = PROVIDERS[provider]
    import_module(needs.package)
    given: dict[str, Any] = {"base_url": url} if url else {}
    if steady:
        given["temperature"] = 0.0
    if needs.key and not os.environ.get(needs.key, "").strip():
        if provider != "openai" or not url:
            raise Fault(Failure.NO_KEY)
        given["api_key"] = "none"  # the client wants one even for a server that asks for none
    # The clients share their pools between event loops: a connection that is not kept belongs to one call only.
    client = {"timeout": limits.deadline, "max_retries": 0, "default_headers": {"Connection": "close"}}
    options: Mapping[str, Mapping[str, Any]] = {
        "openai": {**client, "stream_chunk_timeout": None},
        "anthropic": client,
        "google_genai": {"timeout": limits.deadline, "max_retries": 1},  # one attempt; 0 is Google's own default
        "ollama": {"client_kwargs": {"timeout": limits.deadline}, "num_ctx": window},  # else a prompt is cut silently
        "huggingface": {"backend": "endpoint", "timeout": max(1, round(limits.deadline))},
    }
    given.update(options[provider])
    from langchain.chat_models import init_chat_model

    made: BaseChatModel = init_chat_model(model, model_provider=provider, **given)
    return made


class _Threads(ThreadPoolExecutor):
    """A thread a call, which the end of the process does not wait for."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def work() -> None:
            try:
                future.set_result(function(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=work, name="dateline-llm-call", daemon=True).start()
        return future


class _Background:
    """An event loop on a daemon thread, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> "Future[None]":
        with self._lock:
            if self._running is None:
                started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
                threading.Thread(target=asyncio.run, args=(_serve(started),), name="dateline-llm", daemon=True).start()
                self._running = started.result()
            return asyncio.run_coroutine_threadsafe(work, self._running[0])

    def close(self) -> None:
        with self._lock:
            if self._running:
                self._running[0].call_soon_threadsafe(self._running[1].set)
                self._running = None


async def _serve(started: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    """Keep the loop running until it is ended; `asyncio.run` then cancels what is left."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(_Threads())
    started.set_result((loop, ended))
    await ended.wait()
