"""A language model provider on this machine that misbehaves on cue; it speaks OpenAI's protocol and Anthropic's."""

import json
import re
import select
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Body = Mapping[str, Any]
POLL = 0.02  # seconds between two looks at whether the client is still there


class Ending(Enum):
    """What comes after the last piece."""

    WHOLE = auto()  # as the protocol has it
    STALLED = auto()  # nothing, with the connection open
    CUT = auto()  # the connection is closed
    UNFINISHED = auto()  # the reply ends properly, without a reason or a last event


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What the provider does with one call."""

    pieces: tuple[str, ...] = ()
    wait: float = 0.0  # seconds before the first piece
    delay: float = 0.0  # seconds before each other piece
    ending: Ending = Ending.WHOLE
    reason: str = "stop"  # in OpenAI's words
    status: int = 200
    headers: Mapping[str, str] | None = None
    error: str | None = None  # a name in _ERRORS
    said: str = "Refused."  # the text of any other error
    raw: tuple[str, str] | None = None  # content type and body of a reply that is neither protocol


Behaviour = Cue | Callable[[Body], str]

_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}
_ERRORS: Mapping[str, tuple[Body, Body]] = {
    "too_long": (
        {
            "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9051 tokens. Please reduce the length of the messages.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        },
        {"type": "invalid_request_error", "message": "prompt is too long: 209051 tokens > 200000 maximum"},
    ),
    "temperature": (
        {
            "message": "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
            "type": "invalid_request_error",
            "param": "temperature",
            "code": "unsupported_value",
        },
        {"type": "invalid_request_error", "message": "`temperature` is not supported for this model."},
    ),
}
_KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


def say(text: str, *, pieces: int = 0, delay: float = 0.0) -> Cue:
    """Answer with a text, a word at a time or in so many pieces, with seconds between them."""
    words = re.findall(r"\S+\s*|\s+", text)
    size = max(1, -(-len(words) // pieces)) if pieces else 1
    joined = ("".join(words[start : start + size]) for start in range(0, len(words), size))
    return Cue(pieces=tuple(joined), delay=delay)


def status(code: int, *, retry_after: str | int | None = None, said: str = "Refused.") -> Cue:
    """Refuse with an HTTP status, in the shape of the protocol's errors."""
    return Cue(status=code, said=said, headers=None if retry_after is None else {"Retry-After": str(retry_after)})


def hang_before_first() -> Cue:
    """Take the call and never answer."""
    return Cue(ending=Ending.STALLED)


def slow_first(text: str, *, wait: float) -> Cue:
    """Answer after so many seconds."""
    return replace(say(text), wait=wait)


def drip(text: str, *, delay: float) -> Cue:
    """Answer a word at a time, slowly."""
    return say(text, delay=delay)


def stall_after(pieces: int) -> Cue:
    """Stop after so many pieces and keep the connection open."""
    return Cue(pieces=_numbered(pieces), ending=Ending.STALLED)


def cut_after(pieces: int) -> Cue:
    """Close the connection after so many pieces."""
    return Cue(pieces=_numbered(pieces), ending=Ending.CUT)


def unfinished_after(pieces: int) -> Cue:
    """End the reply after so many pieces without the events that the protocol ends with."""
    return Cue(pieces=_numbered(pieces), ending=Ending.UNFINISHED)


def empty() -> Cue:
    """Answer with no text at all."""
    return Cue()


def cut_short(text: str) -> Cue:
    """Answer up to the longest output that the provider allows."""
    return replace(say(text), reason="length")


def content_filter(text: str = "") -> Cue:
    """Hold the answer back, after some of it or from the start."""
    return replace(say(text), reason="content_filter")


def too_long() -> Cue:
    """Refuse a prompt that does not fit."""
    return Cue(status=400, error="too_long")


def no_temperature() -> Cue:
    """Refuse a temperature, as some newer models do."""
    return Cue(status=400, error="temperature")


def malformed() -> Cue:
    """Answer with half a JSON object, in a stream as in a reply."""
    return Cue(raw=("json", '{"id": "x", "choices": [{"mess'))


def html() -> Cue:
    """Answer with a page, as a proxy's sign-in does."""
    return Cue(raw=("text/html", "<html><body>Please sign in to the network.</body></html>"))


def prompt_of(body: Body) -> str:
    """All texts of a request in their order, the system's first."""
    texts = [body.get("system") or "", *(message["content"] for message in body["messages"])]
    plain = (text if isinstance(text, str) else "".join(part["text"] for part in text) for text in texts)
    return "\n".join(text for text in plain if text)


