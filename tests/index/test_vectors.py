"""Passages and vectors in Chroma, in files and on a server: what goes in comes out, near is near, days and publishers filter."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.embeddings import Vectors
from index.errors import IndexBroken, ServerAway, SettingsError
from index.types import EVERYTHING, Passage, Scope
from index.vectors import UNWRITTEN, WRITE_BATCH, Place, StoredPassage, VectorStore, as_number, portions
from tests.index.chroma_server import chroma_server

FIRST_DAY = date(2023, 1, 1)
MANY, WIDTH, DAYS = 2100, 32, 300


def stored(
    number: int, published: date | None = None, text: str = "The port reopened.", publisher: str | None = None
) -> StoredPassage:
    passage = Passage(id=f"a{number}-000", article_id=f"a{number}", ordinal=0, start=3, end=3 + len(text), text=text)
    return StoredPassage(passage=passage, published=published, publisher=publisher)


@pytest.fixture(scope="module", params=["files", "server"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Where vectors are kept: every test holds for both."""
    if request.param == "files":
        yield None
    else:
        with chroma_server(tmp_path_factory.mktemp("server")) as address:
            yield address


@pytest.fixture
def place(tmp_path: Path, url: str | None) -> Place:
    """A place where nothing was written yet."""
    return Place(generation=tmp_path, url=url)


def written(place: Place, passages: list[StoredPassage], vectors: list[list[float]]) -> VectorStore:
    store = VectorStore.create(place)
    store.add(passages, np.array(vectors, dtype=np.float32))
    return store


def unit(vectors: NDArray[np.floating]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def ids(found: list[tuple[Passage, float]]) -> list[str]:
    return [passage.id for passage, _ in found]


class Many(NamedTuple):
    """More passages than Chroma keeps out of its graph, in clusters as texts are.

    Every tenth has no date, every third is of one publisher and the rest of another.
    """

    place: Place
    vectors: Vectors
    days: list[date | None]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, url: str | None) -> Many:
    random = np.random.default_rng(20230927)
    centres = random.normal(size=(40, WIDTH))
    vectors = unit(centres[random.integers(40, size=MANY)] + 0.5 * random.normal(size=(MANY, WIDTH)))
    days = [None if n % 10 == 0 else FIRST_DAY + timedelta(days=int(random.integers(DAYS))) for n in range(MANY)]
    place = Place(generation=tmp_path_factory.mktemp("vectors"), url=url)
    store = VectorStore.create(place, expected=MANY)
    store.add([stored(n, day, publisher="BA"[n % 3 == 0]) for n, day in enumerate(days)], vectors)
    store.close()
    return Many(place, vectors, days)


@pytest.fixture
def store(many: Many) -> Iterator[VectorStore]:
    with closing(VectorStore.open(many.place)) as opened:
        yield opened


def test_passages_come_out_as_they_went_in(place: Place) -> None:
    given = [
        stored(1, date(2023, 9, 27), "“Ships came back,” said Åsa.\n\nThe port: 5.3 million."),
        stored(2, None, "x" * 5000),
    ]
    with closing(written(place, given, [[1, 0], [0, 1]])) as store:
        assert store.count() == 2
        assert store.passages(["a2-000", "a1-000", "nowhere"]) == {s.passage.id: s.passage for s in given}
        assert store.passages([]) == {}


def test_what_was_written_is_there_after_opening_again(place: Place) -> None:
    given = [stored(number) for number in range(3)]
    written(place, given, [[1, 0], [0, 1], [1, 1]]).close()
    with closing(VectorStore.open(place)) as store:
        assert {passage for passage, _ in store.query(np.array([1, 0], np.float32), 3)} == {s.passage for s in given}


def test_nearness_is_the_cosine_whatever_the_length_of_a_vector(place: Place) -> None:
    vectors: list[list[float]] = [[0.2, 0], [3, 3], [0, 1], [-1, 0]]
    with closing(written(place, [stored(n) for n in range(4)], vectors)) as store:
        found = store.query(np.array([1, 0], np.float32), 4)
    assert ids(found) == ["a0-000", "a1-000", "a2-000", "a3-000"]
    assert [score for _, score in found] == pytest.approx([1, 0.5**0.5, 0, -1], abs=1e-6)


@pytest.mark.filterwarnings("ignore:legacy embedding function config")  # chromadb warns that there is none
@pytest.mark.parametrize(("expected", "neighbours"), [(0, 16), (20_000, 16), (20_001, 32)])
def test_a_passage_of_a_large_store_has_more_neighbours(tmp_path: Path, expected: int, neighbours: int) -> None:
    (tmp_path / "generation").mkdir()
    with closing(VectorStore.create(Place(generation=tmp_path / "generation"), expected=expected)) as store:
        assert store._collection.configuration["hnsw"]["max_neighbors"] == neighbours


