"""Questions with known answers in, figures out: how well an engine answers, cites and declines, judged by code."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.evaluation.asking import Engine as Engine
    from qa.evaluation.gates import check_gates as check_gates
    from qa.evaluation.gates import parse_gates as parse_gates
    from qa.evaluation.questions import Question as Question
    from qa.evaluation.questions import Source as Source
    from qa.evaluation.questions import load_questions as load_questions
    from qa.evaluation.questions import select_half as select_half
    from qa.evaluation.records import Manifest as Manifest
    from qa.evaluation.records import Record as Record
    from qa.evaluation.report import render_table as render_table
    from qa.evaluation.results import Report as Report
    from qa.evaluation.running import evaluate as evaluate
    from qa.evaluation.runs import load_run as load_run
    from qa.evaluation.scoring import score_records as score_records

_HOMES = {
    "Engine": "asking",
    "Manifest": "records",
    "Question": "questions",
    "Record": "records",
    "Report": "results",
    "Source": "questions",
    "check_gates": "gates",
    "evaluate": "running",
    "load_questions": "questions",
    "load_run": "runs",
    "parse_gates": "gates",
    "render_table": "report",
    "score_records": "scoring",
    "select_half": "questions",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that the pytest plug-in costs nothing where it is not used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qa.evaluation' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"qa.evaluation.{_HOMES[name]}"), name)
