"""A citation for tests of what shows answers, and Markdown as a browser shows it."""

from datetime import date
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from qa.types import Citation, Verdict

HARBOUR = Citation(
    number=1,
    article_id="harbour",
    passage_id="harbour:0",
    title="Harbour talks end",
    publisher="The Example Courier",
    published=date(2023, 4, 2),
    date_from="metadata",
    kind="article",
    url=None,
    path="harbour.md",
    quote="Three convoys were agreed on.",
    start=35,
    end=64,
    age_days=3,
    verdict=Verdict.VERBATIM,
)


class Rendered(HTMLParser):
    """The elements, links and text of Markdown as a browser shows it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self._data: list[str] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._data).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self._data.append(data)
