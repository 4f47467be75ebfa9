"""A question that asks several things -> the questions that have to be answered one by one, by rule."""

import re
from collections.abc import Sequence

from qa.followups import leans, stand_alone
from qa.question import Question, QuestionKind, understand

MAX_PARTS = 3

_ASKS = r"(?:who|whom|whose|when|where|why|how(?: (?:long|many|much|old|often|far|big|large))?|what|which)"
_JOINED = re.compile(
    rf"^(?P<one>{_ASKS}),? (?:and|&) (?P<other>(?:(?:by|with|to|for|from|at|in) )?{_ASKS})(?= )(?P<rest>.+)$", re.I
)
_WHETHER = (
    r"(?:do|does|did) |(?:is|are|was|were|has|have|had|will|would|can|could|should) (?:he|she|it|they|there|any\w*)\b"
)
_LISTED = re.compile(
    rf",? (?:and|&) (?=(?:(?:by|with|to|for|from|at|in|of|on) )?{_ASKS}(?: (?!(?:of|is known|are known)\b)|\W*$)|{_WHETHER})"
    rf"|[?;] (?=(?:and )?{_ASKS} )",
    re.I,
)
_NOBODY = re.compile(r"\bsome(?:one|thing)\b")  # stands for what only the answer to the part before tells
_NAME_OF = re.compile(r"\bthe name of (?=the )", re.I)  # of the ship: "it" is the ship
_TAIL = re.compile(r" (?:in|at|on|during|after|before|from|for|of) (?:the |a |an )?[\w’' -]+$")
_SHORT = 4  # words of a first part that goes without the place or event named at the end of the last one
_BOTH = re.compile(
    r"^(?P<asks>what (?:do|does|did|have|has)) both (?P<one>[\w’' -]+?) and (?P<other>[\w’' -]+?)"
    r"(?P<rest> (?:say|said|announce|want|wanted|claim|claimed|demand|report|call|think|promise|propose)\b.*)$",
    re.I,
)

_NAME = r"(?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*"
_OF_EACH = re.compile(rf"(?<!, )\b(?P<word>of|for|from|in|to|at) (?P<one>{_NAME}),? and (?P=word) (?P<other>{_NAME})")
_SOURCE = re.compile(r"\baccording to (?P<who>[^,;?]+)", re.I)
_SAME_OF = re.compile(rf"^(?P<asks>{_ASKS}) according to (?P<who>[^,;?]+)$", re.I)

_SIDES = r"(?P<one>[^,;?]+?) (?:and|with|to|versus|vs\.?|against) (?:(?:that|those|the one|the ones) (?:of|from|in) )?(?P<other>[^,;?]+?)"
_MATTER = (
    r"(?P<matter>,? (?:on|about|regarding|concerning|over|in terms of|when it comes to|as to|when|with regard to) .+)?"
)
_COMPARED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:please )?(?:compare|contrast) (?:the |what )?(?P<what>[\w ]+? (?:of|by|from)) {_SIDES}{_MATTER}[?.]*$",
        rf"^(?:please )?(?:compare|contrast) {_SIDES}{_MATTER}[?.]*$",
        rf"^.*\bdifferences? between {_SIDES}{_MATTER}[?.]*$",
        r"^what (?:is|was|are|were) (?P<one>[^?]+?),? (?:as )?compared (?:with|to) (?P<other>[^?]+?)[?.]*$",
        r"^(?:(?:why|how) )?(?:(?:do|does|did) )?(?P<one>[^,;?]+?) and (?P<other>[^,;?]+?) (?:tell|told|give|gave|have|had|offer|offered)"
        r" (?:different|differing|conflicting) (?:stories|accounts|versions)(?P<matter> (?:about|of|on|as to) [^.;?]+)?(?:[.?;,].*)?$",
        r"^(?:which|what)(?: of [\w ]+?)? (?:came|come|happened|was|took place|occurred|started|began) (?:first|earlier|later|last)"
        r"[,:;]? (?P<one>[^?]+?),? or (?P<other>[^?]+?)[?.]*$",
        r"^(?:did|was|were|do|does|is|had|has|have) (?P<one>[^?]+?),? before or after (?P<other>[^?]+?)[?.]*$",
        rf"^how (?:long|much time|many \w+) \w+(?: \w+)? between {_SIDES}[?.]*$",
        r"^how (?:differently )?(?:do|does|did|have|has) (?P<one>[\w’' -]+?) and (?P<other>[\w’' -]+?)(?P<matter> (?!and\b)\w+ .+?)"
        r"(?: differently| differ)?[?.]*$",
    )
)


