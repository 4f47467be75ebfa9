"""The stories that several articles tell, as HTML: copies and versions of one report; every word of theirs is escaped."""

from collections.abc import Sequence

from index.types import Story
from qa.markdown import day
from qa.web.escaping import escaped
from qa.web.sources import article_link
from qa.web.words import say

STORIES_SHOWN = 5
MOST_STORIES = 200
MOST_COPIES = 20  # of a story that are linked to


def stories_section(stories: Sequence[Story]) -> str:
    """A line for each story with ways to its articles; the first few, the others can be opened; nothing for none."""
    if not stories:
        return ""
    first, rest = stories[:STORIES_SHOWN], stories[STORIES_SHOWN:MOST_STORIES]
    more = escaped(say("stories.more", count=f"{len(stories) - len(first):,}"))
    folded = f"<details><summary>{more}</summary>{_list(rest)}</details>" if rest else ""
    heading = escaped(say("stories.heading", count=f"{len(stories):,}"))
    return f'<section class="dl-shelf dl-stories"><h3>{heading}</h3>{_list(first)}{folded}</section>'


def _list(stories: Sequence[Story]) -> str:
    return f"<ul>{''.join(map(_story, stories))}</ul>"


def _story(story: Story) -> str:
    newest, *others = story.articles
    publishers = escaped(", ".join(dict.fromkeys(story.publishers))) or say("panel.unknown_publisher")
    names = [say("stories.other")] if len(others) == 1 else map(str, range(2, MOST_COPIES + 1))
    links = " ".join(
        f'<a href="{article_link(id_)}" class="dl-read">{escaped(name)}<span class="dl-hidden"> “{_title(story)}”</span></a>'
        for name, id_ in zip(names, others, strict=False)
    )
    also = "" if len(others) == 1 else f"{escaped(say('stories.others'))} "
    return (
        f'<li><a href="{article_link(newest)}" class="dl-read">{_title(story)}</a>'
        f'<span class="dl-quiet">{escaped(say("stories.told", count=len(story.articles)))} {publishers} · {_period(story)}'
        f" · {also}{links}</span></li>"
    )


def _title(story: Story) -> str:
    return escaped(story.title) or say("panel.untitled")


def _period(story: Story) -> str:
    ends = dict.fromkeys(day(end) for end in (story.oldest, story.newest))
    return escaped(" – ".join(ends))
