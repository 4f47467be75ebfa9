"""The panel beside the conversation, as HTML: every word that comes from an article or a question is escaped.

The HTML holds no line break, since the page shows it inside Markdown, where a blank line would end it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape as escape_html
from pathlib import PurePath
from urllib.parse import quote

from index.articlestore import Coverage
from index.types import Article, DateSource
from qa.coverage import searched
from qa.markdown import age, day, passages_near, safe_link, visible
from qa.prompting import load_wording
from qa.types import Answer, AnswerStatus, Citation, Headline
from qa.web.conversation import Filters
from qa.web.escaping import escaped
from qa.web.filtering import link_to
from qa.web.session import NEAREST_MARK, Session
from qa.web.words import say

# Around a quote whose passage is not at hand, about as much as a passage holds.
CONTEXT_CHARACTERS = 280
NEAREST = 3
LINE_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


def panel(session: Session, article: Callable[[str], Article]) -> str:
    """The sources of the answer that is shown, as cards, or, where it has none, the nearest headlines.

    `article` is asked only for a passage that did not come with the answer, and for one without a known date; where it
    raises `KeyError`, the quote stands alone.
    """
    answer = session.answer(session.shown)
    if answer is None or session.shown is None:
        return opening()
    about = (
        f'<p class="dl-about">{escaped(say("panel.question"))} '
        f'<span class="dl-question">{escaped(answer.question)}</span></p>{_tools(answer, session.filters_of(session.shown))}'
    )
    if answer.citations:
        return _section(_heading(answer), about + _cards(answer, session.shown, session.marked, article), session.shown)
    if answer.status is AnswerStatus.NOT_IN_ARTICLES or answer.nearest:
        return _section(
            say("panel.none"), about + _nearest(answer, session.shown, session.marked, article), session.shown
        )
    return opening()


def masthead(coverage: Coverage, model: str | None = None) -> str:
    """The name of the page, what it can answer from, and what leaves the machine where a language model is asked."""
    leaves = f'<p class="dl-leaves">{escaped(load_wording().say("leaves", model=model))}</p>' if model else ""
    return f'<div class="dl-masthead"><h1>Dateline</h1><p>{escaped(searched(coverage, None))}</p>{leaves}</div>'


def opening() -> str:
    """The panel before the first question."""
    return _section(say("panel.sources"), f'<p class="dl-quiet">{escaped(say("panel.opening"))}</p>')


def suggested(questions: Sequence[str]) -> str:
    """Questions that may be asked next; the page's script asks the one that is clicked."""
    if not questions:
        return ""
    items = "".join(f'<li><a href="#dl-asked" role="button">{escaped(question)}</a></li>' for question in questions)
    return f'<p class="dl-quiet">{escaped(say("ask.next"))}</p><ul>{items}</ul>'


def article_link(article_id: str, start: int | None = None, end: int | None = None) -> str:
    """The page's own address of a whole article, with a stretch of its text marked."""
    marked = "" if start is None else f"?start={start}&amp;end={end}#dl-marked"
    return f"article/{quote(article_id)}{marked}"


def _tools(answer: Answer, filters: Filters) -> str:
    """What can be done with the answer; the script of the page finds its text beside the links."""
    link = link_to(answer.question, replace(filters, as_of=answer.as_of.isoformat() if answer.as_of else filters.as_of))
    text = escape_html(visible(answer.to_markdown())).replace("\n", "&#10;")
    return (
        f'<p class="dl-tools"><a href="#dl-copy" role="button">{say("panel.copy")}</a>'
        f'<a href="{escape_html(link)}" class="dl-link" role="button">{say("panel.link")}</a></p>'
        f'<pre class="dl-text">{text}</pre>'
    )


def _section(heading: str, body: str, turn: int | None = None) -> str:
    place = "" if turn is None else f' id="dl-turn-{turn}"'
    return f'<section class="dl-sources"{place}><h2>{escaped(heading)}</h2>{body}</section>'


def _heading(answer: Answer) -> str:
    """How many articles the answer rests on, and on how many of their passages where these are more."""
    sources, passages = len({citation.article_id for citation in answer.citations}), len(answer.citations)
    return say("panel.sources_of" if sources == passages else "panel.passages_of", count=sources, passages=passages)


def _cards(answer: Answer, turn: int, marked: int | None, article: Callable[[str], Article]) -> str:
    """A card for each article, in the order of their first numbers."""
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.article_id, []).append(citation)
    return "".join(
        f'<article class="dl-card">{_source(of_one[0], article)}{"".join(_passages(answer, of_one, turn, marked, article))}</article>'
        for of_one in cited.values()
    )


def _source(citation: Citation, article: Callable[[str], Article]) -> str:
    badge = "" if citation.kind == "article" else citation.kind
    return "".join(
        (
            f'<header><span class="dl-publisher">{escaped(citation.publisher or "") or say("panel.unknown_publisher")}</span>',
            f'<span class="dl-badge">{escaped(badge)}</span>' if badge else "",
            f'<span class="dl-date">{escaped(_when(citation))}</span></header><h3>{_title(citation)}</h3>',
            _file(citation),
            _no_year(citation, article),
        )
    )


