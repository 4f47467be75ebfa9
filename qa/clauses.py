"""A sentence that states one thing -> its subject, verb and rest, by rule; a sentence that may be read otherwise gives none."""

import re
from dataclasses import dataclass

from qa.normalise import MONTHS
from qa.phrases import AUXILIARIES, DETERMINERS, PREPOSITIONS, Kind, kind_of, word_set

LONG_SUBJECT = 7  # words; a longer subject goes without what is joined to it by "between", "with" and the like

_REGULAR = (
    "abandon abolish accuse acquire adopt agree announce appoint approve arrest assault attack attend award back "
    "block bomb cancel capture cause celebrate charge chase claim close coach collapse collide complete condemn "
    "conduct confirm contain convict cover crash create criticise criticize cross damage declare defeat deliver "
    "demand deny deploy deport design destroy detain detonate develop die direct discover discuss dismantle dismiss "
    "donate earn edit eject elect employ enact end endorse enter erupt escape establish evacuate evict examine "
    "exchange execute expand expel explode extend face file finish fire found free grant halt help hire honor honour "
    "host identify impose include indict injure inspect install interview introduce invade invent invite issue jail "
    "join kill land last launch lift list lower manage merge move murder name nominate offer open oppose order "
    "organise organize outscore overturn own pardon pass perform photograph place play pledge postpone present "
    "produce promise prosecute publish pull purchase push question raid raise ratify reach rebuild receive record "
    "recover recruit refuse reject release relocate remove rename reopen repeal replace report represent request "
    "rescue resign resolve restore resume retire return reveal review save score search secure seize select sentence "
    "serve settle sign slash spark sponsor start strand submit sue suffer support surrender surround survive suspend "
    "target test threaten tour train transfer transform treat uncover unite unveil urge use veto violate visit vote "
    "watch welcome wound wreck "
)
_IRREGULAR = (
    "ban banned banned, beat beat beaten, become became become, begin began begun, break broke broken, bring brought "
    "brought, build built built, buy bought bought, carry carried carried, catch caught caught, choose chose chosen, "
    "draw drew drawn, drive drove driven, drop dropped dropped, drown drowned drowned, fall fell fallen, fight fought "
    "fought, find found found, flee fled fled, fly flew flown, give gave given, grow grew grown, hide hid hidden, hit "
    "hit hit, hold held held, kidnap kidnapped kidnapped, lead led led, leave left left, lose lost lost, make made "
    "made, marry married married, meet met met, occupy occupied occupied, pay paid paid, rise rose risen, sell sold "
    "sold, send sent sent, shoot shot shot, sink sank sunk, spend spent spent, steal stole stolen, stop stopped "
    "stopped, strike struck struck, take took taken, teach taught taught, wear wore worn, win won won, withdraw "
    "withdrew withdrawn, write wrote written "
)


def _regular(base: str) -> str:
    return f"{base}d" if base.endswith("e") else f"{base}ed"


