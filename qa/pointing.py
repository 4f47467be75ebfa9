"""Words that point back, as they and there do, and what they point to in what was said before."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.claims import is_amount
from qa.phrases import (
    AUXILIARIES,
    DAYS,
    EVENTS,
    PREPOSITIONS,
    PRONOUNS,
    STOPS,
    TIME,
    Kind,
    Mention,
    first_word,
    kind_of,
    mentions_in,
    word_set,
)
from qa.question import clean

_SUBJECT = re.compile(
    rf"(?i:(?:what|when|where|why|how(?: \w+)?)? ?(?:{'|'.join(sorted(AUXILIARIES))}) (?P<word>he|she|they|it)\b(?! take\b))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An earlier turn: its question made to stand alone, the short answer and the whole one, both plain; "" if declined."""

    question: str
    short: str
    answer: str


def _after(text: str) -> str:
    """A pattern for the place behind one of these words."""
    return "|".join(rf"(?<=\b{word} )" for word in text.split())


_MOVING = word_set("get go come travel move return fly drive walk")
TIME_PHRASE = re.compile(rf"\b(?:in|on|by|until|since|before|after|during) (?:the )?{TIME.pattern}")
NAMES = re.compile(r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_NAME = re.compile(r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)+")
OTHER_SIDE = re.compile(
    r"\b(?:the )?(?:other|opposing|opposite) (?:side|party|team|country|camp|delegation|government|one)\b"
)
_EXPLETIVES = re.compile(
    r"\b(?:(?:is|was|be|been) it(?= (?:\w+ly )?(?:true|possible|likely|certain|clear|right|legal|known|\w+ed|said|thought|a|an|the) (?:that|to|whether|if|for)\b)"
    r"|it(?= (?:is|was|has been) (?:\w+ )?(?:true|possible|likely|certain|clear|known|said|\w+ed) (?:that|to|whether)\b)"
    r"|(?:does|did|will|would) it(?= (?:take|cost)\b.* to\b)|(?:why|how|when|where|who|what)(?: is| was) it(?= that\b)|what (?:time|day) (?:is|was) it"
    r"|(?:does|did) it(?= (?:mean (?:to|that|when|if)|rain|snow)\b)"
    r"|(?:is|are|was|were|has|have|had|will|would|can|could) there(?= \w)|there(?= (?:is|are|was|were|has|have|had|will|would|be)\b)"
    r"|(?:this|that|these|those) (?:year|week|month|morning|evening|time|summer|winter|spring|autumn|century|decade)|(?<=the )then(?= \w)|then (?=\w+ (?:minister|president|mayor)))\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:(?P<deed>(?<=\bdo )(?:that|this|it|so))|(?P<person>he|she|him|his|her|hers)|(?P<group>they|them|their|theirs)|(?P<place>there)|(?P<time>at (?:that|the) time|back then|on that day|that day|then)"
    r"|(?P<thing>it|its|this(?=[?.!]|$| (?:mean|important|happen|plan|decision|deal|meeting|agreement|law|attack|event|company|man|woman)\b)"
    rf"|(?:{_after('in on at of about after before for with from by to over do did does was is as summarise summarize explain describe')})that"
    r"(?=[?.!]|$| (?:happen|mean|take|lead|work|meeting|event|agreement|deal|decision|company|article)\b)))\b",
    re.IGNORECASE,
)
_SOURCES = word_set("article articles report reports source sources")  # that a question asks, and nobody points to
_POSSESSIVES = word_set("his her hers its their theirs")

_FITS: Mapping[str, tuple[frozenset[Kind], ...]] = {  # what a word may point to, the likeliest kinds first
    "person": (frozenset({Kind.PERSON}), frozenset({Kind.NAME})),
    "group": (frozenset({Kind.GROUP}), frozenset({Kind.BODY}), frozenset({Kind.NAME})),
    "thing": (frozenset({Kind.THING, Kind.BODY}), frozenset({Kind.PLACE}), frozenset({Kind.NAME})),
    "place": (frozenset({Kind.PLACE}), frozenset({Kind.NAME})),
    "time": (frozenset({Kind.TIME}),),
    "deed": (),
}
_NAMING = (
    re.compile(r"which\b|what (?:is|was) the name", re.IGNORECASE),
    re.compile(r"who\b|which\b|what (?:is|was) the name", re.IGNORECASE),
)  # questions whose short answer is what the next one is about; with "he" and "she" also who-questions
_CLAUSE = re.compile(r"\b(?:and|but|when|before|after|because|who|that|which|if|while)\b", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[\d+\]")


def plain(text: str) -> str:
    """An answer without its markers and bold."""
    return clean(_MARKER.sub("", text.replace("**", "")))


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def pointing_words(text: str) -> Iterator[re.Match[str]]:
    """The words of a question that point out of it."""
    idle = [match.span() for match in _EXPLETIVES.finditer(text)]
    mentions = mentions_in(text)
    for match in _POINTING.finditer(text):
        if not any(start <= match.start() < end for start, end in idle) and not _is_bound(match, mentions, text):
            yield match


def unnamed(text: str) -> str | None:
    """The pronoun that is all a question says of whom it asks, as in "When will they meet again?"; None where it names."""
    found = _SUBJECT.match(text)
    if not found or any(match[0][:1].isupper() for match in NAMES.finditer(text, found.end())):
        return None
    return found["word"] if any(match.start() == found.start("word") for match in pointing_words(text)) else None


def _is_bound(match: re.Match[str], mentions: Sequence[Mention], text: str) -> bool:
    """Whether the question itself names what the word points to: "Did the rebels hand over their weapons?"."""
    group, word = match.lastgroup or "", match[0].lower()
    fits = _kinds(group)
    earlier = [m for m in mentions if m.end <= match.start() and m.kind in fits and first_word(m.text) not in PRONOUNS]
    if not earlier:
        return False
    before, after = text[: match.start()].lower().split()[-1], first_word(text[match.end() :].strip(" ?"))
    if group in {"place", "time"} or (word in _POSSESSIVES and after and not (word == "her" and after in STOPS)):
        return True
    subject = word in {"he", "she", "they"} or after in AUXILIARIES
    return (subject and before not in AUXILIARIES) or bool(_CLAUSE.search(text, earlier[-1].end, match.start()))


def _kinds(group: str) -> frozenset[Kind]:
    return frozenset(kind for kinds in _FITS[group] for kind in kinds)


def with_referents(text: str, said: Sequence[Said]) -> str:
    """The text with the first word of each kind that points back replaced by what it points to."""
    firsts = {match.lastgroup or "": match for match in reversed(list(pointing_words(text)))}
    for group, match in sorted(firsts.items(), key=lambda item: -item[1].start()):
        referent = next(filter(None, (_referent(turn, group, match[0].lower()) for turn in reversed(said))), None)
        if referent is not None:
            text = text[: match.start()] + _as_written(referent, match, text) + text[match.end() :]
    return text


def _as_written(referent: str, match: re.Match[str], text: str) -> str:
    """A referent in the form of the word it replaces: with its preposition, or as an owner."""
    before, after = text[: match.start()].lower().split()[-1:], first_word(text[match.end() :].strip(" ?"))
    own = _bare(referent) != referent
    if match.lastgroup in {"place", "time"}:
        if before and before[0] in PREPOSITIONS:
            return _bare(referent)
        if before and before[0] in _MOVING:
            return f"to {_bare(referent)}"
        day = match.lastgroup == "time" and re.search(rf"\d [A-Z]|[A-Z]\w+ \d{{1,2}}\b|{DAYS}", referent)
        return referent if own else f"{'on' if day else 'in'} {referent}"
    word = match[0].lower()
    if word in _POSSESSIVES and after and not (word == "her" and after in STOPS):
        return referent + ("'" if referent.endswith("s") and referent[0].islower() else "'s")
    return referent


def _bare(phrase: str) -> str:
    """A phrase without the preposition it begins with."""
    return phrase.split(" ", 1)[1] if first_word(phrase) in PREPOSITIONS and " " in phrase else phrase


def _referent(turn: Said, group: str, word: str) -> str | None:
    """What a word of this group points to in a turn: its question before its answer, the likeliest kind first."""
    mentions = [m for m in mentions_in(turn.question) if first_word(m.text) not in PRONOUNS and m.head not in _SOURCES]
    options = [(m.text, Kind.NAME if m.kind is Kind.BODY and word in {"this", "that"} else m.kind) for m in mentions]
    options += [(m.text, Kind.THING) for m in mentions if m.kind is Kind.GROUP and m.head in EVENTS]
    if asked := _asked(turn):
        named = _NAMING[group == "person"].match(turn.question)
        known = group == "person" and not NAMES.search(asked[0]) and Kind.PERSON in {m.kind for m in mentions}
        if (named or group in {"place", "time"}) and asked[1] in _kinds(group) and not known:
            return asked[0]
        options.append((asked[0] if group in {"place", "time"} else _bare(asked[0]), asked[1]))
    if group == "person":
        options += [(name, Kind.PERSON) for name in _NAME.findall(turn.answer) if kind_of(name) is Kind.PERSON]
    if group == "time":
        options += [(match[0], Kind.TIME) for match in TIME_PHRASE.finditer(turn.answer)]
    for kinds in _FITS[group]:
        if found := next((text for text, kind in options if kind in kinds), None):
            return re.sub(r"^(?:an?|some|any|no|this|that|these|those) ", "the ", found, flags=re.IGNORECASE)
    return None


def _asked(turn: Said) -> tuple[str, Kind] | None:
    """The short answer and what it stands for, as the question tells."""
    if not turn.short or is_amount(turn.short):  # nobody means three hours by "they"
        return None
    asks, kind = first_word(turn.question), kind_of(turn.short)
    if asks == "who" and kind in {Kind.NAME, Kind.THING, Kind.PLACE}:
        kind = Kind.PERSON
    return turn.short, {"where": Kind.PLACE, "when": Kind.TIME}.get(asks, kind)


def with_other_side(text: str, said: Sequence[Said]) -> str:
    """ "The other side" as the party that the last question did not ask about, where one is named."""
    match = OTHER_SIDE.search(text)
    asked = _parties(said[-1].question)
    if match is None or len(asked) != 1:
        return text
    others = [p for turn in reversed(said) for p in _parties(f"{turn.answer} {turn.question}") if p not in asked]
    return text[: match.start()] + others[0] + text[match.end() :] if others else text


def _parties(text: str) -> list[str]:
    names = (name for name in NAMES.findall(text) if first_word(name) not in STOPS)
    return list(dict.fromkeys(name for name in names if kind_of(name) in {Kind.NAME, Kind.BODY, Kind.PLACE}))
