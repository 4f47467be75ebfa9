"""Every fault of a provider, through the real clients: the call ends in time, as the right failure or the right text."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from email.utils import formatdate

import pytest

from qa.errors import LanguageModelError
from qa.failures import Failure
from qa.llm import LanguageModel, Limits, open_llm, unless
from tests.qa.llm.provider import (
    Cue,
    Provider,
    closed_port,
    content_filter,
    cut_after,
    cut_short,
    drip,
    empty,
    hang_before_first,
    html,
    malformed,
    no_temperature,
    say,
    slow_first,
    stall_after,
    status,
    too_long,
    unfinished_after,
)

pytestmark = pytest.mark.timed
LIMITS = Limits(deadline=1.0, first_token=0.5, gap=0.4, retries=1)
LATE = 0.5  # seconds after the deadline by which every call has ended
ASKED = [("system", "Answer briefly."), ("human", "Who won?")]
CLIENTS = pytest.mark.parametrize("client", ["openai", "anthropic"])
WAYS = pytest.mark.parametrize("way", ["complete", "stream"])


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Importing a client takes longer than these limits allow."""
    patient = Limits(deadline=60)
    with pytest.MonkeyPatch.context() as patch, Provider(say("Red.")) as provider:
        for client, key in (("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")):
            patch.setenv(key, "sk-test")
            assert asked(model(client, provider.anthropic_url, patient), "complete") == ("Red.", None)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")


def model(client: str, url: str, limits: Limits = LIMITS) -> LanguageModel:
    return open_llm(f"{client}:test", base_url=f"{url}/v1" if client == "openai" else url, limits=limits)


def asked(llm: LanguageModel, way: str) -> tuple[str, Failure | None]:
    """The text that came and the failure that ended it, in time."""
    begun, pieces, failure = time.monotonic(), list[str](), None
    try:
        for piece in [llm.complete(ASKED)] if way == "complete" else llm.stream(ASKED):
            pieces.append(piece)
    except LanguageModelError as error:
        failure = Failure(error.failure)
    assert time.monotonic() - begun < llm.limits.deadline + LATE
    llm.close()
    return "".join(pieces), failure


def both(failure: Failure | None, calls: int, text: str = "") -> tuple[tuple[str, Failure | None, int], ...]:
    return (text, failure, calls), (text, failure, calls)


