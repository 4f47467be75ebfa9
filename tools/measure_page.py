"""Measure the chat page in a real browser: `python tools/measure_page.py`; nothing is asserted.

Printed are the seconds from the line that says the page is ready until it can be typed into, the milliseconds from the
click on "Ask" to the first sentence, without a language model, and what a long session leaves in memory. Needs Chromium
and, for the server's memory, Linux.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from qa.web.words import say
from tests.browser.pages import CHROMIUM, SWITCHES

ROOT = Path(__file__).parent.parent
PATIENCE = 60_000  # milliseconds
MOMENT = 1_500  # milliseconds, in which the server thinks of questions to go on with
SECONDS_TO_STOP = 15
# Clicks, and tells how many milliseconds later the reply to the last question was painted; looks only when the page changes,
# since looking at every frame keeps a core busy that the answer could use.
CLICKED = """
waiting => new Promise(done => {
  const texts = (who) => [...document.querySelectorAll(`#dl-chat [data-testid=${who}]`)].map((one) => one.textContent.trim());
  const asked = texts("user"); // of a long conversation the page keeps the last turns only
  const look = () => {
    const questions = texts("user");
    const said = texts("bot");
    const isNew = questions.length !== asked.length || questions.at(-1) !== asked.at(-1);
    if (!isNew || said.length !== questions.length || !said.at(-1) || said.at(-1).startsWith(waiting)) return;
    changes.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  };
  const changes = new MutationObserver(look);
  changes.observe(document.querySelector("#dl-chat"), { childList: true, subtree: true, characterData: true });
  const began = performance.now();
  document.querySelector("#dl-question .submit-button").click();
})
"""


def main() -> None:
    """Print a Markdown table."""
    options = _options()
    if CHROMIUM is None:
        sys.exit("No Chromium is installed, so the page cannot be measured.")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        index = options.index_dir or _indexed(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES, "--enable-precise-memory-info"])
        print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n\n| measured | value |\n| --- | --- |")
        row("page can be typed into after the ready line", _spread(list(_starts(browser, index, options.starts)), "s"))
        with _chat(index) as (address, process):
            _asking(browser, address, options.questions)
            _session(browser, address, process.pid, options.session)
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index-dir", type=Path, help="else a new one of seeds/ and tests/corpus")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--questions", type=int, default=30, help="whose time to the first sentence is taken")
    parser.add_argument("--session", type=int, default=200, help="questions asked in one session, for its memory")
    return parser.parse_args()


def _starts(browser: Browser, index: Path, count: int) -> Iterator[float]:
    """Seconds from the ready line to a page that can be typed into; server and browser's cache are new each time."""
    for _ in range(count):
        with _chat(index) as (address, _process):
            began = time.perf_counter()
            page = _open(browser, address)
            yield time.perf_counter() - began
            page.context.close()  # it would go on looking for its server


def _asking(browser: Browser, address: str, count: int) -> None:
    page = _open(browser, address)
    first, *others = islice(cycle(_questions()), count + 1)
    _asked(page, first)  # warm
    times = [_asked(page, question) for question in others]
    page.context.close()
    row(f"click to first sentence, {count} questions, warm", _spread(times, "ms"))


def _session(browser: Browser, address: str, pid: int, count: int) -> None:
    """The server's and the page's memory early in a session and at its end."""
    page = _open(browser, address)
    early = max(1, count // 10)
    for number, question in enumerate(islice(cycle(_questions()), count), start=1):
        _asked(page, question)
        if number in (early, count):
            row(f"after {number} questions: server, page", f"{_resident(pid):.0f} MB, {_heap(page):.0f} MB")
    page.context.close()


def _asked(page: Page, question: str) -> float:
    """Milliseconds to the first sentence; returns when the server has had time to become idle."""
    page.fill("#dl-question textarea", question)
    page.wait_for_selector("#dl-question .submit-button")
    taken: float = page.evaluate(CLICKED, say("ask.searching").rstrip(" …"))
    page.wait_for_selector("#dl-question .submit-button")
    page.wait_for_timeout(MOMENT)
    return taken


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator("#dl-question textarea").fill("?")
    page.wait_for_selector(".dl-status", state="attached")  # the page's own script
    return page


@contextmanager
def _chat(index: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`dateline chat` in a process of its own, from its ready line on."""
    command = [sys.executable, "-m", "qa.cli", "chat", "--index-dir", str(index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            if not (ready := re.search(r"http://\S+", process.stdout.readline())):
                sys.exit(1)  # the process has said why
            yield ready[0], process
        finally:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def _indexed(folder: Path) -> Path:
    index = folder / "index"
    articles = [str(ROOT / "seeds"), str(ROOT / "tests" / "corpus")]
    command = [sys.executable, "-m", "qa.cli", "index", *articles, "--index-dir", str(index)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return index


def _questions() -> list[str]:
    lines = (ROOT / "tests" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [question["question"] for question in map(json.loads, lines)]


def _resident(pid: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _heap(page: Page) -> float:
    """Megabytes that the page's scripts hold once what is no longer used is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return float(metrics["JSHeapUsedSize"]) / 2**20


def _spread(values: Sequence[float], unit: str) -> str:
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    shown = "{:.2f} {}" if unit == "s" else "{:.0f} {}"
    p50, p95 = shown.format(statistics.median(ordered), unit), shown.format(last, unit)
    return f"p50 {p50}, p95 {p95} (n = {len(ordered)})"


def row(name: str, value: str) -> None:
    """Print a row of the table."""
    print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
