"""What a generation keeps beside its indexes, so that the next one need not compute it again: passages and vectors."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.errors import REBUILD, IndexBroken
from index.passages import passage_of
from index.types import Article, Passage

Vectors: TypeAlias = NDArray[np.float32]
Row: TypeAlias = tuple[int, int, str]  # where a passage starts and ends in its article, and the key of its vector
_ROWS, _VECTORS = "passages.json", "vectors.npy"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The passages of every article, by its id and in the order of the generation, with their vectors in that order."""

    rows: Mapping[str, tuple[Row, ...]]
    vectors: Vectors

    @staticmethod
    def save(folder: Path, passages: Iterable[tuple[Passage, str]]) -> None:
        """Write the passages with their keys into a new folder."""
        rows: dict[str, list[Row]] = {}
        for passage, key in passages:
            rows.setdefault(passage.article_id, []).append((passage.start, passage.end, key))
        folder.mkdir()
        (folder / _ROWS).write_text(json.dumps(rows), encoding="utf-8")

    @staticmethod
    def vectors_for(folder: Path, passages: int, width: int) -> Vectors:
        """An array for the vectors of so many passages that lies in the folder, and not in memory."""
        vectors: Vectors = np.lib.format.open_memmap(folder / _VECTORS, "w+", np.float32, (passages, width))
        return vectors

    @classmethod
    def open(cls, folder: Path) -> "Kept":
        """Read what `save` wrote; the vectors stay on the disk until they are used. Raises `IndexBroken`."""
        try:
            data = json.loads((folder / _ROWS).read_text(encoding="utf-8"))
            rows = {id_: tuple((int(a), int(b), str(key)) for a, b, key in found) for id_, found in data.items()}
            vectors = np.load(folder / _VECTORS, mmap_mode="r", allow_pickle=False)
        except (OSError, EOFError, ValueError, TypeError, AttributeError) as error:
            raise IndexBroken(f"What the index keeps in {folder} cannot be read. {REBUILD}") from error
        return cls(rows=rows, vectors=vectors)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The row of each passage, by its id."""
        ids = (f"{id_}-{n:03d}" for id_, rows in self.rows.items() for n in range(len(rows)))
        return {id_: row for row, id_ in enumerate(ids)}

    def passages(self, article: Article) -> tuple[Passage, ...]:
        """The passages of an article that the generation has; none for another."""
        found = self.rows.get(article.id, ())
        return tuple(passage_of(article, number, start, end) for number, (start, end, _) in enumerate(found))

    def by_key(self, keys: set[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of these keys; unknown ones are absent."""
        return {key: self.vectors[row] for row, key in enumerate(self._keys()) if key in keys}

    def _keys(self) -> Iterator[str]:
        return (key for rows in self.rows.values() for _, _, key in rows)
