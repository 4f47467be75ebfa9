import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from qa.web.environment import SAFE, make_safe
from qa.web.guard import LARGEST_BODY, Guard, TokenBucket

HTML = (
    b'<html><meta property="og:image" content="https://example.org/x.png" /><script>1</script><script src="a"></script>'
)


class Page:
    """An application that keeps what reached it and answers with a page in two parts."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[list[tuple[bytes, bytes]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive())["body"])
        self.headers.append(list(scope["headers"]))
        length = (b"content-length", str(len(HTML)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html"), length]})
        await send({"type": "http.response.body", "body": HTML[:50], "more_body": True})
        await send({"type": "http.response.body", "body": HTML[50:]})


def call(guard: Guard, path: str, *parts: bytes, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Send one request whose body comes in parts; returns status, headers and body."""
    incoming: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    outgoing: list[Any] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        outgoing.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"accept-encoding", b"br")],
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(guard(scope, receive, send))
    headers = {key.decode(): value.decode() for key, value in outgoing[0]["headers"]}
    return outgoing[0]["status"], headers, b"".join(message.get("body", b"") for message in outgoing[1:])


def test_a_body_in_many_parts_is_refused_as_soon_as_it_is_too_large() -> None:
    page = Page()
    status, _, _ = call(Guard(page, bucket=TokenBucket()), "/", *[b"a" * 1024] * 65, method="POST")
    assert status == 413
    assert page.bodies == []


def test_a_body_at_the_limit_arrives_whole() -> None:
    page = Page()
    call(Guard(page, bucket=TokenBucket()), "/", b"a" * 1000, b"b" * (LARGEST_BODY - 1000), method="POST")
    assert page.bodies == [b"a" * 1000 + b"b" * (LARGEST_BODY - 1000)]


def test_scripts_of_the_page_carry_the_nonce_and_foreign_previews_are_gone() -> None:
    page = Page()
    _, headers, body = call(Guard(page, bucket=TokenBucket()), "/")
    nonce = headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
    assert body == b'<html><script nonce="%s">1</script><script nonce="%s" src="a"></script>' % ((nonce.encode(),) * 2)
    assert headers["content-length"] == str(len(body))
    assert page.headers == [[]]


@pytest.mark.parametrize("path", ["/", "/nothing/here"])
def test_every_response_carries_the_safe_headers(path: str) -> None:
    _, headers, _ = call(Guard(Page(), bucket=TokenBucket()), path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_who_asks_too_fast_is_told_to_wait() -> None:
    guard = Guard(Page(), bucket=TokenBucket(burst=2, per_second=0))
    statuses = [call(guard, "/gradio_api/queue/join", b"{}", method="POST")[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert call(guard, "/healthz")[0] == 200


def test_a_bucket_fills_again_and_keeps_addresses_apart() -> None:
    clock = [0.0]
    bucket = TokenBucket(burst=1, per_second=0.5, now=lambda: clock[0])
    assert bucket.take("a")
    assert not bucket.take("a")
    assert bucket.take("b")
    clock[0] = 2.0
    assert bucket.take("a")


def test_a_bucket_remembers_only_the_latest_addresses() -> None:
    bucket = TokenBucket(burst=1, per_second=0, addresses=2)
    assert [bucket.take(address) for address in ("a", "b", "c", "a", "c")] == [True, True, True, True, False]


def test_switches_that_open_the_page_are_removed_and_named() -> None:
    environ = {"GRADIO_SHARE": "1", "GRADIO_ALLOWED_PATHS": "/", "GRADIO_ANALYTICS_ENABLED": "True", "HOME": "/home/a"}
    assert make_safe(environ) == ("GRADIO_ALLOWED_PATHS", "GRADIO_ANALYTICS_ENABLED", "GRADIO_SHARE")
    assert environ == SAFE | {"HOME": "/home/a"}


def test_a_safe_environment_has_nothing_to_report() -> None:
    environ = dict(SAFE) | {"GRADIO_TEMP_DIR": "/var/pages"}
    assert make_safe(environ) == ()
    assert environ["GRADIO_TEMP_DIR"] == "/var/pages"
