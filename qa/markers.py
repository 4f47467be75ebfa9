"""A language model's text, piece by piece -> whole sentences and the keys that each cites."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from index.sentences import sentence_spans
from qa.prompting import KEY
from qa.question import clean

LONGEST = 2_000  # characters of a sentence; a text without an end is cut there, so that checking it stays quick
LONGEST_QUOTATION = 500  # characters within which quotation marks are expected to be closed
TAIL = 400  # characters in which the end of a sentence and its marks are looked for

_INSIDE = r"[^\[\]［］【】\n]{0,200}"
_TARGET = r"\([^)\s]*(?:\s+\"[^\"\n]*\")?\)?"
_ROUND = rf"\(\s*{KEY}(?:[\s,;]+{KEY})*\s*\)"
_MARK = rf"[*_`]*(?:[\[［【]{_INSIDE}[\]］】](?:{_TARGET})?|{_ROUND}|{KEY})[*_`]*"
_END = re.compile(rf"[.!?…][\"”’')*_]*(?P<marks>(?:\s*{_MARK}){{0,9}}[.,;]?)\Z", re.IGNORECASE)
_BEGINS_MARK = re.compile(rf"[*_`]*(?:[\[［【]|\(?{KEY}\b)", re.IGNORECASE)
_MARKER = re.compile(
    rf"[\[［【](?P<inside>{_INSIDE})[\]］】](?P<target>{_TARGET})?|(?P<bare>{_ROUND}|\b{KEY}\b)", re.IGNORECASE
)
_IN_MARKER = re.compile(rf"{KEY}|\w*\d\w*")  # a key, known or not, or a number
_SPACE = re.compile(r"(\s+)")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_IMAGE = re.compile(r"!\[[^\]]{0,300}\](?:\([^)]{0,2000}\)|\[[^\]]{0,300}\])?")
_REFERENCE = re.compile(rf"^\[(?!{KEY}\])[^\]]+\]:\s*\S")
_ECHO = re.compile(r'"(?:key|title|publisher|published|text)"\s*:')  # a passage as the prompt shows it
_FENCE = re.compile(r"^(?:`{3,}|~{3,})\S*$")
_TAG = re.compile(r"</?[a-z!][^<>]{0,300}>", re.IGNORECASE)
_LIST = re.compile(r"^(?:[-*•>]+|#{1,6}|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")
_EDGES = re.compile(r"^[*_`~]+|\W+$")
_DOUBLED = re.compile(r"([.!?…][\"”’]?)\s+[.,;]$")
_LOOSE = re.compile(r"\s+([.,;:!?])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One sentence without its marks, and the known keys in them, in order, each once."""

    text: str
    keys: tuple[str, ...]


def marked_sentences(pieces: Iterable[str], keys: Collection[str]) -> Iterator[Marked]:
    """The sentences of a text that comes in pieces, each as soon as the next one's first word is there.

    Where a sentence ends depends on whole words only, so the sentences are the same however the text is cut up. Unknown
    keys, links, images and markup are dropped; a bracket of words stays, as a round one.
    """
    text = ""
    for word, begins_line in _words(pieces):
        if text and (begins_line or len(text) > LONGEST or _ends(text, word)):
            yield from _marked(text, keys)
            text = ""
        text += f" {word}" if text else word
    yield from _marked(text, keys)


def _words(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each word, as soon as white space follows it, and whether it begins a line."""
    pending, before = "", ""
    for piece in chain(pieces, " "):
        pending += piece
        if not _SPACE.search(piece):
            continue
        *parts, pending = _SPACE.split(pending)
        for word, space in zip(parts[::2], parts[1::2], strict=True):
            if word:
                yield word, "\n" in before
                before = ""
            before += space


def _ends(text: str, following: str) -> bool:
    """Whether a sentence ends between the two, as the articles' own sentences are told apart."""
    tail = text[-TAIL:]
    match = _END.search(tail)
    if match is None or _BEGINS_MARK.match(following):
        return False
    before = _EMPHASIS.sub("", _LIST.sub("", _MARKER.sub("", tail[: match.start("marks")])))
    if not _WORDS.search(before) or _is_quoting(text):
        return False
    spans = sentence_spans(f"{before} {_EDGES.sub('', following)} so")
    return bool(spans) and spans[-1][0] >= len(before)


def _is_quoting(text: str) -> bool:
    is_open = text.count('"') % 2 == 1 or text.count("“") > text.count("”")
    return is_open and len(text) < LONGEST_QUOTATION


def _marked(text: str, keys: Collection[str]) -> Iterator[Marked]:
    if _REFERENCE.match(text) or _FENCE.match(text) or _ECHO.search(text):
        return
    found: dict[str, None] = {}

    def without(marker: re.Match[str]) -> str:
        tokens = re.findall(r"\w+", marker[0].removesuffix(marker["target"] or "").lower())
        known = [token for token in tokens if token in keys]
        found.update(dict.fromkeys(known))
        if known:
            return ""
        if marker["inside"] is None:
            return marker[0]
        is_said = _WORDS.search(marker["inside"]) and not any(map(_IN_MARKER.fullmatch, tokens))
        return (marker["inside"] if marker["target"] else f"({marker['inside']})") if is_said else ""

    bare = _MARKER.sub(without, _TAG.sub(" ", _IMAGE.sub(" ", text)))
    bare = _DOUBLED.sub(r"\1", _EMPHASIS.sub("", _LIST.sub("", bare)))
    bare = _LOOSE.sub(r"\1", clean(bare)).lstrip(" .,;:").rstrip()
    if _WORDS.search(bare):
        yield Marked(text=bare, keys=tuple(found))
