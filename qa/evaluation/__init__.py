"""Questions with known answers in, figures out: how well an engine answers, cites and declines, judged by code."""

from qa.evaluation.gates import check_gates, parse_gates
from qa.evaluation.questions import Question, Source, load_questions, select_half
from qa.evaluation.report import render_table
from qa.evaluation.results import Report
from qa.evaluation.run import Engine, evaluate

__all__ = [
    "Engine",
    "Question",
    "Report",
    "Source",
    "check_gates",
    "evaluate",
    "load_questions",
    "parse_gates",
    "render_table",
    "select_half",
]
