"""The articles as a reader sees and changes them: what there is, finding, adding, removing; no gradio, no HTML."""

import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from index.articles import discover, read_file, read_url
from index.articlestore import NEWEST_FIRST, ArticleStore, conditions_on
from index.copies import copy_id, own_id
from index.embeddings import Embedder
from index.errors import REBUILD, DatelineError, IndexBroken, IndexBusy, IndexMissing
from index.fetch import Network
from index.folding import without_marks
from index.generations import Manifest, current
from index.settings import IndexSettings
from index.stories import RULE
from index.sync import sync_index
from index.types import Article, Problem, Scope, Story, SyncReceipt
from qa.histogram import Bar, Span, bars_of, span_of
from qa.question import clean

MOST_MEGABYTES = 20  # of one file that is added
LONGEST_NAME = 120  # characters of a file's name
LONGEST_NAME_BYTES = 200  # file systems take 255, and a number may be added
MOST_FOUND = 500  # articles that are given at once
BUSY = "The index is being brought up to date at this moment: try again when that has finished."
FIXED = "Articles cannot be changed here: other machines reach this page without a password."
_MEBIBYTE = 2**20
_TYPOGRAPHIC = "“”‘’–—…"
_YEARLESS = "select count(*) from article where published is null and json_extract(data, '$.lacks_year')"
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # devices on Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is indexed: `publishers` by their number of articles, as citations name them; `bars` without gaps.

    `span` is what a bar stands for; `undated` counts the articles in none, `yearless` those of them that give a day.
    `problems` are those of files that were opened; `synced` is when the index was built, in UTC; `roots` are the folders and
    files it was built from.
    """

    articles: int
    passages: int
    publishers: tuple[tuple[str, int], ...]
    span: Span
    bars: tuple[Bar, ...]
    undated: int
    yearless: int
    synced: datetime
    problems: tuple[Problem, ...]
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a change: whether it was made, a sentence that says so, the articles that it touched."""

    done: bool
    message: str
    articles: tuple[Article, ...] = ()
    receipt: SyncReceipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    """A file that is kept and is to be indexed: its new articles, and what could not be read of it."""

    file: Path
    new: tuple[Article, ...]
    problems: tuple[Problem, ...]

    def outcome(self, store: ArticleStore, receipt: SyncReceipt) -> Outcome:
        pairs = ((article.credited, store.find((article.id, copy_id(article)))) for article in self.new)
        found = tuple(next(one for one in indexed if one.credited == credited) for credited, indexed in pairs)
        message = _added(self.file.name, found, self.problems)
        return Outcome(done=True, message=message, articles=found, receipt=receipt)


