"""What of a claim its source has and what not: words, names, numbers, days, negation, speaker."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import Levenshtein

from qa.attribution import attribution_of
from qa.claims import NEAR_DAYS, Day, Name, Number, facts_of, identity_of, is_same_name, is_year, names_of, office_of
from qa.confidence import share_met
from qa.normalise import MONTHS, WEEKDAYS
from qa.places import other_names
from qa.relevance import heading
from qa.sentences import readable, sentences_of
from qa.types import ScoredPassage
from qa.windows import Rarity, Window, stems_of

_BOTH = re.compile(r"\b(?:both|pair|couple|twins?|twice|double)\b", re.IGNORECASE)
_EDGES = ".,;:!?\"“”'’()"
ALIKE = 0.6  # share of a claim's words that stand in the same order in a sentence which it may have been made from
UNEVEN = 3  # words by which a stretch may be longer than what stands in its place
_BESIDE = re.compile(r"[\w’'&-]+|[,()]")
_COPULAS = frozenset(", ( ) is was are were became remains or alias also known called named as the means".split())
_APART = frozenset("of for in from at by with to and on between who which that whose said".split())
_QUOTED = frozenset('"“”')
MOST_BETWEEN = 6  # words between two names of one thing
NEARLY = 0.75  # share of what the nearest sentence has of a claim from which another is as near
BEFORE = 2  # sentences before one without a name that may say who speaks in it
_LISTED = re.compile(r"^\W*\d{1,2}[.)] ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What of a claim a source has; shares and counts, each a feature of the probability."""

    met: float  # share of the claim's terms in the window and the title, weighed by rarity
    met_in_passage: float  # the same for the whole passage
    pairs: float  # share of the claim's neighbouring stems that are neighbours in the passage
    cosine: float  # between claim and window, or the stretch of it that is most like the claim
    names_missing: float  # share of the claim's names that the passage, its title and its speakers lack
    names_apart: float  # share of them that neither the window nor its title nor its speakers have
    names_misplaced: float  # 1 where another name stands where the claim puts one of its names
    exchanged: float  # 1 where the claim is a sentence of the window with another name, figure or weekday in one place
    numbers_missing: float  # share of its numbers that the passage lacks
    numbers_misplaced: float  # 1 where the passage counts the same thing with another number
    days_missing: float  # share of its days, months and years that the passage lacks
    contradicts: float  # 1 where one of the two says "not" of what the other says plainly
    negations: float  # 1 where one of the two negates something and the other nothing
    hedge: float  # 1 where the claim drops a may or a plan
    whole: float  # 1 where the claim makes all of some
    identity: float  # 1 where the claim makes one of two names, or gives an office, as no sentence of the article does
    speaker: float  # 1 where the claim names another speaker than the passage
    sentences: float  # in the window
    source_stems: float  # logarithm of how much the passages say: a long one has most words by chance
    claim_stems: float  # logarithm of how much the claim says


FEATURES = tuple(Agreement.__dataclass_fields__)
FAULTS = {
    "numbers_missing": "a number that the source does not have",
    "numbers_misplaced": "a number that the source gives to something else",
    "days_missing": "a date that the source does not have",
    "names_missing": "a name that the source does not have",
    "exchanged": "a name or figure of the source in the place of another",
    "identity": "somebody taken for what the source calls another",
    "speaker": "another speaker than the source",
    "contradicts": "the opposite of what the source says",
}
"""What no agreement elsewhere makes up for, and how it is named."""


