"""A page of the web is read within its limits, and nothing but the public web is reached."""

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index.articles import read_url
from index.fetch import Address, Fetched, FetchLimits, PublicInternet, fetch
from index.readers import Unreadable
from index.types import Article, Problem
from tests.index.readers.files import FIRST, SECOND, TEXT, TITLE
from tests.index.readers.pdfs import pdf

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = (
    f'<html lang="en"><head><title>{TITLE}</title><link rel="canonical" href="https://other.example/pier">'
    f"</head><body><article><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"
).encode()
QUICK = FetchLimits(bytes=2**17, seconds=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server of the tests says at one path; each part of the body after the pause."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: HTML)
    parts: tuple[bytes, ...] = (PAGE,)
    pause: float = 0.0


class Site:
    """A web server on this machine that serves the given replies and remembers what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers.append(dict(self.headers))
                reply = site.replies.get(self.path, Reply(status=404))
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for part in reply.parts:
                        time.sleep(reply.pause)
                        self.wfile.write(part)
                        self.wfile.flush()
                except OSError:
                    pass  # the client has left, as some of the tests want

            def log_message(self, format: str, *args: object) -> None:
                """Nothing on standard error."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.server.server_port}{path}"


class TestNetwork(PublicInternet):
    """The public internet, but hosts of the domain example are this machine, and only it may be reached besides."""

    __test__ = False

    def __init__(self, **others: tuple[str, ...]) -> None:
        self.hosts = {"news": ("127.0.0.1",), "other": ("127.0.0.1",)} | others
        self.resolved: list[str] = []

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        self.resolved.append(host)
        name, _, domain = host.partition(".")
        addresses = self.hosts[name] if domain == "example" else (host,)
        return tuple(ipaddress.ip_address(address) for address in addresses)

    def allows(self, address: Address) -> bool:
        return address == ipaddress.ip_address("127.0.0.1") or super().allows(address)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()


def got(url: str, **network: tuple[str, ...]) -> Fetched:
    return fetch(url, limits=QUICK, network=TestNetwork(**network))


def refused(url: str, limits: FetchLimits = QUICK, **network: tuple[str, ...]) -> str:
    with pytest.raises(Unreadable) as caught:
        fetch(url, limits=limits, network=TestNetwork(**network))
    return str(caught.value)


def test_a_page_is_read_under_our_name_from_the_address_that_was_checked(site: Site) -> None:
    site.replies["/pier"] = Reply()
    network = TestNetwork()
    found = fetch(site.url("/pier#comments"), network=network)
    assert found == Fetched(url=site.url("/pier"), data=PAGE, suffix=".html", charset="utf-8")
    assert site.asked == ["/robots.txt", "/pier"]
    assert {(h["User-Agent"], h["Host"]) for h in site.headers} == {
        ("Dateline", f"news.example:{site.server.server_port}")
    }
    assert network.resolved == ["news.example"] * 2, "once for each request, and never by the library"


PRIVATE = (
    "127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 239.1.1.1 240.0.0.1"
    " 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1"
    " ::ffff:10.0.0.1 64:ff9b::a00:1 2002:7f00:1::1 2001:0:7f00:1::1 ::127.0.0.1"
).split()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_this_machine_and_its_network_are_not_public(address: str) -> None:
    assert not PublicInternet().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111"])
def test_addresses_of_the_web_are_public(address: str) -> None:
    assert PublicInternet().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_reached_however_it_is_written(site: Site, host: str) -> None:
    site.replies["/"] = Reply()
    with pytest.raises(Unreadable, match=r"no public address|cannot be fetched"):
        fetch(site.url("/", host), limits=QUICK)
    assert site.asked == []


def test_one_private_address_among_several_is_enough_to_refuse(site: Site) -> None:
    reason = refused(site.url("/"), news=("127.0.0.1", "192.168.1.1"))
    assert reason == "not fetched: news.example is at 192.168.1.1, which is no public address"
    assert site.asked == []


def test_redirects_are_followed_and_checked_anew(site: Site) -> None:
    site.replies["/old"] = Reply(status=302, headers={"Location": site.url("/new", "other.example")})
    site.replies["/new"] = Reply()
    assert got(site.url("/old")).url == site.url("/new", "other.example")
    assert site.asked == ["/robots.txt", "/old", "/robots.txt", "/new"]
    assert refused(site.url("/old"), other=("10.0.0.1",)).endswith("10.0.0.1, which is no public address")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest", "not fetched: 169.254.169.254 is at 169.254.169.254"),
        ("ftp://news.example/pier", "not fetched: 'ftp://news.example/pier' is no http or https address"),
        ("/loop", "cannot be fetched: more than 5 redirects"),
        ("", "cannot be fetched: more than 5 redirects"),
    ],
)
def test_a_redirect_leads_nowhere_else(site: Site, location: str, reason: str) -> None:
    site.replies["/loop"] = Reply(status=301, headers={"Location": location})
    assert refused(site.url("/loop")).startswith(reason)


