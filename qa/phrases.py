"""The noun phrases of a question, by rule: where each stands, what is joined to it, and what kind of thing it names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from qa.normalise import MONTHS


class Kind(StrEnum):
    """What a noun phrase stands for; a NAME is a person, a place or a body, and nothing tells which."""

    PERSON = "person"
    GROUP = "group"
    BODY = "body"
    PLACE = "place"
    TIME = "time"
    THING = "thing"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A noun phrase `text[start:end]` of a question; `head` is its main noun, `core` the end of the phrase around it."""

    text: str
    kind: Kind
    head: str
    start: int
    core: int
    end: int


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


DETERMINERS = word_set(
    "the a an this that these those its their his her our my your one two three four five six several some many most all any no each"
    " every both"
)
_NUMERALS = word_set("one two three four five six several many")
PREPOSITIONS = word_set(
    "of in at on for from to with by about after before during between against near off over under into onto through"
    " until since without within among around across behind along per"
)
AUXILIARIES = word_set(
    "is are was were do does did has have had will would can could should may might must be been being"
)
_JOINING = word_set("in at on between with for off near from over")
ASKING = word_set("who whom whose what when where why how which")
PRONOUNS = word_set("he she it they him them his her hers its their theirs there then that this these those")
STOPS = (
    DETERMINERS
    | PREPOSITIONS
    | AUXILIARIES
    | ASKING
    | PRONOUNS
    | word_set("and or but if than as not else also already still again ever never now while because so even only last")
)
_VERBS = word_set(
    "accept accuse admit agree allow announce appear approve arrest arrive ask attack attend ban become begin believe blame"
    " block break bring build buy call carry cause change choose claim close collapse come condemn confirm cost crash criticise"
    " criticize cut decide declare defend demand deny describe destroy die disappear discuss do drop earn employ end erupt escape"
    " expect fail fall fight find finish fire flee fly follow found get give go grow happen help hit hold hope hurt import"
    " increase injure join keep kill know lack last launch lead leak leave lie live lose make mean meet move name need negotiate"
    " offer open order own pass pay plan play produce promise propose protest publish raise reach receive refuse reject release"
    " replace reply report represent resign respond return rise rule run sail say sell send serve share shoot show shut sign sink"
    " speak spend spread stand start stay steal step stop strike suffer support take talk tell thank think threaten travel try"
    " turn use visit vote want warn win withdraw work write"
)
PAST = word_set(
    "led fell came went took found held built shot lost made sold bought brought caught sent kept left hit born said told"
    " met won sank began broke stole spoke gave saw knew grew rose flew ran struck wrote paid stood got became"
    " sang rang swam drank slept rode chose drove threw taken seen known sunk stolen broken given written chosen shown driven hidden beaten put set cut shut"
)
EVENTS_AT = word_set(
    "talks meeting meetings summit hearing conference ceremony rally funeral trial session match final negotiations"
)
_EVENTS_IN = word_set(
    "attack attacks accident collision crash fire flood floods earthquake explosion election elections vote strike protest protests"
    " war battle storm eruption operation outbreak theft robbery wildfire sinking fighting riot riots raid referendum derailment"
)
EVENTS = EVENTS_AT | _EVENTS_IN
_ROLES = word_set(
    "president minister chancellor king queen secretary spokesman spokeswoman spokesperson governor mayor leader chief director head chair"
    " chairman chairwoman ambassador general commander official envoy senator judge coach captain owner founder ceo man woman boy girl"
    " suspect victim singer actor actress author driver pilot mate skipper professor doctor nurse teacher lawyer prosecutor expert"
    " engineer scientist student officer soldier player negotiator delegate bishop pope prince princess winner candidate mr mrs ms dr"
)
_BODIES = word_set(
    "party ministry council union bank alliance federation company agency committee university court army guard department nations"
    " association works steel lines energy capital group office institute parliament government club team commission authority league"
    " corporation inc ltd ag gmbh front movement police hospital newspaper firm foundation board wire gazette fund railways"
)
_PLACES = word_set(
    "town city village island port lake river valley mount mountain capital country region province district street square"
    " state bay coast reef harbour harbor upper lower north south east west hill park bridge"
)
_PLURALS = word_set("people police children men women rebels heads")
_SINGULAR = word_set("news series headquarters crisis gas bus basis status virus campus census")
_MONTHS = "|".join(month.capitalize() for month in MONTHS)
DAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TIME = re.compile(
    rf"\b(?:(?:{DAYS}(?:,? )?)?(?:\d{{1,2}} (?:{_MONTHS})|(?:{_MONTHS}) \d{{1,2}})(?:,? \d{{4}})?|(?:(?:{_MONTHS}) )?(?:1[5-9]|20)\d\d"
    rf"|{_MONTHS}|{DAYS}|(?:last|this|next) (?:year|week|month|summer|winter|spring|autumn)|yesterday|today|tomorrow)\b"
)
TOKEN = re.compile(r"(?:[A-Z]\.){2,}|\w[\w’'-]*")


def mentions_in(text: str) -> list[Mention]:
    """The noun phrases of a question, in order, each with what is joined to it: "the talks in Ostrel"."""
    tokens = list(TOKEN.finditer(text))
    found: list[Mention] = []
    at, pending = 0, False
    while at < len(tokens):
        word = tokens[at][0].lower()
        if word in AUXILIARIES:
            pending = True
        if not _can_start(tokens, at):
            at += 1
            continue
        stop = _run(text, tokens, at)
        if (verb := _verb(tokens, at, stop, pending)) is not None:
            stop, pending = verb, False
        if mention := _mention(text, tokens, at, stop):
            _add(found, mention, text)
        at = max(stop, at + 1)
    return found


