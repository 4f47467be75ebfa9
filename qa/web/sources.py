"""The panel beside the conversation, as HTML: every word that comes from an article or a question is escaped.

The HTML holds no line break, since the page shows it inside Markdown, where a blank line would end it.
"""

import re
from collections.abc import Callable
from html import escape as escape_html

from index.articlestore import Coverage
from index.types import Article, DateSource
from qa.coverage import searched
from qa.markdown import age, day, safe_link, visible
from qa.prompting import load_wording
from qa.types import Answer, AnswerStatus, Citation, Headline, Verdict

VERDICTS = {
    Verdict.VERBATIM: "Quoted word for word",
    Verdict.SUPPORTED: "Supported by this passage",
    Verdict.UNSUPPORTED: "Not supported by this passage",
    Verdict.WRONG_SOURCE: "Said by another source, not by this one",
}
# Around a quote whose passage is not at hand, about as much as a passage holds.
CONTEXT_CHARACTERS = 280
LINE_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


def panel(answer: Answer, article: Callable[[str], Article]) -> str:
    """The sources of an answer as cards, or, where it has none, the nearest headlines.

    `article` is asked only for a passage that did not come with the answer; where it raises `KeyError`, the quote
    stands alone.
    """
    if answer.citations:
        cards = "".join(_card(citation, _passage(answer, citation, article)) for citation in answer.citations)
        return _section(f"Sources ({len(answer.citations)})", cards)
    if answer.status is AnswerStatus.NOT_IN_ARTICLES or answer.nearest:
        return _section("No source answers this", _nearest(answer.nearest))
    return opening()


def masthead(coverage: Coverage, model: str | None = None) -> str:
    """The name of the page, what it can answer from, and what leaves the machine where a language model is asked."""
    leaves = f'<p class="dl-leaves">{_escape(load_wording().say("leaves", model=model))}</p>' if model else ""
    return f'<div class="dl-masthead"><h1>Dateline</h1><p>{_escape(searched(coverage, None))}</p>{leaves}</div>'


def opening() -> str:
    """The panel before the first question."""
    return _section("Sources", '<p class="dl-quiet">Each answer shows here the passages it rests on.</p>')


def _section(heading: str, body: str) -> str:
    return f'<section class="dl-sources"><h2>{_escape(heading)}</h2>{body}</section>'


def _card(citation: Citation, passage: str) -> str:
    badge = "" if citation.kind == "article" else citation.kind
    return "".join(
        (
            '<article class="dl-card"><header>',
            f'<span class="dl-number">{citation.number}</span>',
            f'<span class="dl-publisher">{_escape(citation.publisher or "publisher unknown")}</span>',
            f'<span class="dl-badge">{_escape(badge)}</span>' if badge else "",
            f"</header><h3>{_title(citation)}</h3>",
            f'<p class="dl-date">{_escape(_when(citation))}</p>',
            f"<blockquote>{passage}</blockquote>",
            f'<p class="dl-verdict dl-{citation.verdict.value}">{_escape(VERDICTS[citation.verdict])}</p>',
            "</article>",
        )
    )


def _title(citation: Citation) -> str:
    title = _escape(citation.title or "Untitled")
    if link := safe_link(citation.url):
        return f'<a href="{_escape(link)}" target="_blank" rel="noopener noreferrer nofollow">{title}</a>'
    return title


def _when(citation: Citation) -> str:
    if citation.published is None:
        return "date unknown"
    known = " (year from a setting)" if citation.date_from == DateSource.TEXT_AND_SETTING else ""
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


def _escape(text: str) -> str:
    return escape_html(" ".join(visible(text).split()))


def _nearest(headlines: tuple[Headline, ...]) -> str:
    if not headlines:
        return ""
    items = "".join(f"<li>{_escape(headline.title)}{_credit(headline)}</li>" for headline in headlines)
    return f'<h3 class="dl-nearest">Nearest headlines</h3><ul>{items}</ul>'


def _credit(headline: Headline) -> str:
    published = day(headline.published) if headline.published else "date unknown"
    return f'<span class="dl-quiet">{_escape(headline.publisher or "publisher unknown")} · {_escape(published)}</span>'
