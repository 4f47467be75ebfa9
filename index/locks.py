"""Locks on open files, as the operating system keeps them: the end of a process lets go of them."""

import os
from pathlib import Path
from typing import BinaryIO


def lock(file: BinaryIO, *, shared: bool) -> None:
    """Lock an open file for as long as it is open. Raises `BlockingIOError`; without effect outside POSIX."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def is_held(file: Path) -> bool:
    """Whether a process holds a lock on a file; no where there is none, or no locks."""
    try:
        with file.open("rb") as opened:
            lock(opened, shared=False)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
