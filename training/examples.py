"""Questions -> what the model is shown: windows of whole sentences after a title, with negatives beside them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import sentence_spans
from training.data import Asked
from training.negatives import swapped, without_answer
from training.noise import noisy

FIRST = {"squad": 1.0, "new_wiki": 1.0, "qamr": 0.5, "reddit": 0.35, "amazon_reviews": 0.25, "clapnq": 1.0}
"""How often an epoch asks each question of a set while the learning rate is high; those least like news the least."""

LAST = {
    "newsroom": 2.0,
    "squad": 0.7,
    "new_wiki": 0.3,
    "qamr": 0.06,
    "reddit": 0.06,
    "amazon_reviews": 0.03,
    "clapnq": 1.0,
}
"""The same while the learning rate falls: what is nearest to the use, several times, in other windows and with other noise."""

WINDOWS = (320, 480, 560, 560, 800)  # characters
REPORTS = (360, 480, 560, 700)  # of our own reports: what a passage of 128 tokens has, and somewhat more
MINED, CUT, SWAPPED = 0.35, 0.15, 0.25  # how often a question gets a negative of each kind
TITLED = 0.85  # how often a title that there is stands before the text, as it does when Dateline reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One question with one text; `start` and `end` bound the answer in it, both None where it has none."""

    question: str
    text: str
    start: int | None
    end: int | None


Group = tuple[Example, ...]
"""A question's examples: what answers it first, then its negatives."""


def epoch(
    asked: Sequence[Asked], mined: Sequence[Sequence[int]], shares: Mapping[str, float], seed: int
) -> list[Group]:
    """All groups of one pass, the same for the same seed."""
    rng = random.Random(seed)
    chosen = [i for i, a in enumerate(asked) for _ in range(int(shares.get(a.source, 0.0) + rng.random()))]
    by_source: dict[str, list[int]] = {}
    for i in chosen:
        by_source.setdefault(asked[i].source, []).append(i)
    return [_group(asked, mined[i], i, by_source[asked[i].source], rng) for i in chosen]


def _group(asked: Sequence[Asked], mined: Sequence[int], i: int, kin: Sequence[int], rng: random.Random) -> Group:
    a = asked[i]
    size = rng.choice(REPORTS if a.source == "newsroom" else WINDOWS)
    group = [_example(a, noisy(a.question, rng), a.context, a.start, size, rng)]
    if a.start is None:
        return tuple(group)
    question = group[0].question
    if mined and rng.random() < MINED:
        other = asked[rng.choice(list(mined))]
        group.append(_example(other, question, other.context, None, size, rng))
    elif (a.pool or a.source == "newsroom") and rng.random() < CUT and (rest := without_answer(a)):
        group.append(_example(a, question, rest, None, size, rng))
    if rng.random() < SWAPPED and (changed := swapped(a, asked[rng.choice(list(kin))], rng)):
        # over the very window that answers the true question
        group.append(Example(question=noisy(changed, rng), text=group[0].text, start=None, end=None))
    return tuple(group)


def _example(a: Asked, question: str, context: str, start: int | None, size: int, rng: random.Random) -> Example:
    low, high = window(context, start, len(a.answer), size, rng)
    head = f"{a.title}. " if a.title and rng.random() < TITLED else ""
    text = head + context[low:high]
    if start is None:
        return Example(question=question, text=text, start=None, end=None)
    begin = len(head) + start - low
    return Example(question=question, text=text, start=begin, end=begin + len(a.answer))


def window(context: str, start: int | None, length: int, size: int, rng: random.Random) -> tuple[int, int]:
    """The bounds of a run of whole sentences of about `size` characters that holds the answer, if there is one."""
    if len(context) <= size:
        return 0, len(context)
    spans = _sentences(context) or ((0, len(context)),)
    if start is None:
        first = last = rng.randrange(len(spans))
    else:
        inside = [n for n, (a, b) in enumerate(spans) if a < start + length and start < b]
        first, last = (inside[0], inside[-1]) if inside else (0, len(spans) - 1)
    while True:
        left = first > 0 and spans[last][1] - spans[first - 1][0] <= size
        right = last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= size
        if not left and not right:
            break
        if left and (not right or rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    low, high = spans[first][0], spans[last][1]
    if start is None:
        return low, high
    return min(low, start), max(high, start + length)


@lru_cache(maxsize=20_000)
def _sentences(context: str) -> tuple[tuple[int, int], ...]:
    return sentence_spans(context)


def batches(groups: Sequence[Group], size: int, seed: int) -> Iterator[list[Group]]:
    """Batches of about `size` examples of similar length, groups whole, in an order that the seed decides."""
    rng = random.Random(seed)
    order = list(groups)
    rng.shuffle(order)
    block = size * 40
    for begin in range(0, len(order), block):
        found: list[list[Group]] = [[]]
        for group in sorted(order[begin : begin + block], key=lambda g: max(len(e.text) for e in g)):
            if sum(map(len, found[-1])) + len(group) > size:
                found.append([])
            found[-1].append(group)
        rng.shuffle(found)
        yield from found
