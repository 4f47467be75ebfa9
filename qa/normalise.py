"""Text -> canonical words, so that the same fact in another spelling is the same run of words."""

import re
from collections.abc import Sequence
from decimal import Decimal

from index.folding import without_marks


def _numbered(words: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {word: step * number for number, word in enumerate(words.split(), start)}


MONTHS = tuple(_numbered("january february march april may june july august september october november december"))
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
_MONTH_NAMES = {month: month for month in MONTHS} | {month[:3]: month for month in MONTHS} | {"sept": "september"}
_DAYS = frozenset(map(str, range(1, 32)))
_ARTICLES = frozenset({"a", "an", "the"})
_DIGIT_WORDS = _numbered("one two three four five six seven eight nine", 1)
_ONES = (
    {"zero": 0}
    | _DIGIT_WORDS
    | _numbered("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
)
_TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2, 10)
_BIG = {
    "thousand": 10**3,
    **dict.fromkeys(("million", "mln", "mn"), 10**6),
    **dict.fromkeys(("billion", "bln", "bn"), 10**9),
    "trillion": 10**12,
}
_SCALES = _BIG | {"hundred": 100}
_DIGIT_ORDINALS = _numbered("first second third fourth fifth sixth seventh eighth ninth", 1)
_ORDINALS = (
    _DIGIT_ORDINALS
    | _numbered(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 10
    )
    | {"twentieth": 20, "thirtieth": 30}
)
_NUMBER_WORDS = frozenset(_ONES | _TENS | _ORDINALS | _BIG) | {"hundred"}
_UNITS = {
    **{f"{unit}s": unit for unit in ("second", "minute", "hour", "day", "week", "month", "year", "decade")},
    **{f"{unit}s": unit for unit in ("mile", "tonne", "ton", "degree", "dollar", "euro", "pound")},
    **dict.fromkeys(("mins", "min"), "minute"),
    **dict.fromkeys(("hrs", "hr"), "hour"),
    **dict.fromkeys(("metres", "meter", "meters"), "metre"),
    **dict.fromkeys(("kilometre", "kilometres", "kilometer", "kilometers", "kms"), "km"),
    "%": "percent",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
}
_CURRENCIES = frozenset({"dollar", "euro", "pound"})

_ISO_DATE = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
_DIGIT_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_POSSESSIVE = re.compile(r"(?<=\w)'s\b")
# A word, a number, a sign that is read as a word, or a stop: punctuation over which a number in words does not reach.
_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:st|nd|rd|th)\b|\d+(?:\.\d+)?|[^\W\d_]+|[%$€£]|[.,;:!?()]"
)
_STOPS = frozenset(".,;:!?()")


