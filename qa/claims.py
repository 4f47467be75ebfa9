"""What a text claims that code can hold against a source: numbers with their units, days, names, negation and hedging."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.keywords import terms
from qa.normalise import MONTHS, WEEKDAYS, canonical_words

_UNITS = frozenset(
    "second minute hour day week month year decade century percent dollar euro pound mile km metre tonne ton degree kg"
    " hectare acre barrel point".split()
)
_ABOUT = frozenset("about around some almost nearly over more less than at least most up to half".split())
NEAR_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}  # days from that of publication
_MINUS = re.compile(r"(?<![\w.,)])[-\u2212\u2013](?=\d)")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m\b\.?|\b([01]?\d|2[0-3]):([0-5]\d)\b", re.IGNORECASE)
_FRACTIONS = {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(
    r"\b(?P<n>a|one|two|three|four|five|six|seven|eight|nine)[ -](?P<d>third|quarter|fifth|sixth|eighth|tenth)(?:s\b|(?= of\b))",
    re.IGNORECASE,
)
_COUNTS = {"a": 1} | {word: n for n, word in enumerate("one two three four five six seven eight nine".split(), 1)}
_WORDED = (
    (re.compile(r"\b(?:a )?fortnight(?:-long|ly)?\b|\bfortnights\b", re.I), "two-week"),
    (re.compile(r"\b(?:a|the) (?:pair|couple) of\b", re.I), "two"),
    (re.compile(r"\b(?:a|one) dozen\b", re.I), "twelve"),
    (re.compile(r"\btwo dozen\b", re.I), "24"),
    (re.compile(r"\bhalf an hour\b", re.I), "30 minutes"),
    (re.compile(r"\b(?:km/h|kph)\b", re.I), "kilometres an hour"),
)
_LIMIT = re.compile(
    r"\b(?:no|not) (?:just|merely|simply|later|fewer|less|more|earlier|sooner|only|just|longer than)\b"
    r"|\b(?:is|are|was|were|been|the) disputed\b",  # what is disputed is not thereby denied
    re.IGNORECASE,
)
_NOT = re.compile(r"n[’']t\b", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*|[,;:.!?]")
_DENIES = re.compile(
    r"^(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|den(?:y|ied|ies|ying)|refus(?:e|ed|es|ing)|disput(?:ed|es))$"
)
_NEGATES = re.compile(
    r"^(?:without|refusal|reject(?:ed|s|ing)?|declin(?:ed|es|ing)|fail(?:ed|s|ing)?|unable"
    r"|lack(?:s|ed|ing)?|hardly|barely|absence|contradict(?:s|ed)?|clear(?:s|ed)?|acquit(?:s|ted)|ruled"
    r"|rul(?:es|ing)|ignor(?:e|es|ed)|forbid(?:s|den)?|ban(?:s|ned)?|barred|prohibit(?:s|ed)?|instead|rather|except|outside|empty"
    r"|off|away|only|against|free|spared|missed|unaware|unknown|unpaid|un(?:harmed|hurt|injured|damaged|confirmed|connected|changed|likely"
    r"|able|scathed|touched)|stopped|prevent(?:s|ed)?|avoid(?:s|ed)?|halt(?:s|ed)?|drop(?:s|ped)|longer|out|false|wrong|untrue)$"
)
_HEDGE = re.compile(
    r"^(?:may|might|could|would|should|will|plans?|planned|expects?|expected|propos(?:e|ed|es|al)|considering|hopes?|hoped|intends?"
    r"|alleged(?:ly)?|reportedly|suspected|possibl[ey]|probabl[ey]|likely|perhaps|unconfirmed|seeks?|sought|wants?|wanted|if|unless|aims?"
    r"|scheduled|due|potential(?:ly)?|apparent(?:ly)?|threatened|offered|asked|urged|called|demanded|agreed|promised|pledged|vowed)$"
)
_PARTIAL = re.compile(r"^(?:some|most|many|several|part|partly|half|few|nearly|almost|about|mostly|only|majority)$")
_WHOLE = re.compile(r"^(?:all|every|each|everyone|everybody|entire|entirely|whole|fully|completely|both|always|total)$")
_MAY = re.compile(r"\b(?:in|of|since|until|by|last|next|during) May\b")
_RUN = r"[A-Z][\w’'&-]*(?: (?:(?:of|for|and|de|van|von|al)(?: the)? )?[A-Z][\w’'&-]*)*"
_IDENTITY = re.compile(
    rf"^(?:The )?(?P<one>{_RUN})(?:, [^,]{{2,80}},)? (?:is|was|are|were|became|remains|means) (?:the )?(?P<other>{_RUN})"
    r"(?=[.!;,]|$)"
)
_OFFICE = re.compile(
    rf"^(?:The )?(?P<one>{_RUN})(?: (?:is|was|became|remains)|,) (?:the|an?|its|his|her)"
    r" (?P<office>[a-z’'-]+(?: (?!(?:of|for|at|in|who|that|which|and|to) )[a-z’'-]+){0,3})(?= of| for|[,.]|$)"
)
_PRONOUN = re.compile(r"^(?:He|She|It|They)(?= )")
_SUBJECT = re.compile(
    r"^(?!(?:He|She|It|They|There|This|That|These|Those) )(?P<who>[\w’'&-]+(?: [\w’'&-]+){0,7}?)"
    r" (?:is|was|are|were|has|have|had|will|would|can|could|may|said|says|told|met|won|lost|held|began|took|left|gave|sent|made"
    r"|rose|fell|came|went|led|ran|sold|bought|built|spent|kept|put|paid|broke|spoke|found|brought|became|\w{2,}ed)\b"
)
_STEPS = frozenset({"by", "to", "from"})
_SCOPE = 4  # stems after a negation that it may reach within its clause
_SPELLED = re.compile(r"\([A-Z][A-Za-z0-9&-]{1,7}\)")  # the abbreviation of the words before it
_TITLES = frozenset(
    "mr mrs ms dr prof sir president minister prime chancellor king queen secretary governor mayor general commander"
    " director chairman chairwoman chief ambassador senator judge captain professor doctor premier deputy foreign defence"
    " defense interior finance state ministry government council party court police army parliament the a an in on at by"
    " according after before during while when although as it he she they this that these those both two three its his her"
    " their we i for of from with under over following despite however meanwhile later earlier no one yes but so all few if or"
    " and yet not nor our my who how why what when where there most some many such each any nobody nothing none neither only"
    " even just now then here more less new old last next".split()
)

_JOINS = frozenset("of for and the de van von al".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A figure: `value` in digits with its sign, `unit` where it is measured, `counted` the stems that follow it.

    `step` is the "by", "to" or "from" before it.
    """

    value: str
    unit: str
    counted: tuple[str, ...]
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a month; "on the 21st" has no month, and few days have a year."""

    month: str
    day: str
    year: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The parts of a text that have to agree with its source.

    `negated` are the stems within reach of an odd number of negations, `denials` the stems after each "not" or "no";
    `negations` counts those and other words that negate; `hedged`, `partial` and `whole` are the stems within reach of a
    "may", a "some" and an "all".
    """

    numbers: tuple[Number, ...]
    times: frozenset[str]
    days: tuple[Day, ...]
    weekdays: frozenset[str]
    months: frozenset[str]
    negated: frozenset[str]
    denials: tuple[tuple[str, ...], ...]
    negations: int
    hedged: frozenset[str]
    partial: frozenset[str]
    whole: frozenset[str]


