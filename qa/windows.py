"""The few sentences of a source that come nearest to a claim."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from index.keywords import terms
from qa.claims import stems_of_word
from qa.confidence import share_met
from qa.sentences import sentences_of_passage
from qa.types import ScoredPassage

MOST_SENTENCES = 3  # of a passage that one claim may rest on
STRETCH, SHORTEST_STRETCH = 1.5, 8  # times a claim's words, and words, of the stretch it is compared with
ADDS = 0.08  # a further sentence has to meet at least this share of the claim's terms
Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sentences of some passages, `sources`, that come nearest to a claim: (passage, bounds in the article's text)."""

    sources: tuple[ScoredPassage, ...]
    parts: tuple[tuple[ScoredPassage, tuple[int, int]], ...]
    met: float  # share of the claim's terms that these sentences hold, weighed by rarity

    @property
    def text(self) -> str:
        """The sentences one after the other."""
        return " ".join(scored.article.text[a:b] for scored, (a, b) in self.parts)

    @property
    def titles(self) -> str:
        """The titles of their articles, which often name what the sentences take for granted."""
        return ". ".join(dict.fromkeys(scored.article.title for scored, _ in self.parts if scored.article.title))


@lru_cache(maxsize=2_000)
def stems_of(text: str) -> tuple[str, ...]:
    """The stems of a text that say something, remembered."""
    return tuple(terms(text))


def window_for(claim: str, sources: Sequence[ScoredPassage], rarity: Rarity) -> Window:
    """The one to three sentences of these passages that hold most of a claim."""
    wanted = tuple(dict.fromkeys(stems_of(claim)))
    spans = [(s, span) for s in sources for span in sentences_of_passage(s.passage, s.article.text)]
    if not wanted:
        return Window(sources=tuple(sources), parts=tuple(spans[:1]), met=0.0)
    held = [frozenset(stems_of(s.article.text[a:b])) for s, (a, b) in spans]
    chosen: list[int] = []
    met: frozenset[str] = frozenset()
    while len(chosen) < min(MOST_SENTENCES, len(spans)):
        gains = [share_met(wanted, stems - met, rarity) for stems in held]
        best = max(range(len(spans)), key=gains.__getitem__)
        if chosen and gains[best] < ADDS:
            break
        chosen.append(best)
        met |= held[best]
    parts = tuple(spans[i] for i in sorted(chosen))
    return Window(sources=tuple(sources), parts=parts, met=share_met(wanted, met, rarity))


def comparable(claim: str, window: Window, rarity: Rarity) -> tuple[str, str]:
    """The window as texts whose nearness to the claim can be measured: all of it, and the stretch that is most like it.

    Both come after the title. The stretch is about as long as the claim: a short claim may be a small part of a long
    sentence.
    """
    words, wanted = window.text.split(), tuple(dict.fromkeys(stems_of(claim)))
    stems = [stems_of_word(word) for word in words]
    room = max(SHORTEST_STRETCH, round(STRETCH * len(claim.split())))

    def held(start: int) -> float:
        return share_met(wanted, frozenset(chain.from_iterable(stems[start : start + room])), rarity)

    start = max(range(max(1, len(words) - room + 1)), key=held)
    stretch = " ".join(words[start : start + room])
    return f"{window.titles}. {window.text}", f"{window.titles}. {stretch}"
