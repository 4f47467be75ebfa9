"""Engines that can be stopped: a prepared one, and the real one over a small newsroom."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.types import Article
from qa import Answer, QAEngine
from qa.settings import Settings
from tests.index.newsroom import CHOIR, RIVER, SCHOOL, Newsroom
from tests.qa.evaluation.prepared import PreparedEngine

FERRY = "The ferry of Selmouth carried 120 passengers on Monday, the operator said."


class Counting(PreparedEngine):
    """Remembers which articles it was asked for; a Ctrl-C comes once it has given so many answers."""

    def __init__(self, answers: Mapping[str, Answer], stops_after: int | None = None) -> None:
        super().__init__(answers)
        self.fetched: list[str] = []
        self._stops_after = stops_after

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        if self._stops_after is not None and len(self.asked) >= self._stops_after:
            raise KeyboardInterrupt
        return super().answer(question, history=history, as_of=as_of)

    def article(self, article_id: str) -> Article:
        self.fetched.append(article_id)
        return super().article(article_id)


class Stopped(QAEngine):
    """The real engine; a Ctrl-C comes once it has given `stops_after` answers."""

    stops_after: int = 1_000_000
    asked: int = 0

    def answer(self, question: str, **narrowed: Any) -> Answer:
        if self.asked >= self.stops_after:
            raise KeyboardInterrupt
        self.asked += 1
        return super().answer(question, **narrowed)


@contextmanager
def newsroom_engine(folder: Path, **given: object) -> Iterator[Stopped]:
    """The real engine over four articles in a folder, which are indexed if they are not yet; `given` are settings."""
    room = Newsroom(folder=folder / "news", index=folder / "index")
    if not room.folder.exists():
        room.folder.mkdir()
        for name, text in {"ferry": FERRY, "school": SCHOOL, "river": RIVER, "choir": CHOIR}.items():
            room.write(name, text)
    room.sync()
    settings = Settings.load(**(room.settings().model_dump() | given))
    with Stopped.open(settings=settings, embedder=room.embedder) as engine:
        yield engine