_TRIPLES = [tuple(triple.split()) for triple in _IRREGULAR.split(",")]
# Of each verb, by its past, its base; and by its participle.
BASES = {_regular(base): base for base in _REGULAR.split()} | {past: base for base, past, _ in _TRIPLES}
PASTS = {base: past for past, base in BASES.items()}
PARTICIPLES = {_regular(base): base for base in _REGULAR.split()} | {done: base for base, _, done in _TRIPLES}
_ALONE = word_set(
    "die begin start end open collapse crash erupt resign retire meet surrender land vote cross flee fall rise fly lose fight play"
    " perform enter close move return escape collide explode last take survive withdraw drown serve"
)  # need no object
POINTING = word_set(
    "he she it they him them we us i you our my your me this these those here there that today yesterday tomorrow tonight now ago"
    " next former latter other others another such same also earlier later so not never no none nor who whom whose which what"
    " himself herself itself themselves both either yet still then there's it's more less current recent recently anything"
)
_OTHER_VERBS = word_set(
    "said says told tells thought knew went came got put saw felt kept heard meant stood sat ran spoke sought read quit"
)
WHOSE = word_set("his her its their hers theirs")
_CUT = word_set(
    "after before when while because since although though who whom which that where if unless until but so than as whether amid"
    " despite following without including leaving making prompting killing saying or"
)
NO_SUBJECT = (
    PREPOSITIONS | _CUT | POINTING | WHOSE | word_set("and to if how why however meanwhile yet plus there even")
)
WAS = word_set("was were")
MONTH = f"(?:{'|'.join(month.capitalize() for month in MONTHS)})"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TIME_NAME = re.compile(rf"{MONTH}|{_WEEKDAY}")
DATE = (
    rf"(?:(?:at (?:midnight|noon|\d{{1,2}}:\d\d) )?on (?:{_WEEKDAY} )?(?:{MONTH} \d{{1,2}}|\d{{1,2}} {MONTH})(?: \d{{4}})?|(?:on )?{_WEEKDAY}(?: (?:morning|afternoon|evening|night))?"
    rf"|in (?:(?:early|late|mid) )?{MONTH}(?: \d{{4}})?|in (?:1[5-9]|20)\d\d)"
)
_FIRST = re.compile(rf"(?P<date>(?i:{DATE})),? (?=[A-Z]|the |an? )")
NAME = r"[A-Z][\w’'-]*[a-z](?: (?:(?:de|van|von|al|bin) )?[A-Z][\w’'-]*[a-z])*"
FULL_NAME = rf"(?!(?:The|A|An|In|On|But|And|His|Her|Its|Their|For|At|By)\b)[A-Z][\w’'-]*[a-z](?: [A-Z]\.)?(?: (?:de|van|von|al|bin))? {NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause of subject, verb and rest: "X was held on Monday" has the auxiliary "was" and the verb "held".

    `told` is the verb as it was written, `subject` as within a sentence; `first` is a date before the clause, `whole`
    says that nothing was cut off behind the rest, `reason` is what stood after "because".
    """

    subject: str
    is_person: bool
    auxiliary: str
    verb: str
    base: str
    told: str
    rest: str
    first: str
    whole: bool
    reason: str

    def asked(self, asks: str, rest: str) -> str:
        """The clause as a question with that question word and rest."""
        return " ".join(f"{asks} {self.auxiliary} {self.subject} {self.verb} {rest}".split()) + "?"

    def is_whole_with(self, rest: str) -> bool:
        """Whether the verb says enough with this left of its rest."""
        return bool(rest.strip()) or self.auxiliary in WAS or self.base in _ALONE


def clause_of(sentence: str, text: str) -> Clause | None:
    """The first clause of a sentence of an article's `text`, or None where the rules are not sure of it."""
    sentence, _, reason = sentence.partition(" because ")
    first, sentence = _dated(sentence)
    words = sentence.split()
    at = next((i for i, w in enumerate(words) if i and (w in BASES or w in AUXILIARIES)), None)
    if at is None or (subject := _subject(" ".join(words[:at]), text)) is None:
        return None
    if (group := _verb_group(words, at)) is None:
        return None
    auxiliary, verb, base, after = group
    rest, whole = rest_of(words[after:])
    if rest is None or _is_no_clause(auxiliary, base, rest):
        return None
    is_person = _is_person(subject, text)
    if at > LONG_SUBJECT:
        subject = re.split(r" (?:between|with|from|for|on) ", subject)[0]
    return Clause(
        subject=subject, is_person=is_person, auxiliary=auxiliary, verb=verb, base=base, told=" ".join(words[at:after]),
        rest=rest, first=first, whole=whole, reason=reason if whole else "",
    )  # fmt: skip


def _dated(sentence: str) -> tuple[str, str]:
    """A date that a sentence begins with, or "", and the sentence without it."""
    match = _FIRST.match(sentence)
    if not match:
        return "", sentence
    return match["date"], sentence[match.end()].upper() + sentence[match.end() + 1 :]