def test_a_host_that_moves_to_a_private_address_between_two_requests_is_refused(site: Site) -> None:
    class Rebinding(TestNetwork):
        def addresses(self, host: str, port: int) -> tuple[Address, ...]:
            self.hosts["news"] = ("127.0.0.1",) if not self.resolved else ("10.0.0.1",)
            return super().addresses(host, port)

    with pytest.raises(Unreadable, match=r"10\.0\.0\.1, which is no public address"):
        fetch(site.url("/"), limits=QUICK, network=Rebinding())
    assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://news.example/", "news.example/pier", "javascript:alert(1)", "", "http://"]
)
def test_only_addresses_of_the_web_are_fetched(url: str) -> None:
    assert "is no http or https address" in refused(url)


@pytest.mark.parametrize("url", ["http://[broken/", "http://news.example:99999/", "http://999.1.1.1/", "http://\0/"])
def test_a_broken_address_is_refused_with_a_reason(url: str) -> None:
    assert refused(url).startswith("cannot be fetched: ")


def test_an_address_with_a_password_is_refused(site: Site) -> None:
    assert refused(site.url("/", "me:secret@news.example")).startswith("not fetched: the address holds a user name")


@pytest.mark.parametrize(
    ("rules", "welcome"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: Dateline\nDisallow: /private", False),
        ("User-agent: Dateline\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("", True),
        ("\xff\0 nonsense", True),
    ],
)
def test_robots_txt_is_heeded(site: Site, rules: str, welcome: bool) -> None:
    site.replies |= {"/robots.txt": Reply(parts=(rules.encode("latin-1"),)), "/private/pier": Reply()}
    if welcome:
        assert got(site.url("/private/pier")).data == PAGE
    else:
        assert refused(site.url("/private/pier")) == "not fetched: robots.txt of news.example does not allow it"
        assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize(("status", "welcome"), [(404, True), (403, True), (503, False)])
def test_no_robots_txt_means_welcome_and_a_broken_server_does_not(site: Site, status: int, welcome: bool) -> None:
    site.replies |= {"/robots.txt": Reply(status=status), "/pier": Reply()}
    if welcome:
        assert got(site.url("/pier")).data == PAGE
    else:
        assert refused(site.url("/pier")) == "not fetched: robots.txt of news.example cannot be read (503)"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "cannot be fetched: the server answered 404"),
        (Reply(status=500), "cannot be fetched: the server answered 500"),
        (Reply(headers={"Content-Type": "image/png"}), "content type image/png: only pages"),
        (Reply(headers={"Content-Type": "application/json"}), "content type application/json: only pages"),
        (Reply(headers={}), "content type not stated: only pages"),
        (Reply(headers=HTML | {"Content-Encoding": "gzip"}), "cannot be fetched: the server compresses it"),
        (Reply(headers=HTML | {"Content-Length": "9999"}), "cannot be fetched: "),
        (Reply(parts=(bytes(1000),) * 200), "too large: more than 0.125 MB"),
        (Reply(parts=(b"x",) * 100, pause=0.1), "cannot be fetched: it takes more than 1 seconds"),
        (Reply(parts=(b"x",), pause=5), "cannot be fetched: it takes more than 1 seconds"),
    ],
    ids="missing broken picture json untyped packed short large dripping silent".split(),
)
def test_what_is_no_page_within_the_limits_gives_a_reason(site: Site, reply: Reply, reason: str) -> None:
    site.replies["/pier"] = reply
    began = time.monotonic()
    assert refused(site.url("/pier")).startswith(reason)
    assert time.monotonic() - began < 4


