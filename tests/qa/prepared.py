"""An engine with prepared answers and the page over it; run as a program, this file serves that engine."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from index.articlestore import Coverage
from index.errors import IndexMissing
from index.types import Article
from qa.errors import RequestError
from qa.types import Answer, AnswerStatus, Sentence
from qa.web import serve
from qa.web.environment import ServeOptions
from qa.web.server import ChatServer
from tests.qa.answers import HARBOUR

TEXT = "Delegates met in the harbour town. Three convoys were agreed on. Both sides will return in May."
QUOTE = "Three convoys were agreed on."


class PreparedEngine:
    """An engine with one article; a question that contains "explode" fails as a library would."""

    def __init__(self) -> None:
        self.closed = False

    def answer(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Answer:  # fmt: skip
        if "explode" in question:
            raise RuntimeError(question)
        if "missing" in question:
            raise IndexMissing("There is no index here: run `dateline index`.")
        if as_of == "tomorrow":
            raise RequestError("as_of is 'tomorrow', which is no day.")
        start = TEXT.index(QUOTE)
        citation = replace(HARBOUR, kind="fictional", start=start, end=start + len(QUOTE))
        notices = tuple(f"earlier: {turn[0]}" for turn in history) + tuple(f"only: {name}" for name in publishers)
        return Answer(
            question=question,
            text=f"{QUOTE} [1]",
            status=AnswerStatus.ANSWERED,
            citations=(citation,),
            as_of=date.fromisoformat(as_of) if as_of else None,
            notices=notices,
        )

    def stream(
        self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None,
        since: str | None = None, until: str | None = None, publishers: Sequence[str] = (),
    ) -> Iterator[Sentence | Answer]:  # fmt: skip
        answer = self.answer(question, history=history, as_of=as_of)
        yield from answer.sentences
        yield answer

    def warm_up(self) -> Answer:
        return self.answer("Is it there?")

    @property
    def llm_id(self) -> str | None:
        return None

    @property
    def index_id(self) -> str:
        return "prepared"

    def article(self, article_id: str) -> Article:
        return Article(id=article_id, title="Harbour talks end", text=TEXT)

    def examples(self) -> tuple[str, ...]:
        return ("How many convoys were agreed on?",)

    def suggestions(self, answer: Answer, **filters: Any) -> tuple[str, ...]:
        return ()

    def coverage(self) -> Coverage:
        day = date(2023, 4, 2)
        return Coverage(articles=1, publishers=("The Example Courier",), oldest=day, newest=day, undated=0)

    def close(self) -> None:
        self.closed = True


@contextmanager
def running(engine: PreparedEngine, options: ServeOptions | None = None) -> Iterator[str]:
    """Serve in a thread until the block ends; yields the announced address."""
    announced: list[str] = []
    ready = threading.Event()

    def announce(address: str) -> None:
        announced.append(address)
        ready.set()

    server = ChatServer(lambda: engine, options, announce=announce)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(60), "the page was not ready within a minute"
        yield announced[0]
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()


def status(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def predict(address: str, headers: Mapping[str, str] | None = None, **given: Any) -> dict[str, Any]:
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False, headers=dict(headers or {}))
    try:
        result: dict[str, Any] = client.predict(**given, api_name="/answer")
        return result
    finally:
        client.close()


if __name__ == "__main__":
    serve(PreparedEngine, announce=lambda address: print(address, flush=True))
    print("returned")