def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Provider:
    """The server: one cue a call, the last one again and again, or a function from the request's body to a reply."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self._lock = threading.Lock()
        self.behave(*behaviours)
        self.hung_up = threading.Event()  # a client left before its reply was complete
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads, self._server.block_on_close = True, False

    def behave(self, *behaviours: Behaviour) -> None:
        """Start anew with other cues, and count from nothing."""
        with self._lock:
            self.behaviours = behaviours
            self.bodies: list[Body] = []
            self.headers: list[Mapping[str, str]] = []

    @property
    def calls(self) -> int:
        return len(self.bodies)

    @property
    def openai_url(self) -> str:
        """What an OpenAI client takes as its base URL."""
        return f"{self.anthropic_url}/v1"

    @property
    def anthropic_url(self) -> str:
        """What an Anthropic client takes as its base URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def cue(self, body: Body, headers: Mapping[str, str]) -> Cue:
        """Note a call and look up what to do with it."""
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            behaviour = self.behaviours[min(len(self.bodies), len(self.behaviours)) - 1]
        return behaviour if isinstance(behaviour, Cue) else say(behaviour(body))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cue = self.provider.cue(body, dict(self.headers))
        protocol: type[_OpenAI | _Anthropic] = _Anthropic if self.path == "/v1/messages" else _OpenAI
        try:
            if cue.status != 200:
                self._send(cue.status, json.dumps(protocol.error(cue)), headers=cue.headers)
            elif cue.raw:
                self._send_raw(cue.raw, streaming=bool(body.get("stream")), event=protocol.event)
            elif body.get("stream"):
                self._stream(cue, protocol)
            else:
                self._reply(cue, json.dumps(protocol.reply(cue)))
        except OSError:
            self.provider.hung_up.set()
            self.close_connection = True

    def _send(
        self, status: int, text: str, kind: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(text.encode())), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def _send_raw(self, raw: tuple[str, str], *, streaming: bool, event: str) -> None:
        kind, text = raw
        if kind == "json":
            kind, text = ("text/event-stream", f"{event}data: {text}\n\n") if streaming else ("application/json", text)
        self._send(200, text, kind)

    def _reply(self, cue: Cue, text: str) -> None:
        self._wait(cue.wait + cue.delay * max(0, len(cue.pieces) - 1))
        if cue.ending is Ending.STALLED and not cue.pieces:
            self._wait(None)
        if cue.ending in (Ending.WHOLE, Ending.UNFINISHED):
            self._send(200, text)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[: len(text) // 2].encode())
        self._end(cue)

    def _stream(self, cue: Cue, protocol: "type[_OpenAI | _Anthropic]") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if cue.pieces or cue.ending is Ending.WHOLE:
            self._chunk(protocol.opening())
        for number, piece in enumerate(cue.pieces):
            self._wait(cue.delay if number else cue.wait)
            self._chunk(protocol.piece(piece))
        if cue.ending is Ending.WHOLE:
            self._chunk(protocol.closing(cue))
        if cue.ending in (Ending.WHOLE, Ending.UNFINISHED):
            self.wfile.write(b"0\r\n\r\n")
        else:
            self._end(cue)

    def _chunk(self, text: str) -> None:
        self.wfile.write(f"{len(text.encode()):x}\r\n{text}\r\n".encode())

    def _end(self, cue: Cue) -> None:
        if cue.ending is Ending.STALLED:
            self._wait(None)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _wait(self, seconds: float | None) -> None:
        """Wait, for ever where no seconds are given; raises `ConnectionError` when the client leaves."""
        left = float("inf") if seconds is None else seconds
        while left > 0:
            if self.provider.stopping.wait(min(POLL, left)):
                raise ConnectionAbortedError
            left -= POLL
            if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError


def _handler(provider: Provider) -> type[_Handler]:
    return type("Handler", (_Handler,), {"provider": provider})


class _OpenAI:
    """Chat completions (platform.openai.com/docs/api-reference/chat)."""

    event = ""

    @staticmethod
    def error(cue: Cue) -> Body:
        kind = _KINDS.get(cue.status, "server_error")
        plain = {"message": cue.said, "type": kind, "param": None, "code": kind}
        return {"error": _ERRORS[cue.error][0] if cue.error else plain}

    @staticmethod
    def reply(cue: Cue) -> Body:
        message = {"role": "assistant", "content": "".join(cue.pieces)}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "test"}
        return {
            **head,
            "choices": [{"index": 0, "message": message, "finish_reason": cue.reason}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }

    @staticmethod
    def opening() -> str:
        return _OpenAI._event({"role": "assistant", "content": ""})

    @staticmethod
    def piece(text: str) -> str:
        return _OpenAI._event({"content": text})

    @staticmethod
    def closing(cue: Cue) -> str:
        return f"{_OpenAI._event({}, cue.reason)}data: [DONE]\n\n"

    @staticmethod
    def _event(delta: Body, reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "test", "choices": [choice]}
        return f"data: {json.dumps(event)}\n\n"


class _Anthropic:
    """Messages (docs.anthropic.com/en/api/messages-streaming)."""

    event = "event: content_block_delta\n"

    @staticmethod
    def error(cue: Cue) -> Body:
        plain = {"type": _KINDS.get(cue.status, "api_error"), "message": cue.said}
        return {"type": "error", "error": _ERRORS[cue.error][1] if cue.error else plain}

    @staticmethod
    def reply(cue: Cue) -> dict[str, Any]:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "test",
            "content": [{"type": "text", "text": "".join(cue.pieces)}] if cue.pieces else [],
            "stop_reason": _REASONS[cue.reason],
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    @staticmethod
    def opening() -> str:
        message = _Anthropic.reply(Cue()) | {"stop_reason": None}
        block = {"index": 0, "content_block": {"type": "text", "text": ""}}
        return _Anthropic._event({"type": "message_start", "message": message}) + _Anthropic._event(
            {"type": "content_block_start", **block}
        )

    @staticmethod
    def piece(text: str) -> str:
        delta = {"type": "text_delta", "text": text}
        return _Anthropic._event({"type": "content_block_delta", "index": 0, "delta": delta})

    @staticmethod
    def closing(cue: Cue) -> str:
        delta = {"stop_reason": _REASONS[cue.reason], "stop_sequence": None}
        return (
            _Anthropic._event({"type": "content_block_stop", "index": 0})
            + _Anthropic._event({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1}})
            + _Anthropic._event({"type": "message_stop"})
        )

    @staticmethod
    def _event(event: Body) -> str:
        return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def _numbered(pieces: int) -> tuple[str, ...]:
    return tuple(f"word{number} " for number in range(pieces))