def _passages(
    answer: Answer, citations: Sequence[Citation], turn: int, marked: int | None, article: Callable[[str], Article]
) -> Iterator[str]:
    """What is cited of one article, each with its number; of a passage that is shown already, only the sentence."""
    shown = set[str]()
    for citation in citations:
        again = citation.passage_id in shown
        shown.add(citation.passage_id)
        text = _marked(citation.quote, 0, len(citation.quote)) if again else _passage(answer, citation, article)
        whole = article_link(citation.article_id, citation.start, citation.end)
        yield "".join(
            (
                _opened(turn, citation.number, marked),
                f'<blockquote><span class="dl-number">{citation.number}</span> {text}</blockquote>',
                f'<p class="dl-verdict dl-{citation.verdict.value}">{escaped(say(f"panel.{citation.verdict.value}"))}</p>',
                f'<p class="dl-more"><a href="{whole}" class="dl-read">{escaped(say("panel.read"))}</a>{_back()}</p></section>',
            )
        )


def _opened(turn: int, number: int, marked: int | None) -> str:
    """The opening tag of what a marker in the reply leads to, which stands out where that marker was followed."""
    chosen = " dl-chosen" if number == marked else ""
    return f'<section class="dl-passage{chosen}" id="dl-card-{turn}-{number}" tabindex="-1">'


def _back() -> str:
    """The way back from there to the reply."""
    return f'<a href="#dl-back" class="dl-back" role="button">{escaped(say("panel.back"))}</a>'


def _file(citation: Citation) -> str:
    if citation.url or not citation.path:
        return ""
    return f'<p class="dl-file">{escaped(say("panel.file", name=PurePath(citation.path).name))}</p>'


def _no_year(citation: Citation, article: Callable[[str], Article]) -> str:
    """What can be done about an article that names its day without the year."""
    try:
        lacks_year = citation.published is None and article(citation.article_id).lacks_year
    except KeyError:
        return ""
    return f'<p class="dl-no-year">{escaped(say("panel.no_year"))}</p>' if lacks_year else ""


def _title(citation: Citation) -> str:
    title = escaped(citation.title) or say("panel.untitled")
    if link := safe_link(citation.url):
        return f'<a href="{escaped(link)}" target="_blank" rel="noopener noreferrer nofollow">{title}</a>'
    return title


def _when(citation: Citation) -> str:
    if citation.published is None:
        return day(None)
    setting = citation.date_from == DateSource.TEXT_AND_SETTING
    known = f" ({say('panel.year_from_setting')})" if setting else ""
    old = "" if citation.age_days is None else f" · {age(citation.age_days)}"
    return f"{day(citation.published)}{known}{old}"


def _passage(answer: Answer, citation: Citation, article: Callable[[str], Article]) -> str:
    """The passage with the supporting sentence marked, as safe HTML."""
    for evidence in answer.evidence:
        start = evidence.text.find(citation.quote)
        if evidence.passage_id == citation.passage_id and start >= 0:
            return _marked(evidence.text, start, start + len(citation.quote))
    try:
        text = article(citation.article_id).text
    except KeyError:
        return _marked(citation.quote, 0, len(citation.quote))
    first = max(0, citation.start - CONTEXT_CHARACTERS)
    last = min(len(text), citation.end + CONTEXT_CHARACTERS)
    before = "… " + text[first : citation.start].partition(" ")[2] if first else text[: citation.start]
    after = text[citation.end : last].rpartition(" ")[0] + " …" if last < len(text) else text[citation.end :]
    return _marked(before + citation.quote + after, len(before), len(before) + len(citation.quote))


def _marked(text: str, start: int, end: int) -> str:
    return f"{_lines(text[:start])}<mark>{_lines(text[start:end])}</mark>{_lines(text[end:])}"


def _lines(text: str) -> str:
    return "<br>".join(escape_html(visible(line)) for line in LINE_BREAKS.split(text))


def _nearest(answer: Answer, turn: int, marked: int | None, article: Callable[[str], Article]) -> str:
    """The nearest headlines of a decline, each with its passages that come near, where any does."""
    if not answer.nearest:
        return ""
    items = "".join(
        f'<li><a href="{_link_to_passage(answer, headline, article)}" class="dl-read">'
        f"{escaped(headline.title) or say('panel.untitled')}</a>{_credit(headline)}"
        f"{''.join(f'<blockquote>{_lines(text)}</blockquote>' for text in passages_near(answer, headline))}</li>"
        for headline in answer.nearest[:NEAREST]
    )
    heading = say("panel.near" if answer.nearest_passages else "panel.nearest")
    listed = f'<h3 class="dl-nearest">{escaped(heading)}</h3><ul>{items}</ul>'
    if not answer.nearest_passages:
        return listed
    return f'{_opened(turn, NEAREST_MARK, marked)}{listed}<p class="dl-more">{_back()}</p></section>'


def _link_to_passage(answer: Answer, headline: Headline, article: Callable[[str], Article]) -> str:
    """The address of an article, with the first of its passages that come near marked, where it is to be found there."""
    near = next((p.text for p in answer.nearest_passages if p.article_id == headline.article_id), None)
    try:
        start = article(headline.article_id).text.find(near) if near else -1
    except KeyError:
        start = -1
    marked = (start, start + len(near)) if near and start >= 0 else ()
    return article_link(headline.article_id, *marked)


def _credit(headline: Headline) -> str:
    publisher = escaped(headline.publisher or "") or say("panel.unknown_publisher")
    return f'<span class="dl-quiet">{publisher} · {day(headline.published)}</span>'