def parts_of(question: Question) -> tuple[Question, ...]:
    """What has to be found, each part a question of its own; the question itself where it asks one thing only.

    "When and where did they meet?" has two parts, "Compare A with B on C" those about A and about B. A part that
    points back ("who is X and what does she do") gets the name; one that cannot be resolved is not split off.
    """
    text = question.text
    if question.kind is QuestionKind.OVERVIEW:
        found = _compared(text)
    elif question.kind is QuestionKind.YES_NO and ", and " in text:  # else "Do you know who won and by how much?"
        found = _listed(text)
    elif question.kind in {QuestionKind.FACT, QuestionKind.EXPLAIN}:
        found = _asked_together(text) or _of_both(text) or _listed(text) or _of_each(text)
    else:
        found = ()
    return tuple(map(understand, found)) or (question,)


def _compared(text: str) -> tuple[str, ...]:
    for pattern in _COMPARED:
        if match := pattern.match(text):
            said = match.groupdict()
            what = f"{said['what']} " if said.get("what") else ""
            matter = (said.get("matter") or "").lstrip(",")
            return tuple(f"{what}{said[side].strip()}{matter}" for side in ("one", "other"))
    return ()


def _asked_together(text: str) -> tuple[str, ...]:
    if not (match := _JOINED.match(text)):
        return ()
    return tuple(f"{match[word][0].upper()}{match[word][1:]}{match['rest']}" for word in ("one", "other"))


def _of_both(text: str) -> tuple[str, ...]:
    if not (match := _BOTH.match(text)):
        return ()
    return tuple(f"{match['asks'].capitalize()} {match[side]}{match['rest']}" for side in ("one", "other"))


def _of_each(text: str) -> tuple[str, ...]:
    if not (match := _OF_EACH.search(text)):
        return ()
    return tuple(
        f"{text[: match.start()]}{match['word']} {match[side]}{text[match.end() :]}" for side in ("one", "other")
    )


def _listed(text: str) -> tuple[str, ...]:
    pieces = [piece.strip(" ?,;") for piece in _LISTED.split(text)]
    if not 2 <= len(pieces) <= MAX_PARTS or len(pieces[0].split()) < 2:
        return ()
    tail = _TAIL.search(pieces[-1])
    first = pieces[0] + (tail.group() if tail and len(pieces[0].split()) <= _SHORT else "")
    resolved = [f"{first}?" if tail or leans(first) else _going_on(first, [f"{pieces[-1]}?"])]
    for piece in pieces[1:]:
        if (whole := _resolved(piece, resolved)) is None:
            return ()
        resolved.append(whole)
    return tuple(f"{piece[0].upper()}{piece[1:]}" for piece in resolved)


def _resolved(piece: str, before: Sequence[str]) -> str | None:
    """A part with what it leaves to those before it: the name behind a pronoun, the question; None where uncertain."""
    if same := _SAME_OF.match(piece):
        source = _SOURCE.search(before[0])
        if source is None or not before[0].casefold().startswith(same["asks"].casefold()):
            return None
        return f"{before[0][: source.start()]}according to {same['who']}{before[0][source.end() :]}"
    whole = _going_on(piece, before)
    return None if leans(whole) or _NOBODY.search(whole) else whole


def _going_on(piece: str, before: Sequence[str]) -> str:
    """A part as the question that it would be after these."""
    history = [(_NAME_OF.sub("", question),) for question in before]
    return stand_alone(f"And {piece}?", history).removeprefix("And ")
