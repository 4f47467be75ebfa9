"""What the conversation says for an answer, as Markdown."""

from collections.abc import Sequence
from dataclasses import replace

from qa.markdown import answer_markdown, escape
from qa.types import Answer, Sentence


def bubble(answer: Answer) -> str:
    """The answer as anywhere else, less its sources and the nearest headlines, which are in the panel beside it."""
    return answer_markdown(replace(answer, citations=(), nearest=()))


def so_far(sentences: Sequence[Sentence]) -> str:
    """What a language model has written and the articles bear out, while the rest is still to come."""
    marks = ["".join(rf"\[{number}\]" for number in sentence.citations) for sentence in sentences]
    return "\n\n".join(f"{escape(s.text)} {m}" for s, m in zip(sentences, marks, strict=True)) + "\n\n…"
