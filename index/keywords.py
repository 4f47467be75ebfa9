"""BM25 over the passages: title, publisher, date and text, stemmed; the only importer of bm25s.

Scores are Lucene's BM25 as bm25s computes them (Lù 2024, arXiv 2407.03618).
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from re import compile as pattern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.directives import without_orders
from index.errors import REBUILD, IndexBroken
from index.folding import without_marks
from index.types import EVERYTHING, Article, Passage, Scope
from index.wordlists import WordLists

ANALYSER = "fold+snowball-english-2"  # part of the fingerprint: change it when `terms` changes
ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "ings", "ly")
SHORTEST_BASE = 4  # letters
_WORD = pattern(r"\w+(?:[.,]\d+)*")
_NOTHING = array("i", [0]).tobytes()
_STOPWORDS = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his how i if in into is it its me my"
    " of on or our s she so t than that the their them then there these they this to was we were what when where"
    " which who whom whose why will with would you your".split()
)


def words(text: str) -> list[str]:
    """The words of a text: accents folded, lower case, numbers whole."""
    return _WORD.findall(without_marks(text).replace("’", "'").replace("'s ", " ").lower())


def terms(text: str) -> list[str]:
    """The stems of the words that say something."""
    return [_stem(word) for word in words(text) if word not in _STOPWORDS]


def bases(word: str) -> set[str]:
    """An English word in small letters and what it may be a form of: "campers" -> "camp", "voted" -> "vote"."""
    found = {word}
    for ending in ENDINGS:
        base = word.removesuffix(ending)
        if base == word:
            continue
        if ending[0] in "ei":
            found.add(f"{base}e")
        if ending[0] not in "ei" or not base.endswith("e"):
            found.add(base)
    return {form for form in found if len(form) >= SHORTEST_BASE or form == word}


def keyword_text(article: Article, passage: Passage) -> str:
    """What a passage can be found by, orders to machines left out."""
    return findable_text(article, without_orders(passage.text))


def findable_text(article: Article, readable: str) -> str:
    """The same for a passage whose text is without orders already."""
    day = article.published
    dated = f"{day:%d %B %Y} {day.isoformat()} {day.day}" if day else ""
    return f"{article.title}\n{article.publisher or ''} {dated}\n{readable}"


class KeywordIndex:
    """BM25 scores of a query against every passage, in the order in which the passages were given."""

    def __init__(self, folder: Path, bm25: Any, ids: Sequence[str], filters: "_Filters") -> None:
        self._folder, self._bm25, self._ids, self._filters = folder, bm25, ids, filters

    @classmethod
    def build(
        cls, folder: Path, ids: Sequence[str], texts: Iterable[str | int], days: Sequence[date | None],
        publishers: Sequence[str | None], before: WordLists | None = None,
    ) -> None:  # fmt: skip
        """Write the index of these texts into a new folder; `days` and `publishers` are those of their articles.

        A number in the place of a text stands for that text of an index before, whose words are given.
        """
        import bm25s

        bm25 = bm25s.BM25()
        lists = WordLists.of(texts, words, before)
        bm25.index(_stemmed(lists), show_progress=False)
        bm25.save(str(folder))
        lists.save(folder)
        (folder / "ids.json").write_text(json.dumps(list(ids)), encoding="utf-8")
        (folder / "words.json").write_text(json.dumps(_vocabulary(lists), ensure_ascii=False), encoding="utf-8")
        _Filters.save(folder, days, publishers)

    @classmethod
    def open(cls, folder: Path) -> "KeywordIndex":
        """Open an index that `build` wrote. Raises `IndexBroken`."""
        import bm25s

        try:
            ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
            return cls(folder, bm25s.BM25.load(str(folder)), ids, _Filters.load(folder))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise IndexBroken(f"The keyword index {folder} cannot be read. {REBUILD}") from error

    def count(self) -> int:
        """How many passages the index holds."""
        return len(self._ids)

    def query(self, text: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[str, float]]:
        """The k best passage ids in scope with their scores; those that share no term with the query are left out."""
        known = [term for term in terms(text) if term in self._bm25.vocab_dict]
        if not known:
            return []
        scores = np.where(self._filters.within(scope), self._bm25.get_scores(known), 0.0)
        return [(self._ids[i], float(scores[i])) for i in highest(scores, k)]

    def knows(self, word: str) -> bool:
        """Whether a passage has the word, in this form or another."""
        return word in _STOPWORDS or all(term in self._bm25.vocab_dict for term in terms(word))

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Every word of four letters or more, the most frequent first."""
        try:
            return tuple(json.loads((self._folder / "words.json").read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise IndexBroken(f"The keyword index {self._folder} cannot be read. {REBUILD}") from error

    def rarity(self, term: str) -> float:
        """How much a term tells, 0 to 1: 1 for a term that no passage has, near 0 for one that all have."""
        total = len(self._ids)
        position = self._bm25.vocab_dict.get(term)
        found = 0 if position is None else int(np.diff(self._bm25.scores["indptr"][position : position + 2])[0])
        return float(1.0 - np.log1p(found) / np.log1p(total)) if total else 1.0


def load_bm25s() -> None:
    """Load the library that indexes words, a tenth of a second, before it is asked for."""
    import bm25s  # noqa: F401


def highest(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The places of the k highest scores above zero, the highest and among equals the first of them first.

    Only what may be among them is sorted, since of a million passages most share a word with a question.
    """
    above = np.flatnonzero(scores > 0)
    if len(above) > k:
        least = np.partition(scores[above], len(above) - k)[len(above) - k]
        above = above[scores[above] >= least]
    return above[np.argsort(-scores[above], kind="stable")][:k]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filters:
    """What narrows a search: per passage its day (0: unknown) and its publisher's place in `names` (-1: unknown)."""

    days: NDArray[np.int32]
    publishers: NDArray[np.int32]
    names: Sequence[str]

    @staticmethod
    def save(folder: Path, days: Sequence[date | None], publishers: Sequence[str | None]) -> None:
        codes = {name: code for code, name in enumerate(sorted({name for name in publishers if name is not None}))}
        (folder / "publishers.json").write_text(json.dumps(list(codes)), encoding="utf-8")
        placed = [-1 if name is None else codes[name] for name in publishers]
        np.save(folder / "publishers.npy", np.array(placed, dtype=np.int32))
        np.save(folder / "days.npy", np.array([day.toordinal() if day else 0 for day in days], dtype=np.int32))

    @classmethod
    def load(cls, folder: Path) -> "_Filters":
        return cls(
            days=np.load(folder / "days.npy", allow_pickle=False),
            publishers=np.load(folder / "publishers.npy", allow_pickle=False),
            names=json.loads((folder / "publishers.json").read_text(encoding="utf-8")),
        )

    def within(self, scope: Scope) -> NDArray[np.bool_]:
        """Which passages are in scope."""
        inside = self.days > 0 if scope.is_dated else np.ones(len(self.days), dtype=np.bool_)
        if scope.since:
            inside &= self.days >= scope.since.toordinal()
        if scope.last:
            inside &= self.days <= scope.last.toordinal()
        if scope.publishers:
            inside &= np.isin(self.publishers, [c for c, name in enumerate(self.names) if name in scope.publishers])
        return inside


def _stemmed(lists: WordLists) -> tuple[list["array[int]"], dict[str, int]]:
    """The terms of each text as bm25s takes them: numbers, and the number of each term; a text without any has ""."""
    numbers: dict[str, int] = {"": 0}
    stems = [-1 if word in _STOPWORDS else numbers.setdefault(_stem(word), len(numbers)) for word in lists.words]
    found = np.array(stems, dtype=np.int32)[lists.numbers]
    texts = (found[a:b] for a, b in pairwise([0, *lists.ends.tolist()]))
    return [array("i", text[text >= 0].tobytes() or _NOTHING) for text in texts], numbers


def _vocabulary(lists: WordLists) -> list[str]:
    counted = np.bincount(lists.numbers, minlength=len(lists.words)).tolist()
    longer = ((w, n) for w, n in zip(lists.words, counted, strict=True) if len(w) >= 4 and w.isalpha())
    counts = Counter(dict(longer))
    counts.update({word: len(lists.ends) for word in _STOPWORDS if len(word) >= 4})
    counts.update({word: 2 * sum(counts.values()) for word in ("which", "what", "when", "where", "whose")})
    return sorted(counts, key=lambda word: (-counts[word], word))


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
