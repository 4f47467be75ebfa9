"""Sentences of an article -> questions that they answer, by rule; a sentence that fits no rule surely gives none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.keywords import terms
from index.types import Article
from qa.attribution import attribution_of, within_sentence
from qa.clauses import (
    BASES,
    DATE,
    FULL_NAME,
    MONTH,
    NAME,
    NO_SUBJECT,
    PARTICIPLES,
    PASTS,
    POINTING,
    TIME_NAME,
    WAS,
    WHOSE,
    Clause,
    clause_of,
    has_role,
    rest_of,
)
from qa.normalise import canonical_words
from qa.parts import parts_of
from qa.phrases import AUXILIARIES, DETERMINERS, PREPOSITIONS, Kind, kind_of, word_set
from qa.question import QuestionKind, understand
from qa.sentences import sentences_of
from qa.types import Answer, AnswerStatus

LONGEST_QUESTION = 15  # words; a longer one is no suggestion but a reading task
SHORTEST_QUESTION = 3
LOOKED_AT = 10_000  # characters of an article; news says the most important thing first
LONGEST_SENTENCE = 400  # characters; a longer one says too many things, or is no sentence
NEAR = 40  # characters of a claim within which it names what it is about


class Form(StrEnum):
    """What a question asks for."""

    WHO_IS = "who is"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_LONG = "how long"
    HOW_MANY = "how many"
    WHY = "why"
    SAID = "said about"
    SPOKE = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """A question made from the sentence `text[start:end]` of an article; `answer` are the words of it that answer."""

    question: str
    form: Form
    answer: str
    article_id: str
    start: int
    end: int

    def is_answered_by(self, answer: Answer) -> bool:
        """Whether an answer is the right one: it rests first on this very sentence, or on one that says the same."""
        if answer.status is not AnswerStatus.ANSWERED or not answer.citations:
            return False
        first = answer.citations[0]
        here = first.article_id == self.article_id and first.start < self.end and self.start < first.end
        if self.form is Form.SPOKE:
            return first.article_id == self.article_id and self.answer.split()[-1] in first.quote
        if self.form in {Form.SAID, Form.WHY}:
            return here
        wanted = frozenset(canonical_words(self.answer))
        short = frozenset(canonical_words(answer.short_answer or ""))
        met = len(wanted & short) >= min(len(wanted), len(short)) / 2 if short else False
        return met and (here or wanted <= frozenset(canonical_words(first.quote)))


_HERE = word_set(
    "hold meet bear find arrest kill shoot sign open die crash collide collapse land begin start erupt detain play strand bury"
    " publish launch surrender discover murder kidnap rescue marry perform celebrate host injure wound strike"
)  # verbs that say where something happened when a place follows
_PLACE = rf"(?:in|at|near|outside) (?:the (?:\w+ )?(?:town|city|port|village|capital|state|province|region|district) of )?(?!{TIME_NAME.pattern}){NAME}"
_WORD_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty"
)
_NUMBER = rf"(?:(?:about|around|some|nearly|almost|over|more than|at least|up to) )?(?:\d{{1,3}}(?:,\d{{3}})+|\d+|{_WORD_NUMBERS})(?: (?:hundred|thousand|million))?"
_UNIT = r"(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?)"
_DURATION = rf"(?:{_NUMBER}|an?|half an) {_UNIT}(?: and (?:{_NUMBER}) {_UNIT})?"
_COUNTED = r"(?:[a-z-]+ ){0,2}?(?:people|men|women|children|police|[a-z-]{3,}(?<!s)s)"
_NO_COUNT = re.compile(rf"\b(?:{_UNIT}|percent|per|times|dollars|euros|pounds|degrees|of|and|in|to)\b")
_AFTER = rf"(?= (?:{'|'.join(sorted(PREPOSITIONS))})\b|$)"
_WRITABLE = re.compile(
    r"(?!.*\b(?:the|his|her|its|their) last\b|.*\blast (?:week|month|year|night|[A-Z]|spring|summer|autumn|winter|fall))[A-Z][\w ,.’'%-]+\?"
)
_ROLE_AFTER = re.compile(
    rf"(?P<name>{FULL_NAME}), (?P<role>(?:the|an?) [^,;:.\"“”()]{{4,80}}|[a-z][^,;:.\"“”()]{{4,80}})(?:,|$)"
)
_ROLE_BEFORE = re.compile(
    rf"(?P<role>\b(?:[Tt]he|[Ii]ts|[Tt]heir) [^,;:.\"“”()]{{4,60}}), (?P<name>{FULL_NAME})(?:,|$)"
)
_ROLE_BESIDE = re.compile(rf"(?P<role>\b[a-z]{{4,}}) (?P<name>{FULL_NAME})")
_CLAIM_SUBJECT = re.compile(
    r"^ (?:\w+day )?(?:that )?(?P<about>(?:the (?:[a-z-]+ ){1,2}|[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)* ))(?=(?:was|were|is|are|had|has|have|will|would|could)\b)"
)
_NAMED = re.compile(
    rf"(?:\b(?P<before>[a-z]+),? )(?<!\bin )(?<!\bat )(?<!\bof )(?<!\ba )(?<!\ban )(?<!near )(?<!from )(?<!into )(?<!this )(?<!his )(?<!her )"
    rf"(?P<the>the )?(?P<name>{NAME}|[A-Z]{{3,}})(?=(?P<after>,)|[.;]|$| (?:{'|'.join(sorted(PREPOSITIONS | AUXILIARIES | {'and'}))})\b)"
)
_NO_NAME = re.compile(
    rf"(?:{TIME_NAME.pattern})|I[’' ]|(?:Mr|Ms|Mrs|Dr|Rep|Reps|Sen|Sens|Gov|Gen|Lt|Col|Inc|St|Jr)\b|[A-Z]\w+(?:ian|ican|ese|ish)s?$|.*[’']s?$"
)
_SAYS = re.compile(
    r"\b(?:said|says|told|stated|announced|warned|explained|stressed|emphasi[sz]ed|argued|noted|added|claimed)\b"
)


@lru_cache(maxsize=256)
def ideas_of(article: Article) -> tuple[Idea, ...]:
    """The questions that an article's sentences answer, in the order of the sentences; none in another language."""
    if article.language not in {None, "en"}:
        return ()
    found: dict[str, Idea] = {}
    text = article.text[:LOOKED_AT]
    for start, end in sentences_of(text):
        if end - start > LONGEST_SENTENCE:
            continue
        for form, question, answer in _asked(text, start, end):
            if _is_fit(question):
                idea = Idea(question=question, form=form, answer=answer, article_id=article.id, start=start, end=end)
                found.setdefault(question, idea)
    return tuple(found.values())