def test_a_name_that_takes_for_ever_to_resolve_is_given_up(site: Site) -> None:
    class Slow(TestNetwork):
        def addresses(self, host: str, port: int) -> tuple[Address, ...]:
            time.sleep(2)
            return super().addresses(host, port)

    began = time.monotonic()
    with pytest.raises(Unreadable, match=r"more than 0\.3 seconds"):
        fetch(site.url("/"), limits=FetchLimits(seconds=0.3), network=Slow())
    assert time.monotonic() - began < 1.5


def test_a_server_that_is_not_there_gives_a_reason() -> None:
    assert refused("http://news.example:1/pier").startswith("cannot be fetched: ")


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Reply(parts=(text.replace("\n\n", "<p>").join(("<html><body><p>", "</body></html>")).encode(),)),
        lambda text: Reply(headers={"Content-Type": "text/plain; charset=utf-8"}, parts=(text.encode(),)),
        lambda text: Reply(
            headers={"Content-Type": "text/plain; charset=windows-1252"}, parts=(text.encode("cp1252"),)
        ),
        lambda text: Reply(
            headers={"Content-Type": "application/pdf"}, parts=(pdf([TITLE, FIRST, "Odo Fenn agreed with her."]),)
        ),
    ],
    ids=["html", "text", "another encoding", "pdf"],
)
def test_an_address_is_read_like_a_file(site: Site, make: Callable[[str], Reply]) -> None:
    site.replies["/2023/09/27/pier"] = make(f"{TITLE}\n\n{TEXT}")
    (found,) = read_url(site.url("/2023/09/27/pier"), default_year=None, network=TestNetwork())
    assert isinstance(found, Article), found
    assert FIRST in found.text
    assert (found.url, found.path, found.published) == (site.url("/2023/09/27/pier"), None, date(2023, 9, 27))


def test_a_page_is_cited_by_where_it_was_found_and_not_by_what_it_says(site: Site) -> None:
    site.replies["/pier"] = Reply()
    (found,) = read_url(site.url("/pier"), default_year=None, network=TestNetwork())
    assert isinstance(found, Article)
    assert (found.title, found.text, found.url) == (TITLE, TEXT, site.url("/pier"))


def test_the_entries_of_a_feed_have_their_own_addresses(site: Site) -> None:
    item = "<item><title>{0}</title><description>{1}</description>{2}</item>"
    items = item.format(TITLE, FIRST, "<link>https://courier.example/1</link>") + item.format("Second", SECOND, "")
    feed = f'<rss version="2.0"><channel>{items}{item.format("Third", "", "")}</channel></rss>'
    site.replies["/feed"] = Reply(headers={"Content-Type": "application/rss+xml"}, parts=(feed.encode(),))
    first, second, third = read_url(site.url("/feed"), default_year=None, network=TestNetwork())
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert isinstance(third, Problem)
    assert (first.url, second.url) == ("https://courier.example/1", site.url("/feed"))
    assert (third.path, third.failed) == (site.url("/feed"), False)


def test_an_address_that_gives_no_article_is_a_problem_with_its_name() -> None:
    (found,) = read_url("http://10.0.0.1/pier", default_year=None)
    assert isinstance(found, Problem)
    assert (found.path, found.failed) == ("http://10.0.0.1/pier", True)
    assert found.reason == "not fetched: 10.0.0.1 is at 10.0.0.1, which is no public address"
