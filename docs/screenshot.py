"""Takes the README's picture of the page, docs/images/chat.png, with the real engine over the seeds."""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from index.settings import IndexSettings
from index.sync import sync_index
from qa import QAEngine
from qa.web.server import ChatServer

ROOT = Path(__file__).parent.parent
IMAGE = ROOT / "docs" / "images" / "chat.png"
QUESTIONS = ("How long did the meeting in Yevlakh last?", "Were civilians harmed?")


def photograph(address: str, chromium: str) -> None:
    """Ask the questions in a browser and keep what it shows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1.5)
        page.goto(address)
        for number, question in enumerate(QUESTIONS):
            page.fill("#dl-question textarea", question)
            page.keyboard.press("Enter")
            page.locator("#dl-chat [data-testid=bot]").nth(number).wait_for()
        IMAGE.parent.mkdir(exist_ok=True)
        page.screenshot(path=IMAGE)
        browser.close()


def main() -> None:
    """Index the seeds in a folder of its own, serve them, take the picture."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("No Chromium is installed, so no picture can be taken.")
    with tempfile.TemporaryDirectory() as folder:
        sync_index([ROOT / "seeds"], settings=IndexSettings(index_dir=Path(folder)))
        ready = threading.Event()
        server = ChatServer(lambda: QAEngine.open(folder), announce=lambda _: ready.set())
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            ready.wait(120)
            photograph(server.address, chromium)
        finally:
            server.stop()
            thread.join()


if __name__ == "__main__":
    main()
