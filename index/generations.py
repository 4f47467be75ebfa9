"""An index is a folder of generations: each is built beside the live one, then published by replacing a pointer.

data/index/CURRENT              the name of the live generation, one line
data/index/<generation>/        manifest.json, articles.sqlite, chroma/, keywords/, kept/; never changed once published,
                                and until then without manifest.json: what was not checked is no generation yet
data/index/.lock                held by the one process that builds
data/index/.open/               private copies of what Chroma writes to while it reads (index/scratch.py)
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from index.errors import REBUILD, IndexBroken, IndexBusy, IndexMismatch, IndexMissing, SettingsError
from index.integrity import verify
from index.locks import is_held, lock

SCHEMA = 1
POINTER = "CURRENT"
MANIFEST, UNCHECKED = "manifest.json", "manifest.new.json"  # the manifest, and what it is called until it is published
ANEW = f"{REBUILD} FOLDER"  # where it is not known what the index was built from
Remove: TypeAlias = Callable[[Path], None]
Stamp: TypeAlias = tuple[int, int, int]  # of a file, as `index.articles` has it
_NAME = re.compile(r"\d{8}T\d{6,12}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What one file gave when it was read: the ids of its articles and what could not be read, as JSON values.

    `copies` counts its articles that an earlier file gave too; only those that another publisher prints are in `articles`.
    `stamp` is the file's size and times when it was hashed, by which it is known again without reading it.
    """

    sha256: str
    articles: tuple[str, ...]
    copies: int = 0
    problems: tuple[Mapping[str, Any], ...] = ()
    stamp: Stamp | None = field(default=None, compare=False)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "SourceRecord":
        """A record from its JSON values. Raises `KeyError`, `TypeError`."""
        return cls(
            sha256=data["sha256"],
            articles=tuple(data["articles"]),
            copies=data.get("copies", 0),
            problems=tuple(data.get("problems", ())),
            stamp=(*data["stamp"],) if data.get("stamp") else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation holds and how it was made.

    `fingerprint` names everything that has to agree between the index and whoever opens it; `reading` the settings
    under which the files were read; `index_id` depends on articles and fingerprint only. `sums` are the checksums of the
    generation's other files; `patched` counts the passages that were taken out of or put into its vector store since
    that was built from nothing; `folder` is where relative `roots` begin.
    """

    index_id: str
    fingerprint: Mapping[str, str | int]
    reading: Mapping[str, str | int | None]
    roots: tuple[str, ...]
    files: Mapping[str, SourceRecord]
    articles: int
    passages: int
    built: str
    sums: Mapping[str, str] = field(default_factory=dict)
    patched: int = 0
    folder: str = ""
    schema: int = SCHEMA

    def write(self, folder: Path, name: str = MANIFEST) -> None:
        """Write the manifest into a generation, with a checksum of its own."""
        data = json.loads(json.dumps(asdict(self)))
        text = json.dumps(data | {"seal": _seal(data)}, ensure_ascii=False, indent=1)
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path, name: str = MANIFEST) -> "Manifest":
        """Read the manifest of a generation. Raises `IndexBroken`."""
        try:
            data = json.loads((folder / name).read_text(encoding="utf-8"))
            if data["schema"] != SCHEMA:
                raise IndexMismatch(
                    f"The index {folder} has format {data['schema']}, this version of Dateline reads {SCHEMA}. {ANEW}"
                )
            sealed = data.pop("seal", None)
            if sealed != _seal(data) and (sealed or "format" in data["fingerprint"]):
                raise IndexBroken(f"The manifest of the index {folder} was altered since it was built. {ANEW}")
            data["files"] = {name: SourceRecord.of(record) for name, record in data["files"].items()}
            return cls(**(data | {"roots": tuple(data["roots"])}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexBroken(f"The index {folder} has no readable manifest. {ANEW}") from error


def current(index_dir: Path) -> Path:
    """The folder of the live generation. Raises `IndexMissing` or `IndexBroken`."""
    if not (index_dir / POINTER).is_file():
        if others(index_dir, ""):
            raise IndexBroken(f"The index {index_dir} has lost the file {POINTER}. {ANEW}")
        raise IndexMissing(f"There is no index at {index_dir}. Build one from your articles: dateline index FOLDER")
    name = _live(index_dir)
    if not name or not (index_dir / name).is_dir():
        raise IndexBroken(f"The index {index_dir} points to {name!r}, which is missing. {ANEW}")
    return index_dir / name


def require_any(index_dir: Path) -> None:
    """Raise `IndexMissing`, or `IndexBroken` where there is no generation that could be opened; little is loaded for it."""
    try:
        current(index_dir)
    except IndexBroken:
        if not others(index_dir):
            raise


def others(index_dir: Path, live: str | None = None) -> list[Path]:
    """The finished generations beside the live one, or the one of that name, the newest first."""
    live = live if live is not None else _live(index_dir)
    return [f for f in reversed(_generations(index_dir)) if _is_finished(f) and f.name != live]


@contextmanager
def building(index_dir: Path) -> Iterator[None]:
    """Hold the lock of the one process that builds.

    Raises `IndexBusy` at once if another one does, `SettingsError` where the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            f"Another process is building {index_dir}. Wait until it has finished, then try again."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"The index folder {index_dir} cannot be written: {error.strerror}. "
            "Set DATELINE_INDEX_DIR to a folder that can be."
        ) from error
    try:
        yield
    finally:
        lock.release()


