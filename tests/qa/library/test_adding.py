"""Adding articles, as files and from the web; and what is refused."""

import ipaddress
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fetch import Address
from qa.library import LONGEST_NAME, LONGEST_NAME_BYTES, Library, safe_name
from tests.index.newsroom import HARBOUR, RIVER, SCHOOL, Newsroom
from tests.qa.library.shelves import REPORT, kept, opened, titles

IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(64)


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


def test_what_another_publisher_prints_of_an_article_is_added_once(library: Library, newsroom: Newsroom) -> None:
    copy = f"---\ntitle: harbour\npublisher: TNA\n---\n\n{HARBOUR}\n".encode()
    outcome = library.add("a-copy.md", copy)
    assert outcome.receipt
    assert (outcome.done, outcome.receipt.articles, outcome.receipt.embedded) == (True, 5, 0)
    assert [article.publisher for article in outcome.articles] == ["TNA"]
    assert not library.add("again.md", copy).done
    assert library.remove(outcome.articles[0].id).done
    assert [article.publisher for article in library.find("harbour")[1]] == ["Elm Courier"]


def test_several_files_are_indexed_together_each_with_an_outcome_of_its_own(library: Library) -> None:
    files = [
        ("bridge.md", REPORT),
        ("photo.png", IMAGE),
        ("again.md", REPORT),
        ("late.md", b"# Late\n\nThe bus was late."),
    ]
    bridge, photo, again, late = library.add_all(files)
    assert (bridge.done, bridge.message) == (True, "Added “Bridge of Braek”.")
    assert photo.message.startswith("photo.png was not added: format .png is not supported")
    assert again.message == "again.md was not added: “Bridge of Braek” is in the index already."
    assert (late.done, late.message) == (True, "Added “Late”.")
    assert bridge.receipt is late.receipt
    assert bridge.receipt is not None
    assert bridge.receipt.indexed == 2
    assert kept(library) == ["bridge.md", "late.md"]
    assert library.add_all([]) == ()


def test_where_several_files_cannot_be_indexed_none_is_kept(library: Library, newsroom: Newsroom) -> None:
    newsroom.folder.rename(newsroom.folder.with_name("elsewhere"))
    outcomes = library.add_all([("bridge.md", REPORT), ("late.md", b"# Late\n\nThe bus was late.")])
    assert [outcome.message for outcome in outcomes] == [
        f"{newsroom.folder} does not exist; give a file or a folder that does."
    ] * 2
    assert kept(library) == []


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