def canonical_words(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling of case, accents, punctuation, articles, numbers, units and dates.

    Numbers become digits without separators ("three-hour" and "3 hours" are both `3 hour`, "4.5 million" is
    `4500000`), the day follows its month ("21st of September" is `september 21`), an amount precedes its currency.
    """
    words = _numbers_as_digits([match[0] for match in _TOKEN.finditer(_plain(text))])
    named = [_UNITS.get(word, _MONTH_NAMES.get(word, word)) for word in words if word not in _ARTICLES]
    return tuple(_amount_first(_month_first(named)))


def _plain(text: str) -> str:
    text = without_marks(_DIGIT_GROUP_SPACE.sub("", text)).casefold().replace("\u2019", "'")
    text = _ISO_DATE.sub(lambda day: f"{MONTHS[int(day[2]) - 1]} {int(day[3])} {day[1]}", text)
    text = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), text)
    return _POSSESSIVE.sub("", text).replace("'", "").replace("per cent", "percent")


def _numbers_as_digits(tokens: Sequence[str]) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(tokens):
        number, end = "", at
        if tokens[at] in _NUMBER_WORDS or tokens[at][0].isdigit():
            number, end = _ordinal_at(tokens, at)
            if end == at:
                number, end = _cardinal_at(tokens, at)
        if end > at:
            words.append(number)
        elif tokens[at] not in _STOPS:
            words.append(tokens[at])
        at = max(end, at + 1)
    return words


def _ordinal_at(tokens: Sequence[str], at: int) -> tuple[str, int]:
    """Read "21st" and "twenty-first" as `21th`; where there is no ordinal, the end is the beginning."""
    word, following = tokens[at], _token(tokens, at + 1)
    if word[0].isdigit() and word[-1].isalpha():
        return f"{_digits(Decimal(word[:-2]))}th", at + 1
    if word in _TENS and following in _DIGIT_ORDINALS:
        return f"{_TENS[word] + _DIGIT_ORDINALS[following]}th", at + 2
    counted = at > 0 and (tokens[at - 1][0].isdigit() or tokens[at - 1] in _ONES | _TENS)
    if word in _ORDINALS and not (word == "second" and counted):
        return f"{_ORDINALS[word]}th", at + 1
    return "", at


def _cardinal_at(tokens: Sequence[str], at: int) -> tuple[str, int]:
    """Read a whole number, in digits or words and with its scale; where there is none, the end is the beginning."""
    if tokens[at][0].isdigit():
        return _scaled_at(tokens, at)
    total, smallest, end = 0, max(_BIG.values()) + 1, at
    while smallest > 1:
        start = end + (end > at and _token(tokens, end) == "and")
        value, after = _hundreds_at(tokens, start)
        scale = _BIG.get(_token(tokens, after), 1)
        if scale >= smallest or (scale == 1 and after == start):
            break
        total += (value if after > start else 1) * scale
        smallest, end = scale, after + (scale > 1)
    return str(total), end


def _scaled_at(tokens: Sequence[str], at: int) -> tuple[str, int]:
    value, end = Decimal(tokens[at].replace(",", "")), at + 1
    while scale := _SCALES.get(_token(tokens, end)):
        value, end = value * scale, end + 1
    return _digits(value), end


def _hundreds_at(tokens: Sequence[str], at: int) -> tuple[int, int]:
    value, end = _tens_at(tokens, at)
    if _token(tokens, end) != "hundred":
        return value, end
    value, end = (value if end > at else 1) * 100, end + 1
    start = end + (_token(tokens, end) == "and")
    rest, after = _tens_at(tokens, start)
    return (value + rest, after) if after > start else (value, end)


def _tens_at(tokens: Sequence[str], at: int) -> tuple[int, int]:
    word, following = _token(tokens, at), _token(tokens, at + 1)
    if word in _TENS and following in _DIGIT_WORDS:
        return _TENS[word] + _DIGIT_WORDS[following], at + 2
    if word in _TENS or word in _ONES:
        return (_TENS | _ONES)[word], at + 1
    return 0, at


def _token(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if at < len(tokens) else ""


def _digits(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _month_first(words: Sequence[str]) -> list[str]:
    ordered: list[str] = []
    at = 0
    while at < len(words):
        month = at + (2 if _token(words, at + 1) == "of" else 1)
        if (day := _day(words[at])) and _token(words, month) in MONTHS:
            ordered += [words[month], day]
            at = month + 1
        elif words[at] in MONTHS and (day := _day(_token(words, at + 1))):
            ordered += [words[at], day]
            at += 2
        else:
            ordered.append(words[at])
            at += 1
    return ordered


def _day(word: str) -> str | None:
    number = word.removesuffix("th")
    return number if number in _DAYS else None


def _amount_first(words: Sequence[str]) -> list[str]:
    ordered = list(words)
    for at in range(len(ordered) - 1):
        counted = at > 0 and ordered[at - 1][0].isdigit()
        if ordered[at] in _CURRENCIES and ordered[at + 1][0].isdigit() and not counted:
            ordered[at], ordered[at + 1] = ordered[at + 1], ordered[at]
    return ordered
