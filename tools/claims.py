"""The sets that claim verification is fitted and measured on: drafted sentences with their passages, and changes to them.

`drafts`: written sentences over our own fictional stories (tests/drafts); `perturbed`: the supported ones among them with one
thing changed by code; `attributions`: AttributionBench's dev set, where it is present.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.sentences import sentence_spans
from index.types import Article, DateSource, Passage
from qa import normalise
from qa.calibration.stories import Report, read_story
from qa.types import ScoredPassage

ROOT = Path(__file__).parent.parent
DRAFTS = ROOT / "tests" / "drafts"
STORIES = {"tune": ROOT / "training" / "newsroom", "report": ROOT / "qa" / "calibration" / "newsroom"}
MONTHS = [month.capitalize() for month in normalise.MONTHS]
WEEKDAYS = [day.capitalize() for day in normalise.WEEKDAYS]
SHORTEST, LONGEST = 8, 35  # words of a sentence that is taken as a claim
QUOTES = ('"', "“", "'", "‘")
NO_NAMES = frozenset(
    "He She It They We But The In On His Her Their And A An This That After Before At No Not If When".split()
)
COUNTS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty".split()
_NAME = r"[A-Z][\w’'-]*[a-z][\w’'-]*"
_RUN = re.compile(rf"{_NAME}(?: (?:of |de |von |van |al-)?{_NAME})*")
_SAID = (
    r"(?:said|says|told|stated|announced|argued|insisted|maintained|claimed|warned|added|explained|admitted|stressed|reported"
    r"|confirmed|believes|predicted|acknowledged|denied)"
)
_SPEAKER = re.compile(
    rf"(?P<who>{_NAME}(?: {_NAME}){{0,2}})(?:, [^,]{{3,60}},)? (?=(?:has |had |also )?{_SAID}\b)|(?i:according to) (?P<by>{_NAME}(?: {_NAME}){{0,2}})"
)
_NUMBER = re.compile(
    rf"(?<![\w.,:-])\d{{1,3}}(?:,\d{{3}})+(?![\d,])|(?<![\w.,:-])\d+(?:\.\d+)?(?![\w:]|[.,]\d)|\b(?:{'|'.join(COUNTS)})\b"
)
_DATE = re.compile(
    rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)})\b|\b(?:{'|'.join(MONTHS)}) \d{{1,2}}\b|\b(?:{'|'.join(WEEKDAYS)})\b|\b(?:19|20)\d\d\b"
)
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|must|may|might)\b(?! (?:not|never|no|yet)\b)"
)
_DENIAL = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|should|must|may|did|does|do) not\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, the passage it cites, other passages at hand, and whether the passage supports it."""

    id: str
    text: str
    cited: ScoredPassage
    others: tuple[ScoredPassage, ...]
    supported: bool
    kind: str


@cache
def _story(half: str, name: str) -> tuple[Report, ...]:
    return tuple(read_story(STORIES[half] / name))


def scored(report: Report, number: int, start: int, end: int) -> ScoredPassage:
    """A stretch of a report as the engine's evidence."""
    article = Article(
        id=f"{report.story}-{number}",
        title=report.title,
        text=report.text,
        publisher=report.publisher,
        published=report.published,
        date_from=DateSource.METADATA,
    )
    passage = Passage(
        id=f"{article.id}-{start}", article_id=article.id, ordinal=0, start=start, end=end, text=report.text[start:end]
    )
    return ScoredPassage(passage=passage, article=article, score=1.0, similarity=0.5, found_by="dense")


