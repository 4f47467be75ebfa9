"""What a page prints around an article: told apart from title and body, which are all that may be quoted.

Before the title and after the body anything that looks like furniture goes; inside the body only whole paragraphs that
cannot be anything else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.datelines import agency_in, dateline_of
from index.dates import Day, days_in, days_of_line, is_date_line
from index.notices import is_notice_paragraph
from index.readers.fields import shortened

_SECTIONS = (
    r"(?:all|latest|top|breaking|world|local|national|international|more) ?(?:news|stories|headlines)"
    r"|news|home(?: ?page)?|breaking|world|europe|asia|africa|americas|middle east|politics|business|economy|markets"
    r"|finance|sports?|opinion|analysis|culture|entertainment|lifestyle|technology|tech|science|health|society|life|travel|video"
    r"|photos?|live|press release|exclusive|explainer|menu|search|sections|skip to (?:main )?content|log ?in|sign in"
    r"|register|subscribe(?: now)?|watch live|listen live|back to .{1,30}|accept (?:all )?cookies"
    r"|[\w ]{2,20}(?:(?: ?[>»›] ?| [/|] )[\w ]{2,30}){1,5}"
)
_BUTTONS = (
    r"share(?: (?:this|on|via|with).{0,40})?|tweet|e-?mail(?: this)?|print(?: this)?|save|copy link|link copied"
    r"|facebook|twitter|x|whats ?app|telegram|linkedin|reddit|messenger|vk|font size.{0,20}|a[+-]"
    r"|comments?(?: ?\(?\d+\)?)?|\d+ comments?|\d+ shares?|(?:reading time:? ?)?\d+ ?min(?:ute)?s?(?: read)?"
    r"|listen(?: to (?:this )?article)?|play|loading\.*|gift this article|add to (?:favou?rites|bookmarks|google)"
    r"|follow(?: us)?(?: on .{1,40})?|image source.{0,80}|image caption"
    r"|(?:©|\(c\)|photo(?: by|:| credit)|picture:|image:|credit:).{0,120}"
)
_ANYWHERE = (
    r"advertisements?|ad|sponsored|(?:story|article) continues (?:below|after).{0,40}|advertisement - .{0,40}"
    r"|(?:read|see|watch)(?: more| also| next|:)(?::.{0,160})?|also read(?::.{0,160})?"
    r"|related(?: article| story)?:.{0,160}|(?:subscribe|sign up) (?:to|for) (?:our|the|my) .{0,60}newsletter.{0,40}"
    r"|skip (?:advertisement|advert|past newsletter.{0,40})|(?:click|tap) here to .{0,100}"
    r"|get our (?:app|newsletter).{0,60}"
)
_ENDING = (
    r"related (?:articles?|stories|story|news|topics?|content|posts?|coverage|links|reading|materials)"
    r"|more (?:on this story|on this topic|like this)|most (?:read|popular|viewed|shared)|trending(?: now)?"
    r"|recommended(?: for you| stories| articles| reading)?|you (?:may|might)(?: also)? (?:like|be interested in)"
    r"|editor['’]?s['’]? picks|sponsored links|around the web|leave a (?:comment|reply)"
)
_BOX = (
    r"more (?:from .{1,40}|news|stories|to read)|(?:read|see) (?:also|next|more)|also read|what to read next"
    r"|comments?|tags|topics|latest (?:news|stories)|top stories|do ?n['’]?t miss|(?:in )?other news"
    r"|popular (?:now|stories|news)|explore more(?: topics)?|on the same topic"
)
_LAST_LINE = (
    r"(?:tags?|topics?|keywords?|categor(?:y|ies)|filed under)\s*:.{0,200}|©.{0,200}|copyright.{0,200}"
    r"|all rights reserved.{0,120}|our standards\s*:.{0,120}|\(?(?:reporting|writing|editing) by .{3,300}"
    r"|follow .{1,60} on .{1,60}|sign up .{0,120}|subscribe.{0,120}|source\s*:.{1,60}"
)


def _whole(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_BEFORE = _whole(_SECTIONS, _BUTTONS, _ANYWHERE)
_HEAD = _whole(_BUTTONS, _ANYWHERE)
_INSIDE = _whole(_ANYWHERE)
_CLOSING = _whole(_ENDING)
_BOXED = _whole(_ENDING, _BOX)
_TRAILING = _whole(_BUTTONS, _ANYWHERE, _LAST_LINE)
_BYLINE = re.compile(r"(?:(?:written |reported |story )?by|author:|reporter:)\s+\S.{1,100}", re.IGNORECASE)
_SOURCE = re.compile(r"source\s*:\s*(?P<name>[^.:]{2,40})", re.IGNORECASE)
_PLACE_AND_DAY = re.compile(r"[^\W\d_a-z][\w'’. -]{1,30},?\s*(?=\d|[A-Z])")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_FULL_STOP = re.compile(r"(?<!\b[A-Z])(?<!\b(?:Inc|Ltd))\.[\"'”’»)\]]*$")
_SENTENCE = re.compile(r".+?[.!?…][\"'”’»)\]]*(?=\s+[\"'“‘«(]*[^\W_a-z])")
_LONGEST_TITLE, _LONGEST_DERIVED, _LONGEST_DECK, _LONGEST_LINK = 250, 120, 400, 160
_HEAD_PARAGRAPHS = 8
_MOST_DECKS = 2
_REPEATED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """An article without its furniture; `days` and `publisher` are what its head says, best first."""

    title: str | None
    paragraphs: tuple[str, ...]
    days: tuple[Day, ...]
    publisher: str | None


def lay_out(paragraphs: Sequence[str], title: str | None = None) -> Layout:
    """Tell title, head and body apart. A title that is given is used, and left out where the text repeats it.

    The dateline stays in the text, as the article's own words. A standfirst stays only where it is a sentence that the
    body does not repeat: it would be cited as a fragment otherwise.
    """
    blocks = [block for block in paragraphs if re.search(r"\w", block)]
    start = _first_real(blocks, title)
    before = blocks[:start]
    if start < len(blocks) and (_same(blocks[start], title) if title else _reads_as_title(blocks, start)):
        title = title or blocks[start]
        start += 1
    begin = _body_start(blocks, start, title)
    body = [block for block in _without_ending(blocks[begin:]) if not _is_furniture(block)]
    decks = [block for block in blocks[start:begin] if _is_deck_to_keep(block, body, title)]
    days, publisher = _head_facts([*before, *blocks[start:begin]], body[:2])
    text = tuple(decks + body)
    return Layout(title=title or _derived(text), paragraphs=text, days=days, publisher=publisher)


def _is_furniture(block: str) -> bool:
    """Whether a paragraph of the body cannot be the article's."""
    return bool(_INSIDE.fullmatch(_bare(block))) or is_notice_paragraph(block)


