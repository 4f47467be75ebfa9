"""The Articles tab: what is indexed, finding and reading it, adding to it and removing from it."""

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from index.errors import DatelineError
from qa.library import Library, Outcome
from qa.web.components import html, private
from qa.web.runs import RUNS_SHOWN, runs_section
from qa.web.shelf import LONGEST_SEARCH, PAGE, Browsing, Listing, added, listing_section, overview_section, status
from qa.web.stories import stories_section
from qa.web.words import say

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the tab is made of."""

    tab: gr.Tab
    overview: gr.Markdown
    listing: gr.Markdown
    status: gr.Markdown
    search: gr.Textbox
    ask: gr.Button
    upload: gr.UploadButton
    url: gr.Textbox
    sync: gr.Button
    runs: gr.Markdown  # the latest evaluations
    do: gr.Textbox  # hidden: what a button in the HTML asks for,
    remove: gr.Textbox  # the id of an article that is to be removed
    browsing: gr.State

    @property
    def shown(self) -> list[Any]:
        """What changes with every view."""
        return [self.overview, self.listing, self.ask, self.browsing]


def articles_tab(library: Library) -> Parts:
    """Lay out the tab; to be called inside the page's `gr.Tabs`, and then wired by `Shelving`."""
    with gr.Tab(say("articles.tab"), id="articles") as tab, gr.Row(elem_id="dl-shelves"):
        with gr.Column(scale=2, min_width=320):
            overview = html("", "dl-overview")
            with gr.Row(elem_id="dl-adding", visible=not library.fixed):
                # No `file_types`: gradio answers others with an error, the library with a sentence.
                upload = gr.UploadButton(
                    say("articles.upload"), file_count="multiple", type="filepath", size="sm", elem_id="dl-upload"
                )
                sync = gr.Button(say("articles.sync"), size="sm", elem_id="dl-sync")
            said = html(status(), "dl-outcome")
            url = gr.Textbox(
                label=say("articles.url"), placeholder=say("articles.url_hint"), max_length=2000, max_lines=1,
                submit_btn=say("articles.add"), elem_id="dl-url", visible=not library.fixed,
            )  # fmt: skip
            runs = html("", "dl-runs")
        with gr.Column(scale=3, min_width=320):
            search = gr.Textbox(
                label=say("articles.search"), placeholder=say("articles.search_hint"), max_length=LONGEST_SEARCH,
                max_lines=1, submit_btn=say("articles.find"), elem_id="dl-search",
            )  # fmt: skip
            ask = gr.Button(say("articles.ask"), size="sm", visible=False, elem_id="dl-ask-these")
            listing = html("", "dl-listing")
        do, remove = (gr.Textbox(visible="hidden", elem_id=f"dl-{name}") for name in ("do", "remove"))
        browsing = gr.State(Browsing())
    return Parts(
        tab=tab, overview=overview, listing=listing, status=said, search=search, ask=ask, upload=upload, url=url,
        sync=sync, runs=runs, do=do, remove=remove, browsing=browsing,
    )  # fmt: skip


