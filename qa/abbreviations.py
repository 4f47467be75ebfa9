"""What an abbreviation stands for, where a text spells it out: "the Agency for Ports and Piers (APP)"."""

import re

from qa.question import Question

_ASKED = re.compile(r"\b(?:stands? for|abbreviation|acronym|short for|full name|spelled out|initials)\b", re.IGNORECASE)
_SHORT = re.compile(r"\b[A-Z][A-Z0-9&-]{1,9}\b")
_JOINING = frozenset("of for and the on in to de la du".split())


def spelled_out(question: Question, text: str) -> tuple[int, int] | None:
    """The bounds of the words that a text gives for the abbreviation that the question is about; None if it does not.

    They stand before the abbreviation in brackets, begin with its first letter, and each takes up one of its letters,
    small joining words aside (after Schwartz and Hearst, "A simple algorithm for identifying abbreviation
    definitions", 2003).
    """
    if not _ASKED.search(question.text):
        return None
    for short in _SHORT.findall(question.text):
        for match in re.finditer(rf"\({re.escape(short)}\)", text):
            if (start := _start(text, match.start(), short)) is not None:
                return start, len(text[: match.start()].rstrip())
    return None


def _start(text: str, end: int, short: str) -> int | None:
    words = list(re.finditer(r"[\w’'-]+", text[max(0, end - 200) : end]))
    offset, letters = max(0, end - 200), len(re.sub(r"[^A-Z]", "", short))
    taken = 0
    for word in reversed(words):
        if word.group().lower() in _JOINING:
            continue
        taken += len(word.group()) if word.group().isupper() else 1
        if taken >= letters:
            return offset + word.start() if word.group()[0].upper() == short[0] else None
    return None
