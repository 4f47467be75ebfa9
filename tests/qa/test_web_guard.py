import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.types import Message, Receive, Scope, Send

from qa.web.environment import SAFE, ServeOptions, make_safe
from qa.web.guard import LARGEST_BODY, UPLOAD, UPLOAD_LIMIT, Forwarded, Guard, TokenBucket

HTML = (
    b'<html><head><meta property="og:image" content="https://example.org/x.png" />'
    b"""<link rel="manifest" href="/manifest.json" /><script>1</script><script src='a'></script></head>"""
)


class Page:
    """An application that keeps what reached it and answers with a page in two parts."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[list[tuple[bytes, bytes]]] = []
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        self.bodies.append((await receive())["body"])
        self.headers.append(list(scope["headers"]))
        length = (b"content-length", str(len(HTML)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html"), length]})
        await send({"type": "http.response.body", "body": HTML[:50], "more_body": True})
        await send({"type": "http.response.body", "body": HTML[50:]})


def call(
    guard: Guard | Forwarded,
    path: str,
    *parts: bytes,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    client: str = "127.0.0.1",
) -> tuple[int, dict[str, str], bytes]:
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
        "query_string": b"",
        "headers": [
            (key.lower().encode(), value.encode())
            for key, value in ({"accept-encoding": "br"} | dict(headers or {})).items()
        ],
        "client": (client, 1),
    }
    asyncio.run(guard(scope, receive, send))
    returned = {key.decode(): value.decode() for key, value in outgoing[0]["headers"]}
    return outgoing[0]["status"], returned, b"".join(message.get("body", b"") for message in outgoing[1:])


def test_a_body_in_many_parts_is_refused_as_soon_as_it_is_too_large() -> None:
    page = Page()
    status, _, _ = call(Guard(page, bucket=TokenBucket()), "/", *[b"a" * 1024] * 65, method="POST")
    assert status == 413
    assert page.bodies == []


def test_a_body_at_the_limit_arrives_whole() -> None:
    page = Page()
    call(Guard(page, bucket=TokenBucket()), "/", b"a" * 1000, b"b" * (LARGEST_BODY - 1000), method="POST")
    assert page.bodies == [b"a" * 1000 + b"b" * (LARGEST_BODY - 1000)]


def test_scripts_of_the_page_carry_the_nonce_and_what_is_not_ours_is_gone() -> None:
    page = Page()
    _, headers, body = call(Guard(page, bucket=TokenBucket()), "/")
    nonce = headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
    icon, nonces = b'<link rel="icon" href="favicon.ico">', (nonce.encode(),) * 2
    assert body == (
        b"<html><head>"
        + icon
        + b"""<script nonce="%s">1</script><script nonce="%s" src='a'></script></head>""" % nonces
    )
    assert headers["content-length"] == str(len(body))
    assert page.headers == [[]]


def test_an_article_names_the_icon_of_the_page_above_it() -> None:
    _, _, body = call(Guard(Page(), bucket=TokenBucket()), "/article/harbour")
    assert b'href="../favicon.ico"' in body


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


LOCKED = ServeOptions(user="reader", password=SecretStr("größer:als"))


def login(user: str, password: str, scheme: str = "Basic") -> dict[str, str]:
    return {"Authorization": f"{scheme} {b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        login("reader", "wrong"),
        login("Reader", "größer:als"),
        login("reader", "größer:als", scheme="Bearer"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic no base64"},
        {"Authorization": ""},
    ],
)
@pytest.mark.parametrize("path", ["/", "/article/harbour", "/gradio_api/info", "/nothing/here"])
def test_without_the_user_name_and_the_password_nothing_is_told(path: str, given: dict[str, str]) -> None:
    page = Page()
    status, headers, body = call(Guard(page, bucket=TokenBucket(), options=LOCKED), path, headers=given)
    assert (status, body) == (401, b"This page asks for a user name and a password.")
    assert headers["www-authenticate"] == 'Basic realm="Dateline", charset="UTF-8"'
    assert page.paths == []


@pytest.mark.parametrize("scheme", ["Basic", "basic"])
def test_with_both_the_page_opens_and_never_learns_the_password(scheme: str) -> None:
    page = Page()
    guard = Guard(page, bucket=TokenBucket(), options=LOCKED)
    assert call(guard, "/", headers=login("reader", "größer:als", scheme))[0] == 200
    assert page.headers == [[]]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_without_a_password(path: str) -> None:
    assert call(Guard(Page(), bucket=TokenBucket(), options=LOCKED), path)[0] == 200


def test_who_guesses_passwords_is_stopped_even_where_one_would_be_right() -> None:
    clock = [0.0]
    guesses = TokenBucket(burst=2, per_second=0.1, now=lambda: clock[0])
    guard = Guard(Page(), bucket=TokenBucket(), guesses=guesses, options=LOCKED)
    right = login("reader", "größer:als")
    assert [call(guard, "/", headers=login("reader", guess))[0] for guess in "abc"] == [401, 401, 429]
    assert call(guard, "/", headers=right)[0] == 429
    assert call(guard, "/", headers=right, client="192.0.2.7")[0] == 200
    clock[0] = 10.0
    assert call(guard, "/", headers=right)[0] == 200


def test_coming_without_a_password_is_no_guess() -> None:
    guard = Guard(Page(), bucket=TokenBucket(), guesses=TokenBucket(burst=1, per_second=0), options=LOCKED)
    assert [call(guard, "/")[0] for _ in range(3)] == [401, 401, 401]
    assert call(guard, "/", headers=login("reader", "größer:als"))[0] == 200


def test_the_password_is_in_no_representation() -> None:
    assert "größer" not in repr(LOCKED) + str(LOCKED)


@pytest.mark.parametrize(("on", "expected"), [(True, 200), (False, 404)])
def test_the_tool_has_a_route_only_where_it_is_switched_on(on: bool, expected: int) -> None:
    guard = Guard(Page(), bucket=TokenBucket(burst=1, per_second=0), options=ServeOptions(mcp=on))
    assert call(guard, "/mcp", b"{}", method="POST")[0] == expected
    if on:
        assert call(guard, "/mcp", b"{}", method="POST")[0] == 429


def test_a_web_page_cannot_use_the_tool() -> None:
    guard = Guard(Page(), bucket=TokenBucket(), options=ServeOptions(mcp=True))
    assert call(guard, "/mcp", b"{}", method="POST", headers={"Origin": "https://example.org"})[0] == 403


@pytest.mark.parametrize(
    ("on", "size", "expected"),
    [
        (True, UPLOAD_LIMIT, 200),
        (True, UPLOAD_LIMIT + 1, 413),
        (False, 10, 404),
    ],
)
def test_files_up_to_20_megabytes_come_in_where_uploads_are_on(on: bool, size: int, expected: int) -> None:
    guard = Guard(Page(), bucket=TokenBucket(), uploads=on)
    status, _, body = call(guard, UPLOAD, b"a" * size, method="POST")
    assert status == expected
    assert (body == b"The request is larger than 20 MB.") == (expected == 413)


def test_uploads_leave_the_limit_of_all_other_routes_alone() -> None:
    guard = Guard(Page(), bucket=TokenBucket(), uploads=True)
    status, _, body = call(guard, "/gradio_api/queue/join", b"a" * (LARGEST_BODY + 1), method="POST")
    assert (status, body) == (413, b"The request is larger than 64 KB.")


@pytest.mark.parametrize(
    ("root_path", "path", "passed_on"),
    [
        ("/news", "/gradio_api/info", "/gradio_api/info"),
        ("/news", "/news/gradio_api/info", "/gradio_api/info"),
        ("/news", "/news/", "/"),
        ("/news", "/news/healthz", "/healthz"),
        ("/news/today", "/news/today/dateline/page.js", "/dateline/page.js"),
        ("/dateline", "/dateline/page.js", "/dateline/page.js"),
        ("/dateline", "/dateline/dateline/page.js", "/dateline/page.js"),
        ("/dateline", "/dateline/theme.css", "/theme.css"),
        ("/dateline", "/dateline/words.json", "/words.json"),
    ],
)
def test_a_proxy_may_remove_the_root_path_or_leave_it(root_path: str, path: str, passed_on: str) -> None:
    page = Page()
    call(Guard(page, bucket=TokenBucket(), options=ServeOptions(root_path=root_path)), path)
    assert page.paths == [passed_on]


def test_the_root_path_without_its_slash_leads_to_the_one_with_it() -> None:
    status, headers, _ = call(Guard(Page(), bucket=TokenBucket(), options=ServeOptions(root_path="/news")), "/news")
    assert (status, headers["location"]) == (308, "/news/")


@pytest.mark.parametrize("path", ["/newspaper", "/newsarticle/harbour", "/other/config", "/news/news/config"])
def test_what_only_resembles_the_root_path_is_unknown(path: str) -> None:
    assert call(Guard(Page(), bucket=TokenBucket(), options=ServeOptions(root_path="/news")), path)[0] == 404


@pytest.mark.parametrize(
    ("client", "kept"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("192.0.2.7", False),
        ("::2", False),
        ("nonsense", False),
    ],
)
def test_what_a_proxy_says_counts_only_from_this_machine(client: str, kept: bool) -> None:
    page = Page()
    said = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Host": "news.example", "X-Forwarded-Proto": "https"}
    call(
        Forwarded(page), "/config", headers=said | {"Forwarded": "host=a", "X-Gradio-Server": "http://a"}, client=client
    )
    names = {name for name, _ in page.headers[0]} - {b"accept-encoding"}
    expected = {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded"}
    assert names == (expected if kept else set())


def test_switches_that_open_the_page_are_removed_and_named() -> None:
    environ = {"GRADIO_SHARE": "1", "GRADIO_ALLOWED_PATHS": "/", "GRADIO_ANALYTICS_ENABLED": "True", "HOME": "/home/a"}
    assert make_safe(environ) == ("GRADIO_ALLOWED_PATHS", "GRADIO_ANALYTICS_ENABLED", "GRADIO_SHARE")
    assert environ == SAFE | {"HOME": "/home/a"}


def test_a_safe_environment_has_nothing_to_report() -> None:
    environ = dict(SAFE) | {"GRADIO_TEMP_DIR": "/var/pages"}
    assert make_safe(environ) == ()
    assert environ["GRADIO_TEMP_DIR"] == "/var/pages"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:7860",
        "localhost:7860",
        "LOCALHOST",
        "localhost.:7860",
        "dateline.localhost:7860",
        "[::1]:7860",
        "[::1]",
        "192.168.1.5:7860",
        "newsroom",
        "News.Example:443",
        "",
    ],
)
def test_the_page_is_found_by_its_address_and_by_the_names_it_was_given(host: str) -> None:
    options = ServeOptions(host="newsroom", names=("news.example", "other.example"))
    guard = Guard(Page(), bucket=TokenBucket(), options=options)
    assert call(guard, "/", headers={"Host": host})[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:7860.evil.example",
        "evillocalhost",
        "0x7f.1",
        "evil.example#localhost",
        "localhost:7860@evil.example",
    ],
)
def test_a_page_elsewhere_whose_name_leads_here_is_told_nothing(host: str) -> None:
    page = Page()
    guard = Guard(page, bucket=TokenBucket())
    for path, method in (("/", "GET"), ("/article/x", "GET"), ("/gradio_api/call/answer", "POST"), ("/nowhere", "GET")):
        status, _, body = call(guard, path, method=method, headers={"Host": host, "X-Forwarded-Host": "localhost"})
        assert status == 403
        assert b"DATELINE_HOST_NAMES=" in body
    assert page.paths == []


def test_health_is_told_under_any_name() -> None:
    guard = Guard(Page(), bucket=TokenBucket())
    assert call(guard, "/healthz", headers={"Host": "container"})[0] == 200