def _bare(block: str) -> str:
    return block.strip(" \t•·*|-–—:.[]<>")


def _same(block: str, title: str | None) -> bool:
    return title is not None and _words(block) == _words(title)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _first_real(blocks: Sequence[str], title: str | None) -> int:
    for place, block in enumerate(blocks):
        if _same(block, title) or not (_BEFORE.fullmatch(_bare(block)) or is_date_line(block)):
            return place
    return len(blocks)


def _reads_as_title(blocks: Sequence[str], place: int) -> bool:
    line = blocks[place]
    if len(line) > _LONGEST_TITLE or line.rstrip().endswith((",", ";", ":")) or dateline_of(line):
        return False
    if not _FULL_STOP.search(line):
        return True
    following = blocks[place + 1] if place + 1 < len(blocks) else ""
    return not _SENTENCE.match(line) and bool(_is_marker(following) or dateline_of(following))


def _is_marker(block: str) -> bool:
    """A line of the head that states when, by whom or after whom, and nothing else."""
    if is_date_line(block):
        return True
    line = _bare(block)
    if _BYLINE.fullmatch(line) and len(line.split()) <= 16 and not _FULL_STOP.search(block):
        return True
    place = _PLACE_AND_DAY.match(line)
    return bool(_SOURCE.fullmatch(line) or (place and days_in(line) and is_date_line(line[place.end() :])))