class Library:
    """The articles of one index, and a folder of its own for those that are added; safe to share between threads.

    One change is made at a time, in the caller's thread: another is refused meanwhile. What cannot be done is said in the
    `Outcome`. Reading raises `IndexMissing` and `IndexBroken`. `embedder` is for sharing one that is loaded already; with
    `fixed`, nothing may be changed. `on_change` is called after each change, before a reader is told of it.
    """

    def __init__(
        self, settings: IndexSettings, *, embedder: Embedder | None = None, network: Network | None = None,
        fixed: bool = False, on_change: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self.fixed, self._on_change = fixed, on_change
        self.uploads_dir = settings.uploads_dir
        self._settings, self._embedder, self._network = settings, embedder, network
        self._changing = threading.Lock()

    # -- what there is -----------------------------------------------------------------------------------------------

    def overview(self) -> Overview:
        """What is indexed, by publisher and over time."""
        counting = "select {0}, count(*) from article where {0} is not null group by {0} order by count(*) desc, {0}"
        with self._reading() as (manifest, rows, _):
            publishers, ((yearless,),) = rows.execute(counting.format("publisher")).fetchall(), rows.execute(_YEARLESS)
            dated = {date.fromisoformat(day): number for day, number in rows.execute(counting.format("published"))}
        span = span_of(dated)
        return Overview(
            articles=manifest.articles,
            passages=manifest.passages,
            publishers=tuple(publishers),
            span=span,
            bars=bars_of(dated, span),
            undated=manifest.articles - sum(dated.values()),
            yearless=yearless,
            synced=datetime.fromisoformat(manifest.built),
            problems=tuple(Problem(**problem) for record in manifest.files.values() for problem in record.problems),
            roots=manifest.roots,
        )

    def stories(self) -> tuple[Story, ...]:
        """The stories with more than one article (copies and versions of one report), those of the newest articles first.

        None of an index that an earlier version built and no sync has grouped since.
        """
        with self._reading() as (manifest, _, store):
            return store.stories() if manifest.fingerprint.get("stories") == RULE else ()

    def find(
        self, text: str = "", publishers: Sequence[str] = (), since: date | None = None, until: date | None = None,
        limit: int = 50, offset: int = 0,
    ) -> tuple[int, tuple[Article, ...]]:  # fmt: skip
        """How many articles match, and those from `offset` on, newest first and undated last.

        Each word of `text` has to begin a word of title, publisher or text, whatever its case and accents; `publishers`
        are names as citations give them; `since` and `until` are inclusive and leave out what is undated.
        """
        where, values = conditions_on(Scope(since=since, until=until, publishers=tuple(publishers)))
        wanted = tuple(dict.fromkeys(re.findall(r"\w+", _folded(text))))
        where += ["found(publisher, data)" if wanted else "true"]
        query = f"select position from article where {' and '.join(where)} {NEWEST_FIRST}"  # noqa: S608, ours
        with self._reading() as (_, rows, store):
            rows.create_function("found", 2, lambda by, data: _found(wanted, by, data), deterministic=True)
            places = rows.execute(query, values).fetchall()
            shown = places[max(0, offset) :][: max(0, min(limit, MOST_FOUND))]
            ids = [rows.execute("select id from article where position = ?", place).fetchone()[0] for place in shown]
            return len(places), store.find(ids)

    def is_uploaded(self, article: Article) -> bool:
        """Whether an article can be removed here: it was added here, and its file is still there."""
        return not self.fixed and self._upload_of(article) is not None

    # -- changing it -------------------------------------------------------------------------------------------------

    def add(self, name: str, data: bytes) -> Outcome:
        """Keep a file of articles under a safe form of its name, and index it; one that gives no new article is not kept."""
        return self.add_all([(name, data)])[0]

    def add_all(self, files: Sequence[tuple[str, bytes]]) -> tuple[Outcome, ...]:
        """The same for several files by name, which are indexed together; an outcome for each of them."""
        return self._alone(lambda: self._add([(safe_name(name), data) for name, data in files]), len(files))

    def add_url(self, url: str) -> Outcome:
        """Keep the articles of a page, a feed or a PDF of the web, each with its address, and index them."""
        if self.fixed:
            return _refused(FIXED)
        items = read_url(url, default_year=self._settings.default_year, network=self._network)
        articles = [item for item in items if isinstance(item, Article)]
        if not articles:
            return _refused(_no_article(clean(url)[:200], [item for item in items if isinstance(item, Problem)]))
        address = urlsplit(articles[0].url or url)
        name = f"{address.hostname}-{address.path.strip('/').rpartition('/')[2]}".rstrip("-")
        lines = "".join(f"{json.dumps(_record(article), ensure_ascii=False)}\n" for article in articles)
        return self.add(f"{name[:LONGEST_NAME]}.jsonl", lines.encode())

    def remove(self, article_id: str) -> Outcome:
        """Delete the file of an article that was added here; files in the reader's own folders are only named."""
        return self._alone(lambda: (self._remove(article_id),))[0]

    def sync(self) -> Outcome:
        """Bring the index up to date with its folders and with what was added here."""
        return self._alone(lambda: (self._synced(),))[0]

    def _alone(self, change: Callable[[], tuple[Outcome, ...]], number: int = 1) -> tuple[Outcome, ...]:
        """Make a number of changes unless others are being made; whatever speaks against them becomes a sentence."""
        if self.fixed:
            return (_refused(FIXED),) * number
        if not self._changing.acquire(blocking=False):
            return (_refused(BUSY),) * number
        try:
            return change()
        except IndexBusy:
            return (_refused(BUSY),) * number
        except DatelineError as error:
            return (_refused(str(error)),) * number
        except OSError as error:
            return (_refused(f"The folder {self.uploads_dir} cannot be written: {error.strerror}."),) * number
        finally:
            self._changing.release()

    def _add(self, files: Sequence[tuple[str, bytes]]) -> tuple[Outcome, ...]:
        """Keep the files that give a new article, and index them in one go; where that fails, none is kept."""
        taken: list[_Upload | Outcome] = []
        known, added = self._known(), False
        try:
            for name, data in files:
                taken.append(self._taken(name, data, known))
            receipt = self._sync() if any(isinstance(one, _Upload) for one in taken) else None
            added = True
        finally:
            for one in () if added else taken:
                if isinstance(one, _Upload):
                    one.file.unlink(missing_ok=True)
        if receipt is None:
            return tuple(one for one in taken if isinstance(one, Outcome))
        with self._reading() as (_, _, store):
            return tuple(one if isinstance(one, Outcome) else one.outcome(store, receipt) for one in taken)

    def _taken(self, name: str, data: bytes, known: dict[str, str | None]) -> "_Upload | Outcome":
        """Keep a file if it holds an article that is not `known`, by id and publisher, as it is then; else why not."""
        if len(data) > MOST_MEGABYTES * _MEBIBYTE:
            return _refused(f"{name} has {len(data) / _MEBIBYTE:.1f} MB; at most {MOST_MEGABYTES} MB can be added.")
        file = self._kept(name, data)
        new: list[Article] = []
        try:
            articles, problems = self._read(file)
            for article in articles:
                if (id_ := own_id(article, known)) not in known:
                    known[id_] = article.credited
                    new.append(article)
        finally:
            if not new:
                file.unlink(missing_ok=True)
        if not articles:
            return _refused(_no_article(name, problems))
        if not new:
            return _refused(f"{name} was not added: “{articles[0].title}” is in the index already.")
        return _Upload(file=file, new=tuple(new), problems=tuple(problems))

    def _remove(self, article_id: str) -> Outcome:
        with self._reading() as (manifest, _, store):
            try:
                article = store.get(article_id)
            except KeyError:
                return _refused(f"There is no article {article_id[:80]!r} in the index.")
        file = self._upload_of(article)
        if file is None:
            return _refused(f"“{article.title}” lies in a folder of your own: delete {article.path} there, then sync.")
        others = len(manifest.files[str(article.path)].articles) - 1
        aside = file.with_name(f".{file.name}")  # hidden files are not read
        file.rename(aside)
        try:
            receipt = self._sync()
        except BaseException:
            aside.rename(file)
            raise
        aside.unlink()
        more = f" and {others} more of {file.name}" if others else ""
        return Outcome(done=True, message=f"Removed “{article.title}”{more}.", articles=(article,), receipt=receipt)

    def _synced(self) -> Outcome:
        receipt = self._sync()
        changes = f"{receipt.indexed} new or changed, {receipt.removed} removed, {receipt.failed} failed"
        return Outcome(done=True, message=f"The index has {_articles(receipt.articles)}: {changes}.", receipt=receipt)

    def _sync(self) -> SyncReceipt:
        receipt = sync_index(self._roots(), settings=self._settings, embedder=self._embedder)
        self._on_change()
        return receipt

    def _roots(self) -> list[Path] | None:
        """What the index was built from; without an index, the folder of what was added here."""
        try:
            current(self._settings.index_dir)
        except IndexMissing:
            return [self.uploads_dir]
        return None

    # -- files and rows ----------------------------------------------------------------------------------------------

    def _kept(self, name: str, data: bytes) -> Path:
        """A new file of that name, with a number where there is one already."""
        self.uploads_dir.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            file = self.uploads_dir / (name if number == 1 else _shortened(name, f"-{number}"))
            try:
                with file.open("xb") as opened:
                    opened.write(data)
                return file
            except FileExistsError:
                number += 1
            except BaseException:
                file.unlink(missing_ok=True)
                raise

    def _read(self, file: Path) -> tuple[list[Article], list[Problem]]:
        discovery = discover([file], max_bytes=int(self._settings.max_file_mb * _MEBIBYTE))
        year = self._settings.default_year
        items = [item for source in discovery.files for item in read_file(source, default_year=year)]
        problems = [*discovery.problems, *(item for item in items if isinstance(item, Problem))]
        return [item for item in items if isinstance(item, Article)], problems

    def _upload_of(self, article: Article) -> Path | None:
        """The file of an article that was added here."""
        place = Path(article.path or "")
        file = self.uploads_dir / place.name
        return file if place.name and place.parent.resolve() == self.uploads_dir.resolve() and file.is_file() else None

    def _known(self) -> dict[str, str | None]:
        """The publisher of each article of the index, by its id."""
        try:
            with self._reading() as (_, rows, _):
                return dict(rows.execute("select id, publisher from article"))
        except IndexMissing:
            return {}

    @contextmanager
    def _reading(self) -> Iterator[tuple[Manifest, sqlite3.Connection, ArticleStore]]:
        """The live generation: its manifest, the rows of its articles, and the articles."""
        folder = current(self._settings.index_dir)
        file = folder / "articles.sqlite"
        try:
            with closing(ArticleStore(file)) as store:
                uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
                with closing(sqlite3.connect(uri, uri=True)) as rows:
                    yield Manifest.read(folder), rows, store
        except sqlite3.Error as error:
            raise IndexBroken(f"The articles {file} cannot be read: {error}. {REBUILD}") from error


def safe_name(name: str) -> str:
    """The last part of a file's name, as any file system takes it: nothing hidden, no option, no device, not too long."""
    last = re.split(r"[/\\]", clean(name))[-1]
    kept = "".join("-" if c in '<>:"|?*' or unicodedata.category(c)[0] == "C" else c for c in last)
    kept = kept.lstrip(" .-").rstrip(" .") or "article"
    return _shortened(f"article-{kept}" if _RESERVED.match(kept) else kept)


def _shortened(name: str, ending: str = "") -> str:
    """The name with an ending before its suffix, its stem cut to what may be had."""
    suffix = Path(name).suffix if len(Path(name).suffix) <= 10 else ""
    stem, ending = name.removesuffix(suffix)[:LONGEST_NAME], f"{ending}{suffix}"
    while len(stem + ending) > LONGEST_NAME or len((stem + ending).encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return stem + ending


def _refused(reason: str) -> Outcome:
    return Outcome(done=False, message=reason)


def _no_article(name: str, problems: Sequence[Problem]) -> str:
    return f"{name} was not added: {_why(problems[0]) if problems else 'it holds no article'}."


def _added(name: str, articles: Sequence[Article], problems: Sequence[Problem]) -> str:
    what = f"“{articles[0].title}”" if len(articles) == 1 else f"{_articles(len(articles))} of {name}"
    rest = f"; {_articles(len(problems))} could not be read ({_why(problems[0])})" if problems else ""
    return f"Added {what}{rest}."


def _why(problem: Problem) -> str:
    return f"{'' if problem.line is None else f'line {problem.line}: '}{problem.reason.rstrip('.')}"


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _record(article: Article) -> dict[str, str]:
    """An article as a line of JSON Lines, which gives it back as it was read."""
    fields = {
        "title": article.title,
        "text": article.text,
        "publisher": article.publisher,
        "published": article.published and article.published.isoformat(),
        "url": article.url,
        "language": article.language,
        "kind": article.kind,
    }
    return {name: value for name, value in fields.items() if value}


def _found(wanted: Sequence[str], publisher: str | None, data: str) -> bool:
    article = json.loads(data)
    text = _folded(f"{article['title']}\n{publisher or ''}\n{article['text']}")
    return all(word in text and re.search(rf"\b{word}", text) for word in wanted)


def _folded(text: str) -> str:
    for mark in _TYPOGRAPHIC:  # most texts are ASCII but for these, and then eight times as quickly folded
        text = text.replace(mark, " ")
    return without_marks(text).casefold()
