"""What an evaluation found: per question, per type of question, and over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qa.evaluation.figures import Figure, mean_figure, percentile_figure
from qa.evaluation.metrics import METRICS, Score
from qa.evaluation.records import ANSWERED, UNSCORED
from qa.evaluation.resampling import LEVEL, RESAMPLES, SEED
from qa.evaluation.scores import QUESTION_METRICS, TIME
from qa.types import AnswerStatus

SCHEMA = 1
ALL = "all"
# What a report has a figure of: the headline metrics, then those of SQuAD, of retrieval and of citing.
REPORTED = (*METRICS, *(metric for metric in QUESTION_METRICS if metric not in METRICS and metric is not TIME))
_UNITS = {metric.name: metric.unit for metric in REPORTED}
_PERCENTILES = {"p50_ms": 50.0, "p95_ms": 95.0}
_FAULTS = (
    "not scored",
    "a quote is not the article's",
    "answered, though the articles do not tell",
    "declined, though the articles tell",
    "does not contain the gold answer",
    "cites other articles",
    "leaves out a source",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question, what came back, and its scores by metric name; `missing` are gold facts and names not in the text.

    `quotes_in_file` is how many of the `quotes` could be looked up in the cited file itself.
    """

    id: str
    type: str
    question: str
    answerable: bool
    gold: tuple[tuple[str, ...], ...]
    must_name: tuple[str, ...]
    status: AnswerStatus
    text: str
    short_answer: str | None
    reason: str | None
    missing: tuple[str, ...]
    cited: tuple[str, ...]
    quotes: int
    quotes_in_file: int
    milliseconds: float
    scores: Mapping[str, Score]
    history: tuple[tuple[str, ...], ...] = ()
    as_of: str | None = None

    @property
    def scored(self) -> bool:
        """Whether the engine gave an answer or declined, rather than being busy or failing."""
        return self.status not in UNSCORED

    @property
    def fault(self) -> str | None:
        """The gravest thing that is wrong with this answer, in words, or None."""
        return None if (found := self.severity) is None else _FAULTS[found]

    @property
    def severity(self) -> int | None:
        """Where the gravest fault stands among all, 0 being the gravest, or None without any."""
        value = {name: score.value / score.of for name, score in self.scores.items()}
        faults = (
            not self.scored,
            value.get("quotes_verbatim", 1) < 1,
            value.get("false_answers", 0) > 0,
            value.get("over_refusals", 0) > 0,
            value.get("contains_gold", 1) < 1,
            value.get("source_precision", 1) < 1,
            value.get("source_recall", 1) < 1,
        )
        return next((position for position, found in enumerate(faults) if found), None)

    def told(self) -> tuple[tuple[str, str], ...]:
        """What was asked, wanted and answered, each with its name; what there is nothing of is left out."""
        lines = (
            ("before", " / ".join(" - ".join(turn) for turn in self.history)),
            ("question", self.question),
            ("as of", self.as_of or ""),
            ("gold", "; ".join(" | ".join(part) for part in self.gold) or "(the articles do not tell)"),
            ("missing", "; ".join(self.missing)),
            ("answer", self.text or self.reason or "(none)"),
            ("cited", "; ".join(dict.fromkeys(self.cited))),
        )
        return tuple((name, " ".join(text.split())) for name, text in lines if text)

    def __str__(self) -> str:
        return "\n".join(f"{name:<9}{text}" for name, text in (*self.told(), ("status", self.status.value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures over one type of question, or over all, by metric name."""

    name: str
    questions: int
    answerable: int
    answered: int
    unscored: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An evaluation: `overall`, one group for each type in the order of the file, and every question.

    The ids name every index, model and prompt that the answers came from; more than one index means that the figures
    mix corpora.
    """

    overall: Group
    groups: tuple[Group, ...]
    results: tuple[QuestionResult, ...]
    index_ids: tuple[str, ...] = ()
    model_ids: tuple[str, ...] = ()
    prompt_ids: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values; a result's scores are numbers between 0 and 1 but for words and times."""
        return {
            "schema": SCHEMA,
            "index_ids": list(self.index_ids),
            "model_ids": list(self.model_ids),
            "prompt_ids": list(self.prompt_ids),
            "bootstrap": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
            "overall": _group_dict(self.overall),
            "types": [_group_dict(group) for group in self.groups],
            "results": [_result_dict(result) for result in self.results],
        }


def group_results(name: str, results: Sequence[QuestionResult]) -> Group:
    """The figures over some results; unscored ones are counted and enter no figure."""
    scored = [result for result in results if result.scored]
    return Group(
        name=name,
        questions=len(results),
        answerable=sum(result.answerable for result in results),
        answered=sum(result.status in ANSWERED for result in results),
        unscored=len(results) - len(scored),
        figures={metric.name: _figure(metric.name, scored) for metric in REPORTED},
    )


def _figure(name: str, scored: Sequence[QuestionResult]) -> Figure:
    if name in _PERCENTILES:
        return percentile_figure([result.milliseconds for result in scored], _PERCENTILES[name])
    scores = [result.scores[name] for result in scored if name in result.scores]
    return mean_figure(scores, share=_UNITS[name] == "share")


def _group_dict(group: Group) -> dict[str, Any]:
    return asdict(group)


def _result_dict(result: QuestionResult) -> dict[str, Any]:
    values = asdict(result) | {"status": result.status.value, "fault": result.fault}
    values["gold"] = [list(part) for part in result.gold]
    values["history"] = [list(turn) for turn in result.history]
    for name in ("must_name", "missing", "cited"):
        values[name] = list(values[name])
    values["scores"] = {name: score.value / score.of for name, score in result.scores.items()}
    return values