def _is_no_clause(auxiliary: str, base: str, rest: str) -> bool:
    """Whether what looks like a verb is none ("X charged with murder"), or a name follows it ("was born Jane Doe")."""
    headline = auxiliary == "did" and base not in _ALONE and rest.split(" ")[0] in PREPOSITIONS
    return headline or (base in {"bear", "name"} and rest[:1].isupper())


def _verb_group(words: list[str], at: int) -> tuple[str, str, str, int] | None:
    """The auxiliary of a question, its verb, the verb's base, and where the rest begins."""
    word = words[at]
    if word in BASES:
        return "did", BASES[word], BASES[word], at + 1
    following = words[at + 1] if at + 1 < len(words) else ""
    base = PARTICIPLES.get(following) or ("bear" if following == "born" else None)
    if word in WAS | {"has", "have"} and base:
        return word, following, base, at + 2
    if word == "will" and following in PASTS:
        return word, following, following, at + 2
    return None


def rest_of(words: list[str]) -> tuple[str | None, bool]:
    """What follows the verb, up to where another clause may begin; None where there may be another verb in it."""
    kept: list[str] = []
    for i, word in enumerate(words):
        bare = word.strip(",;:—–")
        following = words[i + 1] if i + 1 < len(words) else ""
        joins = bare == "and" and (_is_verb(following) or following in POINTING)
        if bare in _CUT or joins or word in {"—", "–", "-"}:
            return (" ".join(kept), False) if kept else (None, False)
        if _is_verb(bare) and not (kept and kept[-1].lower() in DETERMINERS | WHOSE):
            return None, False
        kept.append(bare)
        if bare != word:
            return " ".join(kept), i + 1 == len(words)
    return " ".join(kept), True


def _is_verb(word: str) -> bool:
    return (
        word in BASES
        or word in AUXILIARIES | _OTHER_VERBS
        or (word.endswith("ed") and word.islower() and len(word) > 4)
    )


def _subject(phrase: str, text: str) -> str | None:
    """A subject as it is written within a sentence; None where it may be something else."""
    inserted = re.fullmatch(r"(?P<who>[^,]+), [^,]+,", phrase)
    phrase = inserted["who"] if inserted else phrase
    words = phrase.split()
    low = [w.lower() for w in words]
    hidden = {w for w in low[1:] if w in _CUT | POINTING | WHOSE or w == "last" or w.endswith("ing") or _is_verb(w)}
    if "," in phrase or low[0] in NO_SUBJECT or low[0].endswith(("ing", "ly")) or hidden:
        return None
    if low[-1] in PREPOSITIONS | DETERMINERS | word_set("and") or low[-1].endswith("ly"):
        return None
    if low[0] in DETERMINERS:
        known = "the" if low[0] in {"a", "an"} else low[0]
        return f"{known}{phrase[len(low[0]) :]}" if len(words) > 1 else None
    if len(words) > 1 and words[1][0].isupper():
        return phrase
    if re.search(rf"[a-z,] {re.escape(words[0])}\b", text):
        return phrase
    return phrase[0].lower() + phrase[1:] if re.search(rf"\b{re.escape(low[0])}\b", text) else None


def _is_person(subject: str, text: str) -> bool:
    """Whether a subject is somebody: a role stands with the name, or the article goes on with the last name alone."""
    names = subject.split(" and ")
    if len(names) > 1:
        return all(re.fullmatch(FULL_NAME, name) and kind_of(name) is Kind.PERSON for name in names)
    if not re.fullmatch(FULL_NAME, subject):
        return bool(re.search(NAME, subject[1:])) and len(subject.split()) <= 6 and has_role(subject)
    *_, before, last = subject.split()
    alone = re.search(rf"(?<!{re.escape(before)} )(?<![A-Z] )\b{re.escape(last)}\b(?! [A-Z])", text)
    return kind_of(subject) is Kind.PERSON and bool(alone or has_role(subject))


def has_role(phrase: str) -> bool:
    """Whether a role is among the words: one word alone is a person only by its role."""
    return any(kind_of(word.lower()) is Kind.PERSON for word in phrase.split())
