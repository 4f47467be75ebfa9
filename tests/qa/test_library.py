"""The articles as a reader sees and changes them: overview, finding, adding, removing; and what is refused."""

import ipaddress
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embeddings import Progress, Vectors, open_embedder
from index.errors import IndexMissing
from index.fetch import Address
from index.generations import building
from index.sync import sync_index
from qa import AnswerStatus
from qa.histogram import Bar, Span
from qa.library import BUSY, LONGEST_NAME, LONGEST_NAME_BYTES, Library, safe_name
from qa.live import LiveEngine
from qa.settings import Settings
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom

REPORT = b"---\ntitle: Bridge of Braek\npublisher: Bay Herald\n---\n\nThe lower bridge of Braek was closed on Friday.\n"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "data" / "index")


@pytest.fixture
def library(newsroom: Newsroom) -> Library:
    """Over four articles of three publishers, one without and three with a day of publication."""
    newsroom.write("harbour", HARBOUR, publisher="Elm Courier", published="2023-09-21")
    newsroom.write("school", SCHOOL, publisher="Bay Herald", published="2023-09-23")
    newsroom.write("choir", CHOIR, publisher="Bay Herald", published="2023-09-23")
    newsroom.write("river", RIVER)
    newsroom.sync()
    return opened(newsroom)


def opened(newsroom: Newsroom, **given: Any) -> Library:
    return Library(newsroom.settings(), embedder=newsroom.embedder, **given)


def titles(library: Library, text: str = "", **given: Any) -> list[str]:
    total, articles = library.find(text, **given)
    assert total == len(articles)
    return [article.title for article in articles]


def kept(library: Library) -> list[str]:
    """Whatever lies in the folder of what was added, hidden or not."""
    return sorted(path.name for path in library.uploads_dir.iterdir()) if library.uploads_dir.is_dir() else []


# -- what there is -----------------------------------------------------------------------------------------------------


def test_the_overview_counts_what_is_indexed(library: Library, newsroom: Newsroom) -> None:
    overview = library.overview()
    assert (overview.articles, overview.passages, overview.undated) == (4, 4, 1)
    assert overview.publishers == (("Bay Herald", 2), ("Elm Courier", 1))
    assert overview.roots == (str(newsroom.folder),)
    assert overview.problems == ()
    assert datetime.now(UTC) - overview.synced < timedelta(minutes=1)


def test_bars_have_no_gaps(library: Library) -> None:
    overview = library.overview()
    assert overview.span is Span.DAY
    assert overview.bars == (
        Bar(start=date(2023, 9, 21), articles=1),
        Bar(start=date(2023, 9, 22), articles=0),
        Bar(start=date(2023, 9, 23), articles=2),
    )


@pytest.mark.parametrize(
    ("last", "span", "bars"),
    [
        ("2020-01-31", Span.DAY, 1),
        ("2020-04-01", Span.DAY, 62),
        ("2020-04-02", Span.MONTH, 4),
        ("2024-12-31", Span.MONTH, 60),
        ("2025-01-01", Span.YEAR, 6),
    ],
)
def test_the_longer_the_time_the_wider_the_bars(newsroom: Newsroom, last: str, span: Span, bars: int) -> None:
    newsroom.write("first", HARBOUR, published="2020-01-31")
    newsroom.write("last", CHOIR, published=last)
    newsroom.sync()
    overview = opened(newsroom).overview()
    assert (overview.span, len(overview.bars)) == (span, bars)
    assert sum(bar.articles for bar in overview.bars) == 2
    assert overview.bars[-1].articles >= 1


def test_without_days_there_are_no_bars(newsroom: Newsroom) -> None:
    newsroom.write("river", RIVER)
    newsroom.sync()
    overview = opened(newsroom).overview()
    assert (overview.bars, overview.undated) == ((), 1)


