"""Articles -> stories: the copies, shortened copies and versions of one report are one story, whoever prints them.

Candidates are found by MinHash sketches of word shingles (Broder, "On the resemblance and containment of documents", 1997),
cut into bands; each pair of candidates is then compared exactly. Which pairs are one report depends on the two articles
alone, so the order of files and what was indexed before change nothing.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.keywords import terms, words
from index.types import Article

RULE = "minhash-1"  # part of the fingerprint: raise it when sketches or what makes one report change
SHINGLE = 5  # words
SKETCH = 128  # hashes of four bytes
ROWS = 2  # hashes in a band: 93 % of pairs that share a fifth of their shingles meet in one, 98 % of a quarter
CROWD = 50  # neighbours by day with which an article is compared where a band has more
ESTIMATED = 0.1  # resemblance of two sketches below which two articles are not compared: three deviations under ALIKE
LONGEST = 200_000  # characters that are compared

# Measured by tools/eval_stories.py.
CONTAINED = 0.55  # share of the shorter article's shingles that the other has
ALIKE = 0.2  # shingles in both, of those in either: below, one is a round-up that quotes the other
HEADLINE = 0.5  # of a headline's words stand in the other's text, or what both print is no article but a page's frame
_WEIGHTS = np.array([2654435761, 2246822519, 3266489917, 668265263, 374761393], dtype=np.uint32)  # of a shingle's words
BRIEF = 50  # shingles: with fewer, one changed name or figure makes another report


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The story of each article, by id, with what it was found by: then the next run compares only what is new."""

    stories: Mapping[str, str]
    sketches: Mapping[str, bytes]
    verdicts: Mapping[tuple[str, str], bool]


