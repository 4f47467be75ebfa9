"""What is indexed, as HTML: every word that comes from an article is escaped, and there is no line break in it.

Buttons of the class "dl-do" carry in their value what they ask for; the page's script hands it to `Browsing.doing`.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from html import escape
from pathlib import PurePath
from typing import Self
from urllib.parse import quote, unquote

from index.types import Article, Problem
from qa.histogram import Bar, Span
from qa.library import Outcome, Overview
from qa.markdown import day
from qa.web.escaping import escaped
from qa.web.sources import article_link
from qa.web.words import say

PAGE = 20  # articles
LONGEST_SEARCH = 200  # characters
PUBLISHERS_SHOWN = 10
PROBLEMS_SHOWN = 200
ADDED_SHOWN = 5
LOWEST_BAR = 4  # percent: one article beside thousands is still to be seen and hit
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, month or year of publication, by its first day."""

    start: date
    span: Span

    @classmethod
    def of(cls, key: str) -> Self | None:
        """The period that is written as "2023", "2023-09" or "2023-09-20"; None where it is none."""
        parts = [int(part) for part in match.groups() if part] if (match := _PERIOD.fullmatch(key)) else []
        span = {1: Span.YEAR, 2: Span.MONTH, 3: Span.DAY}.get(len(parts))
        try:
            return cls(start=date(*[*parts, 1, 1][:3]), span=span) if span else None
        except ValueError:
            return None

    @property
    def key(self) -> str:
        """The period as `of` reads it."""
        return self.start.isoformat()[: {Span.YEAR: 4, Span.MONTH: 7, Span.DAY: 10}[self.span]]

    @property
    def last(self) -> date:
        """Its last day."""
        match self.span:
            case Span.DAY:
                return self.start
            case Span.MONTH:
                return self.start.replace(day=monthrange(self.start.year, self.start.month)[1])
            case Span.YEAR:
                return self.start.replace(month=12, day=31)

    @property
    def name(self) -> str:
        """Such as "20 Sep 2023", "Sep 2023" or "2023"."""
        return day(self.start).split(" ", {Span.DAY: 0, Span.MONTH: 1, Span.YEAR: 2}[self.span])[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """What a reader has narrowed the articles down to, which page of them is open, and what is about to be removed."""

    text: str = ""
    publishers: tuple[str, ...] = ()
    period: Period | None = None
    page: int = 0
    removing: str = ""  # the id of an article whose removal waits for a yes

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the articles are wanted."""
        return bool(self.text or self.publishers or self.period)

    def searching(self, text: str) -> Self:
        """The same with other words to find."""
        return replace(self, text=" ".join(text.split())[:LONGEST_SEARCH], page=0, removing="")

    def doing(self, command: str) -> Self:
        """What a button of the page asks for, such as "period/2023-09"; what was chosen already is let go again."""
        verb, _, value = command.partition("/")
        calm = replace(self, removing="")
        match verb:
            case "period":
                period = Period.of(value)
                return replace(calm, period=None if period == self.period else period, page=0)
            case "publisher":
                name = unquote(value)
                kept = tuple(other for other in self.publishers if other != name)
                return replace(calm, publishers=kept if name in self.publishers else (*kept, name), page=0)
            case "page":
                return replace(calm, page=int(value) if re.fullmatch("[0-9]{1,7}", value) else 0)
            case "remove":
                return replace(self, removing=value)
            case "all":
                return type(self)()
            case _:
                return calm


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the articles that were found, of `total`; `uploaded` are the ids of those that can be removed."""

    total: int
    articles: tuple[Article, ...]
    uploaded: frozenset[str] = frozenset()


# -- what there is -----------------------------------------------------------------------------------------------------


def overview_section(overview: Overview, browsing: Browsing) -> str:
    """How many articles there are, from when and from whom, what could not be read, and how old all this is."""
    synced = overview.synced.astimezone(UTC)
    at = say("articles.at", day=day(synced.date()), time=f"{synced:%H:%M}")
    passages = say("articles.passages", count=f"{overview.passages:,}")
    return "".join(
        (
            f'<section class="dl-shelf"><h2>{_title(overview)}</h2>',
            f'<p class="dl-quiet">{escaped(passages)} · {escaped(say("articles.synced"))} ',
            f'<time datetime="{synced:%Y-%m-%dT%H:%MZ}">{escaped(at)}</time></p>',
            _histogram(overview, browsing),
            _publishers(overview.publishers, browsing.publishers),
            _problems(overview.problems),
            "</section>",
        )
    )


def _title(overview: Overview) -> str:
    if not overview.articles:
        return escaped(say("articles.empty"))
    publishers = _counted(len(overview.publishers), "publisher")
    return escaped(say("articles.count", articles=_articles(overview.articles), publishers=publishers))


def _histogram(overview: Overview, browsing: Browsing) -> str:
    undated = say("articles.undated", articles=_articles(overview.undated))
    unknown = f'<p class="dl-quiet">{escaped(undated)}</p>' if overview.undated else ""
    if overview.yearless:
        unknown += f'<p class="dl-quiet">{escaped(_yearless(overview.yearless))}</p>'
    if not overview.bars:
        return unknown
    most = max(overview.bars, key=lambda bar: bar.articles)
    bars = "".join(_bar(bar, overview.span, most.articles, browsing.period) for bar in overview.bars)
    ends = dict.fromkeys(_period(bar, overview.span).name for bar in (overview.bars[0], overview.bars[-1]))
    return "".join(
        (
            f"<h3>{escaped(say('articles.when'))}</h3>",
            f'<div class="dl-histogram"><p class="dl-most">{escaped(_label("articles.most", most, overview.span))}</p>',
            f'<div class="dl-bars"><ol>{bars}</ol><p class="dl-axis">',
            "".join(f"<span>{escaped(end)}</span>" for end in ends),
            "</p></div></div>",
            unknown,
            _table(overview, browsing.period),
        )
    )


def _yearless(number: int) -> str:
    return say("articles.yearless_one") if number == 1 else say("articles.yearless", count=f"{number:,}")


# Bars are too narrow to be hit surely, so the keyboard passes them over: the table below has the same buttons, in full size.
def _bar(bar: Bar, span: Span, most: int, chosen: Period | None) -> str:
    label = f'<span class="dl-label">{escaped(_label("articles.bar", bar, span))}</span>'
    if not bar.articles:
        return f"<li>{label}</li>"
    period = _period(bar, span)
    height = max(LOWEST_BAR, round(100 * bar.articles / most))
    drawn = f'<span class="dl-bar" style="height:{height}%"></span>'
    return f"<li>{_button(f'period/{period.key}', drawn + label, on=period == chosen, reached=False)}</li>"


def _table(overview: Overview, chosen: Period | None) -> str:
    periods = [(_period(bar, overview.span), bar.articles) for bar in overview.bars if bar.articles]
    counts = [(_button(f"period/{p.key}", escaped(p.name), on=p == chosen), number) for p, number in periods]
    if overview.undated:
        counts.append((escaped(say("articles.no_date")), overview.undated))
    rows = "".join(f'<tr><th scope="row">{name}</th><td>{number:,}</td></tr>' for name, number in counts)
    heads = "".join(f'<th scope="col">{escaped(say(f"articles.{name}"))}</th>' for name in ("period", "number"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return _details(say("articles.table"), table)


def _period(bar: Bar, span: Span) -> Period:
    return Period(start=bar.start, span=span)


def _label(key: str, bar: Bar, span: Span) -> str:
    return say(key, period=_period(bar, span).name, articles=_articles(bar.articles))


def _publishers(counts: Sequence[tuple[str, int]], chosen: Collection[str]) -> str:
    """Those with most articles, and those that were chosen; the others can be opened."""
    if not counts:
        return ""
    chips = {name: _chip(name, number, name in chosen) for name, number in counts}
    shown = [name for rank, name in enumerate(chips) if rank < PUBLISHERS_SHOWN or name in chosen]
    rest = _chips(chip for name, chip in chips.items() if name not in shown)
    more = _details(say("articles.all_publishers", count=len(chips) - len(shown)), rest) if rest else ""
    return f"<h3>{escaped(say('articles.who'))}</h3>{_chips(chips[name] for name in shown)}{more}"


def _chip(name: str, number: int, on: bool) -> str:
    inner = f'{escaped(name)} <span class="dl-quiet">{number:,}</span>'
    command = f"publisher/{quote(name, safe='')}"
    return f"<li>{_button(command, inner, on=on)}</li>"


def _chips(chips: Iterable[str]) -> str:
    items = "".join(chips)
    return f'<ul class="dl-chips">{items}</ul>' if items else ""


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    first = sorted(problems, key=lambda problem: not problem.failed)[:PROBLEMS_SHOWN]
    items = "".join(
        f'<li><span class="dl-badge">{say("articles.failed" if problem.failed else "articles.skipped")}</span> '
        f"{escaped(_place(problem))}: {escaped(problem.reason)}</li>"
        for problem in first
    )
    left = len(problems) - len(first)
    more = f'<p class="dl-quiet">{escaped(say("articles.more_problems", count=f"{left:,}"))}</p>' if left else ""
    return _details(say("articles.problems", count=f"{len(problems):,}"), f'<ul class="dl-problems">{items}</ul>{more}')


def _place(problem: Problem) -> str:
    return problem.path if problem.line is None else say("articles.line", path=problem.path, line=problem.line)


# -- what was found ----------------------------------------------------------------------------------------------------


def listing_section(listing: Listing, browsing: Browsing) -> str:
    """One page of what was found, newest first, with ways to the next page, back to all, and to removing an article."""
    everything = _button("all/", escaped(say("articles.all"))) if browsing.is_narrowed else ""
    nothing = say("articles.none") if browsing.is_narrowed else ""
    items = "".join(_item(article, listing, browsing) for article in listing.articles)
    return "".join(
        (
            f'<section class="dl-shelf"><header class="dl-found"><h2 tabindex="-1">{escaped(_found(listing, browsing))}</h2>',
            f"{everything}</header>",
            f'<ul class="dl-list">{items}</ul>' if items else f'<p class="dl-quiet">{escaped(nothing)}</p>',
            _pager(listing, browsing.page),
            "</section>",
        )
    )


def status(*sentences: str) -> str:
    """What became of what was done, a line for each sentence."""
    return _outcomes(escaped(sentence) for sentence in sentences if sentence)


def added(outcomes: Sequence[Outcome]) -> str:
    """What became of files that were added, with ways to their articles: in the list they may stand far down."""
    return _outcomes(f"{escaped(outcome.message)}{_ways(outcome.articles)}" for outcome in outcomes)


def _outcomes(lines: Iterable[str]) -> str:
    return f'<p class="dl-outcome" role="status">{"".join(f"<span>{line}</span>" for line in lines)}</p>'


def _ways(articles: Sequence[Article]) -> str:
    """To the articles of one file, by title unless there is only one; and which of them the list has at its end."""
    undated = sum(article.published is None for article in articles)
    if len(articles) == 1:
        hidden = f'<span class="dl-hidden"> “{_name(articles[0])}”</span>'
        last = escaped(say("panel.no_year" if articles[0].lacks_year else "articles.undated_one")) if undated else ""
        return f" {_way(articles[0], escaped(say('articles.read')) + hidden)}. {last}".rstrip()
    ways = [f"– {_way(article, _name(article))}" for article in articles[:ADDED_SHOWN]]
    if more := articles[ADDED_SHOWN:]:
        ways.append(f"– {escaped(say('articles.more_added', count=f'{len(more):,}'))}")
    if undated:
        ways.append(escaped(say("articles.undated_some", count=f"{undated:,}")))
    return "".join(f"<br>{way}" for way in ways)


def _way(article: Article, inner: str) -> str:
    return f'<a href="{article_link(article.id)}" class="dl-read">{inner}</a>'


def _found(listing: Listing, browsing: Browsing) -> str:
    parts = [_articles(listing.total)]
    if browsing.period:
        parts.append(say(f"articles.published_{browsing.period.span}", period=browsing.period.name))
    if browsing.publishers:
        parts.append(say("articles.from", publishers=", ".join(browsing.publishers)))
    if browsing.text:
        parts.append(say("articles.matching", text=browsing.text))
    return " ".join(parts)


def _item(article: Article, listing: Listing, browsing: Browsing) -> str:
    uploaded = article.id in listing.uploaded
    kinds = dict.fromkeys(kind for kind in ("uploaded" * uploaded, article.kind) if kind not in ("", "article"))
    badges = "".join(f' <span class="dl-badge">{escaped(kind)}</span>' for kind in kinds)
    publisher = article.credited or say("panel.unknown_publisher")
    return (
        f"<li>{_way(article, _name(article))}{badges}"
        f'<span class="dl-quiet">{escaped(publisher)} · {escaped(day(article.published))}</span>'
        f"{_removal(article, browsing.removing == article.id) if uploaded else ''}</li>"
    )


def _removal(article: Article, asked: bool) -> str:
    if not asked:
        named = f'{escaped(say("articles.remove"))}<span class="dl-hidden"> “{_name(article)}”</span>'
        return _button(f"remove/{article.id}", named)
    warning = say("articles.confirm", name=PurePath(article.path or "").name)
    keep = _button(f"keep/{article.id}", escaped(say("articles.keep")))  # first: the script gives it the focus
    remove = _button(f"confirm/{article.id}", escaped(say("articles.confirm_remove")))
    return f'<p class="dl-confirm" role="alert">{escaped(warning)} {keep} {remove}</p>'


def _pager(listing: Listing, page: int) -> str:
    if listing.total <= PAGE:
        return ""
    first = page * PAGE
    last = first + len(listing.articles)
    place = say("articles.page", first=f"{first + 1:,}", last=f"{last:,}", total=f"{listing.total:,}")
    newer = _button(f"page/{page - 1}", escaped(say("articles.newer"))) if page else ""
    older = _button(f"page/{page + 1}", escaped(say("articles.older"))) if last < listing.total else ""
    return f'<p class="dl-pager">{newer}<span class="dl-quiet">{escaped(place)}</span>{older}</p>'


# -- parts -------------------------------------------------------------------------------------------------------------


def _button(command: str, inner: str, *, on: bool = False, reached: bool = True) -> str:
    """`inner` is HTML already; the keyboard reaches the button unless told otherwise.

    Gradio lets no aria-pressed through, so that a button is on has to be said in words.
    """
    passed_over = "" if reached else ' tabindex="-1"'
    said = f'<span class="dl-hidden"> ({escaped(say("articles.chosen"))})</span>' if on else ""
    return (
        f'<button type="button" class="dl-do{" dl-on" if on else ""}" value="{escape(command)}"{passed_over}>'
        f"{inner}{said}</button>"
    )


def _details(summary: str, inner: str) -> str:
    return f"<details><summary>{escaped(summary)}</summary>{inner}</details>"


def _name(article: Article) -> str:
    return escaped(article.title or say("panel.untitled"))


def _articles(number: int) -> str:
    return _counted(number, "article")


def _counted(number: int, thing: str) -> str:
    return say(f"articles.{thing}") if number == 1 else say(f"articles.{thing}s", count=f"{number:,}")
