"""A follow-up question made to stand alone by a language model; its reply is used only if it brings in nothing new."""

import re
from collections.abc import Callable, Sequence

from index.keywords import terms, words
from qa.followups import Turn, parts_of_turn
from qa.phrases import STOPS, TOKEN, first_word, word_set
from qa.pointing import plain
from qa.prompting import FOLLOW_UP, load_prompt
from qa.question import QuestionKind, clean, is_asking, understand

MODEL_TURNS = 3
MODEL_CHARACTERS = 500  # of each turn
LONGEST_REPLY = 300  # characters
_NUMBERS = word_set(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million billion"
)
_MARKUP = re.compile(r"[<>\[\]{}`*|#\\$\"“”]+")


def by_model(
    question: str, history: Sequence[Turn], complete: Callable[[Sequence[tuple[str, str]]], str]
) -> str | None:
    """The question as a language model makes it stand alone; None where its reply cannot be used.

    `complete` takes (role, text) messages. A reply is used if it is one question in one line that brings in no name and
    no number of its own. Raises `PromptError`, and whatever `complete` raises.
    """
    prompt = load_prompt(FOLLOW_UP)
    turns = "\n".join(_shown(turn) for turn in history[-MODEL_TURNS:])
    user = prompt.say("user", question=_line(question, MODEL_CHARACTERS), turns=turns)
    reply = complete((("system", prompt.say("system")), ("human", user))).strip()
    known = " ".join([question, *(part for turn in history[-MODEL_TURNS:] for part in parts_of_turn(turn))])
    return clean(reply) if _is_usable(reply, known) else None


def _shown(turn: Turn) -> str:
    lines = [
        f'{who}: "{_line(text, MODEL_CHARACTERS // 2)}"'
        for who, text in zip(("asked", "answered"), parts_of_turn(turn), strict=False)
    ]
    return "\n".join(lines)


def _line(text: str, characters: int) -> str:
    """A text as data: one line, no markup, no quotation marks that could end it."""
    return clean(_MARKUP.sub(" ", plain(text)))[:characters].strip()


def _is_usable(reply: str, known: str) -> bool:
    """Whether a reply is one question in one line that says nothing new."""
    if not reply or len(reply) > LONGEST_REPLY or len(reply.splitlines()) > 1 or _MARKUP.search(reply):
        return False
    kind = understand(clean(reply)).kind
    asks = reply.endswith("?") and not re.search(r"[?.!] ", reply) and first_word(reply) != "i"
    if not kind.is_asked_of_articles or not (asks or kind is QuestionKind.OVERVIEW):
        return False
    tokens = [token[0] for token in TOKEN.finditer(reply)]
    asking = not tokens or tokens[0].lower() in STOPS or is_asking(tokens[0])
    told = [t for i, t in enumerate(tokens) if t[0].isdigit() or (t[0].isupper() and not (i == 0 and asking))]
    new = set(terms(" ".join(told))) | (_NUMBERS & set(words(reply)))
    return new <= set(terms(known)) | set(words(known))