def agreement(
    claim: str,
    sources: Sequence[ScoredPassage],
    window: Window,
    cosine: float,
    rarity: Rarity,
    ordinary: frozenset[str],
) -> Agreement:
    """Hold a claim against passages, with the window that `window_for` chose from them."""
    text = " ".join(readable(s.passage, s.article.text) for s in sources)
    heads = " ".join(heading(s.article) for s in sources)
    titles = " ".join(dict.fromkeys(s.article.title for s in sources))
    told = f"{text} {titles}"  # the day of publication is no day in it
    said, shown = facts_of(claim), facts_of(window.text)
    wanted, held = tuple(dict.fromkeys(stems_of(claim))), frozenset(stems_of(f"{text} {heads}")) | other_names(text)
    names = names_of(claim, ordinary)
    speakers = [one for s, (a, b) in window.parts if (one := attribution_of(s.article.text, a, b))]
    spoken = " ".join(f"{one.who} {one.name}" for one in speakers)
    known = f"{heads} {spoken}"
    near, pairs = _pairs(text) | _pairs(heads), _pairs(claim)
    return Agreement(
        met=share_met(wanted, frozenset(stems_of(f"{window.text} {heads}")), rarity),
        met_in_passage=share_met(wanted, held, rarity),
        pairs=len(pairs & near) / len(pairs) if pairs else 1.0,
        cosine=cosine,
        names_missing=_share_missing(names, f"{text} {known}", " ".join(s.article.text for s in sources)),
        names_apart=_share_missing(names, f"{window.text} {spoken} {window.titles}"),
        names_misplaced=float(_misplaced_name(names, names_of(window.text, frozenset()))),
        exchanged=float(any(_exchanged(claim, s.article.text[a:b]) for s, (a, b) in window.parts)),
        numbers_missing=_numbers_missing(claim, told, sources),
        numbers_misplaced=float(_misplaced_number(claim, window.text)),
        days_missing=_days_missing(claim, told, sources),
        contradicts=float(_contradicts(claim, window.text)),
        negations=float((said.negations == 0) != (shown.negations == 0)),
        hedge=float(not said.hedged and not shown.hedged.isdisjoint(wanted)),
        whole=float(bool(said.whole and shown.partial) and not shown.whole),
        identity=float(_made_one(claim, sources) or _another_holds(claim, sources)),
        speaker=float(_other_speaker(claim, window, heads, rarity)),
        sentences=float(len(window.parts)),
        source_stems=math.log1p(len(stems_of(text))),
        claim_stems=math.log1p(len(stems_of(claim))),
    )


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    stems = stems_of(text)
    return frozenset(zip(stems, stems[1:], strict=False))


# -- names ---------------------------------------------------------------------------------------------------------------


def _share_missing(names: Sequence[Name], text: str, article: str = "") -> float:
    """The share of names that a text lacks; one that it has in part may be completed from its article."""
    held = _name_stems(text)
    missing = [not _is_held(name.stem, held) for name in names]
    for at in range(len(names)):
        beside = [i for i in (at - 1, at + 1) if 0 <= i < len(names) and not missing[i]]
        if missing[at] and any(f"{names[min(at, i)].text} {names[max(at, i)].text}" in article for i in beside):
            missing[at] = False
    return sum(missing) / len(names) if names else 0.0


@lru_cache(maxsize=2_000)
def _name_stems(text: str) -> frozenset[str]:
    """The stems of a text, of other names of its countries and of the initials of its names."""
    runs = [
        word for word in text.replace("-", " ").split() if word[:1].isupper() or word in ("of", "for", "and", "the")
    ]
    initials = "".join(word[0] for word in runs if word[0].isupper())
    short = {initials[i : i + n].lower() for n in (2, 3, 4, 5) for i in range(len(initials) - n + 1)}
    return frozenset(stems_of(text)) | other_names(text) | frozenset(short)


def _is_held(stem: str, held: frozenset[str]) -> bool:
    return stem in held or any(is_same_name(stem, other) for other in held if other[:4] == stem[:4])


def _misplaced_name(claimed: Sequence[Name], found: Sequence[Name]) -> bool:
    """Whether the words around a name of the claim stand around another name in the source, and not around this one."""
    for name in claimed:
        own = [_shared(name, other) for other in found if is_same_name(name.stem, other.stem)]
        others = [_shared(name, other) for other in found if not is_same_name(name.stem, other.stem)]
        if own and others and max(others) >= 2 and max(own) == 0:
            return True
    return False


def _exchanged(claim: str, sentence: str) -> bool:
    """Whether a claim that is otherwise much like a sentence has other names, figures or weekdays in a place of it."""
    told, held = claim.split(), sentence.split()
    steps = Levenshtein.opcodes(*([word.strip(_EDGES).lower() for word in words] for words in (held, told)))
    same = [step for step in steps if step.tag == "equal"]
    if sum(step.dest_end - step.dest_start for step in same) < ALIKE * len(told):
        return False
    whole = _marks(held, 0, len(held))
    for before, after in zip([None, *same], [*same, None], strict=True):  # what differs between two stretches alike
        a, b = before.src_end if before else 0, after.src_start if after else len(held)
        c, d = before.dest_end if before else 0, after.dest_start if after else len(told)
        if abs((b - a) - (d - c)) > UNEVEN:
            continue  # not one thing for another
        marks = zip(_marks(held, a, b), _marks(told, c, d), whole, strict=True)
        if any(was and now and not now & elsewhere for was, now, elsewhere in marks):
            return True
    return False


