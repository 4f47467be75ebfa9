"""The latest evaluation runs, as HTML, and the report of each."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from index.errors import DatelineError
from qa.web.escaping import escaped
from qa.web.reading import page
from qa.web.words import say

if TYPE_CHECKING:
    from qa.evaluation.latest import LatestRun

RUNS_SHOWN = 5
FIGURES_SHOWN = 3


def runs_section(runs: Sequence["LatestRun"]) -> str:
    """A run on each line, with its headline figures and a way to its report; nothing where there is none."""
    if not runs:
        return ""
    items = "".join(f"<li>{_run(run)}</li>" for run in runs)
    return f'<section class="dl-shelf dl-runs"><h3>{escaped(say("runs.latest"))}</h3><ul>{items}</ul></section>'


def report_route(runs_dir: Path) -> Route:
    """Where the reports of the runs in a folder are read."""

    def report(request: Request) -> Response:
        from qa.evaluation.latest import run_report

        try:
            return HTMLResponse(run_report(runs_dir, request.path_params["name"]))
        except KeyError:
            return _instead(say("runs.missing"))
        except DatelineError as error:
            return _instead(str(error))

    return Route("/report/{name}", report)


def _instead(reason: str) -> Response:
    return HTMLResponse(page("Dateline", f"<p>{escaped(reason)}</p>", back=True), 404)


def _run(run: "LatestRun") -> str:
    if run.problem:
        return f'<span class="dl-quiet">{escaped(run.name)}: {escaped(run.problem)}</span>'
    asked = say("runs.asked", answered=run.answered, questions=run.questions, file=run.question_file)
    figures = ", ".join(f"{line.title} {line.value}" for line in run.headline[:FIGURES_SHOWN])
    link = f'<a href="report/{quote(run.name)}" target="_blank" rel="noopener">{escaped(run.started)}</a>'
    return f'{link}<span class="dl-quiet">{escaped(asked)}</span><span class="dl-quiet">{escaped(figures)}</span>'
