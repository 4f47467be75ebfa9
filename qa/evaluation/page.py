"""A run as one HTML file that needs nothing else: no script, no font, no picture and no request to anywhere."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.evaluation.metrics import is_source
from qa.evaluation.plots import latency_plot, reliability_plot, risk_coverage_plot
from qa.evaluation.records import ArticleKeys, Manifest, Record
from qa.evaluation.results import Report
from qa.evaluation.summary import Case, Summary, summarise
from qa.markdown import day, said, visible
from qa.types import Answer

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
WORST = 100
# All the Markdown that an answer may have; with these rules nothing of it can become a link, a picture or HTML.
_RULES = ("emphasis", "list", "escape", "entity")


def render_html(
    report: Report,
    manifest: Manifest,
    records: Sequence[Record],
    *,
    worst: int = WORST,
) -> str:
    """The report as a page; of what went wrong it shows the `worst` questions, and says how many there are.

    Questions, articles and answers come from anywhere: they are shown as text, whatever they contain.
    """
    summary = summarise(report, manifest, records, worst=worst)
    times = [result.milliseconds for result in report.results if result.scored]
    percentiles = {name: report.overall.figures[f"{name}_ms"].value for name in ("p50", "p95")}
    return _template().render(
        summary=summary,
        manifest=manifest,
        latency=_markup(latency_plot(times, {name: value for name, value in percentiles.items() if value is not None})),
        risk=_markup(risk_coverage_plot(summary.declining.curve, summary.chosen)),
        reliability=_markup(reliability_plot(summary.declining.bins)),
        sections=_sections(summary, bool(times)),
        **_filters(summary.cases),
    )


def _sections(summary: Summary, timed: bool) -> dict[str, str]:
    """The titles of the sections that have something to show, by the names they are linked by."""
    sections = {
        "endings": ("Outcomes", bool(summary.endings)),
        "figures": ("Figures", True),
        "types": ("By type", bool(summary.types.rows)),
        "sureness": ("Confidence", bool(summary.sureness)),
        "retrieval": ("Retrieval", bool(summary.retrieval.rows)),
        "citing": ("Citations", bool(summary.citing)),
        "cost": ("Time", timed),
        "wrong": ("What went wrong", True),
        "run": ("The run", True),
    }
    return {name: title for name, (title, there) in sections.items() if there}


def _filters(cases: Sequence[Case]) -> dict[str, Any]:
    """The types and stages to choose from, and the numbers of those that never come together."""
    types = list(dict.fromkeys(case.result.type for case in cases))
    stages = list(dict.fromkeys(case.stage for case in cases))
    together = {(types.index(case.result.type), stages.index(case.stage)) for case in cases}
    pairs = product(range(len(types)), range(len(stages)))
    empty = [(type_ + 1, stage + 1) for type_, stage in pairs if (type_, stage) not in together]
    return {"types": types, "stages": stages, "empty": empty}


@lru_cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    _add_filters(environment)
    return environment.get_template("report.html.jinja")


def _add_filters(environment: "Environment") -> None:
    environment.filters |= {
        "answer": _answer,
        "begin": lambda text: text[:1].upper() + text[1:],
        "day": day,
        "is_gold": _is_gold,
    }


def _shown(value: Any) -> Any:
    """Without what would change how the rest of the page is shown; what is markup already stays."""
    return visible(value) if type(value) is str else value


def _answer(answer: Answer) -> "Markup":
    from markdown_it import MarkdownIt

    return _markup(MarkdownIt("zero").enable(_RULES).render("\n\n".join(said(answer))))


def _is_gold(article: ArticleKeys | None, record: Record) -> bool:
    return article is not None and any(is_source(article, source) for source in record.question.sources)


def _markup(html: str) -> "Markup":
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - plots and rendered Markdown, which escape what they are given