def _marks(words: Sequence[str], start: int, end: int) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names, figures and weekdays in a stretch of words; a word before it keeps its first from heading a sentence."""
    text = " ".join(words[start:end])
    facts = facts_of(text)
    names = frozenset(name.stem[:5] for name in names_of(f"x {text}", frozenset()))
    return names, frozenset(number.value for number in facts.numbers), facts.weekdays


def _shared(one: Name, other: Name) -> int:
    return len({*one.before} & {*other.before}) + len({*one.after} & {*other.after})


def _made_one(claim: str, sources: Sequence[ScoredPassage]) -> bool:
    """Whether the claim says that two names are one, and no sentence of the articles has them side by side."""
    if (names := identity_of(claim)) is None:
        return False
    one, other = (frozenset(stems_of(name)) for name in names)
    texts = [s.article.text[a:b] for s in sources for a, b in sentences_of(s.article.text)]
    return not any(_side_by_side(one, other, text) for text in (*texts, *(s.article.title for s in sources)))


def _another_holds(claim: str, sources: Sequence[ScoredPassage]) -> bool:
    """Whether the claim gives an office to somebody, and each sentence of the articles that has it gives it to another."""
    if (found := office_of(claim)) is None:
        return False
    name, office = (frozenset(stems_of(part)) for part in found)
    texts = [s.article.text[a:b] for s in sources for a, b in sentences_of(s.article.text)]
    holding = [text for text in texts if office and office <= frozenset(stems_of(text))]
    return bool(holding) and all(_names_another(text, name, office) for text in holding)


def _names_another(sentence: str, name: frozenset[str], office: frozenset[str]) -> bool:
    """Whether a sentence without the one name has another beside the office."""
    if name & frozenset(stems_of(sentence)):
        return False
    return any(_side_by_side(frozenset({other.stem}), office, sentence) for other in names_of(f"x {sentence}"))


def _side_by_side(one: frozenset[str], other: frozenset[str], sentence: str) -> bool:
    """Whether nothing but a comma, a copula and the like stands between two names."""
    tokens = _BESIDE.findall(sentence)
    stems = [set(stems_of(token)) for token in tokens]
    ones, others = ([at for at, found in enumerate(stems) if found & name] for name in (one, other))
    for i, j in product(ones, others):
        between = [token.lower() for token in tokens[min(i, j) + 1 : max(i, j)]]
        if len(between) <= MOST_BETWEEN and (not between or between[0] in _COPULAS) and _APART.isdisjoint(between):
            return True
    return False


# -- numbers and days ------------------------------------------------------------------------------------------------------


def _numbers_missing(claim: str, text: str, sources: Sequence[ScoredPassage]) -> float:
    told = facts_of(_LISTED.sub("", claim))
    numbers = told.numbers
    if not numbers and not told.times:
        return 0.0
    held = facts_of(text)
    days = {day.day for day in held.days} | {day.year for day in held.days}
    if not any(is_year(n.value) for n in held.numbers) and not any(days):
        days |= _published_years(sources, text)
    if _BOTH.search(text):
        days |= {"2"}
    if any(
        n.value.endswith("th") for n in numbers
    ):  # "the first meeting" may be first by what the article says elsewhere
        days |= {n.value for s in sources for n in facts_of(s.article.text).numbers if n.value.endswith("th")}
    missing = [n for n in numbers if not any(_is_same_number(n, m) for m in held.numbers) and n.value not in days]
    total = len(numbers) + len(told.times)
    return (len(missing) + len(told.times - held.times)) / total


def _published_years(sources: Sequence[ScoredPassage], text: str) -> set[str]:
    years = {s.article.published.year for s in sources if s.article.published}
    low = text.lower()
    return (
        {str(y) for y in years}
        | {str(y - 1) for y in years if "last year" in low}
        | {str(y + 1) for y in years if "next year" in low}
    )


def _is_same_number(one: Number, other: Number) -> bool:
    return one.value.removesuffix("th") == other.value.removesuffix("th") and (
        one.unit == other.unit or not one.unit or not other.unit
    )


def _misplaced_number(claim: str, text: str) -> bool:
    """Whether the source gives another number for what the claim counts, and not this one."""
    held = facts_of(text).numbers
    for number in facts_of(claim).numbers:
        same = [n for n in held if _is_same_number(number, n)]
        if same and number.step and all(n.step and n.step != number.step for n in same):
            return True  # "by 5 per cent" is not "to 5 per cent"
        counted = [n for n in held if n.counted[:1] == number.counted[:1]] if number.counted else []
        if counted and not any(_is_same_number(number, n) for n in counted):
            return True
    return False


def _days_missing(claim: str, text: str, sources: Sequence[ScoredPassage]) -> float:
    """The share of the claim's days, weekdays and months that are neither in the source nor follow from when it appeared."""
    told = facts_of(claim)
    total = len(told.days) + len(told.weekdays) + len(told.months)
    if not total:
        return 0.0
    held = facts_of(text)
    days = list(held.days)
    weekdays = set(held.weekdays)
    for scored in sources:
        if not (published := scored.article.published):
            continue
        for word in held.weekdays:
            for away in [NEAR_DAYS[word]] if word in NEAR_DAYS else _days_to(word, published.weekday()):
                day = published + timedelta(days=away)
                days.append(Day(month=MONTHS[day.month - 1], day=str(day.day), year=str(day.year)))
                weekdays.add(WEEKDAYS[day.weekday()])
        days += [Day(month=d.month, day=d.day, year=str(published.year)) for d in held.days if not d.year]
    months = {day.month for day in days} | held.months
    missing = [d for d in told.days if not any(_is_same_day(d, other) for other in days)]
    lost = [w for w in told.weekdays if w not in weekdays and w not in NEAR_DAYS]
    strange = [m for m in told.months if m not in months]
    return (len(missing) + len(lost) + len(strange)) / total


