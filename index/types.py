"""The values that travel while articles become an index."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DateSource(StrEnum):
    """How the day of publication is known."""

    METADATA = "metadata"  # front matter, a JSON field, or the HTML page's own metadata
    TEXT = "text"  # written out in the article with its year
    TEXT_AND_SETTING = "text+setting"  # day and month from the article, year from a setting or metadata
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One news article, as it was read.

    `text` is the body without title and site furniture; every passage, quote and offset refers to it. `id` depends on
    title and text only, so an article keeps it when its file is renamed or its date corrected; a copy that another publisher
    prints has an id of its own. `sha256` is the hash of
    the text. `publisher` is the name of the original publisher, or None where the article does not say. `kind` is
    "article" unless the file says otherwise ("brief": our words after somebody else's article; "fictional": invented).
    `path` is the file it was read from, `line` its line there for JSON Lines. `lacks_year` says that it gives a day, without
    the year that `DATELINE_DEFAULT_YEAR` could add.
    """

    id: str
    title: str
    text: str
    publisher: str | None = None
    published: date | None = None
    date_from: DateSource = DateSource.UNKNOWN
    lacks_year: bool = False
    url: str | None = None
    path: str | None = None
    line: int | None = None
    kind: str = "article"
    language: str | None = None
    source_file: str | None = None
    sha256: str = ""

    @property
    def credited(self) -> str | None:
        """Whom a citation may name: a brief is never presented as its publisher's own words."""
        if self.kind == "brief":
            return f"Dateline brief after {self.publisher or 'an unknown publisher'}"
        return self.publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an article: `article.text[start:end] == text`, always."""

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which articles a question is asked of; without any of these, all of them.

    `as_of` is the day from which the articles are looked at: it leaves out what is undated or was published later.
    `since` and `until`, inclusive, leave out what is undated or was published outside. `publishers` keeps only the
    articles of these, named as `Article.credited` names them.
    """

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    publishers: tuple[str, ...] = ()

    @property
    def last(self) -> date | None:
        """The last day of publication that is in scope."""
        return min((day for day in (self.as_of, self.until) if day), default=None)

    @property
    def is_dated(self) -> bool:
        """Whether articles without a day of publication are left out."""
        return bool(self.since or self.last)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One report and its copies and versions: the ids of its articles, newest first and undated last.

    `title` is the newest article's; `publishers` are named as `Article.credited` names them, in the order of the articles.
    """

    id: str
    title: str
    publishers: tuple[str, ...]
    oldest: date | None
    newest: date | None
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a file, or one line of it, did not become an article.

    `failed` means that an article was there and could not be read; otherwise it was skipped, since there was none.
    """

    path: str
    line: int | None
    reason: str
    failed: bool

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{'failed' if self.failed else 'skipped'} {where}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReceipt:
    """What one run of `dateline index` did: `found == indexed + unchanged + skipped + failed`, counted in articles.

    `passages` is what the index now holds, `embedded` what had to be embedded for it in this run. Times are seconds;
    `embedding_seconds` is the part of `seconds` spent inside the embedder. `yearless` counts the articles that lack a date
    because they give a day without a year.
    """

    found: int
    indexed: int
    unchanged: int
    skipped: int
    failed: int
    removed: int
    articles: int
    passages: int
    embedded: int
    problems: tuple[Problem, ...]
    seconds: float
    embedding_seconds: float
    index_id: str
    index_dir: str
    yearless: int = 0
