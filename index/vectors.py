"""Passages and their vectors in Chroma, in files or on a server; the only importer of chromadb."""

import json
import logging
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from index.errors import REBUILD, CorpusError, IndexBroken, ServerAway, SettingsError
from index.passages import origin_of
from index.scratch import private_copy
from index.types import EVERYTHING, Passage, Scope

COLLECTION = "passages"
FILTERABLE = "published+publisher"  # part of the fingerprint: what is kept with passages to narrow a search
WRITE_BATCH = 2_500  # passages that are written to the files of a large store at a time; Chroma's limit is 5,461
SENT_BATCH = 250  # that are sent to a server, or written to a small store, at a time; Chroma advises 50 to 250
PATIENCE = 60.0  # seconds for one call of a server; Chroma's own client waits for ever
NEIGHBOURS, MANY_NEIGHBOURS = 16, 32  # of a passage in the graph of a small and of a large store, which else loses some
# A graph that finds all where many texts are nearly the same.
DENSE = {"max_neighbors": MANY_NEIGHBOURS, "ef_construction": 400, "ef_search": 400}
LOGGED = 100  # passages; fewer are in the graph again at once
UNWRITTEN = 20_000  # passages at most of which the graph is not written out while a store is built
_LOG = logging.getLogger(__name__)
_opening = threading.Lock()  # PersistentClient is thread-safe in use, not while it is made or closed


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with what is kept beside it: its article's day and whom a citation credits."""

    passage: Passage
    published: date | None
    publisher: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store lies: in the folder `chroma` of its generation, or on the Chroma server at `url`.

    There the generation's name is that of its collection. A user name and password in the URL are sent along.
    """

    generation: Path
    url: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of a store in files."""
        return self.generation / "chroma"

    @property
    def collection(self) -> str:
        """What Chroma calls the collection."""
        return f"dateline-{self.generation.name}" if self.url else COLLECTION

    def __str__(self) -> str:
        if not self.url:
            return str(self.folder)
        return f"{self.collection} on the Chroma server {_without_password(self.url)}"


