"""How many and how long: numbers that are of other things than those that a question counts, and lengths of other events."""

import re

from index.keywords import terms, words
from qa.confidence import NUMBER_WORDS, UNIT, type_met
from qa.normalise import MONTHS
from qa.phrases import ASKING
from qa.question import Expected, Question
from qa.told import Told

_AMOUNT_IN_WORDS = re.compile(
    r"\b(?:no|none|nobody|nothing|one|several|few|many|much|most|all|single|pair|couple|majority|third|quarter|fifth|every|each|free|until"
    r"|till|since|indefinite\w*|permanent\w*|forever|life|overnight|scores|always|daily|weekly|never|rarely|often|a|an)\b",
    re.I,
)
_FOR_MONEY = re.compile(
    r"\bhow much (?!time\b).*\b(?:cost|costs|pay|pays|paid|spend|spends|spent|worth|earn|earns|earned|owe|owes|owed)\b",
    re.I,
)
_FOR_LENGTH = re.compile(
    r"\bhow (?:long|many (?:minute|hour|day|week|month|year)s)(?: \w+)? (?:did|does|do|has|have|had|will|would|may|must) "
    r"(?:the|a|an|this|that|these|those) (?P<what>[a-z][\w’' -]*?) (?:last|take|go on|continue|drag on)(?:s|ed|en)?\b",
    re.I,
)
_LASTING = re.compile(
    r"(?:^|(?<=\s))(?P<before>\S+) (?:(?:has|have|had|will|would|may|could|also|only) )*"
    r"(?:last(?:s|ed)?|took|takes?|went on for|continued for) (?=(?:\w+ )?(?:\w+ )?(?:\w+-)?\w+ (?:second|minute|hour|day|week|month|year)s?\b)"
)
_STANDS_FOR = re.compile(r"^(?:it|they|that|which|this|these|who)$", re.I)
_GOES_ON = re.compile(r"^(?:and|but|then|\S+,)$", re.I)  # with the subject that the sentence began with
_IS_POINT = re.compile(
    r"\b(?:within|every|each|in the next|per)(?: \w+)? (?:\w+-)?\w+ (?:second|minute|hour|day|week|month|year)s?$", re.I
)
_FROM_POINT = re.compile(r" (?:ago|later|earlier|from now)\b")
_LENGTH_OF = re.compile(r" of (?:[\w’'-]+ ?){1,3}")  # "eleven days of fighting"
_FOR_SHARE = re.compile(
    r"\b(?:win|wins|won|gain|gained|get|gets|got|take|took|lose|lost|secure|secured|receive|received)\b", re.I
)
_FATES = tuple(
    (re.compile(asked, re.I), re.compile(told, re.I))
    for asked, told in (
        (
            r"(?<!of the )\b(?:killed|died|dead|deaths)\b",
            r"\b(?:kill|dead|die|dying|death|fatal|toll|life|lives|lost|loss|murder|drown|slain|shot|bod(?:y|ies)|perish|victim|casualt"
            r"|carcass|crush|burn)",
        ),
        (
            r"(?<!of the )\b(?:injured|wounded|hurt|injuries)\b",
            r"\b(?:injur|wound|hurt|hospital|treat|burn|harm|casualt|crush|broke|cut|faint|shock)",
        ),
        (
            r"(?<!of the )\b(?:missing|unaccounted)\b",
            r"(?<!of the )\b(?:missing|unaccounted|vanish|disappear|lost|search|trapped|miss|sought|not (?:yet )?(?:been )?found)",
        ),
        (
            r"(?<!of the )\b(?:arrested|detained|arrests)\b",
            r"\b(?:arrest|detain|custody|held|caught|captur|remand)",
        ),
    )
)
_NAMED = r"[A-Z][\w’'-]+"
_IN_A_ROW = re.compile(
    rf"(?:, (?:and )?|\band )(?:the )?(?P<name>{_NAMED}(?: {_NAMED}){{0,4}}) (?:about |some |only |another )?"
    rf"(?:\d[\d,.]*\d|\d|{'|'.join(sorted(NUMBER_WORDS - {'both', 'several', 'once', 'twice'}))})\b(?!-)(?: [a-z]+)?"
)
_FOR_STOCK = re.compile(
    r"\bhow many .*(?:\b(?:has|have|had)(?: (?:now|left|altogether|in|at|on)\b.*)?\W*$|\b(?:employs?|employed|owns?|owned|operates?|are there|were there)\b)",
    re.I,
)
_CHANGES = re.compile(
    r"\b(?:hir(?:e|es|ed|ing)|add(?:s|ed|ing)?|recruit(?:s|ed|ing)?|cut(?:s|ting)?|shed(?:s|ding)?|creat(?:e|es|ed|ing)|sack(?:s|ed|ing)?"
    r"|dismiss(?:es|ed|ing)?|order(?:s|ed|ing)?|los(?:e|es|ing)|lost|an?other|additional|further) (?:about |some |up to |another )?$",
    re.I,
)
_OTHER_THINGS = re.compile(
    rf"(?:\d[\d,.]*\d|\d|{'|'.join(sorted(NUMBER_WORDS))}) (?=(?P<beside>[a-z]{{3,}}[^s\W]s\b(?: \w+){{0,2}}))", re.I
)
_AND_ONE = re.compile(r"\band an? (?:[\w-]+ )?[\w-]+")
_COMPARES = re.compile(r"\b(?:than|compared|more|fewer|less|difference)\b", re.I)
_THAN = re.compile(r"\bthan\b[^,.;:]*")
_PART_OF = re.compile(r"\b\d[\d,.]* (?:out )?of (?:the |its )?$")
_OF = re.compile(r" (?:of|in|on|at|with|between|for|by|to|from|near|against|about|over|that|which)\b.*")
_SAME_EVENT = tuple(
    frozenset(terms(group))
    for group in (
        "talk meeting negotiation session summit conference discussion round call conversation interview hearing",
        "gunfire shooting shelling bombardment barrage exchange",
        "war conflict fight fighting battle hostilities clash operation offensive campaign assault attack siege raid",
        "strike walkout stoppage protest demonstration march rally blockade",
        "trial hearing case proceedings inquest",
        "trip visit tour journey flight voyage crossing ride drive mission expedition",
        "game match final tie race contest tournament",
        "blackout outage cut failure",
        "storm cyclone hurricane typhoon blizzard flood drought heatwave",
        "fire blaze wildfire",
        "ceasefire truce armistice lull",
        "inquiry investigation probe review inspection search hunt",
        "work repair construction building renovation clearing",
        "term reign tenure rule office mandate",
        "speech address statement ceremony service mass funeral",
        "exercise drill manoeuvre training course",
        "vote ballot count election referendum debate",
    )
)


