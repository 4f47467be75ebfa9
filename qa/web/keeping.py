"""What the browser keeps of a conversation, takes back from there, and writes into a file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from qa.markdown import escape as escape_markdown
from qa.types import Answer
from qa.web.conversation import NO_FILTERS, Filters
from qa.web.session import Session


def kept(session: Session) -> str:
    """The conversation as hidden HTML for the page's script, which stores it: {"first", "answers"} as JSON."""
    turns = zip(session.answers, session.filters, strict=True)
    return _carried({"first": session.first, "answers": [_lean(answer) | _narrowed(by) for answer, by in turns]})


def opened(value: str) -> Session | None:
    """A conversation that the page's script sends back; None for one that cannot be read."""
    try:
        given = json.loads(value)
        return Session.of(given["answers"], given.get("first", 0))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def written_out(form: str, session: Session) -> str:
    """The conversation as a file for the page's script to save: {"name", "type", "text"} as hidden HTML."""
    title = next((answer.question for answer in session.answers if answer.question), "Dateline")
    kind = form.partition("/")[0]
    match kind:
        case "json":
            whole = [answer.to_dict() for answer in session.answers]
            return _file("json", "application/json", json.dumps(whole, ensure_ascii=False, indent=2))
        case "html":
            return _file("html", "text/html", _page(title, _markdown(title, session)))
        case _:
            return _file("md", "text/markdown", _markdown(title, session))


def _lean(answer: Answer) -> dict[str, Any]:
    """The answer without what only an evaluation needs, so that a long conversation fits into a browser's storage."""
    return replace(answer, evidence=(), sentences=(), timings={}).to_dict()


def _narrowed(filters: Filters) -> dict[str, Any]:
    return {} if filters == NO_FILTERS else {"filters": asdict(filters)}


def _markdown(title: str, session: Session) -> str:
    parts = [f"# {escape_markdown(title)}"]
    for answer in session.answers:
        parts += [f"## {escape_markdown(answer.question)}", answer.to_markdown()]
    return "\n\n".join(parts) + "\n"


def _page(title: str, markdown: str) -> str:
    body = MarkdownIt("commonmark", {"html": False}).render(markdown)
    style = "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 Georgia,serif;color-scheme:light dark}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style><body>{body}</body></html>"
    )


def _file(suffix: str, kind: str, text: str) -> str:
    return _carried({"name": f"dateline-conversation.{suffix}", "type": kind, "text": text})


def _carried(value: Mapping[str, Any]) -> str:
    """JSON as text inside an element; Markdown leaves such a line alone, since it holds no line break."""
    return f'<div class="dl-json">{escape(json.dumps(value, ensure_ascii=True))}</div>'