def test_what_could_not_be_read_is_told(newsroom: Newsroom) -> None:
    newsroom.write("river", RIVER)
    (newsroom.folder / "broken.jsonl").write_text('{"title": "A", "text": \n', encoding="utf-8")
    newsroom.sync()
    (problem,) = opened(newsroom).overview().problems
    assert (problem.path, problem.line, problem.failed) == (str(newsroom.folder / "broken.jsonl"), 1, True)
    assert "broken JSON" in problem.reason


def test_without_an_index_there_is_nothing_to_see(newsroom: Newsroom) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        opened(newsroom).overview()


# -- finding -----------------------------------------------------------------------------------------------------------


def test_the_newest_come_first_and_the_undated_last(library: Library) -> None:
    found = titles(library)
    assert set(found[:2]) == {"choir", "school"}
    assert found[2:] == ["harbour", "river"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ninety voices", {"choir"}),
        ("VOICES ninety", {"choir"}),
        ("ninety winter", set()),
        ("fisher", {"choir"}),  # the beginning of a word
        ("isher", set()),
        ("quillàne", {"choir"}),
        ("herald", {"choir", "school"}),
        ("courier pier", {"harbour"}),
        ("river", {"river"}),
        ("published", set()),  # a field's name is no text
        ("%", {"choir", "school", "harbour", "river"}),
        ("'; drop table article; --", set()),
        (".*", {"choir", "school", "harbour", "river"}),
    ],
)
def test_every_word_has_to_be_met_in_title_publisher_or_text(library: Library, text: str, expected: set[str]) -> None:
    assert set(titles(library, text)) == expected


def test_accents_and_typographic_marks_make_no_difference(newsroom: Newsroom) -> None:
    newsroom.write("islands", "Ministers of São Tomé met the “Gül delegation” on Monday; Straße was Łukasz’s word.")
    newsroom.sync()
    library = opened(newsroom)
    assert all(
        titles(library, text) == ["islands"] for text in ("sao tome gul", "SÃO TOMÉ", "strasse", "łukasz", "gül")
    )


def test_publishers_and_days_narrow_what_is_found(library: Library) -> None:
    assert set(titles(library, publishers=["Bay Herald"])) == {"choir", "school"}
    assert titles(library, "ninety", publishers=["Elm Courier"]) == []
    assert len(titles(library, publishers=["Elm Courier", "Bay Herald"])) == 3
    assert titles(library, until=date(2023, 9, 21)) == ["harbour"]
    assert set(titles(library, since=date(2023, 9, 22))) == {"choir", "school"}
    assert titles(library, since=date(2023, 9, 24)) == []


