"""The dateline of an agency report: where it was written, when, and by which agency."""

import re
from dataclasses import dataclass

from index.dates import DAY_IN_WORDS, Day, days_in

# Names that are taken for a publisher where nothing but their place in the dateline says so.
_AGENCIES = (
    *("AAP", "AFP", "Agence France-Presse", "AKIpress", "Al Jazeera", "Anadolu", "Anadolu Agency", "AA", "ANI", "ANSA"),
    *("AP", "Associated Press", "The Associated Press", "APA", "Armenpress", "AZERTAC", "AzerTAc", "BBC", "Belga"),
    *("BelTA", "Bernama", "Bloomberg", "CBC", "CNBC", "CNN", "CP", "The Canadian Press", "dpa", "DW", "EFE", "Fars"),
    *(
        "Forbes",
        "France 24",
        "Interfax",
        "Interpress",
        "IRNA",
        "ITAR-TASS",
        "JTA",
        "Kyodo",
        "Kyodo News",
        "MENA",
        "NPR",
    ),
    *("PA", "PA Media", "PAP", "Politico", "PRNewswire", "PTI", "Reuters", "RFE/RL", "RIA Novosti", "SANA", "SPA"),
    *("Sputnik", "TASS", "The Guardian", "Trend", "UNB", "UPI", "Ukrinform", "UNIAN", "VOA", "WAFA", "WAM", "Xinhua"),
    *("Xinhua News Agency", "Yonhap"),
)
_KNOWN = frozenset(name.casefold() for name in _AGENCIES)
_KNOWN_NAME = "(?:" + "|".join(re.escape(name) for name in sorted(_AGENCIES, key=len, reverse=True)) + ")"
_LETTER = r"(?:[^\W\d_]|['’./ -])"
_NO_PLACE = r"(?!(?:The|An?|On|In|At|By|For|From|After|Before|Since|Until|As|It|He|She|They|But|And|When|\w+day)\b)"
_PLACE = rf"(?P<place>{_NO_PLACE}[^\W\d_a-z]{_LETTER}{{1,40}}?(?:,\s?[^\W\d_a-z]{_LETTER}{{1,30}}?)??)"
_DAY = rf"(?P<day>{DAY_IN_WORDS})"
_NAME = r"[^\W\d_][\w&.'’/ -]{0,40}?"
_DASH = r"(?:--|[-–—])"
# In the order of trial; (?i) holds for the month names only.
_WITH_NAME = re.compile(
    rf"(?:{_PLACE}[,.:]?\s+)?(?i:{_DAY})?[,.]?\s*(?:/(?P<slashes>{_NAME})/|\((?P<brackets>{_NAME})\))\s*"
    rf"(?P<end>[.:]?\s*{_DASH}+|[.:])"
)
_WITH_BARE_NAME = re.compile(
    rf"{_PLACE}[,.:]?\s+(?i:{_DAY})[,.]\s*(?P<bare>(?i:{_KNOWN_NAME}))(?!\w)\s*[.:,]?\s*{_DASH}*"
)
_WITHOUT_NAME = re.compile(rf"{_PLACE}[,.]\s+(?i:{_DAY})[.:,]?\s*{_DASH}+")
_LEAD_FIRST = re.compile(rf"\((?P<lead>{_NAME})\)\s*{_DASH}+(?:\s*{_PLACE}[,.]\s+(?i:{_DAY})[.:,]?)?")
_NAME_ONLY = re.compile(rf"(?P<bare>{_KNOWN_NAME})\s*(?:--|[–—])")
_LONGEST = 160
# What opens a report without an agency, for leaving out of a sentence that is shown, never for telling head from body: in a
# round-up, each report begins so.
_CAPITALS = r"[^\W\d_a-zß-öø-ÿ](?:[^\W\d_a-zß-öø-ÿ]|[.'’/ -]){2,40}"
_REGION = r"(?:,\s?[^\W\d_a-z][^\W\d_]*(?:[.' ’-][^\W\d_]*){0,3}){0,2}"
_OPENING = re.compile(
    rf"{_CAPITALS}?{_REGION}(?:"
    rf"[,.]?\s+(?i:{_DAY})(?:[.:](?:\s+|$)|,?\s*{_DASH}+\s+)"
    rf"|\s+{_DASH}+\s+(?=[\"“‘'(]?[^\W_a-z])"
    r")"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """What a dateline tells; `end` is where the report itself begins in the paragraph."""

    end: int
    publisher: str | None
    days: tuple[Day, ...]


def dateline_of(paragraph: str) -> Dateline | None:
    """Read the dateline that a paragraph begins with, such as `BAKU, September 27. /TASS/.`; None without one."""
    start = paragraph[:_LONGEST]
    for pattern in (_LEAD_FIRST, _WITH_NAME, _WITH_BARE_NAME, _WITHOUT_NAME, _NAME_ONLY):
        match = pattern.match(start)
        if match and (found := _judged(match)):
            end = match.end() + len(paragraph[match.end() :]) - len(paragraph[match.end() :].lstrip())
            return Dateline(end=end, publisher=found[0], days=days_in(match.groupdict().get("day") or ""))
    return None


def without_dateline(sentence: str) -> str:
    """A sentence from the head of a paragraph less the dateline it begins with, as in `OSLO, March 3. ` or `OSLO — `.

    Nothing is left of a sentence that is only a dateline.
    """
    found = dateline_of(sentence)
    if found is None and (opening := _OPENING.match(sentence[:_LONGEST])):
        return sentence[opening.end() :]
    return sentence[found.end :] if found else sentence


def agency_in(text: str) -> str | None:
    """A news agency that a byline names after its last comma or bar, as in `By A. Writer, Reuters`."""
    last = re.split(r"[,|/]", text)[-1].strip().rstrip(".")
    return last if last.casefold() in _KNOWN else None


def _judged(match: re.Match[str]) -> tuple[str | None] | None:
    """The publisher in a tuple, or None where brackets hold something else than an agency, as in `Doe (Labour) - `."""
    parts = match.groupdict()
    name = next((parts[key] for key in ("slashes", "brackets", "bare", "lead") if parts.get(key)), None)
    if name is None:
        return (None,)
    if re.fullmatch(r"\w+day", name):
        return None
    certain = name.casefold() in _KNOWN or parts.get("slashes") or parts.get("day")
    return (name.strip(),) if certain else None
