"""The chat page: its tabs, its queue, and the HTTP interface beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from qa.coverage import searched
from qa.library import Library
from qa.web.articles import Shelving, articles_tab
from qa.web.asking import ANSWERS_AT_ONCE, QUESTIONS_WAITING, Asking
from qa.web.components import ask_tab, html, private
from qa.web.conversation import Engine
from qa.web.endpoints import publish
from qa.web.escaping import escaped
from qa.web.rating import rating
from qa.web.sources import masthead
from qa.web.words import say

SESSIONS_KEPT = 1000
SECONDS_BETWEEN_LOOKS = 4  # of an open page at whether the articles have changed


def layout(
    engine: Engine, *, feedback: Path | None = None, library: Library | None = None, runs: Path | None = None
) -> gr.Blocks:
    """The page over an engine that is ready.

    `feedback` is the file for what readers say of answers, `library` what they may look through, add to and remove from,
    `runs` the folder of the evaluations to list there; without them, none is offered.
    """
    page = gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False)
    with page:
        head = html(masthead(engine.coverage(), engine.llm_id), "dl-masthead")
        with gr.Tabs(elem_id="dl-tabs") as tabs:
            with gr.Tab(say("ask.tab"), id="ask"):
                parts = ask_tab(engine)
                if feedback:
                    rating(parts, feedback)
            shelf = articles_tab(library) if library else None
        Asking(engine, parts).wire()
        changes: Sequence[Dependency] = ()
        if library and shelf:
            changes = Shelving(library, shelf, runs=runs).wire(
                page, tabs=tabs, since=parts.since, until=parts.until, publishers=parts.publishers
            )
        _follow(engine, page, head, parts.publishers, changes)
        publish(engine)
    # Taking a question is an event of its own, so each one waits twice at most.
    page.queue(max_size=2 * QUESTIONS_WAITING + 8, default_concurrency_limit=ANSWERS_AT_ONCE, api_open=False)
    page.state_session_capacity = SESSIONS_KEPT
    return page


def _follow(
    engine: Engine, page: gr.Blocks, head: gr.Markdown, publishers: gr.Dropdown, changes: Sequence[Dependency]
) -> None:
    """Have an open page say so when the articles change: at once after its reader's own changes, soon after others'."""
    shown = gr.State("")

    def look(known: str) -> tuple[Any, ...]:
        if (now := engine.index_id) == known:
            return gr.skip(), gr.skip(), gr.skip()
        coverage = engine.coverage()
        if known:
            gr.Info(say("ask.changed", what=escaped(searched(coverage, None))))
        return masthead(coverage, engine.llm_id), gr.update(choices=list(coverage.publishers)), now

    looks: list[Callable[..., Dependency]] = [page.load, gr.Timer(SECONDS_BETWEEN_LOOKS).tick]
    looks += [change.then for change in changes]
    for event in looks:
        event(look, [shown], [head, publishers, shown], **private(concurrency_limit=None))
