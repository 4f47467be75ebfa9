"""Sentences that cannot answer a question, whatever the reader makes of them: each rule is sure, and silent where it is not."""

import re
from dataclasses import dataclass

from index.keywords import terms, words
from index.types import Article
from qa.attribution import attribution_of
from qa.confidence import NUMBER_WORDS, UNIT, type_met
from qa.normalise import MONTHS
from qa.offices import is_another_group, is_no_holder
from qa.opposites import says_the_opposite, tells_of_another_kind
from qa.phrases import ASKING, PAST, Kind, kind_of
from qa.places import other_names
from qa.question import Expected, Question, QuestionKind
from qa.relevance import heading
from qa.statements import asks_for_speaker

_FOR_SOURCE = re.compile(r"\b(?:report|publish|wr[io]te|written|agenc|sourc|quot|accord|news|paper)", re.IGNORECASE)
_ASKS = re.compile(r"\?(?!\s?[\"”’'])")
_FOR_QUESTION = re.compile(r"\b(?:asks?|asked|asking|questions?)\b", re.IGNORECASE)
_TIMES_ASKED_FOR = tuple(  # what a question names, and how any answer to it looks
    (re.compile(rf"\b(?:what|which) (?:exact )?{asked}\b", re.I), re.compile(told, re.I))
    for asked, told in (
        ("(?:week)?(?:day|date)", r"\d|day\b|\b(?:tomorrow|eve|easter|christmas|midsummer)\b"),
        ("year", r"\d{4}|\byear|\b\d0s\b|['’]\d\d\b"),
        ("month", rf"\bmonth|\b(?:{'|'.join(month[:3] for month in MONTHS)})|\d[./-]\d"),
        (
            "(?:time|hour)(?! (?:of (?:the )?(?:year|week|month)|zone|frame|limit))",
            rf"\d|noon|midnight|dawn|dusk|\b(?:morning|evening|night|sunrise|sunset|hour)|\b(?:{'|'.join(sorted(NUMBER_WORDS))})\b",
        ),
    )
)
_AMOUNT_IN_WORDS = re.compile(
    r"\b(?:no|none|nobody|nothing|one|several|few|many|much|most|all|single|pair|couple|majority|third|quarter|fifth|every|each|free|until"
    r"|till|since|indefinite\w*|permanent\w*|forever|life|overnight|scores|always|daily|weekly|never|rarely|often|a|an)\b",
    re.I,
)
_FOR_NAME = re.compile(r"^(?:and |so )?(?:what|which)\b.*(?:\bnames? of\b|[’']s? names?\b)", re.I)
_WHO_DID = re.compile(rf"\bwho (?:\w+ed|did|had|{'|'.join(sorted(PAST))})\b", re.I)
_FOR_MONEY = re.compile(
    r"\bhow much (?!time\b).*\b(?:cost|costs|pay|pays|paid|spend|spends|spent|worth|earn|earns|earned|owe|owes|owed)\b",
    re.I,
)
_PRONOUN = re.compile(
    r"\b(?:he|him|his|himself|she|her|hers|herself|they|them|their|themselves|it|its|itself|i|me|my|we|us|our)\b", re.I
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
_WHY = re.compile(r"(?:and |but |so )?why\b", re.I)
_MAY_BE_REASON = re.compile(
    r"\b(?:because|since|as|due|owing|caus\w+|reason\w*|so|to|for|amid|following|after|over|thanks|led|result\w*|blam\w+|accus\w+|fear\w*"
    r"|account\w*|expla\w+|why|lest|when|which|if|not|no|said|says?|called|would|could|cannot|had|too|that|with|whose|until|only|\w+ing)\b|[;:]|n[’']t\b",
    re.I,
)
_NAMED = r"[A-Z][\w’'-]+"
_YEAR = re.compile(r"(?:in )?(?:1[5-9]|20)\d\d")
_HOW_OLD = re.compile(rf"\b[Hh]ow old (?:is|was|are|were) (?P<who>{_NAMED}(?: {_NAMED})*)")
_SOMEBODYS = re.compile(r"\b(?:his|her|their|whose)\b", re.I)
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:de|van|von|al|bin|[A-Z][\w’'-]+))+")
_SUBJECT_PRONOUN = re.compile(r"\b(?:he|she|they|I|we)\b", re.I)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence `article.text[start:end]` and the bounds of the short answer in it."""

    article: Article
    start: int
    end: int
    span: tuple[int, int]

    @property
    def sentence(self) -> str:
        """The article's own words."""
        return self.article.text[self.start : self.end]

    @property
    def short(self) -> str:
        """The words of the short answer."""
        return self.article.text[slice(*self.span)]

    @property
    def near(self) -> str:
        """The short answer with a word before and after it, since a reader may stop within a date or an amount."""
        text, (start, end) = self.article.text, self.span
        return " ".join([*text[self.start : start].split()[-1:], text[start:end], *text[end : self.end].split()[:1]])


def cannot_answer(question: Question, told: Told) -> bool:
    """Whether a sentence cannot answer with this span."""
    return any(rule(question, told) for rule in RULES)


def _is_byline(question: Question, told: Told) -> bool:
    """Whether a span is only who published the article, which answers nothing but a question for the source."""
    named = told.short.strip(' "“”/()').casefold()
    return named == (told.article.publisher or "").casefold() and not _FOR_SOURCE.search(question.text)


def _only_asks(question: Question, told: Told) -> bool:
    """Whether a span stands in or right behind a question, as in a quiz; quoted questions and those asked for do not count."""
    return bool(_ASKS.search(told.sentence)) and not _FOR_QUESTION.search(question.text)


def _is_opposite(question: Question, told: Told) -> bool:
    """Whether its sentence is about the north where the question is about the south; that may decide a yes or a no."""
    if question.kind is QuestionKind.YES_NO:
        return False
    title, sentence = told.article.title, told.sentence
    opposite = says_the_opposite(question.text, f"{title} {sentence}")
    return opposite or tells_of_another_kind(question.text, sentence, title)


def _is_too_coarse(question: Question, told: Told) -> bool:
    """Whether a day or a year is asked for and a span names none: "the end of April"."""
    if question.expected is not Expected.TIME:
        return False
    return any(asked.search(question.text) and not looks.search(told.near) for asked, looks in _TIMES_ASKED_FOR)


def _is_no_amount(question: Question, told: Told) -> bool:
    """Whether nothing in a span tells how many, how much or how long, which is all that is asked; a time is no sum of money."""
    amount = question.expected in (Expected.NUMBER, Expected.DURATION)
    if not amount or sum(word in ASKING for word in words(question.text)) > 1:
        return False
    if _FOR_MONEY.search(question.text) and UNIT.search(told.short):
        return True
    return not type_met(question.expected, told.near) and not _AMOUNT_IN_WORDS.search(told.near)


def _is_no_name(question: Question, told: Told) -> bool:
    """Whether it is asked what somebody is called and a span has no name in it."""
    return (
        question.expected is Expected.NAME
        and bool(_FOR_NAME.search(question.text))
        and not re.search("[A-Z]", told.near)
    )


def _only_speaks(question: Question, told: Told) -> bool:
    """Whether a span is the one who says something of others: "The metre was checked, Veen added" tells not who checked it."""
    if not _WHO_DID.search(question.text) or asks_for_speaker(question):
        return False
    said = attribution_of(told.article.text, told.start, told.end)
    short = told.short.strip()
    if said is None or not (short in said.who or said.who in short):
        return False
    phrase = re.search(rf"{re.escape(said.who)}(?:, [^,;]{{2,90}},)?", told.sentence)
    known_for = frozenset(terms(phrase.group() if phrase else said.who))
    return known_for.isdisjoint(question.terms) and not _PRONOUN.search(told.sentence.replace(said.who, "", 1))


def _is_no_holder(question: Question, told: Told) -> bool:
    """Whether the office that is asked for is another's, or another country's, by the article's own words."""
    if not question.names and question.expected is not Expected.NAME:
        return False
    wanted = frozenset(question.names) | other_names(question.text)
    text = f"{heading(told.article)}\n{told.article.text}"
    return is_no_holder(question.text, wanted, told.short, told.sentence, text)


def _is_another_group(question: Question, told: Told) -> bool:
    """Whether a sentence is about the delegation or army of others than those who are asked about."""
    return is_another_group(question.text, told.sentence, told.article.text)


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
    return counted.isdisjoint(terms(told.sentence[:at])) and not counted.isdisjoint(
        terms(told.sentence[found.end("beside") :])
    )


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


def _is_no_reason(question: Question, told: Told) -> bool:
    """Whether a reason is asked for and no word of the sentence could give one: "The shares fell by 3 per cent"."""
    return bool(_WHY.match(question.text)) and not _MAY_BE_REASON.search(told.sentence)


def _is_another_ones_age(question: Question, told: Told) -> bool:
    """Whether another person's name or somebody's client stands between the name asked about and an age, or it is a year."""
    if not (asked := _HOW_OLD.search(question.text)):
        return False
    if _YEAR.fullmatch(told.short.strip()):
        return True
    own = [match for part in asked["who"].split() for match in re.finditer(rf"\b{re.escape(part)}\b", told.sentence)]
    people = [match for match in _FULL_NAME.finditer(told.sentence) if kind_of(match.group()) is Kind.PERSON]
    nearest = max((match.end() for match in own if match.end() <= told.span[0] - told.start), default=-1)
    between = [match for match in people if nearest <= match.start() and match.end() <= told.span[0] - told.start]
    if between:
        return True
    return nearest >= 0 and bool(_SOMEBODYS.search(told.sentence[nearest : told.span[0] - told.start]))


def _is_another_person(question: Question, told: Told) -> bool:
    """Whether a sentence is about a person who is not asked about, and neither names nor may mean the one who is."""
    if question.expected is Expected.NAME or question.kind is QuestionKind.OVERVIEW:
        return False
    asked = [name for name in _FULL_NAME.findall(question.text) if kind_of(name) is Kind.PERSON]
    if len(asked) != 1 or not question.names or _SUBJECT_PRONOUN.search(told.sentence):
        return False
    known = f"{told.article.title} {told.sentence}"
    if not (frozenset(terms(known)) | other_names(known)).isdisjoint(question.names):
        return False
    return any(kind_of(name) is Kind.PERSON for name in _FULL_NAME.findall(told.sentence))


RULES = (
    _is_byline,
    _only_asks,
    _is_opposite,
    _is_too_coarse,
    _is_no_amount,
    _is_no_name,
    _only_speaks,
    _is_no_holder,
    _is_another_group,
    _lasts_otherwise,
    _is_total,
    _is_compared,
    _is_change,
    _counts_another,
    _is_anothers_number,
    _is_another_fate,
    _is_no_reason,
    _is_another_ones_age,
    _is_another_person,
)