def _is_no_amount(question: Question, told: Told) -> bool:
    """Whether nothing in a span tells how many, how much or how long, which is all that is asked; a time is no sum of money."""
    amount = question.expected in (Expected.NUMBER, Expected.DURATION)
    if not amount or sum(word in ASKING for word in words(question.text)) > 1:
        return False
    if _FOR_MONEY.search(question.text) and UNIT.search(told.short):
        return True
    return not type_met(question.expected, told.near) and not _AMOUNT_IN_WORDS.search(told.near)


def _lasts_otherwise(question: Question, told: Told) -> bool:
    """Whether it is told how long something else lasted: the meeting, where the operation is asked about."""
    if not (asked := _FOR_LENGTH.search(question.text)):
        return False
    what = frozenset(terms(_OF.sub("", asked["what"])))
    alike = what.union(*(group for group in _SAME_EVENT if group & what))
    after = told.article.text[told.span[1] : told.end]
    if _IS_POINT.search(told.sentence[: told.span[0] - told.start] + told.short) or _FROM_POINT.match(after):
        return True
    if (of := _LENGTH_OF.match(after)) and UNIT.search(told.short) and alike.isdisjoint(terms(of.group())):
        return True
    if not (lasting := _LASTING.search(told.sentence)) or _STANDS_FOR.match(lasting["before"]):
        return False
    if _GOES_ON.match(lasting["before"]) and _STANDS_FOR.match(told.sentence.split()[0]):
        return False
    return bool(what) and alike.isdisjoint(terms(f"{told.article.title} {told.sentence}"))


def _is_total(question: Question, told: Told) -> bool:
    """Whether somebody's share is asked for and the span is the whole: the 140 of "71 of 140 seats"."""
    if question.expected is not Expected.NUMBER or not _FOR_SHARE.search(question.text):
        return False
    return bool(_PART_OF.search(told.article.text[told.start : told.span[0]]))


def _is_change(question: Question, told: Told) -> bool:
    """Whether it is asked how many there are, and told how many come or go: "hire 240 cabin staff"."""
    if not question.counts or not _FOR_STOCK.search(question.text):
        return False
    return bool(_CHANGES.search(told.article.text[told.start : told.span[0]]))


def _counts_another(question: Question, told: Told) -> bool:
    """Whether a number is of other things, and what is to be counted has another or comes behind: "600 houses, and a school"."""
    if not question.counts or not question.counted:
        return False
    counted, at = frozenset(question.counted), told.span[0] - told.start
    found = _OTHER_THINGS.match(told.sentence, at)
    if not found or not counted.isdisjoint(terms(found["beside"])):
        return False
    if any(not counted.isdisjoint(terms(other["beside"])) for other in _OTHER_THINGS.finditer(told.sentence)):
        return True
    behind = " ".join(_AND_ONE.findall(told.sentence, found.end("beside")))
    return counted.isdisjoint(terms(told.sentence[:at])) and not counted.isdisjoint(terms(behind))


def _is_compared(question: Question, told: Told) -> bool:
    """Whether those who are asked about are named for comparison only: "two more than the Lantern Party" is not its number."""
    if question.expected not in (Expected.NUMBER, Expected.DURATION) or _COMPARES.search(question.text):
        return False
    names, bare = frozenset(question.names), _THAN.sub(" ", told.sentence)
    if len(bare) == len(told.sentence) or told.short not in bare:
        return False
    return not names.isdisjoint(terms(told.sentence)) and names.isdisjoint(terms(f"{told.article.title} {bare}"))


def _is_anothers_number(question: Question, told: Told) -> bool:
    """Whether a name and its number follow each other in a row, and the span is another's: "Elm won 40 seats, Vell nine"."""
    if not question.counts or not question.names:
        return False
    found = [match for match in _IN_A_ROW.finditer(told.sentence) if match["name"].split()[-1].lower() not in MONTHS]
    start = told.span[0] - told.start
    own = [match for match in found if not frozenset(question.names).isdisjoint(terms(match["name"]))]
    if own:
        return not any(match.start() <= start < match.end() for match in own)
    return any(match.start() < start < match.end() for match in found)


def _is_another_fate(question: Question, told: Told) -> bool:
    """Whether it is asked how many were killed, hurt, missing or held, and nothing of the kind is told."""
    if not question.counts:
        return False
    fates = [told_of for asked, told_of in _FATES if asked.search(question.text)]
    return len(fates) == 1 and not fates[0].search(f"{told.article.title} {told.sentence}")


AMOUNT_RULES = (
    _is_no_amount,
    _lasts_otherwise,
    _is_total,
    _is_change,
    _counts_another,
    _is_compared,
    _is_anothers_number,
    _is_another_fate,
)
