"""Article -> passages: consecutive whole sentences that fit the embedder's window together with the title."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

from index.directives import without_orders
from index.sentences import paragraph_spans, sentence_spans
from index.types import Article, Passage

TokenStarts = Callable[[str], Sequence[int]]
SPECIAL_TOKENS = 3  # [CLS], [SEP] and one between title and passage, at most
CUTTING = "sentences-3"  # part of the fingerprint: change it when passages are cut in another way


def embedded_text(title: str, text: str) -> str:
    """The string that is embedded for a passage, without orders to machines; its sha256 is the key of the vector."""
    return readable_text(title, without_orders(text))


def readable_text(title: str, readable: str) -> str:
    """The same for a passage whose text is without orders already."""
    return f"{title}\n{readable}"


def cut(article: Article, token_starts: TokenStarts, max_tokens: int) -> tuple[Passage, ...]:
    """Cut an article into passages; `article.text[p.start:p.end] == p.text` for each.

    Orders to machines take up no room, so that planting one moves no passage; one between two passages is in neither.
    `token_starts` gives the character at which each token of a text begins; `max_tokens` is the room for title and
    passage together. A passage ends with a paragraph where it is at least half full; a sentence longer than the room
    is cut between tokens.
    """
    room = max(max_tokens - SPECIAL_TOKENS - len(token_starts(article.title)), max_tokens // 3)
    text = without_orders(article.text)
    starts = token_starts(text)
    ends = {end for _, end in paragraph_spans(text)}
    spans: list[tuple[int, int]] = []
    open_span: tuple[int, int] | None = None
    for start, end in _pieces(text, starts, room):
        if open_span and _tokens(starts, open_span[0], end) > room:
            spans.append(open_span)
            open_span = None
        open_span = (open_span[0] if open_span else start, end)
        if end in ends and _tokens(starts, *open_span) * 2 >= room:
            spans.append(open_span)
            open_span = None
    if open_span:
        spans.append(open_span)
    return tuple(passage_of(article, ordinal, *span) for ordinal, span in enumerate(spans))


def _pieces(text: str, starts: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Sentences widened so that nothing between them is lost, the overlong ones cut between tokens."""
    pieces: list[tuple[int, int]] = []
    for begin, stop in paragraph_spans(text):
        sentences = sentence_spans(text[begin:stop])
        bounds = [begin, *(begin + a for a, _ in sentences[1:]), stop]
        for a, b in zip(bounds, bounds[1:], strict=False):
            pieces.extend(_fit(text, starts, a, b, room))
    return pieces


def _fit(text: str, starts: Sequence[int], begin: int, stop: int, room: int) -> list[tuple[int, int]]:
    first, last = bisect_left(starts, begin), bisect_left(starts, stop)
    cuts = [begin, *(starts[i] for i in range(first + room, last, room)), stop]
    spans = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        piece = text[a:b].rstrip()
        if piece:
            spans.append((a, a + len(piece)))
    return spans


def _tokens(starts: Sequence[int], begin: int, stop: int) -> int:
    return bisect_left(starts, stop) - bisect_left(starts, begin)


def passage_id(article_id: str, ordinal: int) -> str:
    """The id of an article's passage of that number."""
    return f"{article_id}-{ordinal:03d}"


def origin_of(id_: str) -> tuple[str, int]:
    """The article and the number that a passage's id was made of."""
    article_id, _, ordinal = id_.rpartition("-")
    return article_id, int(ordinal)


def passage_of(article: Article, ordinal: int, start: int, end: int) -> Passage:
    """The passage of that number, from one character of the article's text to another."""
    return Passage(
        id=passage_id(article.id, ordinal),
        article_id=article.id,
        ordinal=ordinal,
        start=start,
        end=end,
        text=article.text[start:end],
    )
