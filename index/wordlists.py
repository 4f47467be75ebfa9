"""The words of many texts as numbers, so that texts that stay are not taken apart again when others change."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import REBUILD, IndexBroken

_WORDS, _NUMBERS, _ENDS = "spellings.json", "numbers.npy", "ends.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """Texts in a row: `words[numbers[i]]` is the i-th word of them all, `ends[n]` is where text n ends in `numbers`.

    Words are numbered as they first occur, so equal texts have equal lists, however they came about.
    """

    words: Sequence[str]
    numbers: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(
        cls, texts: Iterable[str | int], split: Callable[[str], Iterable[str]], before: "WordLists | None" = None
    ) -> "WordLists":
        """The words of texts, as `split` finds them; a number stands for that text of `before`."""
        words = list(before.words) if before else []
        known = {word: number for number, word in enumerate(words)}
        parts = []
        for text in texts:
            if isinstance(text, int):
                assert before is not None
                parts.append(before.text(text))
                continue
            found = list(split(text))
            words += (new := dict.fromkeys(word for word in found if word not in known))
            known.update(zip(new, range(len(known), len(words)), strict=True))
            parts.append(np.array([known[word] for word in found], dtype=np.int32))
        numbers = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
        ends = np.cumsum([len(part) for part in parts])
        if before:
            used, numbers = _renumbered(numbers, len(words))
            words = [words[n] for n in used]
        return cls(words=words, numbers=numbers, ends=ends)

    def text(self, number: int) -> NDArray[np.int32]:
        """The numbers of one text's words."""
        return self.numbers[self.ends[number - 1] if number else 0 : self.ends[number]]

    def save(self, folder: Path) -> None:
        """Write them into a folder."""
        (folder / _WORDS).write_text(json.dumps(self.words), encoding="utf-8")
        np.save(folder / _NUMBERS, self.numbers)
        np.save(folder / _ENDS, self.ends)

    @classmethod
    def open(cls, folder: Path) -> "WordLists":
        """Read what `save` wrote. Raises `IndexBroken`."""
        try:
            return cls(
                words=json.loads((folder / _WORDS).read_text(encoding="utf-8")),
                numbers=np.load(folder / _NUMBERS, allow_pickle=False),
                ends=np.load(folder / _ENDS, allow_pickle=False),
            )
        except (OSError, EOFError, ValueError) as error:
            raise IndexBroken(f"The words of the index in {folder} cannot be read. {REBUILD}") from error


def _renumbered(numbers: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The numbers that occur, all below `count`, in the order in which they first do, and each number's place there.

    Nothing is sorted but the words, of which there are far fewer than numbers.
    """
    first = np.full(count, len(numbers), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]  # of several, the last one written stays
    used = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(numbers))]
    rank = np.zeros(count, dtype=np.int32)
    rank[used] = np.arange(len(used), dtype=np.int32)
    return used, rank[numbers]
