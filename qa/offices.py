"""Who holds an office and whose a delegation is, by an article's own words: no envoy of the president is the president."""

import re
from functools import lru_cache

from index.keywords import terms
from qa.attribution import ROLES
from qa.claims import is_same_name
from qa.places import other_names

_ASKS = re.compile(  # nothing but names and what qualifies the office stands before it
    r"\bwho(?:[’']s| is| was) (?:the |an? )?(?:(?!(?:the|an?|his|her|its|their|of|for|by|with|to|from|in|on|at|and|that|who)\b)[\w’'-]+ ){0,5}"
    rf"(?P<office>{ROLES})\b(?! (?-i:[A-Z]))",
    re.IGNORECASE,
)
_STANDS_FOR = re.compile(r"\bwho (?:represent|rule|govern|speaks? for|spoke for)", re.IGNORECASE)
_HEADS_OF_STATE = "president|prime minister|premier|chancellor|king|queen"
_NAME = r"[A-Z][\w-]+"
_NOT_NOW = re.compile(
    r"\b(?P<how>vice|deputy|assistant|former|ex|late|then)[ -](?:(?!(?:the|an?|its|his|her|their)\b)[\w-]+[ -])?$",
    re.IGNORECASE,
)
_SERVING = re.compile(
    rf"\b(?:{ROLES}|advis[eo]r|aide|assistant|deputy|wife|husband|widow|son|daughter|brother|sister|lawyer|ally|critic|rival"
    r"|predecessor|successor)s? (?:of|to|for|at) (?:the |an? |its |his |her |their )?(?:[\w’'-]+ ){0,2}$",
    re.IGNORECASE,
)
_PORTFOLIO = re.compile(
    r"\b(?P<of>prime|foreign|defen[cs]e|interior|home|finance|treasury|health|justice|transport|education|environment|energy|water|farm"
    r"|agriculture|economy|trade|labou?r|culture|press|general) (?:minister|secretary)",
    re.IGNORECASE,
)
_GROUP = "delegation|team|side|army|government|parliament|police|troop|force|soldier|envoy|negotiator|mission|embassy|ministry|navy|fleet|court|share"
_WHOSE = re.compile(
    rf"(?<!^)\b(?P<of>{_NAME})(?:[’']s?)? (?:[a-z]+ )?(?P<group>{_GROUP})s?\b|\b(?P<its>{_GROUP})s? (?:of|from) (?:the )?(?P<name>{_NAME})"
)
_NO_NAMES = frozenset("The A An This That These Those His Her Its Their Our Two Three Four Both All Some No".split())


def is_no_holder(question: str, wanted: frozenset[str], short: str, sentence: str, text: str) -> bool:
    """Whether `short`, a name in a sentence of an article's text, cannot be the holder of the office that a question asks for.

    `wanted` are the stems of the question's own names. Who represents a country is no other one's head of state either.
    """
    asked, names = _ASKS.search(question), re.findall(_NAME, short)
    office = asked["office"] if asked else _HEADS_OF_STATE if _STANDS_FOR.search(question) else None
    if not office or not names:
        return False
    where = _where_held(text, office, names[-1])
    if where and wanted and where.isdisjoint(wanted):
        return True
    if asked and wanted and not where and _comes_later(wanted, sentence, text):
        return True
    return bool(asked) and _is_anothers(question, office, names[-1], sentence)


def is_another_group(question: str, sentence: str, text: str) -> bool:
    """Whether a sentence of an article's text is about a delegation, army or the like, and that is another one's than asked.

    A sentence that does not say whose it is, and lacks the name that the question puts beside it, is judged by the text.
    """
    if not (asked := _WHOSE.search(question)):
        return False
    name, group = asked["of"] or asked["name"], asked["group"] or asked["its"]
    wanted = frozenset(terms(name)) | other_names(name)
    if not re.search(rf"\b{group}", sentence, re.IGNORECASE):
        return False
    if owners := _owners(sentence, group):
        return not _names_any(owners, wanted)
    owners = _owners(text, group)
    return bool(owners) and not _names_any(f"{owners} {sentence}", wanted)


