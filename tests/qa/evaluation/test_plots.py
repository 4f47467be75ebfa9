"""Plots as parts of a page: well formed, told in words, in the page's own colours and font."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from qa.evaluation.declining import Bin, Point
from qa.evaluation.plots import latency_plot, reliability_plot, risk_coverage_plot

POINTS = tuple(Point(confidence=1 - at / 10, coverage=at / 10, risk=at / 40) for at in range(1, 9))
BINS = (
    Bin(low=0.2, high=0.3, confidence=0.25, right=0.4, n=3),
    Bin(low=0.8, high=0.9, confidence=0.85, right=0.9, n=40),
)


@pytest.fixture(scope="module")
def plots() -> dict[str, str]:
    return {
        "latency": latency_plot([12.0, 15.0, 31.0, 250.0], {"p50": 23.0, "p95": 217.0}),
        "risk": risk_coverage_plot(POINTS, POINTS[-1]),
        "reliability": reliability_plot(BINS),
    }


def test_every_plot_has_a_title_and_tells_in_words_what_it_shows(plots: dict[str, str]) -> None:
    told = {name: ElementTree.fromstring(svg) for name, svg in plots.items()}
    for name, svg in told.items():
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == f"{name}-title {name}-desc"
    words = {name: svg.findtext("desc") for name, svg in told.items()}
    assert words["latency"] == "4 questions: p50 23 ms, p95 217 ms, the longest 250 ms."
    assert words["reliability"] == "confidence 0.25: 0.40 right of 3; confidence 0.85: 0.90 right of 40."
    assert str(words["risk"]).endswith("80% answered, 20% of them wrong. This run: 80% answered, 20% wrong.")


def test_plots_leave_colours_and_font_to_the_page(plots: dict[str, str]) -> None:
    for svg in plots.values():
        assert set(re.findall(r"(?:fill|stroke): (#\w+)", svg)) <= {"#000000"}  # a tick's mark before it is coloured
        assert "var(--accent)" in svg
        assert "font-family" not in svg
        assert "<style" not in svg
        assert "<text" in svg


def test_plots_on_one_page_share_no_name(plots: dict[str, str]) -> None:
    names = [name for svg in plots.values() for name in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(names) == len(set(names))
    used = {name for svg in plots.values() for name in re.findall(r'(?:href="#|url\(#)([^")]+)', svg)}
    assert used <= set(names)


def test_a_bar_for_each_span_of_time_and_a_dot_for_each_bin(plots: dict[str, str]) -> None:
    assert plots["reliability"].count("<use") >= len(BINS)
    assert plots["latency"].count("stroke-dasharray") == 2


def test_long_times_are_told_in_seconds() -> None:
    assert "time per question, s" in latency_plot([900.0, 12_300.0], {"p50": 6600.0})
    assert "p50 6.6 s, the longest 12.3 s" in latency_plot([900.0, 12_300.0], {"p50": 6600.0})


def test_nothing_is_drawn_of_nothing_and_a_single_case_is_drawn() -> None:
    assert (latency_plot([], {}), risk_coverage_plot(()), reliability_plot(())) == ("", "", "")
    assert latency_plot([0.0], {}).startswith("<svg")
    assert risk_coverage_plot([Point(confidence=1.0, coverage=1.0, risk=0.0)]).startswith("<svg")


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were() -> None:
    before = dict(mpl.rcParams)
    reliability_plot(BINS)
    assert dict(mpl.rcParams) == before


def test_the_same_figures_give_the_same_plot(plots: dict[str, str]) -> None:
    assert reliability_plot(BINS) == plots["reliability"]