def _body_start(blocks: Sequence[str], start: int, title: str | None) -> int:
    """Where the body begins: at the dateline, or after the last line of the head."""
    begin = start
    decks = 0
    for place in range(start, min(len(blocks), start + _HEAD_PARAGRAPHS)):
        block = blocks[place]
        dateline = dateline_of(block)
        if dateline and dateline.end < len(block):
            return place
        if _is_marker(block) or dateline:
            begin = place + 1
        elif _HEAD.fullmatch(_bare(block)) or _same(block, title):
            begin = place + 1 if begin == place else begin
        elif decks == _MOST_DECKS or len(block) > _LONGEST_DECK:
            break
        else:
            decks += 1
    return begin


def _is_deck_to_keep(block: str, body: Sequence[str], title: str | None) -> bool:
    if _is_marker(block) or _HEAD.fullmatch(_bare(block)) or _same(block, title):
        return False
    return bool(_SENTENCE_END.search(block)) and not dateline_of(block) and not _repeated(block, body)


def _repeated(deck: str, body: Sequence[str]) -> bool:
    """Whether most runs of three words of the standfirst occur in the body too."""
    runs = set(_runs(deck))
    there = {run for block in body for run in _runs(block) if run in runs}
    return len(there) >= _REPEATED * max(1, len(runs))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _words(text)
    return zip(words, words[1:], words[2:], strict=False)


def _without_ending(blocks: Sequence[str]) -> list[str]:
    """Cut what follows "Related articles", unless most of the text does; other boxes lose heading and links only."""
    kept: list[str] = []
    before, after, in_box = 0, sum(map(len, blocks)), False
    for block in blocks:
        after -= len(block)
        if _CLOSING.fullmatch(_bare(block)) and after <= before:
            break
        heads_box = bool(_BOXED.fullmatch(_bare(block)))
        in_box = heads_box or (in_box and len(block) <= _LONGEST_LINK and not _SENTENCE_END.search(block))
        if not in_box:
            kept.append(block)
            before += len(block)
    while kept and (_TRAILING.fullmatch(_bare(kept[-1])) or is_notice_paragraph(kept[-1])):
        kept.pop()
    return kept


def _head_facts(head: Sequence[str], body: Sequence[str]) -> tuple[tuple[Day, ...], str | None]:
    days: list[Day] = []
    publisher: str | None = None
    markers = [block for block in head if _is_marker(block)]
    for block in sorted(markers, key=lambda block: bool(re.match(r"\W*(?:last )?updated", block, re.IGNORECASE))):
        days.extend(days_of_line(block))
        source = _SOURCE.fullmatch(_bare(block))
        publisher = publisher or (source["name"].strip() if source else None)
        if _BYLINE.fullmatch(_bare(block)):
            publisher = publisher or agency_in(block)
    datelines = [found for block in (*body[:1], *head, *body[1:]) if (found := dateline_of(block))]
    for dateline in datelines[:1]:
        days.extend(dateline.days)
        publisher = dateline.publisher or publisher
    return tuple(days), publisher


def _derived(body: Sequence[str]) -> str | None:
    """A title from the first sentence, for an article that has none of its own."""
    if not body:
        return None
    dateline = dateline_of(body[0])
    words = body[0][dateline.end if dateline else 0 :] or body[0]
    sentence = _SENTENCE.match(words)
    return shortened(sentence[0] if sentence else words, _LONGEST_DERIVED)