@lru_cache(maxsize=20_000)
def stems_of_word(word: str) -> tuple[str, ...]:
    """The stems of one word or figure, remembered: texts about one matter share most of their words."""
    return tuple(terms(word))


@lru_cache(maxsize=4_000)
def facts_of(text: str) -> Facts:
    """Read the facts of a text; remembered, since a passage is read for every sentence that cites it."""
    times = frozenset(_time(match) for match in _CLOCK.finditer(text))
    found = canonical_words(_MINUS.sub(" minus ", _worded(_CLOCK.sub(" ", text))))
    days, taken = _days(found)
    tokens = _TOKEN.findall(_NOT.sub(" not", _LIMIT.sub(" ", text)).replace("annot", "an not"))
    denials, others = _reached(tokens, _DENIES), _reached(tokens, _NEGATES)
    reach = Counter(stem for stems in denials for stem in set(stems))
    return Facts(
        numbers=_numbers(found, taken),
        times=times,
        days=days,
        weekdays=frozenset(word for word in found if word in WEEKDAYS or word in NEAR_DAYS),
        months=_months(text, found, taken),
        negated=frozenset(stem for stem, count in reach.items() if count % 2),
        denials=denials,
        negations=len(denials) + len(others),
        hedged=_flat_set(_reached(tokens, _HEDGE)),
        partial=_flat_set(_reached(tokens, _PARTIAL)),
        whole=_flat_set(_reached(tokens, _WHOLE)),
    )


