"""A whole article as HTML, with the sentence that a citation rests on marked; every word of the article is escaped."""

from html import escape
from pathlib import PurePath

from index.types import Article
from qa.markdown import day, safe_link, visible
from qa.web.escaping import escaped, plain
from qa.web.words import say


def article_fragment(article: Article, start: int | None = None, end: int | None = None) -> str:
    """The article with its credits; `text[start:end]` is marked where both lie inside the text."""
    return (
        f'<article class="dl-article"><h2>{escape(_title(article))}</h2>'
        f'<p class="dl-quiet">{_credits(article)}</p>{_no_year(article)}{_paragraphs(article.text, start, end)}</article>'
    )


def article_page(article: Article, start: int | None = None, end: int | None = None) -> str:
    """The same as a page of its own, for a browser that opens the link itself."""
    return page(_title(article), article_fragment(article, start, end), back=True)


def page(title: str, body: str, *, back: bool = False, refresh: int | None = None) -> str:
    """A plain page in the look of the chat; `refresh` has the browser fetch it again after so many seconds."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    home = f'<p><a href="../">{escaped(say("article.back"))}</a></p>' if back else ""
    style = "../dateline/plain.css" if back else "dateline/plain.css"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{again}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escaped(title)}</title>'
        f'<link rel="stylesheet" href="{style}"></head><body><main>{home}{body}</main></body></html>'
    )


def _credits(article: Article) -> str:
    parts = [escaped(article.credited or "") or say("panel.unknown_publisher"), day(article.published)]
    if article.kind != "article":
        parts.append(escaped(article.kind))
    if link := safe_link(article.url):
        attributes = 'target="_blank" rel="noopener noreferrer nofollow"'
        parts.append(f'<a href="{escape(link)}" {attributes}>{escaped(say("article.original"))}</a>')
    elif article.path:
        parts.append(escaped(say("panel.file", name=PurePath(article.path).name)))
    return " · ".join(parts)


def _no_year(article: Article) -> str:
    return f'<p class="dl-quiet">{escaped(say("panel.no_year"))}</p>' if article.lacks_year else ""


def _paragraphs(text: str, start: int | None, end: int | None) -> str:
    if start is None or end is None or not 0 <= start < end <= len(text):
        start = end = len(text)
    pieces = [_shown(text[:start]), _shown(text[start:end]), _shown(text[end:])]
    marked = f'{pieces[0]}<mark id="dl-marked" tabindex="-1">{pieces[1]}</mark>{pieces[2]}' if pieces[1] else pieces[0]
    return f'<div class="dl-body">{marked}</div>'


def _shown(text: str) -> str:
    """Line breaks are kept by the style sheet."""
    return escape("\n".join(visible(line) for line in text.split("\n")))


def _title(article: Article) -> str:
    return plain(article.title) or say("panel.untitled")
