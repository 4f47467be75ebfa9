"""The chat page and its HTTP interface; the only importer of gradio.

`build` lays the page out, `serve` runs it. Importing this package imports neither gradio nor a web server.
"""

import os
from typing import TYPE_CHECKING

from qa.web.environment import make_safe
from qa.web.server import serve

if TYPE_CHECKING:
    from pathlib import Path

    import gradio as gr

    from qa.library import Library
    from qa.web.conversation import Engine

__all__ = ["build", "serve"]


def build(
    engine: "Engine",
    *,
    feedback: "Path | None" = None,
    library: "Library | None" = None,
    runs: "Path | None" = None,
) -> "gr.Blocks":
    """Lay out the page over an engine that is ready to answer; switches of gradio in the environment are dropped.

    `feedback` is the file that readers' thumbs and corrections go to, `library` the articles that they may look through
    and add to, `runs` the folder of the evaluations whose reports are listed there; without them, none is offered.
    """
    make_safe(os.environ)
    from qa.web.page import layout

    return layout(engine, feedback=feedback, library=library, runs=runs)