def drafts(half: str) -> Iterator[Claim]:
    """The drafted sentences of one half; the other passages are those that other sentences about the story cite."""
    rows = [json.loads(line) for line in (DRAFTS / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]
    cited = {}
    for row in rows:
        report = _story(half, row["story"])[row["report"] - 1]
        start = report.text.index(row["passage"])
        cited[row["id"]] = scored(report, row["report"], start, start + len(row["passage"]))
    for row in rows:
        own = cited[row["id"]]
        others = [cited[r["id"]] for r in rows if r["story"] == row["story"]]
        yield Claim(
            id=row["id"],
            text=row["claim"],
            cited=own,
            others=tuple(s for s in others if s.passage.id != own.passage.id),
            supported=row["label"] == "supported",
            kind=row["kind"],
        )


def sentences(half: str, count: int = 300, seed: int = 7) -> list[Claim]:
    """Sentences of the stories as they stand, each with the three sentences around it as its source."""
    source = random.Random(seed)
    claims = []
    for file in sorted(STORIES[half].rglob("*.txt")):
        reports = _story(half, str(file.relative_to(STORIES[half])))
        found = []
        for number, report in enumerate(reports, start=1):
            spans = sentence_spans(report.text)
            for at, (a, b) in enumerate(spans):
                if SHORTEST <= len(report.text[a:b].split()) <= LONGEST and not report.text[a:b].startswith(QUOTES):
                    start, end = spans[max(0, at - 1)][0], spans[min(len(spans) - 1, at + 1)][1]
                    found.append((report.text[a:b], scored(report, number, start, end)))
        chosen = source.sample(found, min(len(found), 12))
        for at, (text, cited) in enumerate(chosen):
            others = tuple(c for _, c in chosen if not _overlap(c, cited))
            claims.append(
                Claim(
                    id=f"{file.stem}-{at}", text=text, cited=cited, others=others, supported=True, kind="as it stands"
                )
            )
    source.shuffle(claims)
    return claims[:count]


def perturbed(supported: Sequence[Claim], count: int = 300, seed: int = 7) -> list[Claim]:
    """Supported claims with one thing changed by code, each kind as often: none is supported by what it cites."""
    source = random.Random(seed)
    claims = list(supported)
    source.shuffle(claims)
    made: dict[str, list[Claim]] = {name: [] for name in CHANGES}
    for name, change in CHANGES.items():
        for claim in claims:
            if (changed := change(claim, claims, source)) and len(made[name]) < count:
                made[name].append(replace(changed, id=f"{claim.id}/{name}", supported=False, kind=name))
    share = count // len(CHANGES)
    return [claim for name in CHANGES for claim in made[name][:share]]


def _change_number(claim: Claim, _: list[Claim], source: random.Random) -> Claim | None:
    spans = [m for m in _NUMBER.finditer(claim.text) if not _in_date(claim.text, m)]
    if not spans:
        return None
    span = source.choice(spans)
    others = [
        m.group() for m in _NUMBER.finditer(claim.cited.passage.text) if m.group().lower() not in claim.text.lower()
    ]
    new = source.choice(others) if others and source.random() < 0.4 else _other_number(span.group(), source)
    return _with(claim, span, new)


def _other_number(text: str, source: random.Random) -> str:
    if text.lower() in COUNTS:
        return source.choice([c for c in COUNTS if c != text.lower()])
    value = float(text.replace(",", ""))
    new = value
    while new == value or new <= 0:
        new = round(value * source.choice([0.5, 0.8, 1.1, 1.25, 2, 3, 10])) + source.choice([0, 0, 1, -1])
    return f"{int(new):,}" if "," in text else str(int(new))


def _in_date(text: str, found: re.Match[str]) -> bool:
    return any(d.start() <= found.start() < d.end() for d in _DATE.finditer(text))


def _change_date(claim: Claim, _: list[Claim], source: random.Random) -> Claim | None:
    spans = list(_DATE.finditer(claim.text))
    if not spans:
        return None
    span = source.choice(spans)
    old = span.group()
    if old in WEEKDAYS:
        return _with(claim, span, source.choice([d for d in WEEKDAYS if d != old]))
    if old.isdigit():
        return _with(claim, span, str(int(old) + source.choice([-3, -2, -1, 1, 2])))
    day = next(int(part) for part in old.split() if part.isdigit())
    month = next(part for part in old.split() if part in MONTHS)
    if source.random() < 0.5:
        return _with(claim, span, old.replace(month, source.choice([m for m in MONTHS if m != month])))
    return _with(claim, span, re.sub(r"\d+", str((day + source.choice([1, 2, 7, 12])) % 28 + 1), old))


def _change_name(claim: Claim, claims: list[Claim], source: random.Random) -> Claim | None:
    """Another name of the same story, of as many words, in the place of one."""
    spans = [m for m in _RUN.finditer(claim.text) if _is_name(m, claim.text)]
    around = " ".join(s.article.text for s in (claim.cited, *claim.others))
    names = {m.group() for m in _RUN.finditer(around) if _is_name(m, around)}
    if not spans:
        return None
    span = source.choice(spans)
    own = set(span.group().split())
    usable = sorted(
        n
        for n in names
        if len(n.split()) == len(own) and not {w[:4] for w in own} & {w[:4] for w in n.split()} and n not in claim.text
    )
    return _with(claim, span, source.choice(usable)) if usable else None


def _is_name(found: re.Match[str], text: str) -> bool:
    """Two words, or one within a sentence; no month, no day."""
    words = found.group().split()
    if set(words) & NO_NAMES:
        return False
    inside = found.start() > 1 and text[found.start() - 2] not in '.!?\n"“'
    return not set(words) & {*MONTHS, *WEEKDAYS} and (len(words) > 1 or inside)


def _change_speaker(claim: Claim, claims: list[Claim], source: random.Random) -> Claim | None:
    found = _SPEAKER.search(claim.text)
    if not found:
        return None
    group = "who" if found["who"] else "by"
    around = " ".join(s.article.text for s in (claim.cited, *claim.others))
    speakers = {m["who"] or m["by"] for m in _SPEAKER.finditer(around)}
    speakers = {who for who in speakers if not set(who.split()) & NO_NAMES}
    own = set(found[group].split())
    usable = sorted(
        s for s in speakers if not own & set(s.split()) and s not in claim.text and not _is_known(s, own, around)
    )
    if not usable:
        return None
    start, end = found.span(group)
    return replace(claim, text=claim.text[:start] + source.choice(usable) + claim.text[end:])


def _is_known(name: str, own: set[str], text: str) -> bool:
    """Whether one name may stand for the other: "the Register" and "Commander Vinje" do, if they stand side by side."""
    return any(
        re.search(
            rf"{re.escape(word)},? [^.]{{0,30}}{re.escape(name)}|{re.escape(name)}[^.]{{0,30}} {re.escape(word)}", text
        )
        for word in own
    )


def _change_negation(claim: Claim, _: list[Claim], source: random.Random) -> Claim | None:
    if found := _DENIAL.search(claim.text):
        return replace(claim, text=claim.text[: found.end(1)] + claim.text[found.end() :])
    spans = list(_AUXILIARY.finditer(claim.text))
    return replace(claim, text=f"{claim.text[: spans[0].end()]} not{claim.text[spans[0].end() :]}") if spans else None


def _change_source(claim: Claim, claims: list[Claim], source: random.Random) -> Claim | None:
    """The same sentence with another passage of the story, or of any story, as its source."""
    pool = [s for s in claim.others if not _overlap(s, claim.cited)]
    wrong = source.choice(pool) if pool and source.random() < 0.7 else source.choice(claims).cited
    if _overlap(wrong, claim.cited):
        return None
    others = (claim.cited, *(s for s in claim.others if s.passage.id != wrong.passage.id))
    return replace(claim, cited=wrong, others=others)


def _overlap(one: ScoredPassage, other: ScoredPassage) -> bool:
    same = one.article.id == other.article.id
    return same and one.passage.start < other.passage.end and other.passage.start < one.passage.end


def _with(claim: Claim, span: re.Match[str], new: str) -> Claim:
    return replace(claim, text=claim.text[: span.start()] + new + claim.text[span.end() :])


CHANGES: dict[str, Callable[[Claim, list[Claim], random.Random], Claim | None]] = {
    "number": _change_number,
    "date": _change_date,
    "name": _change_name,
    "speaker": _change_speaker,
    "negation": _change_negation,
    "source": _change_source,
}


def attributions(data: Path, *, odd: bool) -> list[Claim]:
    """AttributionBench's dev items of even or odd rank, in the order of label and question; references are the source."""
    lines = (data / "attributionbench" / "dev_all_subset_balanced.jsonl").read_text(encoding="utf-8").splitlines()
    rows = sorted((json.loads(line) for line in lines), key=lambda row: (row["attribution_label"], row["question"]))
    return [_attribution(row) for row in rows[int(odd) :: 2]]


def _attribution(row: dict[str, object]) -> Claim:
    text = "\n\n".join(map(str, row["references"]))  # type: ignore[call-overload]
    article = Article(id=str(row["id"]), title="", text=text)
    passage = Passage(id=str(row["id"]), article_id=article.id, ordinal=0, start=0, end=len(text), text=text)
    found = ScoredPassage(passage=passage, article=article, score=1.0, similarity=0.5, found_by="dense")
    return Claim(
        id=str(row["id"]),
        text=re.sub(r"\s*\[\d+\]", "", str(row["claim"])),
        cited=found,
        others=(),
        supported=row["attribution_label"] == "attributable",
        kind=str(row["src_dataset"]),
    )
