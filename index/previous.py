"""The generation before, as the next build takes it over: verified, without opening what answers questions."""

from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.articlestore import ArticleStore
from index.embeddings import Embedder
from index.errors import REBUILD, IndexBroken, IndexMismatch, IndexMissing
from index.fingerprint import fingerprint, is_same_model
from index.generations import Manifest, current, others
from index.integrity import verify
from index.kept import Kept
from index.settings import IndexSettings
from index.stories import UNGROUPED, Grouping
from index.types import Article
from index.vectors import Place, VectorStore
from index.wordlists import WordLists


class Previous:
    """One generation; `live` says whether the pointer names it, `fits` whether it was built with the settings in force.

    Of one that does not fit only the vectors may be taken over, and these of the same model only.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, live: bool, fits: bool, same_model: bool) -> None:
        self.folder, self.manifest, self.live, self.fits = folder, manifest, live, fits
        self.kept = Kept.open(folder / "kept") if same_model else None
        self.spare: tuple[Previous, ...] = ()
        self._store = ArticleStore(folder / "articles.sqlite") if fits else None

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """Every article by its id."""
        return {article.id: article for article in self._store.all()} if self._store else {}

    def vectors(self, keys: set[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of these keys, from newer generations that are damaged elsewhere too; unknown keys are absent."""
        found: dict[str, NDArray[np.float32]] = {}
        for generation in (*self.spare, self):
            found |= generation.kept.by_key(keys) if generation.kept else {}
        return found

    def grouping(self) -> Grouping:
        """The stories of its articles."""
        return self._store.grouping() if self._store else UNGROUPED

    def words(self) -> WordLists:
        """The words of its passages, for the keyword index."""
        return WordLists.open(self.folder / "keywords")

    def close(self) -> None:
        """Release the files."""
        if self._store:
            self._store.close()


def open_previous(settings: IndexSettings, embedder: Embedder) -> Previous | None:
    """The live generation; where that is damaged, the newest that is not; None where there is none.

    Raises `ServerAway`.
    """
    try:
        live: Path | None = current(settings.index_dir)
    except (IndexMissing, IndexBroken):
        live = None
    folders = [*([live] if live else []), *others(settings.index_dir)]
    damaged: list[Previous] = []
    for folder in folders:
        with suppress(IndexBroken, IndexMismatch, FileNotFoundError):
            found = _opened(folder, settings, embedder, live=folder == live)
            found.spare = tuple(damaged)
            return found
        with suppress(IndexBroken, IndexMismatch, FileNotFoundError):
            damaged.append(_salvaged(folder, settings, embedder))
    return damaged[0] if damaged else None


def _salvaged(folder: Path, settings: IndexSettings, embedder: Embedder) -> Previous:
    """A damaged generation whose passages and vectors are whole."""
    manifest = Manifest.read(folder)
    verify(folder, {name: digest for name, digest in manifest.sums.items() if name.startswith("kept/")})
    same_model = is_same_model(manifest.fingerprint, fingerprint(settings, embedder))
    return Previous(folder, manifest, live=False, fits=False, same_model=same_model)


def _opened(folder: Path, settings: IndexSettings, embedder: Embedder, *, live: bool) -> Previous:
    manifest, now = Manifest.read(folder), fingerprint(settings, embedder)
    verify(folder, manifest.sums)
    fits = all(manifest.fingerprint.get(name) == value for name, value in now.items())
    if fits and settings.chroma_url:
        _require_collection(manifest, Place(generation=folder, url=settings.chroma_url))
    return Previous(folder, manifest, live=live, fits=fits, same_model=is_same_model(manifest.fingerprint, now))


def _require_collection(manifest: Manifest, place: Place) -> None:
    with closing(VectorStore.open(place)) as store:
        if store.count() != manifest.passages:
            raise IndexBroken(f"{place} holds {store.count()} passages of {manifest.passages}. {REBUILD}")
