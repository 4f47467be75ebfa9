"""One page of the web, read with care: public addresses only, robots.txt respected, limits on size, time and redirects."""

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.robotparser import RobotFileParser

from index.readers import Unreadable

if TYPE_CHECKING:
    import httpx

USER_AGENT = "Dateline"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_T = TypeVar("_T")
_SUFFIXES = {
    **dict.fromkeys(("text/html", "application/xhtml+xml"), ".html"),
    **dict.fromkeys(("application/rss+xml", "application/atom+xml", "application/rdf+xml"), ".xml"),
    **dict.fromkeys(("application/xml", "text/xml"), ".xml"),
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}
_REDIRECTS = (301, 302, 303, 307, 308)
_ROBOTS_BYTES = 500 * 1024  # what has to be read of robots.txt, RFC 9309 section 2.5
_MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much one page may cost: bytes of its body, seconds in all, redirects on the way."""

    bytes: int = 5 * _MEBIBYTE
    seconds: float = 20.0
    redirects: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as it was received: `url` is where the redirects ended, `suffix` the format that the server stated."""

    url: str
    data: bytes
    suffix: str
    charset: str | None = None


class Network(Protocol):
    """Which addresses a host has, and which of them may be reached."""

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Every address of the host, the preferred one first. Raises `OSError`."""

    def allows(self, address: Address) -> bool:
        """Whether an address may be connected to."""


class PublicInternet:
    """The addresses that everybody can reach: none of this machine, its network or its provider."""

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(ipaddress.ip_address(place[4][0]) for place in found))

    def allows(self, address: Address) -> bool:
        special = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
        tunnelled = isinstance(address, ipaddress.IPv6Address) and address.sixtofour is not None
        return address.is_global and not special and not tunnelled


def fetch(url: str, *, limits: FetchLimits | None = None, network: Network | None = None) -> Fetched:
    """Read one page over HTTP or HTTPS, within the limits. Raises `Unreadable` with the reason.

    For every step the host is resolved once, each of its addresses is checked, and the connection goes to a checked
    address, so that a name which changes its mind in between leads nowhere. Proxies named in the environment are not
    used, because they would resolve the name again.
    """
    limits = limits or FetchLimits()
    visit = _Visit(limits, network or PublicInternet())
    outcome: queue.SimpleQueue[Fetched | Exception] = queue.SimpleQueue()
    # Resolving a name has no time limit and a header may come byte by byte: only the waiting can be limited.
    threading.Thread(target=lambda: outcome.put(visit.outcome(url)), daemon=True).start()
    try:
        found = outcome.get(timeout=limits.seconds)
    except queue.Empty:
        raise Unreadable(_too_slow(limits)) from None
    finally:
        visit.end()
    if isinstance(found, Exception):
        raise found
    return found


class _Visit:
    """The requests that one page takes, all under one deadline."""

    def __init__(self, limits: FetchLimits, network: Network) -> None:
        import httpx

        self._limits, self._network = limits, network
        self._deadline = time.monotonic() + limits.seconds
        # A connection is never used twice: another host at the same address would be spoken to under the first name.
        self._client = httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

    def outcome(self, url: str) -> Fetched | Exception:
        """The page, or why there is none."""
        import httpx

        try:
            return self._follow(_checked(url), self._page, heeding_robots=True)
        except httpx.TimeoutException:
            return Unreadable(_too_slow(self._limits))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RuntimeError) as error:
            return Unreadable(f"cannot be fetched: {str(error) or type(error).__name__}")
        except Exception as error:
            return error

    def end(self) -> None:
        """Close all connections."""
        self._client.close()

    def _follow(
        self, url: "httpx.URL", take: "Callable[[httpx.URL, httpx.Response], _T]", *, heeding_robots: bool
    ) -> _T:
        """What `take` makes of the response at the end of all redirects."""
        for _ in range(self._limits.redirects + 1):
            if heeding_robots:
                self._check_robots(url)
            with self._response(url) as response:
                if response.status_code not in _REDIRECTS:
                    return take(url, response)
                url = _checked(str(url.join(response.headers.get("location", ""))))
        raise Unreadable(f"cannot be fetched: more than {self._limits.redirects} redirects")

    @contextmanager
    def _response(self, url: "httpx.URL") -> "Iterator[httpx.Response]":
        host = url.raw_host.decode("ascii")
        addresses = self._network.addresses(host, url.port or (443 if url.scheme == "https" else 80))
        for address in addresses:
            if not self._network.allows(address):
                raise Unreadable(f"not fetched: {host} is at {address}, which is no public address")
        if not addresses:
            raise Unreadable(f"cannot be fetched: {host} has no address")
        headers = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        with self._client.stream(
            "GET",
            url.copy_with(host=str(addresses[0])),
            headers=headers,
            extensions={"sni_hostname": host},
            timeout=self._left(),
        ) as response:
            yield response

    def _page(self, url: "httpx.URL", response: "httpx.Response") -> Fetched:
        if response.status_code != 200:
            raise Unreadable(f"cannot be fetched: the server answered {response.status_code}")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _SUFFIXES:
            raise Unreadable(
                f"content type {kind[:60] or 'not stated'}: only pages, feeds, plain text and PDF are read"
            )
        data = self._body(response, self._limits.bytes)
        if len(data) > self._limits.bytes:
            raise Unreadable(f"too large: more than {self._limits.bytes / _MEBIBYTE:g} MB")
        return Fetched(url=str(url), data=data, suffix=_SUFFIXES[kind], charset=response.charset_encoding)

    def _check_robots(self, url: "httpx.URL") -> None:
        rules = RobotFileParser()
        rules.parse(self._follow(url.copy_with(raw_path=b"/robots.txt"), self._robots, heeding_robots=False))
        if not rules.can_fetch(USER_AGENT, str(url)):
            raise Unreadable(f"not fetched: robots.txt of {url.host} does not allow it")

    def _robots(self, url: "httpx.URL", response: "httpx.Response") -> list[str]:
        """The lines of robots.txt. None at all means welcome, a broken server does not (RFC 9309, section 2.3.1)."""
        if 400 <= response.status_code < 500:
            return []
        if response.status_code != 200:
            raise Unreadable(f"not fetched: robots.txt of {url.host} cannot be read ({response.status_code})")
        return self._body(response, _ROBOTS_BYTES).decode("utf-8", "replace").splitlines()

    def _body(self, response: "httpx.Response", most: int) -> bytes:
        """The body, or a little more than `most` bytes of it."""
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Unreadable("cannot be fetched: the server compresses it, although it was asked not to")
        data = bytearray()
        for part in response.iter_raw():
            data += part
            self._left()
            if len(data) > most:
                break
        return bytes(data)

    def _left(self) -> float:
        """The seconds that are left. Raises `Unreadable` where there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unreadable(_too_slow(self._limits))
        return left


def _checked(address: str) -> "httpx.URL":
    import httpx

    url = httpx.URL(address.strip())
    if url.scheme not in ("http", "https") or not url.host:
        raise Unreadable(f"not fetched: {address[:200]!r} is no http or https address")
    if url.userinfo:
        raise Unreadable("not fetched: the address holds a user name; leave it out")
    return url.copy_with(fragment=None)


def _too_slow(limits: FetchLimits) -> str:
    return f"cannot be fetched: it takes more than {limits.seconds:g} seconds"