def _time(match: re.Match[str]) -> str:
    """A time of day as HH:MM of 24 hours."""
    hour, minute, half, hour24, minute24 = match.groups()
    if half is None:
        return f"{int(hour24):02}:{minute24}"
    return f"{int(hour) % 12 + (12 if half.lower() == 'p' else 0):02}:{minute or '00'}"


def _worded(text: str) -> str:
    """Figures that are words of their own, as the numbers they stand for: "four fifths" is 80 percent."""
    text = _FRACTION.sub(lambda m: f"{round(100 * _COUNTS[m['n'].lower()] / _FRACTIONS[m['d'].lower()])} percent", text)
    for pattern, number in _WORDED:
        text = pattern.sub(number, text)
    return text


def _days(found: Sequence[str]) -> tuple[tuple[Day, ...], frozenset[int]]:
    """The days of the month and the places of the words that they take up."""
    days: list[Day] = []
    taken: set[int] = set()
    for at, word in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else ""
        year = found[at + 2] if at + 2 < len(found) else ""
        if word in MONTHS and after.isdigit() and len(after) <= 2:
            dated = is_year(year)
            days.append(Day(month=word, day=after, year=year if dated else ""))
            taken |= {at, at + 1} | ({at + 2} if dated else set())
        elif (
            word.endswith("th")
            and word[:-2].isdigit()
            and at not in taken
            and after != "century"
            and at
            and found[at - 1] in ("on", "of", "until", "by")
        ):
            days.append(Day(month="", day=word[:-2], year=""))
            taken.add(at)
    return tuple(days), frozenset(taken)


def _months(text: str, found: Sequence[str], taken: frozenset[int]) -> frozenset[str]:
    """The months that stand without a day; "may" is a month only where it is written as one and no verb follows."""
    bare = {word for at, word in enumerate(found) if word in MONTHS and at not in taken}
    return frozenset(bare if _MAY.search(text) else bare - {"may"})


def is_amount(text: str) -> bool:
    """Whether a text is only how much there is of something: "three hours", "about 5.25 percent", "27", not "61 people"."""
    words = [word for word in canonical_words(text) if word not in _ABOUT]
    return any(word[0].isdigit() for word in words) and all(word[0].isdigit() or word in _UNITS for word in words)


def is_year(word: str) -> bool:
    """Whether a figure can be a year of our time."""
    return len(word) == 4 and word.isdigit() and "1500" <= word <= "2199"


def _numbers(found: Sequence[str], taken: frozenset[int]) -> tuple[Number, ...]:
    numbers = []
    for at, word in enumerate(found):
        if at in taken or not word[0].isdigit():
            continue
        minus = at > 0 and found[at - 1] == "minus"
        after = found[at + 1 : at + 4]
        if word == "1" and not (after and after[0] in _UNITS):
            continue  # "one of the": no count
        unit = after[0] if after and after[0] in _UNITS else ""
        if unit == "decade" and word.isdigit():
            word, unit = f"{word}0", "year"
        numbers.append(
            Number(
                value=f"-{word}" if minus else word,
                unit=unit,
                step=found[at - 1] if at and found[at - 1] in _STEPS else "",
                counted=tuple(terms(" ".join(w for w in after if not w[0].isdigit())))[:2],
            )
        )
    return tuple(numbers)