_Asked = tuple[Form, str, str]  # the form, the question, the words that answer it


def _asked(text: str, start: int, end: int) -> Iterator[_Asked]:
    sentence = " ".join(text[start:end].split())
    plain = re.sub(rf"({MONTH} \d{{1,2}}), (\d{{4}}),?", r"\1 \2", sentence).rstrip(".")
    yield from _who_is(plain)
    yield from _said(text, start, end)
    if clause := clause_of(plain, text):
        for ask in (_who, _by_whom, _when, _where, _how_long, _how_many, _why):
            yield from ask(clause)
    yield from _counted(plain)


def _is_fit(question: str) -> bool:
    """Whether a question stands alone: short, one thing asked, somebody or something named, nothing pointed at."""
    parts = question.rstrip("?").split()
    names = [w for w in parts[1:] if w[0].isupper() and not TIME_NAME.fullmatch(w)]
    understood = understand(question)
    return (
        SHORTEST_QUESTION <= len(parts) <= LONGEST_QUESTION
        and bool(names)
        and _WRITABLE.fullmatch(question) is not None
        and not POINTING & {w.lower().strip(",") for w in parts[1:]}
        and understood.kind in {QuestionKind.FACT, QuestionKind.EXPLAIN}
        and len(parts_of(understood)) == 1
        and "." not in parts[-1]  # an initial, behind which the sentence was cut
        and parts[-1].lower() not in PREPOSITIONS | DETERMINERS | AUXILIARIES | word_set("and to")
    )