def test_what_is_found_can_be_paged_through(library: Library) -> None:
    pages = [library.find(limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [(total, len(articles)) for total, articles in pages] == [(4, 3), (4, 1), (4, 0)]
    assert len({article.id for _, articles in pages for article in articles}) == 4
    assert library.find(limit=-1, offset=-5) == (4, ())


# -- adding ------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_added_is_indexed_beside_the_folders_of_before(library: Library, newsroom: Newsroom) -> None:
    outcome = library.add("bridge.md", REPORT)
    assert (outcome.done, outcome.message) == (True, "Added “Bridge of Braek”.")
    assert outcome.receipt
    assert (outcome.receipt.indexed, outcome.receipt.unchanged, outcome.receipt.articles) == (1, 4, 5)
    assert [article.title for article in outcome.articles] == titles(library, "Braek closed")
    assert library.is_uploaded(outcome.articles[0])
    assert outcome.articles[0].kind == "uploaded"
    assert library.overview().roots == (str(newsroom.folder),)
    assert kept(library) == ["bridge.md"]


def test_a_file_may_be_the_first_of_an_index(newsroom: Newsroom) -> None:
    library = opened(newsroom)
    assert library.add("bridge.md", REPORT).done
    assert titles(library) == ["Bridge of Braek"]


def test_files_of_one_name_are_both_kept(library: Library) -> None:
    for text in (b"The ferry was late on Friday.", b"The train was late on Friday.", b"The bus was late on Friday."):
        assert library.add("late.md", b"# Late again\n\n" + text).done
    assert kept(library) == ["late-2.md", "late-3.md", "late.md"]
    assert titles(library, "late friday") == ["Late again"] * 3


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "photo.png was not added: format .png is not supported"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(64), "photo.txt was not added: not text but a PNG image."),
        ("empty.md", b" \n", "empty.md was not added: empty."),
        ("nothing", b"", "nothing was not added: format without a suffix"),
        ("broken.jsonl", b'{"title": \n', "broken.jsonl was not added: line 1: broken JSON"),
        ("README.md", REPORT, "README.md was not added: a README is not an article."),
        ("again.md", REPORT.replace(b"bridge of", b"bridge  of"), "again.md was not added: “Bridge of Braek” is"),
        ("large.txt", b"a" * (20 * 2**20 + 1), "large.txt has 20.0 MB; at most 20 MB can be added."),
    ],
)
def test_a_file_that_gives_no_new_article_is_not_kept_and_the_reason_told(
    library: Library, name: str, data: bytes, reason: str
) -> None:
    library.add("bridge.md", REPORT)
    before = library.overview()
    outcome = library.add(name, data)
    assert not outcome.done
    assert outcome.message.startswith(reason)
    assert outcome.receipt is None
    assert kept(library) == ["bridge.md"]
    assert library.overview() == before


def test_what_can_be_read_of_a_file_is_kept_and_the_rest_named(library: Library) -> None:
    lines = b'{"title": "One", "text": "The tram runs."}\n{"title": \n{"title": "Two", "text": "The tram stops."}\n'
    outcome = library.add("wire.jsonl", lines)
    assert outcome.done
    assert outcome.message.startswith(
        "Added 2 articles of wire.jsonl; 1 article could not be read (line 2: broken JSON"
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.md", "report.md"),
        ("Выборы 2023.html", "Выборы 2023.html"),
        ("../../../etc/cron.d/job.md", "job.md"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        (".hidden.md", "hidden.md"),
        ("..", "article"),
        ("", "article"),
        ("-rf.md", "rf.md"),
        ("a\nb\0c\x1b[31m.md", "a b c [31m.md"),
        ("gpj.\u202etxt.md", "gpj.txt.md"),
        ("con.md", "article-con.md"),
        ('a<b>:"|?*.md', "a-b------.md"),
        ("trailing. . ", "trailing"),
        ("\ud800x.md", "x.md"),
        ("a" * 500 + ".jsonl", "a" * 114 + ".jsonl"),
        ("x." + "y" * 500, ("x." + "y" * 500)[:120]),
    ],
)
def test_a_hostile_file_name_is_made_harmless(library: Library, name: str, safe: str) -> None:
    assert safe_name(name) == safe
    outside = set(library.uploads_dir.parent.parent.rglob("*.md"))
    library.add(name, REPORT)
    assert all(path.parent == library.uploads_dir for path in library.uploads_dir.rglob("*"))
    assert {
        path for path in library.uploads_dir.parent.parent.rglob("*.md") if path.parent.name != "uploads"
    } == outside


@given(name=st.text(max_size=300))
def test_every_name_is_one_that_a_file_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= LONGEST_NAME
    assert len(safe.encode()) <= LONGEST_NAME_BYTES
    assert Path(safe).name == safe
    assert safe[0] not in ".- "
    assert safe.isprintable()
    assert safe_name(safe) == safe


def test_a_link_in_the_folder_is_not_written_through(library: Library, tmp_path: Path) -> None:
    library.uploads_dir.mkdir()
    (library.uploads_dir / "bridge.md").symlink_to(tmp_path / "elsewhere.md")
    assert library.add("bridge.md", REPORT).done
    assert not (tmp_path / "elsewhere.md").exists()


