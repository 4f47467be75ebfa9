"""Text and JSON to a terminal, a pipe or a log: nothing in them is obeyed by a terminal or fails in an odd locale."""

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

LINE_EVERY = 10.0  # seconds between two lines of progress in a log

# What a terminal obeys or hides, and surrogates, which no encoding holds; JSON escapes all other controls by itself.
_UNSHOWABLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def prepare_streams() -> None:
    """Questions are UTF-8 in every locale; a character that stdout cannot hold is shown as a question mark.

    Bytes that are not UTF-8 come in as lone surrogates, so that one bad line does not cost the others.
    """
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def show(markdown: str) -> None:
    """Print Markdown on stdout as it reads best in a terminal: entities and escapes of punctuation undone."""
    import html

    print(_visible(html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown))))


def say(text: str) -> None:
    """Print a message on stderr."""
    print(_visible(text), file=sys.stderr, flush=True)


def print_json(data: Mapping[str, Any], *, indent: int | None = 1) -> None:
    """Print JSON on stdout, in characters that stdout can hold; None as indent puts it on one line."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(data, ensure_ascii=plain, indent=indent, default=str)
    print(_UNSHOWABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text), flush=True)


class Bar:
    """A bar with rate and time left on a terminal, a line now and then in a log; used as a context manager."""

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = what, unit
        self._bar: tqdm[Any] | None = None
        self._began: tuple[float, int] | None = None  # when, and how much was done then
        self._said = 0.0

    def __enter__(self) -> Callable[[int, int], None]:
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.close()

    def _show(self, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            self._log(done, total)
            return
        if self._bar is None or self._bar.total != total:
            from tqdm import tqdm

            self.__exit__()
            self._bar = tqdm(total=total, desc=self._what, unit=f" {self._unit}", file=sys.stderr)
        self._bar.update(done - self._bar.n)

    def _log(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total:
            self._began = None  # what comes next is another piece of work
            return
        if self._began is None:
            self._began, self._said = (now, done), now
        if now - self._said < LINE_EVERY:
            return
        self._said = now
        rate = (done - self._began[1]) / (now - self._began[0])
        left = f"about {(total - done) / rate:.0f} s left" if rate else "no rate yet"
        say(f"{self._what}: {done} of {total} {self._unit}, {rate:.0f} a second, {left}")


def _visible(text: str) -> str:
    from qa.markdown import visible

    return visible(text)