def test_chroma_is_told_the_cosine_and_keeps_no_embedding_function(place: Place) -> None:
    with closing(VectorStore.create(place)) as store:
        configuration = store._collection.configuration
        assert configuration["hnsw"]["space"] == "cosine"
        assert configuration["embedding_function"] is None
        assert store._collection._embedding_function is None


def test_days_are_kept_as_integers_and_what_is_unknown_is_not_kept(place: Place) -> None:
    given = [stored(1, date(2023, 9, 7), publisher="Elm Courier"), stored(2)]
    with closing(written(place, given, [[1, 0], [0, 1]])) as store:
        dated, undated = store._collection.get(ids=["a1-000", "a2-000"])["metadatas"]
    assert dated["published"] == 20230907
    assert type(dated["published"]) is int
    assert dated["publisher"] == "Elm Courier"
    assert undated.keys().isdisjoint({"published", "publisher"})


@given(st.integers(100, 3_000_000))
def test_whatever_the_number_of_passages_the_last_of_them_are_in_the_graph(expected: int) -> None:
    portion, together = portions(expected)
    assert portion <= WRITE_BATCH
    waiting = 0
    for begin in range(0, expected, portion):
        waiting += min(portion, expected - begin)
        waiting = 0 if waiting >= max(together, 100) else waiting
        assert waiting < UNWRITTEN
    assert waiting == 0


@given(st.dates(), st.dates())
def test_days_as_numbers_sort_as_days_do(one: date, other: date) -> None:
    assert (as_number(one) < as_number(other)) == (one < other)


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (EVERYTHING, [1, 2, 3, 4]),
        (Scope(as_of=date(2023, 9, 20)), []),
        (Scope(as_of=date(2023, 9, 21)), [1]),
        (Scope(as_of=date(2024, 1, 2)), [1, 2, 3]),
        (Scope(since=date(2023, 9, 22)), [2, 3]),
        (Scope(until=date(2023, 12, 31)), [1, 2]),
        (Scope(since=date(2023, 9, 27), until=date(2023, 9, 27)), [2]),
        (Scope(since=date(2023, 9, 21), until=date(2024, 1, 2), as_of=date(2023, 9, 21)), [1]),
        (Scope(publishers=("Elm Courier",)), [1, 4]),
        (Scope(publishers=("Elm Courier", "Åse “Post”")), [1, 2, 4]),
        (Scope(publishers=("Elm Courier",), as_of=date(2024, 1, 2)), [1]),
        (Scope(publishers=("$or", "Nobody")), []),
    ],
)
def test_a_scope_leaves_out_what_lies_outside_and_what_does_not_tell(
    place: Place, scope: Scope, wanted: list[int]
) -> None:
    given = [
        stored(1, date(2023, 9, 21), publisher="Elm Courier"),
        stored(2, date(2023, 9, 27), publisher="Åse “Post”"),
        stored(3, date(2024, 1, 2)),
        stored(4, publisher="Elm Courier"),
    ]
    vectors: list[list[float]] = [[1, 0], [1, 0.1], [1, 0.2], [1, 0.3]]
    with closing(written(place, given, vectors)) as store:
        found = ids(store.query(np.array([1, 0], np.float32), 10, scope))
    assert found == [f"a{number}-000" for number in wanted]


def test_an_empty_store_finds_nothing(place: Place) -> None:
    with closing(VectorStore.create(place)) as store:
        assert store.query(np.array([1, 0], np.float32), 5) == []
        assert store.count() == 0


def test_similarities_are_cosines_and_those_of_unknown_passages_are_absent(many: Many, store: VectorStore) -> None:
    numbers = [7, 2099, 0]
    found = store.similarities(many.vectors[5], [*(f"a{number}-000" for number in numbers), "nowhere"])
    assert found == pytest.approx({f"a{n}-000": float(many.vectors[n] @ many.vectors[5]) for n in numbers}, abs=1e-6)
    assert store.similarities(many.vectors[5], []) == {}


