"""What the conversation says for an answer, as Markdown."""

from dataclasses import replace

from qa.markdown import answer_markdown
from qa.types import Answer


def bubble(answer: Answer) -> str:
    """The answer as anywhere else, less its sources and the nearest headlines, which are in the panel beside it."""
    return answer_markdown(replace(answer, citations=(), nearest=()))