# -- from the web ------------------------------------------------------------------------------------------------------


class Loopback:
    """Every host is this machine, and it may be reached."""

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        return (ipaddress.ip_address("127.0.0.1"),)

    def allows(self, address: Address) -> bool:
        return True


class Page(BaseHTTPRequestHandler):
    """One news page; it claims another address than its own."""

    html = (
        "<html lang=en><head><title>Bridge of Braek closed</title>"
        '<meta property="og:site_name" content="Bay Herald"><meta name="date" content="2023-09-22">'
        '<link rel="canonical" href="https://other.example/story"></head><body><article>'
        f"<h1>Bridge of Braek closed</h1><p>{RIVER} The *old* bridge is # 7.</p><p>{HARBOUR}</p><p>{SCHOOL}</p>"
        "</article></body></html>"
    ).encode()

    def do_GET(self) -> None:
        known = self.path == "/2023/bridge.html"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.html if known else b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://news.example:{server.server_port}"
        server.shutdown()


def test_a_page_of_the_web_keeps_its_address(newsroom: Newsroom, library: Library, site: str) -> None:
    del library
    outcome = opened(newsroom, network=Loopback()).add_url(f"{site}/2023/bridge.html")
    assert outcome.done, outcome.message
    (article,) = outcome.articles
    assert article.url == f"{site}/2023/bridge.html"
    assert (article.title, article.publisher) == ("Bridge of Braek closed", "Bay Herald")
    assert (article.published, article.kind) == (date(2023, 9, 22), "uploaded")
    assert "The *old* bridge is # 7." in article.text
    assert Path(str(article.path)).name == "news.example-bridge.html.jsonl"


@pytest.mark.parametrize("path", ["/missing.html", ""])
def test_a_page_that_cannot_be_had_is_told(newsroom: Newsroom, library: Library, site: str, path: str) -> None:
    outcome = opened(newsroom, network=Loopback()).add_url(f"{site}{path}")
    assert (outcome.done, outcome.message) == (
        False,
        f"{site}{path} was not added: cannot be fetched: the server answered 404.",
    )
    assert kept(library) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:1/", "http://[::1]/", "no address", ""])
def test_only_the_public_web_is_read(library: Library, url: str) -> None:
    outcome = library.add_url(url)
    assert not outcome.done
    assert "was not added" in outcome.message
    assert kept(library) == []


# -- removing and syncing ----------------------------------------------------------------------------------------------


def test_what_was_added_can_be_removed(library: Library) -> None:
    (article,) = library.add("bridge.md", REPORT).articles
    outcome = library.remove(article.id)
    assert (outcome.done, outcome.message) == (True, "Removed “Bridge of Braek”.")
    assert titles(library, "Braek closed") == []
    assert kept(library) == []
    assert library.overview().articles == 4


def test_a_file_of_several_articles_is_removed_whole_and_that_is_said(library: Library) -> None:
    lines = b'{"title": "One", "text": "The tram runs."}\n{"title": "Two", "text": "The tram stops."}\n'
    first, _ = library.add("wire.jsonl", lines).articles
    assert library.remove(first.id).message == "Removed “One” and 1 more of wire.jsonl."
    assert titles(library, "tram") == []


def test_a_file_of_the_readers_own_is_named_and_not_touched(library: Library, newsroom: Newsroom) -> None:
    (_, (article,)) = library.find("ninety")
    outcome = library.remove(article.id)
    assert not outcome.done
    assert (
        outcome.message == f"“choir” lies in a folder of your own: delete {newsroom.folder}/choir.md there, then sync."
    )
    assert not library.is_uploaded(article)
    assert (newsroom.folder / "choir.md").is_file()


def test_an_article_that_is_not_there_cannot_be_removed(library: Library) -> None:
    assert library.remove("a0").message == "There is no article 'a0' in the index."


