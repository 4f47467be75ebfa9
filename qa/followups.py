"""A follow-up question and what was said before -> a question that stands alone, by rule."""

import re
from collections.abc import Sequence

from qa.phrases import (
    ASKING,
    AUXILIARIES,
    DETERMINERS,
    EVENTS,
    EVENTS_AT,
    PREPOSITIONS,
    PRONOUNS,
    TIME,
    TOKEN,
    Kind,
    first_word,
    kind_of,
    mentions_in,
    word_set,
)
from qa.pointing import (
    NAMES,
    OTHER_SIDE,
    TIME_PHRASE,
    Said,
    capital,
    plain,
    pointing_words,
    with_other_side,
    with_referents,
)
from qa.question import clean

Turn = Sequence[str]  # [question] or [question, answer text]
TURNS = 6  # a question leans on no older turn
LONGEST_FRAGMENT = 6  # words of "And in 2022?"
_BE = word_set("is are was were")
_DO = word_set("do does did")
_LEAD = re.compile(r"^(?:(?:and|but|so|then|ok|okay|also|well|now)\b,? )+", re.IGNORECASE)
_EMPTY = re.compile(r"^(?:(?:and|but|so|then|ok|okay|also|well|now)\b\W*)+$", re.IGNORECASE)  # says nothing else
_ABOUT = re.compile(r"^(?:what|how) about ", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:(?:and|but|so) )?(?P<wh>(?:(?:by|with|to|for|from|since|until) )?(?:who|whom|when|where|why|what|how(?: (?:long|many|much|often|far|soon|old|come))?)"
    r"(?: (?:exactly|to|from|not))?)\?*$",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"^(?P<wh>when|where|why|how) (?P<aux>did|does|will|would|was|is) (?P<what>that|this|it|all that|all this)(?: (?:happen|take place|occur|come about))?\?*$",
    re.IGNORECASE,
)
_ELSE = re.compile(r"\b(?P<wh>who|whom|what|where|when|why|which \w+) else\b", re.IGNORECASE)
_FRAME = re.compile(
    rf"^(?P<asks>(?:(?:by|with|to|for|from|since) )?(?:{'|'.join(ASKING)})\b(?:(?! (?:{'|'.join(AUXILIARIES)})\b) [\w’'-]+)*) "
    rf"(?P<aux>{'|'.join(AUXILIARIES)}) (?P<rest>.+)$",
    re.IGNORECASE,
)
_CLOSED = re.compile(rf"^(?P<aux>{'|'.join(AUXILIARIES)}) (?P<rest>.+)$", re.IGNORECASE)
_SUBJECT_VERB = re.compile(r"^(?P<asks>who|what|which|how many|how much) (?P<rest>.+)$", re.IGNORECASE)
_SUBJECT = re.compile(r"^(?:who|which|what|how (?:many|much))\b", re.IGNORECASE)
_TOOK_PART = re.compile(
    r"^(?:who|which|how many)\b.*?\b(?:(?P<came>came|come|comes|travelled|flew)|spoke|attended|represented|present|signed|mediated|voted|die|died|killed|injured|hurt"
    r"|wounded|arrested|missing|rescued|detained|took part)\b",
    re.IGNORECASE,
)
_ANYBODY = re.compile(r"^(?:any|some)(?:one|body|thing)(?: else)? |^(?:any |some )?people ", re.IGNORECASE)
_ONE = re.compile(r"^(?:the )?(?P<which>[\w’'-]+) (?P<one>ones?)$", re.IGNORECASE)
_ORDINALS = word_set(
    "first second third fourth fifth last next previous old new older newer former latter earlier later"
)
_DECLINED = re.compile(
    r"^(?:No answer was found|The articles do not say|Dateline (?:only )?answers|No article had been published|There is no article (?:from|published))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow (?:many|much) $", re.IGNORECASE)
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def leans(question: str) -> bool:
    """Whether a question leaves something to what was said before; judged by its words alone."""
    text = clean(question)
    return bool(
        _LEAD.match(text)
        or _BARE.match(text)
        or _HAPPENED.match(text)
        or _ELSE.search(text)
        or OTHER_SIDE.search(text)
        or _fragment(text)
        or next(pointing_words(text), None)
    )


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the history put in; the very same string where nothing has to be or can be."""
    said: list[Said] = []
    for turn in history[-TURNS:]:
        said.append(_said(turn, said))
    return _resolved(question, said)


def parts_of_turn(turn: Turn) -> tuple[str, ...]:
    """The question and the answer; the answer only where it is one."""
    return tuple(turn[:1] if len(turn) > 1 and _DECLINED.match(turn[1].strip()) else turn[:2])


def _said(turn: Turn, before: Sequence[Said]) -> Said:
    question, *answers = parts_of_turn(turn)
    answer = answers[0] if answers else ""
    bold = _BOLD.search(answer)
    short = plain(bold[1]).strip(" .,") if bold else ""
    return Said(question=_resolved(clean(question), before), short=short, answer=plain(answer))


def _resolved(question: str, said: Sequence[Said]) -> str:
    text = clean(question)
    if not said or not leans(text) or _EMPTY.match(text):
        return question
    last = said[-1]
    if bare := _BARE.match(text):
        return _asked_again(bare["wh"], last) or question
    if happened := _HAPPENED.match(_LEAD.sub("", text)):
        return _of_what_happened(happened, last) or question
    if fragment := _fragment(text):
        return _with_slot(with_referents(with_other_side(fragment, said), said), last.question) or question
    body = capital(_LEAD.sub("", text))
    found = capital(with_other_side(with_referents(body, said), said))
    if _ELSE.search(found):
        found = _with_else(found, last.question)
    if body != text and found == body:
        found = _with_event(found, last.question)
    return question if found == text else found


def _fragment(text: str) -> str:
    """What stands in for a part of the last question: "in 2022" of "And in 2022?"; "" for a whole question."""
    body = _LEAD.sub("", text)
    rest = _ABOUT.sub("", body).strip(" ?.,")
    parts = rest.lower().split()
    if body != rest and _ABOUT.match(body):
        return rest
    whole = not parts or parts[0] in ASKING | AUXILIARIES or bool(AUXILIARIES & set(parts))
    begun = body != text or (parts and parts[0] in PREPOSITIONS) or _ONE.match(rest)
    return rest if begun and text.endswith("?") and not whole and len(parts) <= LONGEST_FRAGMENT else ""


def _with_slot(fragment: str, last: str) -> str | None:
    """The last question with the fragment in the place of its like; with what it was about where there is none."""
    text = last.rstrip("?. ")
    if one := _ONE.match(fragment):
        slot = _modifier(one["which"], text)
        return f"{text[: slot[0]]}{one['which']}{text[slot[1] :]}?" if slot else None
    if TIME_PHRASE.match(fragment) or TIME.match(fragment):
        time = (TIME_PHRASE if TIME_PHRASE.match(fragment) else TIME).search(text)
        return f"{text[: time.start()]}{fragment}{text[time.end() :]}?" if time else f"{text} {fragment}?"
    if first_word(fragment) in PREPOSITIONS:
        place = re.search(rf"\b{first_word(fragment)} (?:the )?{NAMES.pattern}", text)
        return f"{text[: place.start()]}{fragment}{text[place.end() :]}?" if place else f"{text} {fragment}?"
    if slot := _like(fragment, text):
        start, end = slot
        new = fragment if text[start:end].lower().startswith("the ") or start == 0 else re.sub("^[Tt]he ", "", fragment)
        return capital(f"{text[:start]}{new}{text[end:]}?")
    topic = _topic(text)
    return f"What about {fragment} {topic}?" if topic and not NAMES.search(fragment) else None


def _modifier(which: str, text: str) -> tuple[int, int] | None:
    """Where the word stands that "the Armenian one", "the second one" or "the old one" exchanges."""
    if which[0].isupper():
        return next((m.span() for m in NAMES.finditer(text, 1) if m.end() < len(text)), None)
    ordinal = next((m.span() for m in TOKEN.finditer(text) if m[0].lower() in _ORDINALS), None)
    described = re.search(r"\b(?:the|a|an) ([a-z’'-]+) [a-z]+", text)
    return ordinal or (described.span(1) if described else None)


def _like(fragment: str, text: str) -> tuple[int, int] | None:
    """Where the last question has a phrase that the fragment can stand for: the same noun, the same kind, a name."""
    kind, head, named = kind_of(fragment), fragment.split()[-1].lower(), bool(NAMES.search(fragment))
    mentions = [m for m in mentions_in(text) if m.kind is not Kind.TIME]
    for mention in mentions:
        if mention.head == head:
            return mention.start, mention.core
    names = [(m, name) for m in mentions if (name := NAMES.search(text, m.start, m.end))]
    if named and names:
        mention, name = next(((m, n) for m, n in names if m.kind is kind), names[0])
        article = name.end() >= mention.core and text[: name.start()].lower().endswith("the ")
        return name.start() - 4 * article, name.end()
    like = next((m for m in mentions if m.kind is kind and not named), None)
    return (like.start, like.core) if like else None


def _topic(text: str, *, event: bool = False) -> str:
    """What a question is about, with its preposition: "at the talks in Ostrel"; "" where it names nothing."""
    mentions = [
        m for m in mentions_in(text) if first_word(m.text) not in PRONOUNS and not _COUNTED.search(text[: m.start])
    ]
    events = [m for m in mentions if m.head in EVENTS]
    about = next(iter(events if event else events or [m for m in mentions if m.kind is not Kind.TIME]), None)
    return f"{'at' if about.head in EVENTS_AT else 'in'} {about.text}" if about else ""


def _with_else(text: str, last: str) -> str:
    """ "Who else?" as the last question with its "else"; one that has a verb gets what the last one was about."""
    match = _ELSE.search(text)
    assert match is not None
    wh, rest = match["wh"], text[match.end() :].strip(" ?")
    if last.lower().startswith(f"{wh} {rest}".strip().lower()):
        return f"{wh} else{last[len(wh) :]}"
    topic = _topic(last)
    return f"{text.rstrip('? ')} {topic}?" if topic and not mentions_in(text) else text


def _with_event(text: str, last: str) -> str:
    """ "Who came from the ministry?" with the event that the last question was about."""
    took_part = _TOOK_PART.match(text)
    topic = _topic(last, event=True)
    if took_part is None or not topic or _topic(text, event=True):
        return text
    return f"{text.rstrip('? ')} {re.sub('^(?:at|in)', 'to', topic) if took_part['came'] else topic}?"


def _of_what_happened(match: re.Match[str], last: Said) -> str | None:
    """ "When did that happen?" with the event that the last question was about, else as its clause asked again."""
    frame = _FRAME.match(last.question)
    topic = _topic(last.question, event=True)
    if topic and not (frame and frame["aux"] in _DO and frame["asks"].lower() != "where"):
        verb = _agreeing(match["aux"].lower(), topic.endswith("s") or "talks" in topic)
        return capital(f"{match['wh']} {verb} {topic[3:]}{match.string[match.end('what') :]}")
    return _asked_again(match["wh"], last)


def _asked_again(wh: str, last: Said) -> str | None:
    """The clause of the last question with another question word; None where it does not fit."""
    text, wh = last.question.rstrip("?. "), capital(wh)
    frame, closed = _FRAME.match(text), _CLOSED.match(text)
    counts = wh.lower() in {"who", "how many"}
    if counts or wh.lower() in {"what", "whom"}:
        return _who_again(wh, text) if counts else None
    if wh == "Why not":
        negated = closed and closed["aux"].lower() in _DO | _BE | {"has", "have", "had", "would", "could", "should"}
        return f"Why {closed['aux'].lower()}n't {closed['rest']}?" if closed and negated else None
    if closed:
        return f"{wh} {closed['aux'].lower()} {closed['rest']}?"
    if frame:
        asks, aux, rest = frame.group("asks", "aux", "rest")
        opens = rest[0].isupper() or first_word(rest) in DETERMINERS
        if not _SUBJECT.match(asks) or aux in _DO or (opens and aux not in _BE):
            return f"{wh} {aux} {rest}?"
        if opens and not NAMES.search(last.short):
            return None
        doer = _doer(asks, last.short)
        return f"{wh} {_agreeing(aux, kind_of(doer) is Kind.GROUP)} {doer} {rest}?"
    if subject := _SUBJECT_VERB.match(text):
        asks, rest = subject.group("asks", "rest")
        doer = {"who": _doer(asks, last.short), "what": last.short or "something", "which": "the"}.get(asks.lower(), "")
        return f"{wh} was it that {f'{doer} {rest}'.strip()}?"
    return None


def _doer(asks: str, short: str) -> str:
    """Who or what the clause is about: what was counted, else the short answer."""
    counted = re.match(r"how (?:many|much) (.+)", asks, re.IGNORECASE)
    which = re.match(r"(?:which|what) (.+)", asks, re.IGNORECASE)
    short = short[:1].lower() + short[1:] if first_word(short) in DETERMINERS else short
    return counted[1] if counted else short or (f"the {which[1]}" if which else "someone")


def _agreeing(aux: str, many: bool) -> str:
    """An auxiliary in the form that goes with one or with many."""
    forms = {"was": "were", "is": "are", "has": "have"}
    return forms.get(aux, aux) if many else {plural: single for single, plural in forms.items()}.get(aux, aux)


def _who_again(wh: str, text: str) -> str | None:
    """ "Who?" and "How many?" about the subject of the last question."""
    frame, closed = _FRAME.match(text), _CLOSED.match(text)
    many = wh.lower() == "how many"
    if closed and closed["aux"].lower() not in _DO and _ANYBODY.match(closed["rest"]):
        return f"{wh} {_agreeing(closed['aux'].lower(), many)} {_ANYBODY.sub('', closed['rest'])}?"
    if (
        frame
        and _SUBJECT.match(frame["asks"])
        and frame["aux"] not in _DO
        and first_word(frame["rest"]) not in DETERMINERS
    ):
        return f"{wh} {_agreeing(frame['aux'], many)} {frame['rest']}?"
    return None