class VectorStore:
    """One Chroma collection in one place: cosine distance, vectors given, dates as integers.

    A store is written once, in a place of its own, and read ever after; files are read from a private copy, since Chroma
    writes to what it has open. Raises `IndexBroken` where Chroma cannot read it, `ServerAway` where its server cannot be
    reached.
    """

    def __init__(self, client: Any, collection: Any, place: Place, files: ExitStack | None = None) -> None:
        self._client, self._collection, self._place, self._files = client, collection, place, files or ExitStack()
        self._portion = SENT_BATCH

    @classmethod
    def create(cls, place: Place, *, dense: bool = False, expected: int = 0) -> "VectorStore":
        """Make an empty store in a new place; a `dense` graph takes three times as long, and loses none of its passages.

        The graph is written out when the `expected` number of passages is in: what is in the log only has to be put into
        the graph again by everyone who opens the store.
        """
        neighbours = MANY_NEIGHBOURS if expected > UNWRITTEN else NEIGHBOURS
        graph = {"space": "cosine", "ef_search": 200, "max_neighbors": neighbours, **(DENSE if dense else {})}
        portion, together = portions(expected)
        if expected >= LOGGED:
            graph["sync_threshold"] = max(together, LOGGED)
        with _opened(place) as client:
            collection = client.create_collection(
                place.collection,
                embedding_function=None,
                configuration={"hnsw": graph},
            )
        store = cls(client, collection, place)
        store._portion = SENT_BATCH if place.url else portion
        return store

    @classmethod
    def continued(cls, place: Place, before: Place) -> "VectorStore":
        """Make a store in a new place that holds what another one in files does."""
        shutil.copytree(before.folder, place.folder)
        with _opened(place) as client:
            return cls(client, client.get_collection(place.collection, embedding_function=None), place)

    @classmethod
    def open(cls, place: Place) -> "VectorStore":
        """Open a store that was written before."""
        if place.url:
            with _opened(place) as client:
                return cls(client, client.get_collection(place.collection, embedding_function=None), place)
        if not (place.folder / "chroma.sqlite3").is_file():
            raise IndexBroken(f"The vector store {place} is missing. {REBUILD}")
        with ExitStack() as files:
            folder = files.enter_context(private_copy(place.folder, place.generation.parent))
            try:
                engine = Engine(folder)
            except Exception as error:
                raise _broken(place, error) from error
            return cls(engine, engine, place, files.pop_all())

    @staticmethod
    def remove(place: Place) -> None:
        """Take a store from its server; what lies in files goes with the folder of its generation."""
        if place.url:
            with _opened(place) as client:
                if place.collection in [str(collection.name) for collection in client.list_collections()]:
                    client.delete_collection(place.collection)
            _close(client)

    def add(self, stored: Sequence[StoredPassage], vectors: NDArray[np.float32]) -> None:
        """Write passages with their vectors, shape (passages, dimension)."""
        plain = np.asarray(vectors)  # Chroma takes the rows one by one: those of a mapped file are slow to make
        for begin in range(0, len(stored), self._portion):
            batch = stored[begin : begin + self._portion]
            self._collection.add(
                ids=[s.passage.id for s in batch],
                embeddings=plain[begin : begin + self._portion],
                metadatas=[_metadata(s) for s in batch],
            )
            _LOG.info("%d of %d vectors are stored", begin + len(batch), len(stored))

    def delete(self, ids: Sequence[str]) -> None:
        """Take passages out; for a store that is being written."""
        for begin in range(0, len(ids), SENT_BATCH):
            self._collection.delete(ids=list(ids[begin : begin + SENT_BATCH]))

    def query(self, vector: NDArray[np.float32], k: int, scope: Scope = EVERYTHING) -> list[tuple[Passage, float]]:
        """The k nearest passages in scope, with their cosine similarity."""
        try:
            found = self._collection.query(
                query_embeddings=[vector],
                n_results=k,
                where=_where(scope),
                include=["metadatas", "distances"],
            )
        except Exception as error:
            raise _broken(self._place, error) from error
        rows = zip(found["ids"][0], found["metadatas"][0], found["distances"][0], strict=True)
        return [(_passage(id_, data), 1.0 - float(distance)) for id_, data, distance in rows]

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages of these ids; unknown ids are absent."""
        if not ids:
            return {}
        found = self._get(ids=list(ids), include=["metadatas"])
        return {id_: _passage(id_, data) for id_, data in zip(found["ids"], found["metadatas"], strict=True)}

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosine between a unit vector and each of these passages; unknown ids are absent."""
        if not ids:
            return {}
        found = self._get(ids=list(ids), include=["embeddings"])
        cosines = np.asarray(found["embeddings"], dtype=np.float32) @ vector
        return dict(zip(found["ids"], map(float, cosines), strict=True))

    def count(self) -> int:
        """How many passages the store holds."""
        try:
            return int(self._collection.count())
        except Exception as error:
            raise _broken(self._place, error) from error

    def close(self) -> None:
        """Release the files; the store cannot be used afterwards."""
        _close(self._client)
        self._files.close()

    def _get(self, **arguments: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._collection.get(**arguments)
        except Exception as error:
            raise _broken(self._place, error) from error
        return found


def load_chroma() -> None:
    """Load Chroma, which takes up to a second, before a store is made."""
    import chromadb  # noqa: F401


def portions(expected: int) -> tuple[int, int]:
    """How many passages are written at a time, and of how many the graph is written out at once.

    The numbers are such that the last portion completes the last graph, whatever the number of passages.
    """
    graphs = -(-expected // UNWRITTEN) or 1
    each = -(-expected // (graphs * (WRITE_BATCH if graphs > 1 else SENT_BATCH))) or 1
    portion = -(-expected // (graphs * each)) or 1
    return portion, portion * each - graphs * each


class Engine:
    """Chroma's engine over the files of one store, without the library around it, as a collection that is only read.

    It is loaded in a tenth of the time; its calls are those of `chromadb.api.rust` in the releases that Dateline takes.
    """

    def __init__(self, folder: Path) -> None:
        import chromadb_rust_bindings as rust  # type: ignore[import-untyped]

        file = rust.SqliteDBConfig(
            hash_type=rust.MigrationHash.MD5, migration_mode=rust.MigrationMode.Apply, url=f"{folder}/chroma.sqlite3"
        )
        self._bindings = rust.Bindings(
            allow_reset=False, sqlite_db_config=file, persist_path=str(folder), hnsw_cache_size=8
        )
        self._where = ("default_tenant", "default_database")
        self._id = str(self._bindings.get_collection(COLLECTION, *self._where).id)

    def count(self) -> int:
        """How many passages the store holds."""
        return int(self._bindings.count(self._id, *self._where))

    def query(
        self, *, query_embeddings: Sequence[NDArray[np.float32]], n_results: int, include: Sequence[str],
        where: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """What is nearest to each vector, as a collection of Chroma tells it."""
        vectors = np.asarray(query_embeddings, dtype=np.float32).tolist()
        chosen = json.dumps(where) if where else None
        found = self._bindings.query(self._id, None, vectors, n_results, chosen, None, list(include), *self._where)
        return {"ids": found.ids, "metadatas": found.metadatas, "distances": found.distances}

    def get(self, *, ids: Sequence[str], include: Sequence[str]) -> Mapping[str, Any]:
        """What is kept of these ids, as a collection of Chroma tells it."""
        found = self._bindings.get(self._id, list(ids), None, None, 0, None, list(include), *self._where)
        return {"ids": found.ids, "metadatas": found.metadatas, "embeddings": found.embeddings}

    def close(self) -> None:
        """Release the files."""
        del self._bindings


def load_engine() -> None:
    """Load Chroma's engine, which is quick, before a store is read."""
    import chromadb_rust_bindings  # noqa: F401


def as_number(day: date) -> int:
    """A day as an integer that sorts as days do: 2023-09-27 -> 20230927."""
    return day.year * 10_000 + day.month * 100 + day.day


@contextmanager
def _opened(place: Place) -> Iterator[Any]:
    """A client; it stays open unless what is done first with it fails."""
    client = None
    try:
        client = _client(place)
        yield client
    except SettingsError:
        raise
    except Exception as error:
        if client:
            _close(client)
        raise _broken(place, error) from error


def _client(place: Place) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    with _opening:
        if not place.url:
            return chromadb.PersistentClient(str(place.folder), settings=settings)
        client = chromadb.HttpClient(settings=settings, **_address(place.url))
    client._server._session.timeout = PATIENCE  # the client has no setting for it
    return client


def _address(url: str) -> Mapping[str, Any]:
    """What Chroma's client takes for a URL. Raises `SettingsError`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.path.strip("/"):
        raise SettingsError(
            f"DATELINE_CHROMA_URL is {_without_password(url)!r}: write it as http://host:8000, without a path."
        )
    headers = {}
    if parts.username:
        said = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Authorization"] = f"Basic {b64encode(said).decode()}"
    ssl = parts.scheme == "https"
    return {"host": host, "port": port or (443 if ssl else 8000), "ssl": ssl, "headers": headers}


def _without_password(url: str) -> str:
    """The URL as it may be shown."""
    before, at, after = url.rpartition("@")
    return f"{before.partition('//')[0]}//{after}" if at else url


def _broken(place: Place, error: Exception) -> CorpusError:
    if _is_unreachable(error):
        said = _said(error).partition(". ")[0]
        return ServerAway(f"Chroma cannot read {place}: {said}. Start it, or correct or unset DATELINE_CHROMA_URL.")
    return IndexBroken(f"Chroma cannot read {place}: {_said(error)}. {REBUILD}")


def _is_unreachable(error: Exception) -> bool:
    from httpx import HTTPError

    return isinstance(error, HTTPError) or "Could not connect to a Chroma server" in str(error)


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
    data: dict[str, str | int] = {
        "text": stored.passage.text,  # as Chroma's own document it would be indexed by letters, which nobody asks for
        "start": stored.passage.start,
    }
    if stored.published is not None:
        data["published"] = as_number(stored.published)
    if stored.publisher is not None:
        data["publisher"] = stored.publisher
    return data


def _passage(id_: str, data: Mapping[str, Any]) -> Passage:
    """A passage from what is kept of it; what its id and its text tell is not kept again, as each value takes time."""
    article_id, ordinal = origin_of(id_)
    start, text = int(data["start"]), str(data["text"])
    return Passage(id=id_, article_id=article_id, ordinal=ordinal, start=start, end=start + len(text), text=text)


def _said(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
