"""The whole articles of one index in a SQLite file, read by id."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from index.errors import IndexBroken
from index.types import EVERYTHING, Article, DateSource, Scope

_SCHEMA = """
create table article (position integer primary key, id text unique not null, published text, publisher text, data text not null)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What an index covers; `undated` counts the articles without a day of publication.

    `publishers` are named as `Article.credited` names them, those with most articles first.
    """

    articles: int
    publishers: tuple[str, ...]
    oldest: date | None
    newest: date | None
    undated: int


class ArticleStore:
    """Articles by id. Written once by `create`, read ever after; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise IndexBroken(f"The articles of the index, {file}, are missing. Run: dateline index --rebuild")
        uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    @staticmethod
    def create(file: Path, articles: Iterable[Article]) -> None:
        """Write the articles into a new file."""
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(_SCHEMA)
            connection.executemany(
                "insert into article (id, published, publisher, data) values (?, ?, ?, ?)",
                ((a.id, a.published and a.published.isoformat(), a.credited, _dump(a)) for a in articles),
            )

    def get(self, article_id: str) -> Article:
        """The article of that id. Raises `KeyError`."""
        rows = self._rows("select data from article where id = ?", (article_id,))
        if not rows:
            raise KeyError(article_id)
        return _load(rows[0][0])

    def all(self) -> tuple[Article, ...]:
        """Every article, in the order of the files."""
        return tuple(_load(data) for (data,) in self._rows("select data from article order by position"))

    def coverage(self, scope: Scope = EVERYTHING) -> Coverage:
        """Count, publishers and dates of the articles in scope."""
        conditions, values = conditions_on(scope)
        where = f"where {' and '.join(conditions)}" if conditions else ""
        count, oldest, newest, dated = self._rows(
            f"select count(*), min(published), max(published), count(published) from article {where}",  # noqa: S608, ours
            values,
        )[0]
        publishers = self._rows(
            f"select publisher from article {where} group by publisher having publisher is not null"  # noqa: S608, ours
            " order by count(*) desc, publisher",
            values,
        )
        return Coverage(
            articles=count,
            publishers=tuple(name for (name,) in publishers),
            oldest=date.fromisoformat(oldest) if oldest else None,
            newest=date.fromisoformat(newest) if newest else None,
            undated=count - dated,
        )

    def count(self) -> int:
        """How many articles there are."""
        return int(self._rows("select count(*) from article")[0][0])

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def _rows(self, query: str, values: Sequence[str] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise IndexBroken(
                f"The articles of the index cannot be read: {error}. Run: dateline index --rebuild"
            ) from error


def conditions_on(scope: Scope) -> tuple[list[str], list[str]]:
    """The scope as conditions on rows, with their values; what has no day or publisher meets no condition on it."""
    conditions, values = [], []
    if scope.since:
        conditions.append("published >= ?")
        values.append(scope.since.isoformat())
    if scope.last:
        conditions.append("published <= ?")
        values.append(scope.last.isoformat())
    if scope.publishers:
        conditions.append("publisher in (select value from json_each(?))")
        values.append(json.dumps(scope.publishers))
    return conditions, values


def _dump(article: Article) -> str:
    data = asdict(article)
    data["published"] = article.published and article.published.isoformat()
    return json.dumps(data, ensure_ascii=False)


def _load(data: str) -> Article:
    article = Article(**json.loads(data))
    published = article.published and date.fromisoformat(str(article.published))
    return replace(article, published=published, date_from=DateSource(article.date_from))