UNGROUPED = Grouping(stories={}, sketches={}, verdicts={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two articles share; shares are of the shorter one's shingles, figures, and names within sentences.

    `alike` is their resemblance (Jaccard), `changed` counts the shorter one's figures that the other lacks, `headline` is the
    share of a headline's words that the other's text has, the better of both, `shortest` the number of the shorter one's
    shingles.
    """

    contained: float
    alike: float
    figures: float
    changed: int
    names: float
    headline: float
    shortest: int

    @property
    def is_one_report(self) -> bool:
        """Whether one is a copy, a shortened copy or a version of the other."""
        if min(self.contained - CONTAINED, self.alike - ALIKE, self.headline - HEADLINE) < 0:
            return False
        if self.shortest < BRIEF:
            return self.figures == self.names == 1.0
        return self.changed <= 1 or self.figures >= 0.5  # else it is the next report from one template


def group(articles: Sequence[Article], known: Grouping = UNGROUPED) -> Grouping:
    """The stories of all these articles; sketches and comparisons that are `known` are not made again.

    A story is named after the least of its articles' ids. Time grows with the number of new articles and of pairs that share
    something; 128 hashes of an article are kept, 512 bytes.
    """
    ordered = sorted(articles, key=lambda a: (a.published or date.min, a.id))
    sketches = {a.id: s for a in ordered if (s := known.sketches.get(a.id)) is not None}
    sketches |= _sketched([a for a in ordered if a.id not in sketches])
    told = [article for article in ordered if sketches[article.id]]
    comparable = lru_cache(maxsize=2_000)(lambda at: Comparable.of(told[at]))
    verdicts: dict[tuple[str, str], bool] = {}
    pairs = candidates([sketches[article.id] for article in told])
    for a, b in pairs:
        key = (told[a].id, told[b].id)
        before = known.verdicts.get(key)
        verdicts[key] = likeness(comparable(a), comparable(b)).is_one_report if before is None else before
    same = [pair for pair, one in zip(pairs, verdicts.values(), strict=True) if one]
    return Grouping(stories=_named(ordered, told, same), sketches=sketches, verdicts=verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """What of an article is compared."""

    shingles: NDArray[np.uint32]
    figures: frozenset[str]
    names: frozenset[str]
    title: frozenset[str]
    text: frozenset[str]

    @classmethod
    def of(cls, article: Article) -> "Comparable":
        """Take an article apart."""
        text = article.text[:LONGEST]
        return cls(
            shingles=shingles(text),
            figures=frozenset(word for word in words(text) if word[0].isdigit()),
            names=frozenset(name for name in _WITHIN.findall(text) if name[0].isupper()),
            title=frozenset(terms(article.title)),
            text=frozenset(terms(text)),
        )


_WITHIN = re.compile(r"(?<=[\w,;:] )[^\W\d_]\w*")  # words that begin no sentence


def shingles(text: str) -> NDArray[np.uint32]:
    """The hashes of every five words in a row, each once and in order; of all words where there are fewer."""
    hashes = np.fromiter(map(zlib.crc32, map(str.encode, words(text))), dtype=np.uint32)
    if not hashes.size:
        return hashes
    runs = np.lib.stride_tricks.sliding_window_view(hashes, min(SHINGLE, hashes.size))
    return np.unique(runs @ _WEIGHTS[: runs.shape[1]])


def likeness(one: Comparable, other: Comparable) -> Likeness:
    """Compare two articles exactly."""
    shared = np.intersect1d(one.shingles, other.shingles, assume_unique=True).size
    sizes = one.shingles.size, other.shingles.size
    short, long = (one, other) if sizes[0] <= sizes[1] else (other, one)
    return Likeness(
        contained=shared / max(min(sizes), 1),
        alike=shared / max(sum(sizes) - shared, 1),
        figures=_share(short.figures, long.figures),
        changed=len(short.figures - long.figures),
        names=_share(short.names, long.names),
        headline=1.0 if one.title == other.title else max(_share(one.title, other.text), _share(other.title, one.text)),
        shortest=min(sizes),
    )


def _share(some: frozenset[str], others: frozenset[str]) -> float:
    return len(some & others) / len(some) if some else 1.0


def _sketched(articles: Sequence[Article]) -> Iterator[tuple[str, bytes]]:
    """Each article's id with its sketch; an empty one where there are no words."""
    if not articles:
        return
    from datasketch import MinHash

    texts = (shingles(article.text[:LONGEST]).tolist() for article in articles)
    made: Any = MinHash.generator(texts, num_perm=SKETCH, seed=1, hashfunc=int, scheme="affine32")
    for article, sketch in zip(articles, made, strict=True):
        yield article.id, b"" if sketch.is_empty() else sketch.hashvalues.astype("<u4").tobytes()


def candidates(sketches: Sequence[bytes]) -> list[tuple[int, int]]:
    """The pairs, by position, that share a band and look alike, in order; in a crowd only near neighbours.

    Bands are sorted and not kept in hash tables as datasketch's MinHashLSH keeps them: that takes 64 sets an article.
    """
    if len(sketches) < 2:
        return []
    hashes = np.frombuffer(b"".join(sketches), dtype="<u4").reshape(len(sketches), SKETCH)
    bands = np.ascontiguousarray(hashes).view("<u8")
    codes = np.unique(np.concatenate([_met(bands[:, band]) for band in range(SKETCH // ROWS)]))
    pairs = [
        (first[alike], second[alike])
        for part in np.array_split(codes, max(1, len(codes) // 100_000))
        for first, second in [np.divmod(part, len(sketches))]
        for alike in [(hashes[first] == hashes[second]).mean(axis=1) >= ESTIMATED]
    ]
    return [(int(a), int(b)) for first, second in pairs for a, b in zip(first, second, strict=True)]


def _met(band: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The pairs with the same value, each as first * length + second."""
    order = np.argsort(band, kind="stable").astype(np.int64)
    values = band[order]
    found = [np.empty(0, dtype=np.int64)]
    for apart in range(1, min(CROWD, len(band) - 1) + 1):
        same = values[apart:] == values[:-apart]
        if not same.any():
            break
        found.append(order[:-apart][same] * len(band) + order[apart:][same])
    return np.concatenate(found)


def _named(ordered: Sequence[Article], told: Sequence[Article], same: Sequence[tuple[int, int]]) -> dict[str, str]:
    """The story of each article: those that are linked, however far, are one."""
    stories = {article.id: article.id for article in ordered}
    if not same:
        return stories
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.array(same).T
    links = coo_matrix((np.ones(len(same)), (rows, columns)), shape=(len(told), len(told)))
    _, labels = connected_components(links, directed=False)
    least: dict[int, str] = {}
    for label, article in zip(labels, told, strict=True):
        least[label] = min(article.id, least.get(label, article.id))
    return stories | {article.id: least[label] for label, article in zip(labels, told, strict=True)}
