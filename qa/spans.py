"""Makes the reader's span a short answer that reads well: whole words and names, amounts with their unit, quotes closed."""

import re
from collections.abc import Sequence

from index.keywords import terms, words
from qa.confidence import NUMBER_WORDS
from qa.normalise import MONTHS, WEEKDAYS
from qa.question import Expected

_EDGE = " \t\n,;:.!?"
_WORD_BEFORE = re.compile(r"(\S+)(\s+)$")
_AMOUNT_BEFORE = re.compile(
    r"(?<![\w-])(?:(?:about|around|nearly|almost|over|more than|less than|at least|at most|up to|some)\s+)?"
    r"(?:[$€£]?\d[\d,.]*|hundreds|thousands|dozens|scores|millions|billions|half|a (?:third|quarter|dozen|number|couple|majority))"
    r"(?:\s+(?:hundred|thousand|million|billion|trillion))?(?:\s+of)?\s+$",
    re.IGNORECASE,
)
_SCALE = r"\s+(?:hundred|thousand|million|billion|trillion)\b"
_UNIT = (
    r"(?:\s?%|\s+(?:per ?cent|percent|dollars|euros|pounds|hours?|days?|weeks?|months?|years?|minutes?|seconds?|people"
    r"|tonnes?|tons?|km|kilomet(?:re|er)s?|met(?:re|er)s?|miles?|degrees?|hectares?|acres?|barrels?|points?)\b)"
)
_UNIT_AFTER = re.compile(rf"^(?:{_SCALE}(?:{_UNIT})?|{_UNIT})", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"^,? (?:1[5-9]|20)\d\d\b")
_DAY = re.compile(r"(?:\b[A-Z][a-z]+ \d{1,2}|\b\d{1,2} [A-Z][a-z]+)$")
_NAME_WORD = re.compile(r"[A-Z][\w’'.-]*$")
_OFFICE = (
    r"(?i:president|prime minister|minister|chancellor|secretary(?:[ -]general)?|attorney general|spokes(?:man|woman|person)|governor|mayor"
    r"|leader|chief|director(?:[ -]general)?|head|chair(?:man|woman)?|ambassador|envoy|mp|mep|mps|senator|sen\.|congress(?:man|woman)|rep\."
    r"|judge|justice|coach|captain|founder|ceo|actor|actress|singer|author|writer|director|journalist|reporter|professor|prof\.|dr\.?|mr\.?|mrs\.?|ms\.?)"
)
_TITLED = re.compile(
    rf"(?:[\w’'.-]+ ){{0,5}}{_OFFICE} (?P<name>[A-Z][\w’'.-]*(?: (?:de|van|von|al|bin|[A-Z][\w’'.-]*)){{1,3}})$"
)
_NO_NAME = "|".join(
    word.capitalize()
    for word in (*"on in at by for from of the a after before when while but and both".split(), *WEEKDAYS, *MONTHS)
)
_FULL_NAME = rf"(?!(?:{_NO_NAME})\b)[A-Z][\w’'-]+(?: (?:de|van|von|al|bin|[A-Z][\w’'-]*\.?))* [A-Z][\w’'-]+"
_NAMES = re.compile(rf"{_FULL_NAME}(?:, {_FULL_NAME})*,? and {_FULL_NAME}")
_LISTED = re.compile(r", | and |, and ")
_PAIRS = (('"', '"'), ("“", "”"), ("(", ")"))
_COUNT = re.compile(r"(?<![\w.,-])[\w.,-]*\w(?=(?P<after>(?: [\w’'-]+){1,3}))")
_NUMBERS = re.compile(
    rf"(?<![\w.,-])(?:\d[\d.,]*|(?:{'|'.join(sorted(NUMBER_WORDS - {'both', 'several'}))}))(?![\w-])", re.I
)
_PART_OF = re.compile(r"(?<![\w.,-])\d[\d.,]* (?:out )?of (?:the )?$")
_AWAY = re.compile(r" away$")
_ALSO = re.compile(
    r", (?:is|was|are|were) (?=\d)"
)  # "four years of work, is 1,240 metres": what the sentence says is the latter
_A_YEAR = re.compile(r",? (?:a|one) (?:year|quarter|month|week|day|decade)$")  # of "18 million a year earlier"
_APART = re.compile(r" (?:earlier|ago|before|later|on)\b")


