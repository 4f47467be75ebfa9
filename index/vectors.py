"""Passages and their vectors in Chroma; the only importer of chromadb."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.types import EVERYTHING, Passage, Scope

COLLECTION = "passages"
FILTERABLE = "published+publisher"  # part of the fingerprint: what is kept with passages to narrow a search
WRITE_BATCH = 256  # Chroma advises 50 to 250 for inserts; the hard limit is 5,461
_opening = threading.Lock()  # PersistentClient is thread-safe in use, not while it is made or closed


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with what is kept beside it: the key of its vector, its article's day and whom a citation credits."""

    passage: Passage
    key: str
    published: date | None
    publisher: str | None


class VectorStore:
    """One Chroma collection in one folder: cosine distance, vectors given, dates as integers.

    A store is written once, in a folder of its own, and read ever after. Raises `IndexBroken` where Chroma cannot read
    its files.
    """

    def __init__(self, client: Any, collection: Any, folder: Path) -> None:
        self._client, self._collection, self._folder = client, collection, folder

    @classmethod
    def create(cls, folder: Path) -> "VectorStore":
        """Make an empty store in a new folder."""
        client = _client(folder)
        collection = client.create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
        )
        return cls(client, collection, folder)

    @classmethod
    def open(cls, folder: Path) -> "VectorStore":
        """Open a store that was written before."""
        if not (folder / "chroma.sqlite3").is_file():
            raise IndexBroken(f"The vector store {folder} is missing. {REBUILD}")
        client = None
        try:
            client = _client(folder)
            return cls(client, client.get_collection(COLLECTION, embedding_function=None), folder)
        except Exception as error:
            if client:
                _close(client)
            raise IndexBroken(f"Chroma cannot read {folder}: {_said(error)}. {REBUILD}") from error

    def add(self, stored: Sequence[StoredPassage], vectors: NDArray[np.float32]) -> None:
        """Write passages with their vectors, shape (passages, dimension)."""
        for begin in range(0, len(stored), WRITE_BATCH):
            batch = stored[begin : begin + WRITE_BATCH]
            self._collection.add(
                ids=[s.passage.id for s in batch],
                embeddings=vectors[begin : begin + WRITE_BATCH],
                documents=[s.passage.text for s in batch],
                metadatas=[_metadata(s) for s in batch],
            )

    def query(self, vector: NDArray[np.float32], k: int, scope: Scope = EVERYTHING) -> list[tuple[Passage, float]]:
        """The k nearest passages in scope, with their cosine similarity."""
        try:
            found = self._collection.query(
                query_embeddings=[vector],
                n_results=k,
                where=_where(scope),
                include=["documents", "metadatas", "distances"],
            )
        except Exception as error:
            raise IndexBroken(f"Chroma cannot search {self._folder}: {_said(error)}. {REBUILD}") from error
        rows = zip(found["ids"][0], found["documents"][0], found["metadatas"][0], found["distances"][0], strict=True)
        return [(_passage(id_, text, data), 1.0 - float(distance)) for id_, text, data, distance in rows]

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages of these ids; unknown ids are absent."""
        if not ids:
            return {}
        found = self._get(ids=list(ids), include=["documents", "metadatas"])
        rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
        return {id_: _passage(id_, text, data) for id_, text, data in rows}

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosine between a unit vector and each of these passages; unknown ids are absent."""
        if not ids:
            return {}
        found = self._get(ids=list(ids), include=["embeddings"])
        cosines = np.asarray(found["embeddings"], dtype=np.float32) @ vector
        return dict(zip(found["ids"], map(float, cosines), strict=True))

    def vectors_by_key(self, keys: set[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of these keys (hashes of the embedded text); unknown keys are absent."""
        vectors: dict[str, NDArray[np.float32]] = {}
        for page in self._pages(["metadatas", "embeddings"]):
            for data, vector in zip(page["metadatas"], page["embeddings"], strict=True):
                if data["key"] in keys:
                    vectors[data["key"]] = np.asarray(vector, dtype=np.float32)
        return vectors

    def count(self) -> int:
        """How many passages the store holds."""
        try:
            return int(self._collection.count())
        except Exception as error:
            raise IndexBroken(f"Chroma cannot read {self._folder}: {_said(error)}. {REBUILD}") from error

    def close(self) -> None:
        """Release the files; the store cannot be used afterwards."""
        _close(self._client)

    def _pages(self, include: list[str], size: int = 2000) -> Iterator[Mapping[str, Any]]:
        for offset in range(0, self.count(), size):
            yield self._get(limit=size, offset=offset, include=include)

    def _get(self, **arguments: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._collection.get(**arguments)
        except Exception as error:
            raise IndexBroken(f"Chroma cannot read {self._folder}: {_said(error)}. {REBUILD}") from error
        return found


REBUILD = "Run: dateline index --rebuild"


def as_number(day: date) -> int:
    """A day as an integer that sorts as days do: 2023-09-27 -> 20230927."""
    return day.year * 10_000 + day.month * 100 + day.day


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _opening:
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _close(client: Any) -> None:
    with _opening:
        client.close()


def _where(scope: Scope) -> dict[str, Any] | None:
    """The scope as Chroma's filter: a passage without the field that a condition names does not meet it."""
    conditions: list[dict[str, Any]] = []
    if scope.since:
        conditions.append({"published": {"$gte": as_number(scope.since)}})
    if scope.last:
        conditions.append({"published": {"$lte": as_number(scope.last)}})
    if scope.publishers:
        conditions.append({"publisher": {"$in": list(scope.publishers)}})
    return {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None


def _metadata(stored: StoredPassage) -> dict[str, str | int]:
    passage = stored.passage
    data: dict[str, str | int] = {
        "article_id": passage.article_id,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "end": passage.end,
        "key": stored.key,
    }
    if stored.published is not None:
        data["published"] = as_number(stored.published)
    if stored.publisher is not None:
        data["publisher"] = stored.publisher
    return data


def _passage(id_: str, text: str, data: Mapping[str, Any]) -> Passage:
    return Passage(
        id=id_,
        article_id=str(data["article_id"]),
        ordinal=int(data["ordinal"]),
        start=int(data["start"]),
        end=int(data["end"]),
        text=text,
    )


def _said(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
