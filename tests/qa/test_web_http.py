"""The page's HTTP interface over an engine with prepared answers: what it gives, and what it keeps closed."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from qa.types import Answer, AnswerStatus
from qa.web.conversation import Filters, ask
from tests.qa.prepared import PreparedEngine, predict, running, status


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(PreparedEngine()) as address:
        yield address


def test_the_http_interface_gives_the_same_answer_as_python(address: str) -> None:
    given: dict[str, Any] = {
        "question": "How many convoys?",
        "history": [["Who met?", "Delegates met."]],
        "as_of": "2023-04-05",
    }
    expected = PreparedEngine().answer(
        "How many convoys?", history=[["Who met?", "Delegates met."]], as_of="2023-04-05"
    )
    assert predict(address, **given) == expected.to_dict()


def test_history_and_day_may_be_left_out_over_http(address: str) -> None:
    answer = Answer.from_dict(predict(address, question="How many convoys?"))
    assert answer == PreparedEngine().answer("How many convoys?")


def test_only_the_answer_endpoint_is_offered_to_clients(address: str) -> None:
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False)
    endpoints = client.view_api(return_format="dict", print_info=False)
    client.close()
    assert isinstance(endpoints, dict)
    assert list(endpoints["named_endpoints"]) == ["/answer"]
    assert endpoints["unnamed_endpoints"] == {}


def test_health_and_readiness_are_told(address: str) -> None:
    assert status(f"{address}/healthz") == 200
    assert status(f"{address}/readyz") == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/upload",
        "/gradio_api/vibe-code",
        "/gradio_api/mcp/sse",
        "/gradio_api/mcp/",
        "/mcp",
        "/gradio_api/runs",
        "/gradio_api/run/answer",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/login",
        "/assets/../../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc/passwd",
    ],
)
def test_routes_that_the_page_does_not_need_are_closed(address: str, path: str) -> None:
    assert status(address + path) in (403, 404)


def test_a_body_above_64_kilobytes_is_refused(address: str) -> None:
    body = b'{"data": ["' + b"a" * (64 * 1024) + b'"]}'
    assert status(f"{address}/gradio_api/call/answer", body, {"Content-Type": "application/json"}) == 413


def test_the_page_names_no_other_host_in_what_a_browser_or_preview_would_load(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as response:
        page = response.read().decode()
        policy = response.headers["Content-Security-Policy"]
    head = page[: page.index("window.gradio_config")]
    assert "http://" not in head
    assert "https://" not in head
    assert page.count("<script nonce=") == page.count("<script")
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'nonce-" in policy


@pytest.mark.parametrize("path", ["/dateline/page.js", "/dateline/shelf.css", "/words.json"])
def test_after_an_update_no_browser_goes_on_with_the_scripts_of_before(address: str, path: str) -> None:
    assert httpx.get(address + path).headers["Cache-Control"] == "no-cache"


def test_each_page_gets_another_nonce(address: str) -> None:
    policies = set()
    for _ in range(2):
        with urllib.request.urlopen(address, timeout=10) as response:
            policies.add(response.headers["Content-Security-Policy"])
    assert len(policies) == 2


def test_a_failure_becomes_a_safe_answer_and_leaves_no_message_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(PreparedEngine(), "explode the canary")
    assert answer.status is AnswerStatus.FAILED
    assert "canary" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_an_error_with_a_fix_is_shown_with_its_fix() -> None:
    answer = ask(PreparedEngine(), "missing")
    assert answer.status is AnswerStatus.FAILED
    assert "run `dateline index`" in answer.text


def test_an_argument_that_cannot_be_used_is_named_in_one_sentence() -> None:
    answer = ask(PreparedEngine(), "How many convoys?", filters=Filters(as_of="tomorrow"))
    assert answer.status is AnswerStatus.INVALID_QUESTION
    assert answer.text == "as_of is 'tomorrow', which is no day."