# -- roles and claims ------------------------------------------------------------------------------------------------


def _who_is(sentence: str) -> Iterator[_Asked]:
    for match in _ROLE_BESIDE.finditer(sentence):
        last = match["name"].split()[-1]
        if has_role(match["role"]) and kind_of(match["name"]) is Kind.PERSON and not _NO_NAME.search(last):
            yield Form.WHO_IS, f"Who is {match['name']}?", match["role"]
    for pattern in (_ROLE_AFTER, _ROLE_BEFORE):
        for match in pattern.finditer(sentence):
            head = re.split(rf" (?:{'|'.join(PREPOSITIONS)}|who|that) ", match["role"])[0]
            named = kind_of(match["name"]) in {Kind.PERSON, Kind.NAME}
            if named and not _NO_NAME.search(match["name"].split()[-1]) and has_role(head.split()[-1]):
                yield Form.WHO_IS, f"Who is {match['name']}?", match["role"]


def _said(text: str, start: int, end: int) -> Iterator[_Asked]:
    said, sentence = attribution_of(text, start, end), text[start:end]
    if said is None or not _SAYS.search(sentence) or not _is_speaker(said.name, sentence, text):
        return
    if " " in said.name:
        yield Form.SPOKE, f"What did {within_sentence(said.name)} say?", said.name
    claim = " ".join(sentence[slice(*said.claim)].split())
    if re.search(r"\btold\b", sentence):
        claim = claim.partition(" that ")[2]  # before it stands who was told
    matters = (about for about in _matters(claim, text) if not set(terms(about)) & set(terms(said.name)))
    if about := next(matters, None):
        yield Form.SAID, f"What did {within_sentence(said.name)} say about {about}?", claim


def _is_speaker(name: str, sentence: str, text: str) -> bool:
    """Whether a name is that of the one who speaks: it stands in the sentence, and not behind "told"."""
    first = name.split()[0]
    led = " " in name and not has_role(name) and re.search(rf"\b{re.escape(first.lower())}\b", text)
    told = re.search(rf"\b(?:told|to|with) (?:[Tt]he )?{re.escape(re.sub('^[Tt]he ', '', name))}", sentence)
    known = re.fullmatch(rf"(?:The )?(?:{NAME})", name) and _is_name(name, text)
    opens = first != "The" and (led or first.lower() in NO_SUBJECT)
    return bool(name in sentence and known and not told and not opens)


def _matters(claim: str, text: str) -> Iterator[str]:
    """What a claim is about: its subject, or the names it begins with ("Russian troops" has none that stands alone)."""
    if match := _CLAIM_SUBJECT.match(f" {claim}"):
        subject = match["about"].strip()
        if subject.startswith("the ") or _is_name(subject, text):
            yield subject
    for match in _NAMED.finditer(claim):
        name = re.sub("[’']s?$", "", match["name"])
        near = match.start() <= NEAR or match["before"] in {"about", "against"}
        if near and _is_name(name, text) and not (match["the"] and " " not in name and match["after"]):
            yield f"{match['the'] or ''}{name}"


def _is_name(name: str, text: str) -> bool:
    """Whether words in capitals are a name: one word alone has to stand within a sentence, and never in small letters."""
    if _NO_NAME.match(name):
        return False
    small = re.search(rf"\b{re.escape(name.lower())}\b", text)
    return " " in name or (not small and bool(re.search(rf"[\w,] {re.escape(name)}\b", text)))


def _who(clause: Clause) -> Iterator[_Asked]:
    if clause.is_person and not WHOSE & set(clause.rest.split()) and clause.is_whole_with(clause.rest):
        told = re.sub("^have ", "has ", re.sub("^were ", "was ", clause.told))
        yield Form.WHO, f"Who {told} {clause.rest}?", clause.subject