def test_the_last_article_stays_since_an_index_needs_one(newsroom: Newsroom) -> None:
    library = opened(newsroom)
    (article,) = library.add("bridge.md", REPORT).articles
    outcome = library.remove(article.id)
    assert not outcome.done
    assert "The index was left as it was" in outcome.message
    assert kept(library) == ["bridge.md"]
    assert titles(library) == ["Bridge of Braek"]


def test_syncing_follows_the_folders_and_what_was_added(library: Library, newsroom: Newsroom) -> None:
    library.add("bridge.md", REPORT)
    (newsroom.folder / "choir.md").unlink()
    newsroom.write("pier", "The pier of Elmbridge opens in May.")
    newsroom.sync()  # what was added is part of it, though its folder is not named
    assert titles(library, "Braek closed") == ["Bridge of Braek"]
    newsroom.write("quay", "The quay of Elmbridge opens in June.")
    outcome = library.sync()
    assert (outcome.done, outcome.message) == (True, "The index has 6 articles: 1 new or changed, 0 removed, 0 failed.")
    assert titles(library, "Braek closed") == ["Bridge of Braek"]


def test_a_folder_that_vanished_is_told(library: Library, newsroom: Newsroom) -> None:
    newsroom.folder.rename(newsroom.folder.with_name("elsewhere"))
    for outcome in (library.sync(), library.add("bridge.md", REPORT)):
        assert not outcome.done
        assert outcome.message == f"{newsroom.folder} does not exist; give a file or a folder that does."
    assert kept(library) == []


# -- one writer at a time ----------------------------------------------------------------------------------------------


def test_while_another_process_builds_nothing_is_added_or_removed(library: Library, newsroom: Newsroom) -> None:
    (article,) = library.add("bridge.md", REPORT).articles
    with building(newsroom.index):
        outcomes = [library.add("late.md", b"# Late\n\nThe bus."), library.remove(article.id), library.sync()]
    assert [(outcome.done, outcome.message) for outcome in outcomes] == [(False, BUSY)] * 3
    assert kept(library) == ["bridge.md"]


class SlowEmbedder(WordCountEmbedder):
    """Embeds once it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.allowed = threading.Event(), threading.Event()

    def embed(self, texts: Any, progress: Progress | None = None) -> Vectors:
        self.began.set()
        assert self.allowed.wait(20)
        return super().embed(texts, progress)


def test_a_second_change_in_the_same_process_is_refused_meanwhile(newsroom: Newsroom) -> None:
    embedder = SlowEmbedder()
    library = Library(newsroom.settings(), embedder=embedder)
    first = threading.Thread(target=library.add, args=("bridge.md", REPORT))
    first.start()
    assert embedder.began.wait(20)
    refused = library.add("late.md", b"# Late\n\nThe bus was late.")
    embedder.allowed.set()
    first.join()
    assert (refused.done, refused.message) == (False, BUSY)
    assert kept(library) == ["bridge.md"]
    assert titles(library) == ["Bridge of Braek"]


# -- with the engine ---------------------------------------------------------------------------------------------------


@pytest.mark.timed
def test_what_is_added_is_answered_from_within_five_seconds(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    settings = Settings(index_dir=tmp_path / "data" / "index")
    room = Newsroom(folder=tmp_path / "news", index=settings.index_dir)
    room.write("choir", CHOIR)
    embedder = open_embedder(settings.embedder)  # one for all: loading it takes longer than all the rest
    sync_index([room.folder], settings=settings, embedder=embedder)
    with LiveEngine.open(settings=settings, embedder=embedder) as live:
        live.warm_up()
        library = Library(settings, embedder=embedder)
        began = time.monotonic()
        assert library.add("bridge.md", REPORT).done
        while "bridge" not in live.answer("What was closed on Friday?").text and time.monotonic() < began + 20:
            time.sleep(0.05)
        seconds = time.monotonic() - began
        answer = live.answer("What was closed on Friday?")
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].title == "Bridge of Braek"
    assert seconds < 5