def _can_start(tokens: Sequence[re.Match[str]], at: int) -> bool:
    word, before = tokens[at][0], tokens[at - 1][0].lower() if at else ""
    if word.lower() in DETERMINERS:
        return at + 1 < len(tokens) and not (before == "how" and word.lower() in {"many", "much"})
    if word.lower() in STOPS:
        return False
    counted = (
        before in {"which", "what", "many", "much"} and word.lower() not in {"many", "much"} and not _is_past(word)
    )
    return (word[0].isupper() and at > 0) or counted or before in PREPOSITIONS or before in AUXILIARIES


def _run(text: str, tokens: Sequence[re.Match[str]], at: int) -> int:
    """The end of the words that may belong together, before any verb is cut off."""
    stop = at + 1
    while stop < len(tokens) and tokens[stop][0].lower() not in STOPS - (_NUMERALS if stop == at + 1 else frozenset()):
        if text[tokens[stop - 1].end() : tokens[stop].start()].strip():
            break
        stop += 1
    return stop


def _verb(tokens: Sequence[re.Match[str]], at: int, stop: int, pending: bool) -> int | None:
    """Where within a run the verb stands that ends its noun phrase; None where there is none."""
    low = [token[0].lower() for token in tokens[at:stop]]
    first = 2 if low[0] in DETERMINERS else 1
    for i in range(first, len(low)):
        if tokens[at + i][0][0].isupper():
            continue
        noun = low[i] in EVENTS and i + 1 < len(low) and low[i + 1] in _VERBS  # "did the strike end"
        base = pending and low[i] in _VERBS and not noun
        if base or _is_past(low[i]):
            return at + i
    done = any(t[0].lower() in _VERBS or t[0].lower() in PAST for t in tokens[stop:])
    asks_do = any(t[0].lower() in {"do", "does", "did"} for t in tokens[:at])
    return (
        stop - 1 if pending and asks_do and len(low) > first and not done and low[-1] == tokens[stop - 1][0] else None
    )


def _is_past(word: str) -> bool:
    return word in PAST or (word.endswith("ed") and len(word) > 4 and word != "hundred")


def _mention(text: str, tokens: Sequence[re.Match[str]], at: int, stop: int) -> Mention | None:
    parts = [token[0] for token in tokens[at:stop]]
    before = tokens[at - 1][0].lower() if at else ""
    if parts[0].lower() in DETERMINERS and len(parts) == 1:
        return None
    start, end = tokens[at].start(), tokens[stop - 1].end()
    if text[end : end + 1] in {"'", "’"}:
        end += 1
    whole = text[start:end]
    return Mention(
        text=f"the {whole}" if before in {"which", "what", "many", "much"} else whole,
        kind=kind_of(whole, before),
        head=parts[-1].lower().removesuffix("'s").removesuffix("’s"),
        start=start,
        core=end,
        end=end,
    )


def kind_of(phrase: str, before: str = "") -> Kind:
    """What a noun phrase stands for, by its own words and the preposition before it."""
    parts = phrase.split()
    low = [word.lower().strip("’'") for word in parts]
    names = [word for word in parts if word[0].isupper() and word.lower() not in DETERMINERS]
    if TIME.search(phrase):
        return Kind.TIME
    if _ROLES & set(low[-1:]) or (names and _ROLES & set(low)):
        return Kind.PERSON
    if not names or not parts[-1][0].isupper():
        plural = low[-1].endswith("s") and not low[-1].endswith(("ss", "us", "is")) and low[-1] not in _SINGULAR
        if plural or low[-1] in _PLURALS or low[0] in {"two", "three", "four", "both", "several", "some"}:
            return Kind.GROUP
        if not names and low[-1] in _PLACES:
            return Kind.PLACE
        return Kind.BODY if low[-1] in _BODIES else Kind.THING
    if _BODIES & set(low) or (names[-1].isupper() and len(names[-1]) > 1):
        return Kind.BODY
    if _PLACES & set(low) or (before in {"in", "near", "from", "off", "to", "at"} and low[0] not in DETERMINERS):
        return Kind.PLACE
    if low[0] in DETERMINERS:
        return Kind.THING
    return Kind.PERSON if len(names) > 1 else Kind.NAME


def _add(found: list[Mention], mention: Mention, text: str) -> None:
    """Add a phrase, and join it to those that it ends: "the talks" + "in Ostrel", "Marovia" + "and Upper Sund"."""
    before = found[-1].end if found else 0
    link = text[before : mention.start].strip().lower()
    for i, earlier in enumerate(found):
        event = earlier.head in EVENTS
        compared = link == "with" and earlier.head == mention.head  # "compare the talks in ... with the talks in ..."
        joined = link in _JOINING and (event or earlier.kind in {Kind.GROUP, Kind.BODY, Kind.THING}) and not compared
        joins = link == "of" or joined
        both = link == "and" and Kind.TIME not in {earlier.kind, mention.kind}
        if earlier.end != before or not (joins or both) or (mention.kind is Kind.TIME and not event):
            continue
        pair = both and earlier.core == earlier.end
        whole = earlier.text + text[before : mention.end]
        found[i] = replace(earlier, text=whole, end=mention.end, kind=Kind.GROUP if pair else earlier.kind)
    found.append(mention)


def first_word(text: str) -> str:
    """The first word in small letters."""
    return text.split(" ", 1)[0].lower()