def widen(
    text: str, span: tuple[int, int], sentence: tuple[int, int], expected: Expected, counted: Sequence[str] = ()
) -> tuple[int, int]:
    """The bounds of the short answer around a span, within its sentence; `counted` are the stems of what is counted."""
    start, end = _whole_words(text, span, sentence)
    several = len(_NUMBERS.findall(text[start:end])) > 1
    if several and (count := _count_of(text, start, end, sentence, frozenset(counted))):
        start, end = count
    if several and (verb := _ALSO.search(text, start, end)):
        start = verb.end()
    if expected in (Expected.NAME, Expected.PLACE):
        start, end = _whole_name(text, start, end, sentence)
        if titled := _TITLED.match(text, start, end):  # "Azerbaijan's President Ilham Aliyev" is asked by his name
            start = titled.start("name")
    first = text[start:end].split(maxsplit=1)[:1]
    if (amount := _AMOUNT_BEFORE.search(text[sentence[0] : start])) and not (first and _is_number(first[0])):
        start = sentence[0] + amount.start()
    if _is_number(text[start:end]) and (unit := _UNIT_AFTER.match(text[end : sentence[1]])):
        end += unit.end()
    is_sum = expected in (Expected.NUMBER, Expected.ANY) and _NUMBERS.search(text, start, end)
    if is_sum and (apart := _A_YEAR.search(text, start, end)) and _APART.match(text, end):
        end = apart.start()
    if _AWAY.search(text[start:end]) and expected in (Expected.NUMBER, Expected.DURATION):
        end -= len(" away")
    if _DAY.search(text[start:end]) and (year := _YEAR_AFTER.match(text[end : sentence[1]])):
        end += year.end()
    return _closed(text, *_trimmed(text, start, end), sentence)


def names_around(text: str, start: int, end: int, sentence: tuple[int, int]) -> tuple[int, int]:
    """The bounds of the list of full names in which a span is one: "Ann Lee and Bo Ray" around "Bo Ray"; else the span's own."""
    for found in _NAMES.finditer(text, *sentence):
        if found.start() <= start < end <= found.end() and text[start:end] in _LISTED.split(found.group()):
            return found.span()
    return start, end


def _whole_words(text: str, span: tuple[int, int], sentence: tuple[int, int]) -> tuple[int, int]:
    start, end = _trimmed(text, max(span[0], sentence[0]), min(span[1], sentence[1]))
    while start > sentence[0] and not text[start - 1].isspace() and text[start - 1] not in "\"“”'(/—–":
        start -= 1
    while end < sentence[1] and (text[end].isalnum() or (text[end] in "-’'" and text[end + 1 : end + 2].isalnum())):
        end += 1
    return start, end


def _whole_name(text: str, start: int, end: int, sentence: tuple[int, int]) -> tuple[int, int]:
    """Take in the other words of a name that the span begins or ends within."""
    while _NAME_WORD.match(text[start:end].split(" ")[0]) and (
        before := _WORD_BEFORE.search(text[sentence[0] : start])
    ):
        word, first = before.group(1), before.start() == 0
        if not _NAME_WORD.match(word) or first or word[-1] in ",;:.":
            break
        start = sentence[0] + before.start()
    while (after := re.match(r" ([A-Z][\w’'-]*[\w])", text[end : sentence[1]])) and _NAME_WORD.search(text[start:end]):
        end += after.end()
    return start, end


def _count_of(
    text: str, start: int, end: int, sentence: tuple[int, int], counted: frozenset[str]
) -> tuple[int, int] | None:
    """The number in a span with what it counts: "six officers" where the span is "58 were held and six"; "71 of 140 seats" whole."""
    found = None
    for match in _COUNT.finditer(text, start, sentence[1]):
        if match.start() >= end:
            break
        if found and match.start() < found[1]:
            continue  # the "million" of "4.1 million passengers"
        after = match["after"].split(" ")[1:]
        nouns = [n for n, word in enumerate(after, 1) if counted & set(terms(word))]
        if _is_number(match.group()) and nouns:
            part = _PART_OF.search(text, start, match.start())
            found = (part or match).start(), match.end() + len(" ".join(["", *after[: nouns[0]]]))
    return found


def _is_number(text: str) -> bool:
    found = words(text.replace("-", " "))
    return bool(found) and all(word[0].isdigit() or word in NUMBER_WORDS for word in found)


def _closed(text: str, start: int, end: int, sentence: tuple[int, int]) -> tuple[int, int]:
    """Add a quotation mark or bracket that stands right beside the span, or leave the odd one out."""
    for opening, closing in _PAIRS:
        inside = text[start:end]
        odd = inside.count(opening) % 2 if opening == closing else inside.count(opening) != inside.count(closing)
        if not odd:
            continue
        if end < sentence[1] and text[end] == closing and not inside.endswith(closing):
            end += 1
        elif start > sentence[0] and text[start - 1] == opening and not inside.startswith(opening):
            start -= 1
        elif inside.startswith(opening):
            start += 1
        elif inside.endswith(closing):
            end -= 1
        elif opening == "(" and opening in inside:  # what stands in brackets is left out where the span ends within it
            end = start + len(inside[: inside.rindex(opening)].rstrip())
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE and text[end - 2 : end] not in ("S.", "m."):
        end -= 1
    return start, end