@lru_cache(maxsize=500)
def _owners(text: str, group: str) -> str:
    """The names beside each such group: "Brenn" of "a delegation from Brenn", both of "the Brennish and the Velmoran team"."""
    among = "of|from|in" if group == "share" else "of|from"
    ways = (
        rf"\b(?:{_NAME}(?:[’']s?)?(?:, | and | or |, and )(?:the )?){{0,4}}{_NAME}(?:[’']s?(?: [a-z]+){{0,2}})? (?i:{group})",
        rf"\b(?i:{group})s? (?:{among}) (?:the )?{_NAME}(?:(?:[’']s)? {_NAME}){{0,4}}(?: of {_NAME})?(?:(?:,|,? and)(?: of| from)?(?: the)? {_NAME}){{0,4}}",
        rf"\b{_NAME} ones?\b",
    )
    beside = " ".join(match.group() for way in ways for match in re.finditer(way, text))
    return " ".join(name for name in re.findall(rf"\b{_NAME}", beside) if name not in _NO_NAMES)


def _comes_later(wanted: frozenset[str], sentence: str, text: str) -> bool:
    """Whether a name first appears behind a sentence: then an office in it, which says not whose, is not of that name."""
    first = _first_named(text, wanted)
    return first is not None and first >= text.find(sentence) + len(sentence)


@lru_cache(maxsize=500)
def _first_named(text: str, wanted: frozenset[str]) -> int | None:
    return next(
        (match.start() for match in re.finditer(rf"\b{_NAME}", text) if _names_any(match.group(), wanted)), None
    )


def _names_any(text: str, wanted: frozenset[str]) -> bool:
    found = frozenset(terms(text)) | other_names(text)
    return any(is_same_name(stem, name) for stem in found for name in wanted)


@lru_cache(maxsize=500)
def _where_held(text: str, office: str, name: str) -> frozenset[str]:
    """The stems of what stands beside an office and a name: of "Drovnia" in "Drovnia's president Mira Solvane"."""
    between, office, name = rf"(?:,? {_NAME}| [a-z]+){{0,2}}?", rf"(?i:{office})", re.escape(name)
    ways = (
        rf"\b(?P<of>{_NAME})[’']s? (?:[a-z]+ )?{office}{between},? {name}\b",
        rf"\b{office} of (?:the )?(?P<of>{_NAME}(?:(?:[’']s)? {_NAME}){{0,5}}),{between} {name}\b",
        rf"\b{name}, (?:who (?:is|was) )?(?:the )?(?P<of>{_NAME})[’']s? (?:[a-z]+ )?{office}\b",
        rf"\b{name}, (?:who (?:is|was) )?(?:the |an? )?(?:[a-z]+ )?{office} of (?:the )?(?P<of>{_NAME}(?:(?:[’']s)? {_NAME}){{0,5}})",
    )
    found = " ".join(match["of"] for way in ways for match in re.finditer(way, text))
    return frozenset(terms(found)) | other_names(found)


def _is_anothers(question: str, office: str, name: str, sentence: str) -> bool:
    """Whether each time that a sentence names the office, it is not this name's: "envoy of the president", "the then mayor"."""
    found = list(re.finditer(rf"\b{office}\b", sentence, re.IGNORECASE))
    return bool(found) and all(_is_otherwise(question, name, sentence, match) for match in found)


def _is_otherwise(question: str, name: str, sentence: str, office: re.Match[str]) -> bool:
    before, after = sentence[: office.start()], sentence[office.end() :]
    if re.match(r"[’']s?\b", after):  # the president's envoy
        return True
    of_question, of_sentence = _PORTFOLIO.search(question), _PORTFOLIO.search(before[-12:] + office.group())
    if of_question and of_sentence and _area(of_question) != _area(of_sentence):
        return True
    if (other := _NOT_NOW.search(before)) and other["how"].lower() not in question.lower():
        return True
    is_next = re.match(rf",?(?: [\w’'.-]+){{0,2}}? {re.escape(name)}\b", after)
    return not is_next and bool(_SERVING.search(before))


def _area(portfolio: re.Match[str]) -> str:
    return portfolio["of"].lower().replace("defense", "defence").replace("labor", "labour")
