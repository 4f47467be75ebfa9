"""An index is a folder of generations: each is built beside the live one, then published by replacing a pointer.

data/index/CURRENT              the name of the live generation, one line
data/index/<generation>/        manifest.json, articles.sqlite, chroma/, keywords/; never changed once published
data/index/.lock                held by the one process that builds
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from index.errors import IndexBroken, IndexBusy, IndexMismatch, IndexMissing, SettingsError

SCHEMA = 1
POINTER = "CURRENT"
KEPT = 2  # the live generation and the one before: a process that has read the pointer can still open it
Remove: TypeAlias = Callable[[Path], None]
_NAME = re.compile(r"\d{8}T\d{6,12}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What one file gave when it was read: the ids of its articles and what could not be read, as JSON values.

    `copies` counts its articles that an earlier file gave too; they are in that file's `articles` only.
    """

    sha256: str
    articles: tuple[str, ...]
    copies: int = 0
    problems: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation holds and how it was made.

    `fingerprint` names everything that has to agree between the index and whoever opens it; `reading` the settings
    under which the files were read; `index_id` depends on articles and fingerprint only.
    """

    index_id: str
    fingerprint: Mapping[str, str | int]
    reading: Mapping[str, str | int | None]
    roots: tuple[str, ...]
    files: Mapping[str, SourceRecord]
    articles: int
    passages: int
    built: str
    schema: int = SCHEMA

    def write(self, folder: Path) -> None:
        """Write manifest.json into a generation."""
        (folder / "manifest.json").write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a generation. Raises `IndexBroken`."""
        try:
            data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if data["schema"] != SCHEMA:
                raise IndexMismatch(
                    f"The index {folder} has format {data['schema']}, this version of Dateline reads {SCHEMA}. "
                    "Run: dateline index --rebuild FOLDER"
                )
            data["files"] = {
                name: SourceRecord(
                    sha256=r["sha256"],
                    articles=tuple(r["articles"]),
                    copies=r.get("copies", 0),
                    problems=tuple(r.get("problems", ())),
                )
                for name, r in data["files"].items()
            }
            return cls(**(data | {"roots": tuple(data["roots"])}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexBroken(
                f"The index {folder} has no readable manifest. Run: dateline index --rebuild FOLDER"
            ) from error


def current(index_dir: Path) -> Path:
    """The folder of the live generation. Raises `IndexMissing` or `IndexBroken`."""
    pointer = index_dir / POINTER
    if not pointer.is_file():
        raise IndexMissing(f"There is no index at {index_dir}. Build one from your articles: dateline index FOLDER")
    name = _live(index_dir)
    if not name or not (index_dir / name).is_dir():
        raise IndexBroken(
            f"The index {index_dir} points to {name!r}, which is missing. Run: dateline index --rebuild FOLDER"
        )
    return index_dir / name


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
    """Remove the folder of a generation."""
    shutil.rmtree(generation, ignore_errors=True)


def publish(index_dir: Path, generation: Path, remove: Remove = removed) -> None:
    """Make a finished generation the live one, in one step, then remove those that nobody needs any more."""
    temporary = index_dir / f"{POINTER}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(generation.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(index_dir / POINTER)
    _sync_folder(index_dir)
    for folder in [f for f in _generations(index_dir) if _is_finished(f)][:-KEPT]:
        if folder != generation and not _is_read(folder):
            remove(folder)


@contextmanager
def reading(generation: Path) -> Iterator[None]:
    """Keep a generation from being removed while this process reads it; the end of the process lets go of it too."""
    with (generation / "manifest.json").open("rb") as file:
        with suppress(OSError):  # some network folders have no locks
            _lock(file, shared=True)
        yield


def sweep(index_dir: Path, remove: Remove = removed) -> None:
    """Remove what a build that was killed left behind; call it under `building`."""
    live = _live(index_dir) if (index_dir / POINTER).is_file() else None
    for folder in _generations(index_dir):
        if folder.name != live and not _is_finished(folder):
            remove(folder)


def _live(index_dir: Path) -> str:
    return (index_dir / POINTER).read_text(encoding="utf-8", errors="replace").strip()


def _generations(index_dir: Path) -> list[Path]:
    """The generations, oldest first; whatever else lies in the folder is not ours to remove."""
    return sorted(f for f in index_dir.iterdir() if f.is_dir() and _NAME.fullmatch(f.name))


def _is_finished(generation: Path) -> bool:
    return (generation / "manifest.json").is_file()


def _is_read(generation: Path) -> bool:
    with (generation / "manifest.json").open("rb") as file:
        try:
            _lock(file, shared=False)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def _lock(file: BinaryIO, *, shared: bool) -> None:
    """Lock an open file for as long as it is open. Raises `BlockingIOError`; without effect outside POSIX."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
