"""What the conversation says for an answer, as Markdown."""

import re
from collections.abc import Sequence
from datetime import date
from html import unescape
from typing import Any

from qa.markdown import age, day, escape, said
from qa.types import Answer, Sentence
from qa.web.session import NEAREST_MARK, Session, counts
from qa.web.words import say

Message = dict[str, Any]
# A marker as `qa.markdown` writes it: escaped brackets are words of a text, no marker.
_MARKER = re.compile(r"(?<!\\)\[(\d{1,9})\](?!\()")
_NOT_RATED = '<span class="dl-not-rated"></span>'  # by which the style sheet knows where not to offer thumbs
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:amp|lt|gt|#92);)")


def messages(session: Session, *following: Message) -> list[Message]:
    """The turns of a conversation as gradio's Chatbot shows them, then whatever is still under way."""
    turns = enumerate(session.answers, start=session.first)
    return [message for turn, answer in turns for message in (asked(answer.question), told(bubble(answer, turn)))] + [
        *following
    ]


def asked(question: str) -> Message:
    """A question as a message."""
    return {"role": "user", "content": escape(question)}


def unasked(content: str) -> str:
    """The question in the content of a message, which is what a reader gets to edit; undoes `asked`."""
    return _ESCAPED.sub(lambda part: part[1] or unescape(part[2]), content)


def told(markdown: str) -> Message:
    """A reply as a message."""
    return {"role": "assistant", "content": markdown}


def bubble(answer: Answer, turn: int) -> str:
    """The answer as anywhere else, less its sources, which are in the panel beside it, and to which its markers lead."""
    blocks = [*(_linked(block, turn) for block in said(answer)), *(escape(notice) for notice in answer.notices)]
    if answer.citations:
        blocks.append(f"<small>{_dated(answer)}</small>")
    if answer.nearest_passages:
        blocks.append(f"[{say('reply.near')}](#dl-source-{turn}-{NEAREST_MARK})")
    return "\n\n".join(block for block in blocks if block) + ("" if counts(answer) else _NOT_RATED)


def so_far(sentences: Sequence[Sentence]) -> str:
    """What a language model has written and the articles bear out, while the rest is still to come."""
    marks = ["".join(rf"\[{number}\]" for number in sentence.citations) for sentence in sentences]
    return "\n\n".join(f"{escape(s.text)} {m}" for s, m in zip(sentences, marks, strict=True)) + "\n\n…"


def _linked(block: str, turn: int) -> str:
    return _MARKER.sub(lambda marker: rf"[\[{marker[1]}\]](#dl-source-{turn}-{marker[1]})", block)


def _dated(answer: Answer) -> str:
    today = answer.as_of or date.today()
    newest = answer.newest_source
    if newest is None or any(re.search(rf"\b{day(newest)}\b", notice) for notice in answer.notices):
        return say("reply.as_of", day=day(today))
    return say("reply.as_of_newest", day=day(today), newest=day(newest), age=age((today - newest).days))
