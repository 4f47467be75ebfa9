"""Takes the README's pictures, docs/images/*.png, with the real engine over the seeds and fictional news."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from index.sync import sync_index
from qa import QAEngine
from qa.evaluation.page import render_html
from qa.evaluation.questions import load_questions, select_half
from qa.evaluation.running import Plan, start_run
from qa.evaluation.runs import load_run
from qa.evaluation.scoring import score_records
from qa.library import Library
from qa.live import LiveEngine
from qa.settings import Settings
from tests.browser.pages import CHROMIUM, SWITCHES, serving

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
QUESTIONS = ROOT / "tests" / "questions.jsonl"
ANSWERED = "How long did the meeting in Yevlakh last?"
DECLINED = "Who signed the agreement in Yevlakh?"
WIDE, PHONE = (1280, 860), (390, 844)


def answer(page: Page) -> None:
    """A question, its answer, and the proof of a clicked marker."""
    ask(page, ANSWERED)
    page.locator("#dl-next a").first.wait_for()
    page.locator('#dl-chat a[href^="#dl-source-"]').first.click()


def decline(page: Page) -> None:
    """A question whose answer the articles do not give."""
    ask(page, DECLINED)


def articles(page: Page) -> None:
    """The tab with what is indexed."""
    page.get_by_role("tab", name="Articles").click()
    page.locator("#dl-listing li, #dl-listing article").first.wait_for()


PICTURES: dict[str, tuple[tuple[int, int], Callable[[Page], None]]] = {
    "answer": (WIDE, answer),
    "decline": (WIDE, decline),
    "articles": (WIDE, articles),
    "phone": (PHONE, answer),
}


def ask(page: Page, question: str) -> None:
    """Type a question, send it, and wait for its reply."""
    page.fill("#dl-question textarea", question)
    page.keyboard.press("Enter")
    page.locator(".dl-about", has_text=question).wait_for()
    page.wait_for_timeout(500)


def photograph(browser: Browser, address: str) -> None:
    """Take every picture in a window of its own."""
    IMAGES.mkdir(exist_ok=True)
    for name, ((width, height), prepare) in PICTURES.items():
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
        page.goto(address)
        page.locator("#dl-question textarea").wait_for()
        prepare(page)
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"{name}.png")
        page.close()


def report(settings: Settings, folder: Path) -> Path:
    """The report of a run over the tuning half of the questions, as a file."""
    questions = select_half(load_questions(QUESTIONS), "tune")
    folder.mkdir()
    with QAEngine.open(settings=settings) as engine:
        start_run(folder, engine, Plan(questions=questions, question_file=QUESTIONS.name, half="tune"))
    manifest, records = load_run(folder)
    file = folder / "report.html"
    file.write_text(render_html(score_records(records), manifest, records), encoding="utf-8")
    return file


def main() -> None:
    """Index the articles in a folder of its own, serve them, take the pictures."""
    if CHROMIUM is None:
        sys.exit("No Chromium is installed, so no picture can be taken.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = Settings.load(index_dir=Path(folder) / "index")
        sync_index([ROOT / "seeds", ROOT / "tests" / "corpus"], settings=settings)
        with serving(
            lambda: LiveEngine.open(settings=settings),
            feedback=Path(folder) / "feedback.jsonl",
            library=lambda engine: Library(settings, embedder=engine.embedder, on_change=engine.refresh),
        ) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            photograph(browser, address)
            page = browser.new_page(viewport={"width": WIDE[0], "height": 1090}, device_scale_factor=1.5)
            page.goto(report(settings, Path(folder) / "run").as_uri())
            page.screenshot(path=IMAGES / "report.png")
            browser.close()


if __name__ == "__main__":
    main()
