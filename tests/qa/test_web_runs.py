"""The latest evaluation runs in the page, and the way to their reports."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from qa.evaluation.figures import Figure
from qa.evaluation.latest import LatestRun
from qa.evaluation.lines import Line
from qa.web.routes import routes
from qa.web.runs import FIGURES_SHOWN, runs_section
from tests.qa.answers import HARBOUR

RUN = LatestRun(
    name="20261122T105400Z", started="22 Nov 2026, 10:54 UTC", answered=20, questions=60, question_file="q.jsonl"
)


def line(number: int) -> Line:
    return Line(title=f"Figure {number}", over="all", figure=Figure(value=0.61, n=20, low=None, high=None))


def test_a_run_is_listed_with_its_first_figures_and_leads_to_its_report() -> None:
    run = LatestRun(**{name: getattr(RUN, name) for name in RUN.__slots__} | {"headline": tuple(map(line, range(9)))})
    html = runs_section([run])
    assert '<a href="report/20261122T105400Z" target="_blank"' in html
    assert "22 Nov 2026, 10:54 UTC" in html
    assert "20 of 60 questions of q.jsonl" in html
    assert html.count("Figure ") == FIGURES_SHOWN


def test_where_nothing_was_evaluated_nothing_is_said() -> None:
    assert runs_section([]) == ""


def test_a_damaged_run_says_why_and_leads_nowhere() -> None:
    damaged = LatestRun(name="<b>", started="", problem="run.json is damaged.")
    html = runs_section([damaged])
    assert "&lt;b&gt;: run.json is damaged." in html
    assert "href" not in html


def client(runs: Path | None) -> TestClient:
    def article(article_id: str) -> object:
        raise KeyError(article_id)

    return TestClient(Starlette(routes=routes(article, runs)))  # type: ignore[arg-type]


def test_a_run_that_is_not_there_or_is_damaged_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    for name, said in (("none", "There is no such run any more."), ("..%2f..", ""), ("broken", "run.json")):
        answer = client(tmp_path).get(f"/report/{name}")
        assert answer.status_code == 404
        assert said in answer.text
        assert HARBOUR.title not in answer.text


def test_without_a_folder_of_runs_there_is_no_such_route() -> None:
    assert client(None).get("/report/any").status_code == 404
