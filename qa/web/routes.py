"""The page's own addresses beside gradio's: whole articles, its script and styles, and a page for the wait."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from index.types import Article
from qa.web.reading import article_fragment, article_page, page
from qa.web.runs import report_route
from qa.web.words import say, words

ASSETS = Path(__file__).with_name("assets")
STYLES = ("filters", "sources", "windows", "narrow", "shelf")  # of the assets, after style.css and in this order


def routes(article: Callable[[str], Article], runs: Path | None = None) -> list[BaseRoute]:
    """The routes over the articles that `article` gives by id, and over the evaluations in the folder `runs`.

    `article` raises `KeyError` for an unknown one.
    """

    def show(request: Request) -> Response:
        part = request.query_params.get("part") == "1"
        try:
            found = article(request.path_params["id"])
        except KeyError:
            missing = f"<p>{say('article.missing')}</p>"
            return HTMLResponse(missing if part else page("Dateline", missing, back=True), 404)
        span = _number(request, "start"), _number(request, "end")
        return HTMLResponse(article_fragment(found, *span) if part else article_page(found, *span))

    def script_words(_: Request) -> Response:
        return JSONResponse(words()["script"])

    return [
        Route("/article/{id}", show),
        Route("/words.json", script_words),
        *([report_route(runs)] if runs else ()),
    ]


def loading() -> HTMLResponse:
    """What the page says while its index loads; browsers ask again by themselves."""
    body = f'<h1>Dateline</h1><p role="status">{say("loading.title")}. {say("loading.text")}</p>'
    return HTMLResponse(page(say("loading.title"), body, refresh=1), 503, {"Retry-After": "1"})


def head() -> str:
    """What gradio's page carries in its head: our script, which reads the addresses as relative to the page."""
    return '<script type="module" src="dateline/page.js"></script>'


def _number(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
