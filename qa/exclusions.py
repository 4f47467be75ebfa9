"""Sentences that cannot answer a question, whatever the reader makes of them: each rule is sure, and silent where it is not."""

import re

from index.keywords import terms
from qa.amounts import AMOUNT_RULES
from qa.attribution import attribution_of
from qa.confidence import NUMBER_WORDS
from qa.normalise import MONTHS
from qa.offices import is_another_group, is_no_holder
from qa.opposites import says_the_opposite, tells_of_another_kind
from qa.phrases import PAST, Kind, kind_of
from qa.places import other_names
from qa.question import Expected, Question, QuestionKind
from qa.relevance import heading
from qa.statements import asks_for_speaker
from qa.told import Told

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
_FOR_NAME = re.compile(r"^(?:and |so )?(?:what|which)\b.*(?:\bnames? of\b|[’']s? names?\b)", re.I)
_WHO_DID = re.compile(rf"\bwho (?:\w+ed|did|had|{'|'.join(sorted(PAST))})\b", re.I)
_PRONOUN = re.compile(
    r"\b(?:he|him|his|himself|she|her|hers|herself|they|them|their|themselves|it|its|itself|i|me|my|we|us|our)\b", re.I
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
    _is_no_name,
    _only_speaks,
    _is_no_holder,
    _is_another_group,
    _is_no_reason,
    _is_another_ones_age,
    _is_another_person,
    *AMOUNT_RULES,
)
