"""Each sentence of a draft against the passages it cites: verbatim, supported, from another source, or not supported."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.directives import carries_directive
from index.keywords import terms
from qa.agreement import FAULTS, Agreement, agreement
from qa.attribution import attribution_of
from qa.citations import Quote
from qa.claims import names_of, resolved
from qa.sentences import sentences_of_passage
from qa.support import Support, load_support
from qa.types import ScoredPassage, Verdict
from qa.windows import Rarity, Window, comparable, window_for

OTHERS = 3  # further passages that are held against a sentence which its own do not support
LEAST = 0.3  # share of a sentence's words, weighed by rarity, that a passage has to have to speak for it at all
SHORTEST = 2  # stems of a sentence that says something
_LINK = re.compile(r"[{}]|https?:|www\.|\b[\w-]+\.(?:com|org|net|io|ru|co|info|example)\b|@\w", re.IGNORECASE)
_CUT = re.compile(
    r"\b(?:a|an|the|and|or|but|of|to|in|on|at|by|for|from|with|that|which|who|whose|than|as|until|is|are|was|were|has|have|had"
    r"|be|been|put|its|his|her|their)[,:]?$",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_EDGES = " .…!?\"“”'’"


class Embeds(Protocol):
    """The part of an embedder that verification needs."""

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed a few short texts: shape (texts, dimension)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one sentence: its verdict, the article's words it rests on, and what is wrong where it has none.

    `speaker` is whose claim the source says it is, where the sentence leaves that out.
    """

    verdict: Verdict
    quotes: tuple[Quote, ...] = ()
    fault: str | None = None
    probability: float = 0.0
    speaker: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the sentence may be said, with these quotes."""
        return self.verdict is not Verdict.UNSUPPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    window: Window
    found: Agreement | None
    fault: str | None


def _fallen(measured: _Measured) -> Checked:
    return Checked(verdict=Verdict.UNSUPPORTED, quotes=_quotes(measured.window), fault=measured.fault)


class Verifier:
    """Holds sentences against passages by code and the embedder; no language model is asked.

    `rarity` says how much a stem tells (0 to 1), `ordinary` are words that are no name at the head of a sentence.
    """

    def __init__(
        self, *, embedder: Embeds, rarity: Rarity, ordinary: frozenset[str], support: Support | None = None
    ) -> None:
        self._embedder, self._ordinary = embedder, ordinary
        self._rarity: Rarity = lru_cache(maxsize=20_000)(rarity)
        self._support = support or load_support()

    def check(
        self, claim: str, cited: Sequence[ScoredPassage], evidence: Sequence[ScoredPassage], before: str = ""
    ) -> Checked:
        """The verdict on one sentence; `before` is what its draft says right before it, for a pronoun to stand for.

        A sentence that cites nothing is looked for in all of the evidence. One that its own passages do not support and
        another does gets `WRONG_SOURCE` with the quotes of that other one.
        """
        checked = self._checked(claim, cited, evidence)
        if checked.holds or (named := resolved(claim, before)) == claim:
            return checked
        again = self._checked(named, cited, evidence)
        if again.verdict is Verdict.VERBATIM:
            return replace(again, verdict=Verdict.SUPPORTED)
        return again if again.holds else checked

    def _checked(self, claim: str, cited: Sequence[ScoredPassage], evidence: Sequence[ScoredPassage]) -> Checked:
        if len(terms(claim)) < SHORTEST:
            return Checked(verdict=Verdict.UNSUPPORTED, fault="nothing that could be checked")
        if _LINK.search(claim):
            return Checked(verdict=Verdict.UNSUPPORTED, fault="an address or markup")
        if _CUT.search(claim):
            return Checked(verdict=Verdict.UNSUPPORTED, fault="a sentence that was cut off")
        together = [tuple(cited)] if len(cited) > 1 else []
        own = self._best(claim, [self._window(claim, *sources) for sources in (*((s,) for s in cited), *together)])
        if own and own.holds:
            return own
        known = {s.passage.id for s in cited}
        windows = [self._window(claim, s) for s in evidence if s.passage.id not in known]
        likely = sorted((window for window in windows if window.met >= LEAST), key=lambda window: -window.met)
        other = self._best(claim, likely[:OTHERS])
        if other and other.holds:
            if not cited:
                return other
            return Checked(
                verdict=Verdict.WRONG_SOURCE, quotes=other.quotes, probability=other.probability, speaker=other.speaker
            )
        return own or other or Checked(verdict=Verdict.UNSUPPORTED, fault="no source")

    def _window(self, claim: str, *sources: ScoredPassage) -> Window:
        return window_for(claim, sources, self._rarity)

    def _best(self, claim: str, windows: Sequence[Window]) -> Checked | None:
        """The first window whose sources hold the sentence word for word, else the most probable one."""
        for window in windows:
            if verbatim := _verbatim(claim, window.sources):
                return verbatim
        measured = [self._measured(claim, window) for window in windows]
        if open_ := [one for one in measured if one.fault is None]:
            return self._nearest(claim, open_)
        return max((_fallen(one) for one in measured), key=lambda checked: len(checked.quotes), default=None)

    def _nearest(self, claim: str, measured: Sequence[_Measured]) -> Checked:
        """The most probable one; a single window is embedded whole only where the stretch most like the claim will not do."""
        texts = [comparable(claim, one.window, self._rarity) for one in measured]
        vectors = self._embedder.embed_questions([claim, *(stretch for _, stretch in texts)])
        cosines = vectors[1:] @ vectors[0]
        weighed = self._weighed(claim, measured, cosines)
        longer = [at for at, (whole, stretch) in enumerate(texts) if whole != stretch]
        if longer and (len(measured) > 1 or not weighed[0].holds):
            wholes = self._embedder.embed_questions([texts[at][0] for at in longer])
            cosines[longer] = np.maximum(cosines[longer], wholes @ vectors[0])
            weighed = self._weighed(claim, measured, cosines)
        return max(weighed, key=lambda checked: (checked.holds, checked.probability))

    def _measured(self, claim: str, window: Window) -> _Measured:
        if not window.parts:
            return _Measured(window=window, found=None, fault="no source")
        if any(carries_directive(scored.article.text[a:b]) for scored, (a, b) in window.parts):
            return _Measured(window=window, found=None, fault="words of a source that are addressed to a machine")
        found = agreement(claim, window.sources, window, 0.0, self._rarity, self._ordinary)
        fault = next((said for name, said in FAULTS.items() if getattr(found, name) > 0), None)
        if window.met < LEAST:
            fault = "hardly a word of the source"
        return _Measured(window=window, found=found, fault=fault)

    def _weighed(self, claim: str, measured: Sequence[_Measured], cosines: NDArray[np.float32]) -> list[Checked]:
        return [self._weigh(claim, one, float(cosine)) for one, cosine in zip(measured, cosines, strict=True)]

    def _weigh(self, claim: str, measured: _Measured, cosine: float) -> Checked:
        assert measured.found is not None
        probability = self._support.weigh(replace(measured.found, cosine=cosine))
        if probability < self._support.threshold:
            return Checked(
                verdict=Verdict.UNSUPPORTED,
                quotes=_quotes(measured.window),
                fault="more than the source says",
                probability=probability,
            )
        return Checked(
            verdict=Verdict.SUPPORTED,
            quotes=_quotes(measured.window),
            probability=probability,
            speaker=self._left_out(claim, measured.window),
        )

    def _left_out(self, claim: str, window: Window) -> str | None:
        """Whose claim every sentence of the window is, where this one names nobody."""
        said = [attribution_of(scored.article.text, a, b) for scored, (a, b) in window.parts]
        first = said[0]
        if first is None or any(one is None or one.name != first.name for one in said):
            return None
        if attribution_of(claim, 0, len(claim)) or "according to" in claim.lower():
            return None
        named = {name.stem for name in names_of(f"x {first.who} {first.name}", frozenset())} | set(terms(first.who))
        return None if named & set(terms(claim)) else first.name


def _verbatim(claim: str, sources: Sequence[ScoredPassage]) -> Checked | None:
    """The sentence as one of a passage, white space and the marks at its ends aside."""
    bare = _SPACE.sub(" ", claim).strip(_EDGES)
    for scored in sources:
        text = scored.article.text
        for a, b in sentences_of_passage(scored.passage, text):
            if bare in _SPACE.sub(" ", text[a:b]) and _is_most(bare, text[a:b]):
                quote = Quote(scored=scored, start=a, end=b)
                return Checked(verdict=Verdict.VERBATIM, quotes=(quote,), probability=1.0, speaker=None)
    return None


def _is_most(part: str, sentence: str) -> bool:
    """Whether a stretch is the whole sentence, or as good as: a part of one may leave out a "not" or a speaker."""
    return len(part) >= 0.9 * len(_SPACE.sub(" ", sentence).strip(_EDGES))


def _quotes(window: Window) -> tuple[Quote, ...]:
    """The window's sentences as quotes; neighbours in one article become one."""
    quotes: list[Quote] = []
    for scored, (a, b) in window.parts:
        last = quotes[-1] if quotes else None
        if last and last.scored.article.id == scored.article.id and not scored.article.text[last.end : a].strip():
            quotes[-1] = Quote(scored=last.scored, start=last.start, end=b)
        else:
            quotes.append(Quote(scored=scored, start=a, end=b))
    return tuple(quotes)
