"""What stands between the network and gradio: who may come in, which routes exist, how much may be sent and loaded."""

import base64
import binascii
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.environment import ServeOptions

LARGEST_BODY = 64 * 1024
UPLOAD_LIMIT = 20 * 1024 * 1024
# All that the page and `gradio_client` need: no uploads, no files, no proxying, no monitoring, no editing. Gradio's
# theme.css is left out below dateline/, since /dateline may also be the path that a proxy puts before all of these.
ROUTES = re.compile(
    r"/(config|favicon\.ico|manifest\.json|robots\.txt|theme\.css|words\.json|(assets|static)/.+|article/[\w-]+|report/[\w.-]+|"
    r"dateline/(?!theme\.)[\w-]+\.(js|css)|gradio_api/"
    r"(info|config|app_id|startup-events|heartbeat/\w+|queue/(join|data)|cancel|reset|call/answer(/\w+)?|call/v2/answer))?/?"
)
HEALTH = frozenset({"/healthz", "/readyz"})
MCP = "/mcp"
UPLOAD = "/gradio_api/upload"
UPLOADING = frozenset({UPLOAD, "/gradio_api/upload_progress"})
ASKING = re.compile(rf"{MCP}|/gradio_api/(queue/join|call/.+|upload)")
# Gradio's page names its own site and a picture elsewhere in tags for link previews, and a manifest at the root of the
# host; browsers ask for an icon there too, where a page names none. Below a root path that root is not ours.
_FOREIGN_TAG = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|<link\s+rel="manifest"[^>]*>')
_HEAD_TAG = re.compile(rb"<head[^>]*>")
_SCRIPT_TAG = re.compile(rb"<script(?=[\s>])")
# Browsers guess how long what has no such header may be used, and would run the scripts of the last version with this page.
_OURS = re.compile(r"/(dateline/.+|words\.json)")
_PORT = re.compile(r":\d*$", re.ASCII)
_FORWARDED = (b"x-forwarded-", b"forwarded")
_NODE_SERVER = b"x-gradio-server"  # gradio believes this one too, from a helper of its own that Dateline does not run


class Forwarded:
    """An ASGI application around another: what a proxy says of its clients counts only from a proxy on this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            dropped = (_NODE_SERVER,) if _is_local(scope) else (_NODE_SERVER, *_FORWARDED)
            scope = _without(scope, *dropped)
        await self.app(scope, receive, send)


class Guard:
    """An ASGI application around another: limits on the way in, headers and a page that is all our own on the way out.

    A request that was sent to another host's name gets 403. Where the options name a user, whoever does not give that name
    and the password gets 401, and 429 after some wrong guesses; health and readiness are told to anybody. Unknown routes
    get 404, bodies above 64 KB (20 MB for uploads, where they are on) 413, and whoever asks faster than the bucket allows
    429.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bucket: "TokenBucket",
        guesses: "TokenBucket | None" = None,
        options: ServeOptions | None = None,
        uploads: bool = False,
    ) -> None:
        self.app = app
        self.bucket = bucket
        self.guesses = guesses or TokenBucket(burst=10, per_second=0.1)
        self.options = options or ServeOptions()
        self._more = HEALTH | (UPLOADING if uploads else set()) | ({MCP} if self.options.mcp else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = self._inside(scope["path"])
        outgoing = _Outgoing(send, path or "/")
        refusal = self._refusal(scope, path)
        limit = UPLOAD_LIMIT if path == UPLOAD else LARGEST_BODY
        body = b"" if refusal else await _read(receive, limit)
        if body is None:
            refusal = PlainTextResponse(f"The request is larger than {_size(limit)}.", 413)
        if refusal:
            await refusal(scope, receive, outgoing)
        else:
            await self.app(_passed_on(scope, path or ""), _replay(body or b"", receive), outgoing)

    def _inside(self, path: str) -> str | None:
        """The known route, whether or not a proxy has taken the root path off; None where there is none."""
        for route in (path, path.removeprefix(self.options.root_path)):
            if ROUTES.fullmatch(route) or route in self._more:
                return route
        return None

    def _refusal(self, scope: Scope, path: str | None) -> Response | None:
        if path in HEALTH:
            return None
        host = _name_of(Headers(scope=scope).get("host", ""))
        if not self._is_ours(host):
            return PlainTextResponse(
                f"This page is not known as {host[:100]}. If it is to be, start it with DATELINE_HOST_NAMES={host[:100]}.",
                403,
            )
        client = scope["client"][0] if scope.get("client") else ""
        if refusal := self._stranger(Headers(scope=scope).get("authorization"), client):
            return refusal
        if path is None:
            return self._nowhere(scope)
        if path == MCP and "origin" in Headers(scope=scope):
            # Only browsers name an origin: the specification asks servers to keep pages from talking to them.
            return PlainTextResponse("The MCP interface is not for web pages.", 403)
        if scope["method"] == "POST" and ASKING.fullmatch(path) and not self.bucket.take(client):
            return PlainTextResponse("Too many questions at once; try again in a moment.", 429)
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a browser that looked for this host was meant to find this page; only browsers name one always.

        Somebody else's name can be made to lead to this machine (DNS rebinding), and a page of theirs would then read this
        one; an address cannot.
        """
        known = {"", "localhost", _name_of(self.options.host), *map(_name_of, self.options.names)}
        return host in known or host.endswith(".localhost") or _is_address(host)

    def _stranger(self, given: str | None, client: str) -> Response | None:
        """What somebody is told who does not name the user and the password; the right ones do not end a ban early."""
        if not self.options.user or not self.options.password:
            return None
        if given is not None:
            if self.guesses.is_empty(client):
                return PlainTextResponse("Too many wrong passwords; try again in a minute.", 429)
            if _is_login(given, f"{self.options.user}:{self.options.password.get_secret_value()}"):
                return None
            self.guesses.take(client)
        challenge = {"WWW-Authenticate": 'Basic realm="Dateline", charset="UTF-8"'}
        return PlainTextResponse("This page asks for a user name and a password.", 401, challenge)

    def _nowhere(self, scope: Scope) -> Response:
        if self.options.root_path and scope["path"] == self.options.root_path:
            query = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(f"{self.options.root_path}/" + (f"?{query}" if query else ""), 308)
        return PlainTextResponse("There is nothing here.", 404)


class TokenBucket:
    """For each address `burst` requests at once, then `per_second`; the addresses seen longest ago are forgotten."""

    def __init__(
        self,
        *,
        burst: int = 40,
        per_second: float = 10,
        addresses: int = 1000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.burst = burst
        self.per_second = per_second
        self.addresses = addresses
        self.now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Whether one more request may pass."""
        left = self._filled(address)
        self._left.pop(address, None)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, self.now())
        if len(self._left) > self.addresses:
            self._left.popitem(last=False)
        return allowed

    def is_empty(self, address: str) -> bool:
        """Whether the next `take` would be refused."""
        return self._filled(address) < 1

    def _filled(self, address: str) -> float:
        left, seen = self._left.get(address, (float(self.burst), self.now()))
        return min(self.burst, left + (self.now() - seen) * self.per_second)


