"""The whole articles of one index in a SQLite file, read by id."""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from index.errors import REBUILD, IndexBroken
from index.stories import UNGROUPED, Grouping
from index.types import EVERYTHING, Article, DateSource, Scope, Story

_SCHEMA = """
create table article (
  position integer primary key, id text unique not null, published text, publisher text, data text not null,
  story text not null, sketch blob
);
create index story on article (story);
create index day on article (published desc);
create index publisher on article (publisher, published);
create table compared (one text not null, other text not null, is_one integer not null);
"""
NEWEST_FIRST = "order by published desc, position"  # what has no day comes last


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
            raise IndexBroken(f"The articles of the index, {file}, are missing. {REBUILD}")
        uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    @staticmethod
    def create(file: Path, articles: Iterable[Article], grouping: Grouping = UNGROUPED) -> None:
        """Write the articles into a new file, with their stories; an article that is in no group is one by itself."""
        days = ((a, a.published and a.published.isoformat()) for a in articles)
        rows = (
            (a.id, day, a.credited, _dump(a), grouping.stories.get(a.id, a.id), grouping.sketches.get(a.id))
            for a, day in days
        )
        compared = ((one, other, is_one) for (one, other), is_one in grouping.verdicts.items())
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "insert into article (id, published, publisher, data, story, sketch) values (?, ?, ?, ?, ?, ?)", rows
            )
            connection.executemany("insert into compared values (?, ?, ?)", compared)

    def get(self, article_id: str) -> Article:
        """The article of that id. Raises `KeyError`."""
        rows = self._rows("select data from article where id = ?", (article_id,))
        if not rows:
            raise KeyError(article_id)
        return _load(rows[0][0])

    def find(self, ids: Collection[str]) -> tuple[Article, ...]:
        """The articles of these ids, in their order; unknown ones are left out."""
        query = "select id, data from article where id in (select value from json_each(?))"
        found = dict(self._rows(query, (json.dumps(list(ids)),)))
        return tuple(_load(found[id_]) for id_ in ids if id_ in found)

    def all(self) -> tuple[Article, ...]:
        """Every article, in the order of the files."""
        return tuple(_load(data) for (data,) in self._rows("select data from article order by position"))

    def newest(self, count: int) -> tuple[Article, ...]:
        """So many articles, the newest first and undated ones last."""
        rows = self._rows(f"select data from article {NEWEST_FIRST} limit ?", (count,))  # noqa: S608, ours
        return tuple(_load(data) for (data,) in rows)

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

    def story_ids(self, ids: Collection[str]) -> Mapping[str, str]:
        """The story of each of these articles; unknown ids are absent."""
        query = "select id, story from article where id in (select value from json_each(?))"
        return dict(self._rows(query, (json.dumps(list(ids)),)))

    def stories(self, scope: Scope = EVERYTHING) -> tuple[Story, ...]:
        """The stories with more than one article in scope, those of the newest articles first."""
        shared = "story in (select story from article group by story having count(*) > 1)"
        return tuple(story for story in self._stories(shared, (), scope) if len(story.articles) > 1)

    def stories_of(self, ids: Collection[str], scope: Scope = EVERYTHING) -> tuple[Story, ...]:
        """The stories of these articles, each with all its articles in scope."""
        theirs = "story in (select story from article where id in (select value from json_each(?)))"
        return self._stories(theirs, (json.dumps(list(ids)),), scope)

    def _stories(self, which: str, values: Sequence[str], scope: Scope) -> tuple[Story, ...]:
        conditions, more = conditions_on(scope)
        rows = self._rows(
            "select story, id, publisher, published, json_extract(data, '$.title') from article"  # noqa: S608, ours
            f" where {' and '.join([which, *conditions])} {NEWEST_FIRST}",
            (*values, *more),
        )
        found: dict[str, list[tuple]] = {}  # type: ignore[type-arg]
        for story, *row in rows:
            found.setdefault(story, []).append(tuple(row))
        return tuple(_story(id_, articles) for id_, articles in found.items())

    def newest_stories(self, count: int, scope: Scope = EVERYTHING, *, most_told: bool = False) -> tuple[str, ...]:
        """The ids of the newest articles in scope, each of another story; undated ones come last.

        Of one day, the story with the most articles comes first; with `most_told`, of all days.
        """
        conditions, values = conditions_on(scope)
        where = f"where {' and '.join(conditions)}" if conditions else ""
        first = "count(*) desc, " if most_told else ""
        rows = self._rows(  # SQLite takes the id from the row of the maximum
            f"select id, max(published) as day from article {where} group by story"  # noqa: S608, ours
            f" order by {first}day desc, count(*) desc, min(position) limit ?",
            (*values, count),
        )
        return tuple(id_ for id_, _ in rows)

    def grouping(self) -> Grouping:
        """What is known of the stories, for the next index."""
        rows = self._rows("select id, story, sketch from article")
        return Grouping(
            stories={id_: story for id_, story, _ in rows},
            sketches={id_: sketch for id_, _, sketch in rows if sketch is not None},
            verdicts={(a, b): bool(is_one) for a, b, is_one in self._rows("select one, other, is_one from compared")},
        )

    def count(self) -> int:
        """How many articles there are."""
        return int(self._rows("select count(*) from article")[0][0])

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise IndexBroken(f"The articles of the index cannot be read: {error}. {REBUILD}") from error


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


def _story(id_: str, rows: Sequence[tuple[str, str | None, str | None, str]]) -> Story:
    days = [date.fromisoformat(published) for _, _, published, _ in rows if published]
    return Story(
        id=id_,
        title=rows[0][3],
        publishers=tuple(dict.fromkeys(publisher for _, publisher, _, _ in rows if publisher)),
        oldest=min(days, default=None),
        newest=max(days, default=None),
        articles=tuple(article for article, _, _, _ in rows),
    )


def _dump(article: Article) -> str:
    data = asdict(article)
    data["published"] = article.published and article.published.isoformat()
    return json.dumps(data, ensure_ascii=False)


def _load(data: str) -> Article:
    article = Article(**json.loads(data))
    published = article.published and date.fromisoformat(str(article.published))
    return replace(article, published=published, date_from=DateSource(article.date_from))