@pytest.mark.parametrize(
    ("first", "last", "publishers"), [(0, DAYS, ()), (0, DAYS // 3, ()), (DAYS // 2, DAYS // 2 + 30, ("A",))]
)
def test_search_misses_hardly_anything_that_brute_force_finds(
    many: Many, store: VectorStore, first: int, last: int, publishers: tuple[str, ...]
) -> None:
    random = np.random.default_rng(7)
    since, until = FIRST_DAY + timedelta(days=first), FIRST_DAY + timedelta(days=last)
    scope = Scope(since=since, until=until, publishers=publishers)
    allowed = np.array(
        [
            day is not None and since <= day <= until and (n % 3 == 0 or not publishers)
            for n, day in enumerate(many.days)
        ]
    )
    assert allowed.sum() >= 10
    hits = 0
    for query in unit(many.vectors[:100] + 0.2 * random.normal(size=(100, WIDTH))):
        best = np.argsort(-np.where(allowed, many.vectors @ query, -2))[:10]
        hits += len({f"a{number}-000" for number in best} & set(ids(store.query(query, 10, scope))))
    assert hits >= 0.995 * 1000


def test_results_come_best_first_with_their_cosine(many: Many, store: VectorStore) -> None:
    found = store.query(many.vectors[42], 20)
    assert ids(found)[0] == "a42-000"
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    exact = [float(many.vectors[int(p.article_id[1:])] @ many.vectors[42]) for p, _ in found]
    assert scores == pytest.approx(exact, abs=1e-5)


def test_many_threads_may_open_search_and_close_at_once(many: Many) -> None:
    start = threading.Barrier(16)

    def search(number: int) -> list[str]:
        start.wait()
        firsts = []
        for round_ in range(4):
            with closing(VectorStore.open(many.place)) as store:
                firsts += ids(store.query(many.vectors[number * 4 + round_], 1))
        return firsts

    with ThreadPoolExecutor(16) as pool:
        found = [first for firsts in pool.map(search, range(16)) for first in firsts]
    assert found == [f"a{number}-000" for number in range(64)]


def test_closing_one_opened_store_leaves_another_in_use(many: Many) -> None:
    with closing(VectorStore.open(many.place)) as store:
        VectorStore.open(many.place).close()
        assert ids(store.query(many.vectors[3], 1)) == ["a3-000"]


def test_a_store_that_is_missing_is_a_broken_index(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match=r"chroma is missing\. Run: dateline index --rebuild"):
        VectorStore.open(Place(generation=tmp_path))
    assert not (tmp_path / "chroma").exists()


@pytest.mark.parametrize("content", [b"", b"no database " * 400])
def test_a_store_that_chroma_cannot_read_is_a_broken_index(tmp_path: Path, content: bytes) -> None:
    written(Place(generation=tmp_path), [stored(1)], [[1, 0]]).close()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(content)
    with pytest.raises(IndexBroken, match=r"Chroma cannot read .*\. Run: dateline index --rebuild"):
        VectorStore.open(Place(generation=tmp_path))


def test_a_query_of_another_model_is_refused_and_says_so(store: VectorStore) -> None:
    with pytest.raises(IndexBroken, match=f"dimension of {WIDTH}, got 2"):
        store.query(np.array([1, 0], np.float32), 3)


def test_a_store_is_taken_from_its_server_and_another_stays(tmp_path: Path, url: str | None) -> None:
    if url is None:
        pytest.skip("what lies in files goes with its folder")
    one, other = (
        Place(generation=tmp_path / name, url=url) for name in ("20231121T100000-aaaaaa", "20231121T100000-bbbbbb")
    )
    for place in (one, other):
        written(place, [stored(1)], [[1, 0]]).close()
    VectorStore.remove(one)
    VectorStore.remove(one)
    with pytest.raises(IndexBroken, match=r"aaaaaa on the Chroma server http://127.*\. Run: dateline index --rebuild"):
        VectorStore.open(one)
    with closing(VectorStore.open(other)) as store:
        assert store.count() == 1


def test_a_server_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    place = Place(generation=tmp_path, url="http://reader:secret@127.0.0.1:9")
    with pytest.raises(ServerAway, match=r"Chroma server http://127\.0\.0\.1:9: Could not connect") as caught:
        VectorStore.open(place)
    assert "unset DATELINE_CHROMA_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_server_that_goes_away_is_a_broken_index_and_no_empty_one(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "server") as url:
        store = written(Place(generation=tmp_path, url=url), [stored(1)], [[1, 0]])
    with pytest.raises(ServerAway, match="DATELINE_CHROMA_URL"):
        store.query(np.array([1, 0], np.float32), 3)
    with pytest.raises(ServerAway, match="DATELINE_CHROMA_URL"):
        store.count()


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://localhost", "http://", "http://localhost/chroma", "http://a:b:c"]
)
def test_what_is_no_address_of_a_server_is_refused_with_the_way_to_write_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"DATELINE_CHROMA_URL .* write it as http://host:8000"):
        VectorStore.open(Place(generation=tmp_path, url=url))