def _days_to(weekday: str, of_publication: int) -> tuple[int, int]:
    back = (of_publication - WEEKDAYS.index(weekday)) % 7
    return -back, 7 - back


def _is_same_day(one: Day, other: Day) -> bool:
    return (
        one.day == other.day
        and (one.month in ("", other.month))
        and (not one.year or not other.year or one.year == other.year)
    )


# -- negation and speaker ---------------------------------------------------------------------------------------------------


def _contradicts(claim: str, text: str) -> bool:
    """Whether one of the two says "not" of what the other says plainly."""
    told, held = facts_of(claim), facts_of(text)
    said, found = frozenset(stems_of(claim)), frozenset(stems_of(text))
    if told.negations == held.negations:
        return False
    if told.denials and not held.negations:
        return True
    if not told.negations and any(r and (r[0] in said or len(said.intersection(r)) > 1) for r in held.denials):
        return True
    return any(r and r[0] in found - held.negated for r in told.denials) or any(
        r and r[0] in said - told.negated for r in held.denials
    )


def _other_speaker(claim: str, window: Window, heads: str, rarity: Rarity) -> bool:
    """Whether the claim names somebody as its speaker whom the sentences that come nearest to it do not let speak."""
    told = attribution_of(claim, 0, len(claim))
    if told is None:
        return False
    leading = claim[: told.claim[0]] or claim[told.claim[1] :] or told.who
    names = [name.stem for name in names_of(leading, frozenset())]
    matter = stems_of(claim[slice(*told.claim)])
    parts = [(s.article.text, a, b) for s, (a, b) in window.parts]
    met = [share_met(matter, frozenset(stems_of(text[a:b])), rarity) for text, a, b in parts]
    near = [_voice(*part) for part, share in zip(parts, met, strict=True) if share >= NEARLY * max(met)]
    said = _name_stems(" ".join([*near, heads]))
    return bool(names) and not any(_is_held(name, said) for name in names)


def _voice(text: str, start: int, end: int) -> str:
    """What tells who speaks in a sentence: its own lead where that has a name, else also the sentences around it."""
    said = attribution_of(text, start, end)
    if said is not None:
        lead = f"{_lead(text[start:end])} {said.who}"
        if names_of(f"x {lead}", frozenset()):
            return f"{lead} {said.name}"
    spans = sentences_of(text)
    at = spans.index((start, end))
    goes_on = said is None and not _QUOTED.isdisjoint(
        text[start:end]
    )  # the next sentence may say whose words these are
    around = [text[a:b] for a, b in spans[max(0, at - BEFORE) : at + 1 + goes_on]]
    return " ".join([*around, said.name if said else ""])


def _lead(sentence: str) -> str:
    """The part of an attributed sentence that is not the claim; nothing of one that nobody says."""
    said = attribution_of(sentence, 0, len(sentence))
    if said is None:
        return ""
    return f"{sentence[: said.claim[0]]} {sentence[said.claim[1] :]}"
