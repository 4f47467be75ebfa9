"""Whose claim a sentence reports, so that an answer can keep its speaker."""

import re
from dataclasses import dataclass

from qa.phrases import PREPOSITIONS, Kind, first_word, kind_of
from qa.sentences import sentences_of

_VERBS = (
    "said|says|say|stated|states|announced|announces|told|tells|added|adds|noted|notes|stressed|stresses|emphasi[sz]ed|emphasi[sz]es"
    "|pointed out|points out|underscored|underlined|claimed|claims|denied|denies|argued|argues|declared|declares|warned|warns"
    "|confirmed|confirms|insisted|insists|explained|explains|pledged|pledges|promised|demanded|alleged|alleges|believes|believed"
    "|expects|expected|predicted|predicts|estimated|estimates|suggested|suggests|acknowledged|admitted|replied|responded|wrote"
    "|answered|urged|described|remarked|recalled|maintained|asserted|reiterated|reported|reports|called for|called on|spoke of|spoke about"
)
_ADVERB = r"(?:also |later |then |earlier |previously |repeatedly |publicly |had |has |have |further |again |in turn |, in turn, )*"
_ACCORDING = re.compile(r"(?:^|[,;] |\. )[Aa]ccording to ([^,;.]{2,90})")
_LEADING = re.compile(
    rf"^(?:(?:On|In|At|After|Before|During|Following|Earlier|Later|Meanwhile|However|But|And|Yet|Also|Separately|For (?:its|his|her|their) part)\b[^,]{{0,60}}, )?"
    rf"(?P<who>[^\"“”,;:]{{2,110}}?(?:, [^\"“”,;:]{{2,70}},)?)\s+{_ADVERB}(?P<verb>{_VERBS})\b"
)
_TRAILING = re.compile(
    rf"[,\"”’]\s*(?:[\"”’]\s*)?(?P<who>[^\"“”,;:.]{{2,90}}?) (?:{_ADVERB})(?:{_VERBS})(?: [^.]{{0,60}})?\.?$"
)
_INVERTED = re.compile(r"[,\"”’]\s*(?:said|says|added|noted|stressed) (?P<who>[^\"“”;:.]{2,110})\.?$")
_INSERTED = re.compile(
    rf", (?P<who>he|she|they|police|officials|(?:[A-Z]|the )[^\"“”,;:.]{{1,80}}?) (?:{_ADVERB})(?:{_VERBS})(?:, |$|\.$)"
)
_PRONOUN = re.compile(r"^(?:he|she|they|it|who|which|the latter|the former)$", re.I)
_BEFORE_PRONOUN = re.compile(r"^(?:In|At|On|For|From|Through|By|With|After|Before|During) .*\b(?P<who>he|she|they|it)$")
_WHEN = re.compile(r"(?<!ed)(?<!over)(?: late| early)? on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: [a-z]+ed)?$")
_JOINED = re.compile(r",? (?:and|but)$")  # "Salgam called this a lie and said ..."
ROLES = (
    r"president|prime minister|minister|chancellor|king|queen|secretary|spokes(?:man|woman|person)|governor|mayor|leader|chief"
    r"|director|head|chair(?:man|woman)?|ambassador|general|commander|official|envoy|senator|judge|coach|captain|owner|founder|ceo"
    r"|administrator|speaker"
)
_ROLE = re.compile(rf"\b({ROLES})s?$", re.I)
_NOUN_PHRASE = re.compile(
    r"(?!(?i:what|when|where|how|if|whether|that|as|why|there|this|it)\b)"
    r"(?:(?i:the|a|an|its|his|her|their|two|three|several|some|many|most|both|local|senior|government|police|officials|sources|representatives|authorities)\b|[A-Z])"
)
_NAME = r"[A-Z][\w’'-]*[a-z][\w’'-]*"
_OPENING = re.compile(
    rf"(?:He|She|It|They)\b|(?:The |An? )?(?:(?:{_NAME}|al-{_NAME}|of|for|the|de|van|von|al|bin|{ROLES}) )*(?:al-)?{_NAME}"
)
_SUBJECT = re.compile(rf"(?P<who>{_NAME}(?: (?:de|van|von|al|bin|{_NAME}))+)(?:, [^,]{{2,80}},)? (?![A-Z])[a-z]+")
_FULL_NAME = re.compile(rf"\b{_NAME}(?: (?:[A-Z]\.|de|van|von|al|bin|{_NAME})){{0,3}} {_NAME}|\b{_NAME}")
_CLAUSE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|been|will|would|could|can|may|might|should|did|do|does|which|who|whom|whether|what|that)\b"
)
_CONJUNCTIONS = frozenset("while when although though if because as since unless and but or yet so".split())
_ORDINARY = frozenset(
    "two three four five several some many most all both other local senior government police officials sources"
    " representatives authorities residents witnesses protesters experts critics prosecutors investigators".split()
)
_LOWER = frozenset("the a an this that these those its his her their our my".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who makes the claim of a sentence.

    `who` is the sentence's own phrase, `name` the person or body it stands for where the article tells (else `who`);
    `claim` are the bounds of the claim within the sentence.
    """

    who: str
    name: str
    claim: tuple[int, int]

    @property
    def is_named(self) -> bool:
        """Whether more than a pronoun is known of the speaker."""
        return not _PRONOUN.match(self.name)


def attribution_of(text: str, start: int, end: int) -> Attribution | None:
    """Whose claim the sentence `text[start:end]` of an article reports; None where the article itself speaks."""
    found = _speaker(text[start:end])
    if found is None:
        return None
    who, claim = found
    return Attribution(who=who, name=_resolve(who, text, start), claim=claim)


def within_sentence(who: str) -> str:
    """A speaker as written within a sentence: "The minister" -> "the minister", "Two officials" -> "two officials"."""
    first, *others = who.split(" ")
    return " ".join((first.lower() if first.lower() in _LOWER | _ORDINARY else first, *others))


def _speaker(sentence: str) -> tuple[str, tuple[int, int]] | None:
    leading = _LEADING.match(sentence)
    if leading and not leading["who"].startswith("According") and _can_speak(who := _tidy(leading["who"])):
        return who, (leading.end(), len(sentence))
    if match := _ACCORDING.search(sentence):
        claim = (match.end(), len(sentence)) if match.start() < len(sentence) / 2 else (0, match.start())
        return _tidy(match.group(1)), claim
    if (match := _INSERTED.search(sentence)) and _can_speak(who := _tidy(match.group("who"))):
        return who, (0, len(sentence))
    if '"' in sentence or "”" in sentence or "’" in sentence:
        for pattern in (_TRAILING, _INVERTED):
            if (match := pattern.search(sentence)) and _can_speak(who := _tidy(match.group("who"))):
                return who, (0, match.start() + 1)
    return None


def _tidy(who: str) -> str:
    who = re.sub(r"^(?:it is reported that|that|and|but|while|as|where|which) ", "", who.strip(" ,"), flags=re.I)
    if pronoun := _BEFORE_PRONOUN.match(who):
        return pronoun["who"]
    if _JOINED.search(who):
        who = _subject(who)
    return _WHEN.sub("", who.split(",")[0].strip())


def _subject(clause: str) -> str:
    """The pronoun or name that opens a clause, its role with it; "" where it opens with neither."""
    opening = _OPENING.match(clause)
    return opening.group() if opening else ""


def _can_speak(who: str) -> bool:
    """A speaker is a pronoun, a role, or has a name; not a clause of its own."""
    if len(who.split()) > 12 or _CLAUSE.search(who) or _opens_otherwise(who):
        return False
    return bool(_PRONOUN.match(who) or _NOUN_PHRASE.match(who))


def _opens_otherwise(phrase: str) -> bool:
    """Whether a phrase opens with a preposition or a conjunction, and so is no subject."""
    return first_word(phrase) in PREPOSITIONS | _CONJUNCTIONS


def _resolve(who: str, text: str, start: int) -> str:
    """The name behind a pronoun or a role, taken from what the article said before; else the phrase itself."""
    if _PRONOUN.match(who):
        return _speaker_before(who, text, start) or who
    role = _ROLE.search(who)
    bare = who[: role.start()] if role else who
    if role is None or any(
        w[:1].isupper() and not w.endswith(("’s", "'s")) for w in bare.split() if w.lower() not in _LOWER
    ):
        return who
    titled = re.compile(rf"\b(?i:{re.escape(role.group(1))}) ({_NAME}(?: {_NAME}){{0,2}})")
    if match := titled.search(text):
        return match.group(1)
    return who


def _speaker_before(pronoun: str, text: str, start: int) -> str | None:
    """Who spoke last before a sentence or, since then, was the subject of one; None where others are named in between."""
    for a, b in reversed([span for span in sentences_of(text) if span[1] <= start][-4:]):
        found = _speaker(text[a:b])
        if found and not _PRONOUN.match(found[0]):
            name = _resolve(found[0], text, a)
            return name if _can_be(pronoun, name) else None
        if subject := _person(text[a:b]):
            return subject if _can_be(pronoun, subject) else None
        if any(" " in name and kind_of(name) is Kind.PERSON for name in _FULL_NAME.findall(text[a:b])):
            return None
    return None


def _person(sentence: str) -> str:
    """The somebody whose name is the subject of a sentence, or ""."""
    subject = _SUBJECT.match(sentence)
    if subject is None or _opens_otherwise(subject["who"]) or subject["who"].endswith(("’s", "'s")):
        return ""
    return subject["who"] if kind_of(subject["who"]) is Kind.PERSON else ""


def _can_be(pronoun: str, name: str) -> bool:
    """Whether a pronoun may stand for a name: "he" for no body of people, and neither for what has no name."""
    somebody = not re.match(r"(?:The|An?|Two|Three|Several|Some|Many|Most|Both)\b", name) or _ROLE.search(name)
    named = bool(re.search(r"[A-Z]", name[1:] if name[:1].isupper() and " " in name else name))
    return named and (bool(somebody) or pronoun.lower() not in {"he", "she"})