def new_generation(index_dir: Path) -> Path:
    """Make an empty folder for a generation; no name is used twice, and names sort as they were made."""
    folder = index_dir / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    folder.mkdir()
    return folder


def removed(generation: Path) -> None:
    """Remove the folder of a generation: its manifest first, so that what is left of one is never taken for a whole one."""
    with suppress(OSError):
        (generation / MANIFEST).unlink()
    shutil.rmtree(generation, ignore_errors=True)


def publish(index_dir: Path, generation: Path, remove: Remove = removed) -> None:
    """Make a generation that was checked the live one, in one step, after removing those that nobody needs any more.

    The one that was live until then stays: for `rollback`, and for processes that have just read the pointer. The others
    go first, since whoever is killed after the last step has nothing to come back for.
    """
    before = _live(index_dir)
    idle = others(index_dir, generation.name)
    kept = next((folder for folder in idle if folder.name == before), idle[0] if idle else None)
    for folder in idle:
        if folder != kept and not is_held(folder / MANIFEST):
            remove(folder)
    with suppress(FileNotFoundError):
        (generation / UNCHECKED).replace(generation / MANIFEST)
    _sync_folder(generation)
    _point(index_dir, generation)


def rollback(index_dir: Path) -> Manifest:
    """Make the generation before the live one live again, and return its manifest; a second time undoes the first.

    Raises `IndexMissing`, `IndexBusy`, `SettingsError`, or `IndexBroken` where there is no other generation.
    """
    with building(index_dir):
        if not (found := others(index_dir)):
            raise IndexBroken(f"The index {index_dir} has no earlier generation. Run: dateline index FOLDER")
        manifest = Manifest.read(found[0])
        verify(found[0], manifest.sums)
        _point(index_dir, found[0])
        return manifest


def _point(index_dir: Path, generation: Path) -> None:
    temporary = index_dir / f"{POINTER}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(generation.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(index_dir)  # the generation's own entry, before anything names it
    temporary.replace(index_dir / POINTER)
    _sync_folder(index_dir)


def recorded_roots(index_dir: Path) -> tuple[str, ...]:
    """The paths that the live generation was built from; where it does not tell, those of the newest that does.

    They lead there from the working folder, whatever that was then.

    Raises `IndexMissing` or `IndexBroken`.
    """
    try:
        folders = [current(index_dir)]
    except IndexBroken:
        folders = []
    for folder in [*folders, *others(index_dir)]:
        with suppress(IndexBroken, IndexMismatch):
            manifest = Manifest.read(folder)
            elsewhere = manifest.folder and Path(manifest.folder) != Path.cwd()
            return tuple(str(Path(manifest.folder) / root) if elsewhere else root for root in manifest.roots)
    raise IndexBroken(f"The index {index_dir} does not tell any more which articles it was built from. {ANEW}")


@contextmanager
def reading(generation: Path) -> Iterator[None]:
    """Keep a generation from being removed while this process reads it; the end of the process lets go of it too."""
    with (generation / MANIFEST).open("rb") as file:
        with suppress(OSError):  # some network folders have no locks
            lock(file, shared=True)
        yield


def sweep(index_dir: Path, remove: Remove = removed) -> None:
    """Remove what a build that was killed left behind; call it under `building`."""
    live = _live(index_dir)
    for folder in _generations(index_dir):
        if folder.name != live and not _is_finished(folder):
            remove(folder)


def _live(index_dir: Path) -> str:
    """The name that the pointer has, "" where there is none."""
    try:
        return (index_dir / POINTER).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _generations(index_dir: Path) -> list[Path]:
    """The generations, oldest first; whatever else lies in the folder is not ours to remove."""
    if not index_dir.is_dir():
        return []
    return sorted(f for f in index_dir.iterdir() if f.is_dir() and _NAME.fullmatch(f.name))


def _seal(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _is_finished(generation: Path) -> bool:
    return (generation / MANIFEST).is_file()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