class Shelving:
    """From what is clicked, typed or added in the tab to what it shows then."""

    def __init__(self, library: Library, parts: Parts, *, runs: Path | None = None) -> None:
        self._library, self._parts, self._runs = library, parts, runs

    def wire(
        self, page: gr.Blocks, *, tabs: gr.Tabs, since: gr.Textbox, until: gr.Textbox, publishers: gr.Dropdown
    ) -> list[Dependency]:
        """Connect the tab; the last four are the page's tabs and the filters of its tab "ask", to be set from here.

        Returns the events after which the articles may be others.
        """
        p = self._parts
        for event in (page.load, p.tab.select):
            event(self._view, [p.browsing], p.shown, **private())
        if self._runs:
            p.tab.select(self._evaluated, None, [p.runs], **private())
        # One at a time: each goes on from the view that the one before has left, however quickly they are pressed.
        one_by_one = private(trigger_mode="multiple", concurrency_limit=1, concurrency_id="browsing")
        p.search.submit(self._searched, [p.search, p.browsing], [*p.shown, p.status], **one_by_one)
        p.do.submit(self._done, [p.do, p.browsing], [*p.shown, p.status, p.search], **one_by_one)
        p.ask.click(self._asked, [p.browsing], [tabs, since, until, publishers], **private())
        changes: list[tuple[Callable[..., Dependency], Callable[..., Any], list[Any], list[Any]]] = [
            (p.upload.upload, self._uploaded, [p.upload], [p.status]),
            (p.url.submit, self._added, [p.url], [p.status, p.url]),
            (p.sync.click, self._synced, [], [p.status]),
            (p.remove.submit, self._removed, [p.remove], [p.status]),
        ]
        # Drawn only when it is made, for what is being looked at then: a change may take minutes.
        return [
            event(change, inputs, outputs, **private(concurrency_id="library")).then(
                self._view, [p.browsing], p.shown, **private()
            )
            for event, change, inputs, outputs in changes
        ]

    # -- what changes the view: -> overview, listing, ask, browsing ----------------------------------------------------

    def _view(self, browsing: Browsing) -> tuple[Any, ...]:
        try:
            overview, stories = self._library.overview(), stories_section(self._library.stories())
            listing, browsing = self._found(browsing)
            uploaded = frozenset(article.id for article in listing.articles if self._library.is_uploaded(article))
        except DatelineError as error:
            return "", status(str(error)), gr.update(visible=False), browsing
        return (
            overview_section(overview, browsing) + stories,
            listing_section(replace(listing, uploaded=uploaded), browsing),
            gr.update(visible=bool(browsing.period or browsing.publishers)),
            browsing,
        )

    def _evaluated(self) -> str:
        from qa.evaluation.latest import latest_runs

        return runs_section(latest_runs(self._runs, RUNS_SHOWN)) if self._runs else ""

    def _found(self, browsing: Browsing) -> tuple[Listing, Browsing]:
        """A page of articles, the last one where there are not so many any more."""
        period = browsing.period
        since, until = (period.start, period.last) if period else (None, None)
        while True:
            first = browsing.page * PAGE
            total, articles = self._library.find(browsing.text, browsing.publishers, since, until, PAGE, first)
            if articles or not browsing.page:
                return Listing(total=total, articles=articles), browsing
            browsing = replace(browsing, page=max(0, total - 1) // PAGE)

    def _searched(self, text: str, browsing: Browsing) -> tuple[Any, ...]:
        return *self._view(browsing.searching(text)), status()

    def _done(self, command: str, browsing: Browsing) -> tuple[Any, ...]:
        """The view after a button of the HTML, then status and search box, which "Show all" empties."""
        verb = command.partition("/")[0]
        said = gr.skip() if verb == "confirm" else status()
        return *self._view(browsing.doing(command)), said, "" if verb == "all" else gr.skip()

    def _asked(self, browsing: Browsing) -> tuple[Any, ...]:
        """The filters of the other tab as they are here, and that tab."""
        period = browsing.period
        days = (period.start.isoformat(), period.last.isoformat()) if period else ("", "")
        try:
            names = [name for name, _ in self._library.overview().publishers]
        except DatelineError:
            return (gr.skip(),) * 4
        chosen = [name for name in browsing.publishers if name in names]
        return gr.Tabs(selected="ask"), *days, gr.update(choices=names, value=chosen)

    # -- what changes the index: -> status, first of what is going on, then of what came of it --------------------------

    def _uploaded(self, files: Sequence[str] | None) -> Iterator[str]:
        received = [Path(file) for file in files or ()]
        yield status(say("articles.working_on", names=", ".join(file.name for file in received)))
        yield added(_outcomes(lambda: self._taken(received)))

    def _taken(self, files: Sequence[Path]) -> tuple[Outcome, ...]:
        """Add what gradio has received into files of its own, which are not kept there."""
        try:
            return self._library.add_all([(file.name, file.read_bytes()) for file in files])
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def _added(self, url: str) -> Iterator[tuple[Any, ...]]:
        """Status and address, which goes once it has been added; until then it may be mended."""
        if address := url.strip():
            yield _working(), gr.skip()
            whole = address if "://" in address else f"https://{address}"
            outcome = _outcome(lambda: self._library.add_url(whole))
            yield added((outcome,)), "" if outcome.done else gr.skip()
        else:
            yield status(), gr.skip()

    def _removed(self, article_id: str) -> Iterator[str]:
        yield _working()
        yield status(_outcome(lambda: self._library.remove(article_id)).message)

    def _synced(self) -> Iterator[str]:
        yield _working()
        yield status(_outcome(self._library.sync).message)


def _working() -> str:
    return status(say("articles.working"))


def _outcome(change: Callable[[], Outcome]) -> Outcome:
    return _outcomes(lambda: (change(),))[0]


def _outcomes(change: Callable[[], tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
    """What became of a change, whatever went wrong; the texts of other libraries' errors get into no page."""
    try:
        return change()
    except DatelineError as error:
        return (Outcome(done=False, message=str(error)),)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("changing the articles failed with %s\n%s", type(error).__name__, where)
        return (Outcome(done=False, message=say("articles.error")),)