class _Outgoing:
    """A `send` that adds the headers to every response and rewrites whole pages."""

    def __init__(self, send: Send, path: str) -> None:
        self.send = send
        self.icon = b'<link rel="icon" href="%sfavicon.ico">' % (b"../" * (path.count("/") - 1))
        self.nonce = secrets.token_urlsafe(16)
        self.is_ours = _OURS.fullmatch(path) is not None
        self.start: Message | None = None
        self.page: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_headers(self.nonce))
            if self.is_ours:
                headers["Cache-Control"] = "no-cache"
            if headers.get("content-type", "").startswith("text/html"):
                self.start = message
                return
        elif self.start is not None:
            await self._collect(self.start, message)
            return
        await self.send(message)

    async def _collect(self, start: Message, message: Message) -> None:
        self.page.append(message.get("body", b""))
        if message.get("more_body"):
            return
        page = _SCRIPT_TAG.sub(b'<script nonce="%s"' % self.nonce.encode(), _FOREIGN_TAG.sub(b"", b"".join(self.page)))
        page = _HEAD_TAG.sub(lambda head: head[0] + self.icon, page, count=1)
        if "content-length" in MutableHeaders(scope=start):
            MutableHeaders(scope=start)["content-length"] = str(len(page))
        await self.send(start)
        await self.send({"type": "http.response.body", "body": page})


def _headers(nonce: str) -> dict[str, str]:
    policy = (
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def _name_of(host: str) -> str:
    """A Host header without its port and brackets, as names are compared."""
    return (
        (_PORT.sub("", host) if host.count(":") == 1 or host.startswith("[") else host).strip("[]").rstrip(".").lower()
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_local(scope: Scope) -> bool:
    client = scope["client"][0] if scope.get("client") else ""
    return _is_address(client) and ip_address(client).is_loopback


def _is_login(authorization: str, expected: str) -> bool:
    """Whether a header of HTTP Basic (RFC 7617, UTF-8) carries "user:password"; takes equally long for all wrong ones."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    same = secrets.compare_digest(sha256(given).digest(), sha256(expected.encode()).digest())
    return same and scheme.lower() == "basic"


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is larger than `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _passed_on(scope: Scope, path: str) -> Scope:
    """The request for gradio: no password, and the page itself as plain text, since it is rewritten."""
    kept = _without(scope, b"authorization", *([b"accept-encoding"] if path == "/" else []))
    return dict(kept) | {"path": path, "raw_path": quote(path).encode()}


def _without(scope: Scope, *prefixes: bytes) -> Scope:
    return dict(scope) | {"headers": [pair for pair in scope["headers"] if not pair[0].startswith(prefixes)]}


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >> 20 else f"{count >> 10} KB"
