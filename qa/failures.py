"""What can go wrong with a language model, read off the exceptions and replies of every provider's client."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


class Failure(StrEnum):
    """Why a language model gave no answer; `sentence` says so, with the fix, to whoever asked."""

    sentence: str
    NO_PACKAGE = "no_package", 'The package for {id} is not installed. Run: pip install "dateline[{extra}]"'
    NO_KEY = "no_key", "There is no key for {id}. Set {key}."
    KEY_REFUSED = "key_refused", "The provider of {id} refused the key or the account. Check {key}."
    NOT_FOUND = "not_found", "The provider has no {id} at that address. Check DATELINE_LLM and DATELINE_LLM_BASE_URL."
    BUSY = "busy", "The provider of {id} takes no more calls for now. Try again later or raise the account's quota."
    SERVER = "server", "The provider of {id} has trouble of its own. Try again later."
    UNREACHABLE = "unreachable", "The provider of {id} is out of reach. Check the network and DATELINE_LLM_BASE_URL."
    SLOW = "slow", "The language model {id} took too long. Try again later or set DATELINE_LLM to a faster one."
    CUT = "cut", "The language model {id} stopped in the middle of its answer. Try again."
    EMPTY = "empty", "The language model {id} answered with no text. Try again or set DATELINE_LLM to another one."
    FILTERED = "filtered", "The provider of {id} held the answer back. Rephrase the question or unset DATELINE_LLM."
    TOO_LONG = "too_long", "The prompt is too long for {id}. Set DATELINE_LLM to a model with a larger window."
    MALFORMED = "malformed", "What {id} answered cannot be read. Check DATELINE_LLM and DATELINE_LLM_BASE_URL."

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_, member.sentence = value, sentence
        return member


PASSING = frozenset({Failure.BUSY, Failure.SERVER, Failure.UNREACHABLE})  # worth another attempt
_OF_STATUS = {404: Failure.NOT_FOUND, 408: Failure.SERVER, 413: Failure.TOO_LONG, 429: Failure.BUSY}
_OF_STATUS |= dict.fromkeys((401, 402, 403), Failure.KEY_REFUSED)
_NO_CONNECTION = frozenset(
    "ConnectTimeout APIConnectionError ModelConnectionError ConnectError NetworkError ProtocolError ProxyError SSLError"
    " ConnectionError gaierror ClientConnectionError InvalidURL UnsupportedProtocol".split()
)  # exceptions of the clients, of httpx, aiohttp and Python
_OF_BODY: tuple[tuple[Failure, re.Pattern[str]], ...] = (
    (Failure.TOO_LONG, re.compile(r"context.{0,20}(?:length|window|size)|too many tokens|(?:prompt|input) is too long|maximum.{0,40}tokens|tokens.? must be <=")),
    (Failure.FILTERED, re.compile("content_filter")),  # Azure's word for a prompt that it declines
    (Failure.KEY_REFUSED, re.compile(r"api[_ ]key[_ ](?:not valid|invalid)")),  # Google's, with status 400
)  # fmt: skip
_FINISH = ("finish_reason", "stop_reason", "done_reason", "status")  # where the clients keep it
WITHHELD = frozenset(
    "content_filter refusal safety recitation blocklist prohibited_content spii blocked guardrail_intervened".split()
)  # finish reasons of OpenAI, Anthropic, Google and Amazon, in lower case


class Fault(Exception):
    """A failure that is noticed here, as the argument; it never leaves qa/llm.py."""


def failure_of(error: BaseException) -> Failure:
    """What went wrong, read off an exception of any provider's client and what caused it."""
    chain = tuple(_chain(error))
    names = {kind.__name__ for link in chain for kind in type(link).__mro__}
    said = " ".join(str(link) for link in chain).lower()
    status = next((status for link in chain if (status := _status(link))), None)
    if isinstance(error, Fault):
        return Failure(error.args[0])
    if isinstance(error, ImportError):
        return Failure.NO_PACKAGE
    if "ContextOverflowError" in names:
        return Failure.TOO_LONG
    if status and (status in _OF_STATUS or status >= 500):
        return _OF_STATUS.get(status, Failure.SERVER)
    if status:
        return next((failure for failure, pattern in _OF_BODY if pattern.search(said)), Failure.MALFORMED)
    if "ConnectTimeout" not in names and any("Timeout" in name for name in names):
        return Failure.SLOW
    if names & _NO_CONNECTION:
        return Failure.UNREACHABLE
    if "APIError" in names and "APIResponseValidationError" not in names:  # sent within a stream
        return Failure.BUSY if "rate_limit" in said else Failure.SERVER
    return Failure.MALFORMED


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(20):  # a cause may be its own
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """The status of an HTTP reply that is an error; clients keep it in different places."""
    places = (error, getattr(error, "response", None))
    found = [getattr(place, name, None) for place in places for name in ("status_code", "code", "status")]
    return next((code for code in found if isinstance(code, int) and 400 <= code < 600), None)


def retry_after(error: BaseException) -> float | None:
    """Seconds that the provider asks to be left alone (RFC 9110, section 10.2.3: seconds or a date)."""
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None) or {}
        if asked := headers.get("retry-after"):
            with suppress(ValueError):
                date = None if asked.isdigit() else parsedate_to_datetime(asked)
                return max(0.0, date.timestamp() - time.time()) if date else float(asked)
    return None


def refuses_temperature(error: BaseException) -> bool:
    """Whether a model takes no temperature, as some of OpenAI's do not."""
    refusals = (link for link in _chain(error) if _status(link) in (400, 422) or isinstance(link, ValueError))
    return any("temperature" in str(link) for link in refusals)


def finish_of(message: "BaseMessage") -> str:
    """Why the provider ended the answer, in its own word; empty where it does not say."""
    said = message.response_metadata
    if message.additional_kwargs.get("refusal") or (said.get("prompt_feedback") or {}).get("block_reason"):
        return "refusal"
    return str(next((said[name] for name in _FINISH if said.get(name)), ""))
