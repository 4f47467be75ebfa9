"""What stands between the network and gradio: which routes exist, how much may be sent, what a browser may load."""

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
# All that the page and `gradio_client` need: no uploads, no files, no proxying, no monitoring, no editing.
ROUTES = re.compile(
    r"/(healthz|readyz|config|favicon\.ico|manifest\.json|robots\.txt|theme\.css|(assets|static)/.+|gradio_api/"
    r"(info|config|app_id|startup-events|heartbeat/\w+|queue/(join|data)|cancel|reset|call/answer(/\w+)?|call/v2/answer))?/?"
)
ASKING = re.compile(r"/gradio_api/(queue/join|call/.+)")
# Gradio's page names its own site and a picture elsewhere in tags for link previews.
_PREVIEW_TAG = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')
_SCRIPT_TAG = re.compile(rb"<script(?=[\s>])")


class Guard:
    """An ASGI application around another: limits on the way in, headers and a page that is all our own on the way out.

    Unknown routes get 404, bodies above 64 KB 413, and whoever asks faster than the bucket allows 429.
    """

    def __init__(self, app: ASGIApp, *, bucket: "TokenBucket") -> None:
        self.app = app
        self.bucket = bucket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        outgoing = _Outgoing(send)
        refusal = self._refusal(scope)
        body = b"" if refusal else await _read(receive, LARGEST_BODY)
        if body is None:
            refusal = PlainTextResponse("The request is larger than 64 KB.", 413)
        if refusal:
            await refusal(scope, receive, outgoing)
        else:
            await self.app(_uncompressed(scope), _replay(body or b"", receive), outgoing)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        if not ROUTES.fullmatch(scope["path"]):
            return PlainTextResponse("There is nothing here.", 404)
        client = scope["client"][0] if scope.get("client") else ""
        if scope["method"] == "POST" and ASKING.fullmatch(scope["path"]) and not self.bucket.take(client):
            return PlainTextResponse("Too many questions at once; try again in a moment.", 429)
        return None


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
        now = self.now()
        left, seen = self._left.pop(address, (float(self.burst), now))
        left = min(self.burst, left + (now - seen) * self.per_second)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now)
        if len(self._left) > self.addresses:
            self._left.popitem(last=False)
        return allowed


class _Outgoing:
    """A `send` that adds the headers to every response and rewrites whole pages."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.nonce = secrets.token_urlsafe(16)
        self.start: Message | None = None
        self.page: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_headers(self.nonce))
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
        page = _SCRIPT_TAG.sub(b'<script nonce="%s"' % self.nonce.encode(), _PREVIEW_TAG.sub(b"", b"".join(self.page)))
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


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is larger than `limit` bytes."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > limit:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _uncompressed(scope: Scope) -> Scope:
    """The page itself must arrive as plain text, since it is rewritten."""
    if scope["path"] != "/":
        return scope
    return dict(scope) | {"headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