FAULTS: dict[str, tuple[Cue, tuple[tuple[str, Failure | None, int], ...]]] = {
    # what happens: (what comes of complete, what comes of stream), each the text, the failure and the number of calls
    "nothing": (say("The red team won."), both(None, 1, "The red team won.")),
    "a slow answer": (drip("The red team", delay=0.2), both(None, 1, "The red team")),
    "the longest output": (cut_short("The red"), both(None, 1, "The red")),
    "no answer": (hang_before_first(), both(Failure.SLOW, 1)),
    "a slow first piece": (
        slow_first("Red.", wait=0.7),
        (("Red.", None, 1), ("", Failure.SLOW, 1)),
    ),
    "a stall": (stall_after(2), (("", Failure.SLOW, 1), ("word0 word1 ", Failure.SLOW, 1))),
    "a lost connection before the text": (cut_after(0), both(Failure.UNREACHABLE, 2)),
    "a lost connection in the text": (
        cut_after(2),
        (("", Failure.UNREACHABLE, 2), ("word0 word1 ", Failure.CUT, 1)),
    ),
    "an end in the middle": (
        unfinished_after(2),
        (("word0 word1 ", None, 1), ("word0 word1 ", Failure.CUT, 1)),
    ),
    "no text": (empty(), both(Failure.EMPTY, 1)),
    "white space": (say(" \n "), (("", Failure.EMPTY, 1), (" \n ", Failure.EMPTY, 1))),
    "an answer held back": (content_filter(), both(Failure.FILTERED, 1)),
    "an answer held back in the middle": (
        content_filter("The red"),
        (("", Failure.FILTERED, 1), ("The red", Failure.FILTERED, 1)),
    ),
    "a prompt too long": (too_long(), both(Failure.TOO_LONG, 1)),
    "half a JSON object": (malformed(), both(Failure.MALFORMED, 1)),
    "a page": (html(), both(Failure.MALFORMED, 1)),
    "a bad request": (status(400), both(Failure.MALFORMED, 1)),
    "a refused key": (status(401), both(Failure.KEY_REFUSED, 1)),
    "an unknown model": (status(404), both(Failure.NOT_FOUND, 1)),
    "too many calls": (status(429), both(Failure.BUSY, 2)),
    "an overload": (status(503), both(Failure.SERVER, 2)),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One address for the many calls below: the clients prepare for each address anew, and slowly."""
    with Provider() as provider:
        yield provider


@CLIENTS
@WAYS
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_time_as_what_it_is(fault: str, client: str, way: str, provider: Provider) -> None:
    cue, outcomes = FAULTS[fault]
    provider.behave(cue)
    text, failure = asked(model(client, provider.anthropic_url), way)
    assert (text, failure, provider.calls) == outcomes[way == "stream"]


@CLIENTS
def test_the_deadline_covers_pieces_that_keep_coming(client: str) -> None:
    with Provider(drip("one two three four five six", delay=0.25)) as provider:
        text, failure = asked(model(client, provider.anthropic_url), "stream")
    assert failure is Failure.SLOW
    assert text.startswith("one two ")
    assert not text.endswith("six")


@CLIENTS
@WAYS
def test_a_closed_port_is_out_of_reach(client: str, way: str) -> None:
    assert asked(model(client, f"http://127.0.0.1:{closed_port()}"), way) == ("", Failure.UNREACHABLE)


@CLIENTS
@WAYS
@pytest.mark.parametrize("trouble", [status(500), cut_after(0)], ids=["error", "cut"])
def test_a_passing_trouble_is_tried_again_and_the_text_comes_once(trouble: Cue, client: str, way: str) -> None:
    with Provider(trouble, say("The red team won.")) as provider:
        assert asked(model(client, provider.anthropic_url), way) == ("The red team won.", None)
    assert provider.calls == 2


@CLIENTS
def test_what_has_begun_is_not_tried_again(client: str) -> None:
    with Provider(cut_after(1), say("The red team won.")) as provider:
        assert asked(model(client, provider.anthropic_url), "stream") == ("word0 ", Failure.CUT)
    assert provider.calls == 1


@WAYS
def test_no_more_retries_than_allowed_are_made(way: str) -> None:
    with Provider(status(500)) as provider:
        limits = Limits(deadline=5, retries=2)
        assert asked(model("openai", provider.anthropic_url, limits), way) == ("", Failure.SERVER)
    assert provider.calls == 3


@pytest.mark.parametrize(("client", "way", "dated"), [("openai", "stream", False), ("anthropic", "complete", True)])
def test_the_pause_that_the_provider_asks_for_is_kept(client: str, way: str, dated: bool) -> None:
    pause = formatdate(time.time() + 2, usegmt=True) if dated else "1"  # a date has whole seconds: one to two from now
    with Provider(status(429, retry_after=pause), say("Red.")) as provider:
        begun = time.monotonic()
        assert asked(model(client, provider.anthropic_url, Limits(deadline=5, retries=1)), way) == ("Red.", None)
        assert time.monotonic() - begun > 0.8
    assert provider.calls == 2


@CLIENTS
@WAYS
@pytest.mark.parametrize("pause", ["30", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_a_pause_beyond_the_deadline_fails_at_once(pause: str, client: str, way: str) -> None:
    with Provider(status(429, retry_after=pause)) as provider:
        begun = time.monotonic()
        assert asked(model(client, provider.anthropic_url, Limits(deadline=10)), way) == ("", Failure.BUSY)
        assert time.monotonic() - begun < 2
    assert provider.calls == 1


def test_a_pause_that_cannot_be_read_counts_as_none_asked_for() -> None:
    with Provider(status(429, retry_after="soon"), say("Red.")) as provider:
        assert asked(model("openai", provider.anthropic_url), "complete") == ("Red.", None)


@CLIENTS
@WAYS
def test_a_model_that_refuses_a_temperature_is_asked_without_one_from_then_on(client: str, way: str) -> None:
    with Provider(no_temperature(), say("Red.")) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=3, retries=0))
        assert "".join([llm.complete(ASKED)] if way == "complete" else llm.stream(ASKED)) == "Red."
        assert asked(llm, way) == ("Red.", None)
    assert [body.get("temperature") for body in provider.bodies] == [0.0, None, None]


def test_a_temperature_is_given_up_once_only() -> None:
    with Provider(no_temperature()) as provider:
        assert asked(model("openai", provider.anthropic_url), "complete") == ("", Failure.MALFORMED)
    assert provider.calls == 2


@CLIENTS
def test_closing_a_stream_closes_the_connection(client: str) -> None:
    with Provider(stall_after(1)) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=10))
        stream = llm.stream(ASKED)
        assert next(stream) == "word0 "
        stream.close()  # type: ignore[attr-defined]
        assert provider.hung_up.wait(1)
        llm.close()


@CLIENTS
def test_a_forgotten_stream_closes_the_connection(client: str) -> None:
    with Provider(stall_after(1)) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=10))
        for _ in llm.stream(ASKED):
            break
        assert provider.hung_up.wait(1)
        llm.close()


@CLIENTS
@WAYS
def test_giving_up_closes_the_connection(client: str, way: str) -> None:
    with Provider(hang_before_first()) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=0.6, first_token=0.5))
        with pytest.raises(LanguageModelError):
            _ = [llm.complete(ASKED)] if way == "complete" else list(llm.stream(ASKED))
        assert provider.hung_up.wait(1)
        llm.close()


@CLIENTS
@WAYS
def test_who_waits_no_more_ends_the_call_of_a_silent_model_from_another_thread(client: str, way: str) -> None:
    left: Future[None] = Future()
    with Provider(hang_before_first()) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=10))
        leaving = threading.Timer(0.3, left.set_result, [None])
        leaving.start()
        with unless(left):
            assert asked(llm, way) == ("", Failure.CUT)
            assert asked(llm, way) == ("", Failure.CUT)  # nor is another begun
        assert provider.hung_up.wait(1)
        assert provider.calls <= 1
        llm.close()


@CLIENTS
def test_closing_the_model_ends_what_is_under_way(client: str) -> None:
    with Provider(stall_after(1)) as provider:
        llm = model(client, provider.anthropic_url, Limits(deadline=10))
        stream = llm.stream(ASKED)
        next(stream)
        llm.close()
        with pytest.raises(LanguageModelError) as caught:
            next(stream)
        assert caught.value.failure == Failure.CUT
        assert provider.hung_up.wait(1)
