"""Figures of a run -> plots as inline SVG, in the page's own font and in colours that it sets for light and dark."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

from qa.evaluation.declining import Bin, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Small enough that their words can still be read on a phone, where the page shows them no larger than this.
_INCHES = (4.6, 3.1)
_MARGINS = {"left": 0.14, "right": 0.98, "bottom": 0.16, "top": 0.97}
_TEXT_POINTS = 10.5
_MOST_BARS = 24
_TOLD = 5  # points of a curve that its description names
_LEAST_DOT, _LARGEST_DOT = 20.0, 220.0
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SECONDS_FROM_MS = 10_000
_BROKEN = (0, (4, 3))

# matplotlib draws in these; what is shown in their place is the style sheet's.
_INK, _QUIET, _ACCENT, _SOFT, _WARN = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _ACCENT: "var(--accent)",
    _SOFT: "var(--line)",
    _WARN: "var(--warn)",
}
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dateline",
    "font.size": _TEXT_POINTS,
    "text.color": _INK,
    "axes.edgecolor": _QUIET,
    "axes.labelcolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": _SOFT,
    "grid.linewidth": 0.8,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "ytick.major.size": 0,
    "axes.linewidth": 0.8,
}
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_FONT = re.compile(r"font-family: [^;\"]*;?\s?")
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_OPENING = re.compile(r"<svg\b[^>]*?(viewBox=\"[^\"]*\")[^>]*>")


def latency_plot(milliseconds: Sequence[float], percentiles: Mapping[str, float]) -> str:
    """How long questions took, as a histogram with a line at each percentile; "" without any time."""
    if not milliseconds:
        return ""
    in_seconds = max(milliseconds) >= _SECONDS_FROM_MS
    scale, unit, digits = (1000.0, "s", 1) if in_seconds else (1.0, "ms", 0)
    times = [one / scale for one in milliseconds]

    def draw(axes: "Axes") -> None:
        axes.hist(times, bins=_bars(len(times)), color=_ACCENT, rwidth=0.9)
        for name, value in percentiles.items():
            axes.axvline(value / scale, color=_WARN, linewidth=1.2, linestyle=_BROKEN)
            top = (value / scale, 1)
            axes.annotate(name, top, (4, -9), xycoords=("data", "axes fraction"), textcoords="offset points")
        axes.set(xlabel=f"time per question, {unit}", ylabel="questions", xlim=(0, max(times) * 1.06 or 1))
        axes.locator_params(axis="y", nbins=5, integer=True)

    told = (f"{name} {value / scale:,.{digits}f} {unit}" for name, value in percentiles.items())
    most = f"the longest {max(times):,.{digits}f} {unit}"
    return _svg(draw, "latency", "How long questions took", f"{len(times)} questions: {', '.join([*told, most])}.")


def risk_coverage_plot(points: Sequence[Point], chosen: Point | None = None) -> str:
    """The share of wrong answers against the share of questions answered, from the surest on; "" without a point.

    After El-Yaniv and Wiener (2010). `chosen` is where the run itself stood.
    """
    if not points:
        return ""
    ordered = sorted(points, key=lambda point: point.coverage)

    def draw(axes: "Axes") -> None:
        axes.plot([p.coverage for p in ordered], [p.risk for p in ordered], color=_ACCENT, linewidth=2)
        if chosen:
            axes.plot(chosen.coverage, chosen.risk, "o", color=_WARN, markersize=8)
            side: tuple[int, Literal["left", "right"]] = (-9, "right") if chosen.coverage > 0.75 else (9, "left")
            at = (chosen.coverage, chosen.risk)
            axes.annotate("this run", at, (side[0], 6), textcoords="offset points", ha=side[1])
        axes.set(xlabel="share of questions answered", ylabel="share of answers wrong", xlim=(0, 1.02), xticks=_SHARES)
        axes.set_ylim(0, max(0.1, *(1.15 * point.risk for point in ordered)))

    steps = "; ".join(f"{p.coverage:.0%} answered, {p.risk:.0%} of them wrong" for p in _some(ordered))
    run = f" This run: {chosen.coverage:.0%} answered, {chosen.risk:.0%} wrong." if chosen else ""
    told = f"From the surest answers on: {steps}.{run}"
    return _svg(draw, "risk", "Wrong answers against answers given", told)


def reliability_plot(bins: Sequence[Bin]) -> str:
    """The share of right answers against the confidence they were given with; "" without a bin.

    A dot's area grows with the number of answers; on the broken line, confidence would be exactly right.
    """
    if not bins:
        return ""
    most = max(one.n for one in bins)
    dots = [one.confidence for one in bins], [one.right for one in bins]
    areas = [_LEAST_DOT + (_LARGEST_DOT - _LEAST_DOT) * one.n / most for one in bins]

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=1, linestyle=_BROKEN)
        axes.plot(*dots, color=_ACCENT, linewidth=1.5)
        axes.scatter(*dots, s=areas, color=_ACCENT, zorder=3)
        axes.set(xlabel="confidence", ylabel="share of answers right", xticks=_SHARES, yticks=_SHARES)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.05, 1.08))

    told = "; ".join(f"confidence {one.confidence:.2f}: {one.right:.2f} right of {one.n}" for one in bins)
    return _svg(draw, "reliability", "How far confidence can be relied on", f"{told}.")


def _svg(draw: Callable[["Axes"], None], name: str, title: str, description: str) -> str:
    """A plot as an element of the page, with no id that another plot has; matplotlib's settings stay as they were."""
    import matplotlib
    from matplotlib.figure import Figure

    file = io.StringIO()
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=_INCHES)
        draw(figure.subplots(gridspec_kw=_MARGINS))  # laying them out anew for each plot would take as long as drawing
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    drawn = _ID.sub(rf"\g<1>{name}-", _FONT.sub("", _STYLE.sub("", file.getvalue(), count=1)))
    drawn = drawn.replace("xlink:href", "href")
    for colour, variable in _VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    opening = _OPENING.search(drawn)
    assert opening
    spoken = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    begins = f'<svg class="plot" role="img" aria-labelledby="{name}-title {name}-desc" {opening[1]}>'
    return begins + spoken + drawn[opening.end() :].strip()


def _some(points: Sequence[Point]) -> Sequence[Point]:
    """A few of the points, the last one always among them."""
    return [*points[: -1 : max(1, len(points) // _TOLD)], points[-1]]


def _bars(count: int) -> int:
    """As many as Sturges (1926) would have, twice over, since times have a long tail."""
    return min(_MOST_BARS, 2 * count.bit_length() + 2)