def _reached(tokens: Sequence[str], cue: re.Pattern[str]) -> tuple[tuple[str, ...], ...]:
    """For each such word the stems that follow it, up to the end of its clause."""
    found = []
    for at, token in enumerate(tokens):
        if not cue.match(token.lower()):
            continue
        reached: list[str] = []
        for word in tokens[at + 1 :]:
            if word in ",.;!?:" or len(reached) >= _SCOPE:
                break
            if not word[0].isupper():
                reached += stems_of_word(word)
        found.append(tuple(reached[:_SCOPE]))
    return tuple(found)


def _flat_set(groups: Sequence[Sequence[str]]) -> frozenset[str]:
    return frozenset(stem for group in groups for stem in group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A capitalised word of a text, as written, with the stems that stand before and after it."""

    text: str
    stem: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@lru_cache(maxsize=4_000)
def names_of(text: str, ordinary: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """The words written as names; one that begins a sentence counts unless it is an `ordinary` word of the language."""
    text = _SPELLED.sub(" ", text)
    tokens = list(re.finditer(r"[\w’'&-]+(?:\.(?=\w)\w+)*|[.!?;:,]", text))
    stems = [stems_of_word(token.group()) for token in tokens]
    names = []
    for at, token in enumerate(tokens):
        word = token.group()
        bare = re.sub(r"[’']s$", "", word)
        if not bare[:1].isupper() or bare.lower() in _TITLES or _is_calendar(bare) or not stems[at]:
            continue
        begins = at == 0 or tokens[at - 1].group() in ".!?:;"
        if begins and not bare.isupper() and (bare.lower() in ordinary):
            following = tokens[at + 1].group() if at + 1 < len(tokens) else ""
            if not following[:1].isupper() or following.lower() in _TITLES:
                continue
        names.append(
            Name(
                text=bare,
                stem=(stems_of_word(bare) or stems[at])[0],
                before=_flat(stems[max(0, at - 4) : at])[-3:],
                after=_flat(stems[at + 1 : at + 6])[:3],
            )
        )
    return tuple(names)


def identity_of(text: str) -> tuple[str, str] | None:
    """The two names that a sentence makes one: "The Harbour Guild is Marta Veen"; a title or an office is no name."""
    found = _IDENTITY.match(text)
    if not found or " " not in found["other"]:  # one word may be an adjective: "Veen is Tarvonian"
        return None
    known = {word for name in found.groups() for word in name.lower().split()}
    return None if known & (_TITLES - _JOINS) else (found["one"], found["other"])


def office_of(text: str) -> tuple[str, str] | None:
    """Whom a sentence gives which office or part: "Marta Veen is the treasurer of the guild" is (Marta Veen, treasurer)."""
    found = _OFFICE.match(text)
    return (found["one"], found["office"]) if found else None


def resolved(text: str, before: str) -> str:
    """A sentence with the subject of the one before it in the place of a pronoun that leads it; as it is without either."""
    subject = _SUBJECT.match(before)
    return _PRONOUN.sub(lambda _: str(subject["who"]), text) if subject else text


def _flat(stems: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(stem for group in stems for stem in group)


def _is_calendar(word: str) -> bool:
    return word.lower() in WEEKDAYS or word.lower() in MONTHS


def is_same_name(stem: str, other: str) -> bool:
    """Whether two stems may be one name: "azerbaijani" and "azerbaijan", not "armenia" and "armand"."""
    shared = 0
    for a, b in zip(stem, other, strict=False):
        if a != b:
            break
        shared += 1
    shorter = min(len(stem), len(other))
    return stem == other or (shared >= 4 and shared >= shorter - 1 and abs(len(stem) - len(other)) <= 4)
