"""All that a report shows of a run, most important first: what the page and the digest put into their own form."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from qa.evaluation.cost import cost_of
from qa.evaluation.declining import Declining, Point, declining_of
from qa.evaluation.lines import (
    Line,
    Table,
    all_lines,
    citing_lines,
    cost_table,
    headline_lines,
    retrieval_table,
    sureness_lines,
    types_table,
    value_text,
)
from qa.evaluation.records import ANSWERED, Manifest, Record
from qa.evaluation.results import Group, QuestionResult, Report
from qa.evaluation.retrieval_metrics import Ranking, first_ranks, ranked
from qa.evaluation.stages import stage_of
from qa.markdown import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the questions of one kind ended: the right way first, then the wrong ones, as names with their counts."""

    name: str
    right: tuple[str, int]
    wrong: tuple[tuple[str, int], ...]

    @property
    def questions(self) -> int:
        """How many questions of this kind were scored."""
        return self.right[1] + sum(count for _, count in self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question that went wrong, with all that is known of it; `stage` says in words where.

    `found` and `read` are the places of the first gold source among what the search found and what the reader ranked,
    from 1 on; None where it was not there.
    """

    result: QuestionResult
    record: Record
    stage: str
    found: int | None
    read: int | None

    @property
    def told(self) -> str:
        """What kind of question it was and how it ended, in one line."""
        confidence = self.record.answer.confidence
        status = self.result.status.value.replace("_", " ").lower()
        sure = f"confidence {confidence:.2f}" if confidence is not None else ""
        parts = (self.result.type, self.result.id, status, sure, value_text(self.result.milliseconds, "ms"))
        return " · ".join(part for part in parts if part)

    @property
    def gold(self) -> str:
        """The gold answers in one line."""
        return "; ".join(" or ".join(part) for part in self.result.gold) or "The articles do not tell."

    @property
    def sources(self) -> str:
        """The gold sources in one line, each by the key that says most."""
        sources = self.record.question.sources
        return "; ".join(str(one.title or one.source_file or one.path or one.url) for one in sources)

    @property
    def places(self) -> str:
        """Where the first gold source stood among what was found, and among what was read."""
        told = (
            _place_told(self.found, len(self.record.retrieved), "found"),
            _place_told(self.read, len(self.record.evidence), "read"),
        )
        return f"Passages: {', '.join(told)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a report shows; `chosen` is where the run stands on the risk-coverage curve.

    `stages` counts all that went wrong, by where it did, the commonest first; `cases` are the gravest of them.
    """

    counts: str
    asked: str
    headline: tuple[Line, ...]
    endings: tuple[Ending, ...]
    lines: tuple[Line, ...]
    types: Table
    declining: Declining
    chosen: Point | None
    sureness: tuple[Line, ...]
    retrieval: Table
    citing: tuple[Line, ...]
    cost: Table
    faulty: int
    stages: tuple[tuple[str, int], ...]
    cases: tuple[Case, ...]
    facts: tuple[tuple[str, str], ...]


def summarise(
    report: Report,
    manifest: Manifest,
    records: Sequence[Record],
    *,
    worst: int,
) -> Summary:
    """What a report shows; of what went wrong the `worst` questions, gravest first."""
    declining = declining_of(records)
    cases = _cases(report, records)
    return Summary(
        counts=_counts(report.overall, manifest),
        asked=_asked(manifest),
        headline=headline_lines(report.overall),
        endings=_endings(report.results),
        lines=all_lines(report.overall),
        types=types_table(report.groups),
        declining=declining,
        chosen=declining.curve[-1] if declining.curve else None,
        sureness=sureness_lines(declining),
        retrieval=retrieval_table(report.overall),
        citing=citing_lines(report.overall),
        cost=cost_table(cost_of(manifest, records)),
        faulty=len(cases),
        stages=tuple(Counter(case.stage for case in cases).most_common()),
        cases=tuple(cases[:worst]),
        facts=tuple(_facts(report, manifest)),
    )


def moment(iso: str) -> str:
    """A time in ISO 8601 as "22 Nov 2026, 10:54 UTC", or as it stands where it is none."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    at = at.astimezone(UTC) if at.tzinfo else at
    return f"{day(at.date())}, {at:%H:%M} UTC"


def _counts(group: Group, manifest: Manifest) -> str:
    declined = group.questions - group.answered - group.unscored
    unscored = f", {group.unscored:,} unscored" if group.unscored else ""
    answerable = f"{group.questions:,} questions, {group.answerable:,} of them answerable"
    left = manifest.questions - group.questions
    unasked = (
        f" The run was not finished: {left:,} of {manifest.questions:,} questions were not asked." if left > 0 else ""
    )
    return f"{answerable}: {group.answered:,} answered, {declined:,} declined{unscored}.{unasked}"


def _asked(manifest: Manifest) -> str:
    half = f", {manifest.half} half" if manifest.half != "all" else ""
    sample = f", {manifest.sample:,} questions drawn with seed {manifest.seed}" if manifest.sample else ""
    file = f"{PurePath(manifest.question_file).name}{half}{sample}, asked " if manifest.question_file else "Asked "
    return f"{file}{moment(manifest.started)}"


def _endings(results: Iterable[QuestionResult]) -> tuple[Ending, ...]:
    scored = [one for one in results if one.scored]
    there = [one for one in scored if one.answerable]
    rest = [one for one in scored if not one.answerable]
    declined = sum(one.status not in ANSWERED for one in there)
    whole = sum(one.status in ANSWERED and not one.missing for one in there)
    silent = sum(one.status not in ANSWERED for one in rest)
    told = Ending(
        name="The articles tell",
        right=("answered, contains the gold answer", whole),
        wrong=(("answered without it", len(there) - whole - declined), ("declined", declined)),
    )
    not_told = Ending(
        name="The articles do not tell", right=("declined", silent), wrong=(("answered", len(rest) - silent),)
    )
    return tuple(ending for ending in (told, not_told) if ending.questions)


def _cases(report: Report, records: Sequence[Record]) -> list[Case]:
    by_id = {record.question.id: record for record in records}
    faulty = sorted((one for one in report.results if one.fault), key=lambda one: one.severity or 0)
    return [_case(one, by_id[one.id]) for one in faulty]


def _case(result: QuestionResult, record: Record) -> Case:
    return Case(
        result=result,
        record=record,
        stage=stage_of(record) or result.fault or "",
        found=_place(record, "search"),
        read=_place(record, "reader"),
    )


def _place(record: Record, ranking: Ranking) -> int | None:
    ranks = first_ranks(record.question.sources, ranked(record, ranking))
    return min((rank for rank in ranks if rank is not None), default=None)


def _place_told(place: int | None, of: int, what: str) -> str:
    if place:
        return f"number {place} of {of} {what}"
    return f"not among the {of} {what}" if of else f"none {what}"


def _facts(report: Report, manifest: Manifest) -> Iterable[tuple[str, str]]:
    yield "started", moment(manifest.started)
    yield "ended", moment(manifest.ended) if manifest.ended else "not yet"
    if manifest.question_file:
        yield "question file", manifest.question_file
    if manifest.articles:
        yield "articles", ", ".join(manifest.articles)
    if manifest.machine:
        yield "machine", manifest.machine
    yield "questions at a time", str(manifest.workers)
    yield "peak memory", f"{manifest.peak_memory_mb:,.0f} MB" if manifest.peak_memory_mb else "not measured"
    yield from _ids(report)
    yield from ((f"{name} fingerprint", value or "none") for name, value in manifest.fingerprints.items())


def _ids(report: Report) -> Iterable[tuple[str, str]]:
    ids: Mapping[str, Sequence[str]] = {
        "index": report.index_ids,
        "model": report.model_ids,
        "prompt": report.prompt_ids,
    }
    return ((name, ", ".join(values)) for name, values in ids.items() if values)
