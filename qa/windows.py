"""The few sentences of a source that come nearest to a claim."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.keywords import terms
from qa.sentences import sentences_of_passage
from qa.types import ScoredPassage

MOST_SENTENCES = 3  # of a passage that one claim may rest on
STRETCH, SHORTEST_STRETCH = 1.5, 8  # times a claim's words, and words, of the stretch it is compared with
ADDS = 0.08  # a further sentence has to meet at least this share of the claim's terms
Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sentences of some passages that come nearest to a claim: (passage, bounds in the article's text)."""

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


def weight_of(stems: Collection[str], rarity: Rarity) -> float:
    """What stems weigh together: rare ones more than common ones."""
    return sum(0.1 + rarity(stem) for stem in stems)


def window_for(claim: str, sources: Sequence[ScoredPassage], rarity: Rarity) -> Window:
    """The one to three sentences of these passages that hold most of a claim."""
    wanted = frozenset(stems_of(claim))
    total = weight_of(wanted, rarity) or 1.0
    spans = [(s, span) for s in sources for span in sentences_of_passage(s.passage, s.article.text)]
    held = [wanted & frozenset(stems_of(s.article.text[a:b])) for s, (a, b) in spans]
    chosen: list[int] = []
    met: frozenset[str] = frozenset()
    while len(chosen) < min(MOST_SENTENCES, len(spans)):
        gains = [weight_of(stems - met, rarity) / total for stems in held]
        best = max(range(len(spans)), key=gains.__getitem__)
        if chosen and gains[best] < ADDS:
            break
        chosen.append(best)
        met |= held[best]
    return Window(parts=tuple(spans[i] for i in sorted(chosen)), met=weight_of(met, rarity) / total)


def comparable(claim: str, window: Window, rarity: Rarity) -> tuple[str, str]:
    """The window as texts whose nearness to the claim can be measured: all of it, and the stretch that is most like it.

    Both come after the title. The stretch is about as long as the claim: a short claim may be a small part of a long
    sentence.
    """
    words, wanted = window.text.split(), frozenset(stems_of(claim))
    room = max(SHORTEST_STRETCH, round(STRETCH * len(claim.split())))
    weights = [[(stem, 0.1 + rarity(stem)) for stem in set(stems_of(word)) & wanted] for word in words]

    def held(start: int) -> float:
        return sum(dict(pair for word in weights[start : start + room] for pair in word).values())

    start = max(range(max(1, len(words) - room + 1)), key=held)
    stretch = " ".join(words[start : start + room])
    return f"{window.titles}. {window.text}", f"{window.titles}. {stretch}"