def _by_whom(clause: Clause) -> Iterator[_Asked]:
    somebody = rf"(?:the |an? )?(?:[a-z-]+ )*{NAME}"
    match = re.fullmatch(rf"by (?P<who>{somebody}(?: and (?:by )?{somebody})?)", clause.rest)
    if match and clause.auxiliary in WAS and clause.whole and clause.base in PASTS and has_role(match["who"]):
        yield Form.WHO, f"Who {PASTS[clause.base]} {clause.subject}?", match["who"]


def _when(clause: Clause) -> Iterator[_Asked]:
    if clause.first:
        date, rest = clause.first, clause.rest
        rest = "" if re.search(DATE, rest) else rest
    elif match := re.search(rf"(?:^| )(?P<date>{DATE}){_AFTER}", clause.rest):
        date, rest = match["date"], clause.rest[: match.start()] + clause.rest[match.end() :]
    else:
        return
    # "invited him for the fair on Monday", "promised to come on Monday": the day of something else
    other = not clause.first and bool(re.search(rf" for | to (?:{'|'.join(PASTS)}) ", f" {rest} "))
    if clause.is_whole_with(rest) and not re.search(DATE, rest) and not other:
        yield Form.WHEN, clause.asked("When", rest), date


def _where(clause: Clause) -> Iterator[_Asked]:
    match = re.search(rf"(?:^| )(?P<place>{_PLACE}){_AFTER}", clause.rest)
    led = match and PREPOSITIONS & set(re.sub(DATE, "", clause.rest[: match.start()]).split())
    if match and clause.base in _HERE and not led:
        rest = re.sub(rf"(?:^| ){DATE}{_AFTER}", "", clause.rest[: match.start()] + clause.rest[match.end() :])
        if clause.is_whole_with(rest):
            yield Form.WHERE, clause.asked("Where", rest), match["place"]


def _how_long(clause: Clause) -> Iterator[_Asked]:
    lasting = clause.told in {"lasted", "took"}
    match = re.search(rf"{'^' if lasting else '(?:^| )for '}(?P<time>{_DURATION}){_AFTER}", clause.rest)
    if match:
        rest = clause.rest[: match.start()] + clause.rest[match.end() :]
        if lasting or clause.is_whole_with(rest):
            yield Form.HOW_LONG, clause.asked("How long" if lasting else "For how long", rest), match["time"]


def _how_many(clause: Clause) -> Iterator[_Asked]:
    match = re.match(rf"(?P<number>{_NUMBER}) (?P<what>{_COUNTED}){_AFTER}", clause.rest)
    if match and clause.auxiliary == "did" and not _NO_COUNT.search(match["what"]):
        rest = clause.rest[match.end() :]
        yield Form.HOW_MANY, clause.asked(f"How many {match['what']}", rest), f"{match['number']} {match['what']}"


def _why(clause: Clause) -> Iterator[_Asked]:
    if clause.reason and clause.is_whole_with(clause.rest):
        yield Form.WHY, clause.asked("Why", clause.rest), clause.reason


def _counted(sentence: str) -> Iterator[_Asked]:
    """ "At least nine people were hurt in Ostrel" -> "How many people were hurt in Ostrel?"."""
    match = re.match(
        rf"(?i:(?P<number>{_NUMBER})) (?P<what>{_COUNTED}) (?P<told>(?:were|have been|have|had) )?", sentence
    )
    if not match or _NO_COUNT.search(match["what"]):
        return
    words = sentence[match.end() :].split()
    if not words or words[0] not in (PARTICIPLES if match["told"] else BASES):
        return
    rest, _ = rest_of(words[1:])
    if rest is not None and not WHOSE & set(rest.split()):
        told = f"{match['told'] or ''}{words[0]}"
        yield Form.HOW_MANY, f"How many {match['what']} {told} {rest}?", f"{match['number']} {match['what']}"
