"""What the browser tests share."""

import shutil
from typing import Literal, Protocol

from playwright.sync_api import Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class OpenPage(Protocol):
    """Opens the page in a window of its own, in a size and a colour scheme."""

    def __call__(self, *, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light") -> Page: ...
