"""Whole articles, kept in SQLite: what goes in comes out, and what is covered is counted."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.articlestore import ArticleStore, Coverage
from index.errors import IndexBroken
from index.types import EVERYTHING, Article, DateSource, Scope

FULL = Article(
    id="a1",
    title="“Pier” vote: 5 % more – Åsa's view\twith 'quotes'",
    text="Ships wait.\n\nThe board’s vote came late. \U0001f6a2",
    publisher="Elm Courier",
    published=date(2023, 9, 27),
    date_from=DateSource.TEXT_AND_SETTING,
    url="https://news.example/pier?a=1&b=2",
    path="news/wire.jsonl",
    line=7,
    kind="fictional",
    language="en",
    source_file="pier.txt",
    sha256="ab" * 32,
)
BARE = Article(id="a2", title="Choir", text="They sang.")
BRIEF = Article(id="a0", title="Talks", text="They met.", publisher="TASS", published=date(2023, 9, 21), kind="brief")
LATER = Article(id="a3", title="River", text="It rose.", publisher="Elm Courier", published=date(2024, 1, 2))
ALL = (FULL, BARE, BRIEF, LATER)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleStore]:
    ArticleStore.create(tmp_path / "articles.sqlite", ALL)
    with closing(ArticleStore(tmp_path / "articles.sqlite")) as opened:
        yield opened


@pytest.mark.parametrize("article", ALL, ids=lambda article: article.title)
def test_an_article_comes_out_as_it_went_in(store: ArticleStore, article: Article) -> None:
    found = store.get(article.id)
    assert found == article
    assert isinstance(found.date_from, DateSource)


def test_all_articles_come_in_the_order_in_which_they_were_given(store: ArticleStore) -> None:
    assert store.all() == ALL
    assert store.count() == 4


def test_articles_are_found_in_the_order_of_their_ids(store: ArticleStore) -> None:
    assert store.find(("a3", "nowhere", "a1")) == (LATER, FULL)


def test_the_newest_come_first_and_the_undated_last(store: ArticleStore) -> None:
    assert store.newest(10) == (LATER, FULL, BRIEF, BARE)
    assert store.newest(2) == (LATER, FULL)


def test_what_an_earlier_version_wrote_is_read(store: ArticleStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "articles.sqlite")) as connection, connection:
        connection.executescript("drop index day; drop index publisher;")
    with closing(ArticleStore(tmp_path / "articles.sqlite")) as older:
        assert older.newest(10) == store.newest(10)
        assert older.coverage() == store.coverage()


@pytest.mark.parametrize("article_id", ["a9", "", "a1'; drop table article; --"])
def test_an_unknown_article_is_a_key_error(store: ArticleStore, article_id: str) -> None:
    with pytest.raises(KeyError) as raised:
        store.get(article_id)
    assert raised.value.args == (article_id,)
    assert store.all() == ALL


def test_coverage_counts_articles_publishers_and_days(store: ArticleStore) -> None:
    assert store.coverage() == Coverage(
        articles=4,
        publishers=("Elm Courier", "Dateline brief after TASS"),
        oldest=date(2023, 9, 21),
        newest=date(2024, 1, 2),
        undated=1,
    )


def test_coverage_as_of_a_day_leaves_out_what_is_undated_or_came_later(store: ArticleStore) -> None:
    assert store.coverage(Scope(as_of=date(2023, 9, 27))) == Coverage(
        articles=2,
        publishers=("Dateline brief after TASS", "Elm Courier"),
        oldest=date(2023, 9, 21),
        newest=date(2023, 9, 27),
        undated=0,
    )
    nothing = Coverage(articles=0, publishers=(), oldest=None, newest=None, undated=0)
    assert store.coverage(Scope(as_of=date(2023, 9, 20))) == nothing


@pytest.mark.parametrize(
    ("scope", "articles", "undated"),
    [
        (EVERYTHING, 4, 1),
        (Scope(since=date(2023, 9, 22)), 2, 0),
        (Scope(until=date(2023, 9, 27)), 2, 0),
        (Scope(since=date(2023, 9, 27), until=date(2023, 9, 27)), 1, 0),
        (Scope(since=date(2023, 9, 21), until=date(2024, 1, 2), as_of=date(2023, 9, 21)), 1, 0),
        (Scope(publishers=("Elm Courier",)), 2, 0),
        (Scope(publishers=("Elm Courier", "Dateline brief after TASS"), until=date(2023, 9, 30)), 2, 0),
        (Scope(publishers=("TASS",)), 0, 0),
        (Scope(publishers=("'); drop table article; --",)), 0, 0),
    ],
)
def test_coverage_counts_what_is_in_scope(store: ArticleStore, scope: Scope, articles: int, undated: int) -> None:
    coverage = store.coverage(scope)
    assert (coverage.articles, coverage.undated) == (articles, undated)
    if scope.publishers:
        assert set(coverage.publishers) <= set(scope.publishers)


def test_many_threads_may_read_at_once(store: ArticleStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: store.get(ALL[number % 4].id), range(400)))
    assert found == list(ALL) * 100


def test_reading_leaves_the_folder_as_it_is(tmp_path: Path, store: ArticleStore) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    store.get("a1")
    store.coverage()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_lock_that_somebody_else_holds_does_not_keep_readers_waiting(tmp_path: Path, store: ArticleStore) -> None:
    with closing(sqlite3.connect(tmp_path / "articles.sqlite", isolation_level=None)) as other:
        other.execute("begin exclusive")
        assert store.get("a1") == FULL


@pytest.mark.parametrize("name", ["my news", "100%", "a#b", "a?b=c", "%20", "Ärzte"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    ArticleStore.create(tmp_path / name / "articles.sqlite", ALL)
    with closing(ArticleStore(tmp_path / name / "articles.sqlite")) as store:
        assert store.get("a1") == FULL


def test_a_relative_path_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ArticleStore.create(Path("articles.sqlite"), ALL)
    with closing(ArticleStore(Path("articles.sqlite"))) as store:
        assert store.get("a2") == BARE


def test_a_file_that_is_missing_is_a_broken_index_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match=r"articles\.sqlite, are missing\. Run: dateline index --rebuild"):
        ArticleStore(tmp_path / "articles.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database " * 400])
def test_a_file_that_sqlite_cannot_read_is_a_broken_index(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "articles.sqlite").write_bytes(content)
    with (
        closing(ArticleStore(tmp_path / "articles.sqlite")) as store,
        pytest.raises(IndexBroken, match=r"cannot be read: .*\. Run: dateline index --rebuild"),
    ):
        store.count()
