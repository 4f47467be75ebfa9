"""Parses one PDF in a process of its own: the file on standard input, JSON with its pages or a reason on standard output.

A hostile PDF can hold a parser for hours and fill the memory, and only another process can be stopped from outside. It
is run by its path, so it imports nothing of Dateline.
"""

import io
import json
import sys
from contextlib import suppress
from typing import Any

_MOST_MEMORY = 2**30  # bytes, of address space; a PDF of 20 MB takes some 200 MB


def main(most_pages: int) -> None:
    """Write {"pages", "title", "created", "made_with", "language"}, or {"reason"}."""
    _limit_memory()
    try:
        report = _report(sys.stdin.buffer.read(), most_pages)
    except MemoryError:
        report = {"reason": "broken PDF: it takes more than 1 GB of memory"}
    except Exception as error:  # whatever the parser raises, the file is at fault
        report = {"reason": f"broken PDF: {type(error).__name__}"}
    json.dump(report, sys.stdout)


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit, and macOS may refuse it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _report(data: bytes, most_pages: int) -> dict[str, Any]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(data))
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            return {"reason": "encrypted with a password; save it without one"}
    except DependencyError:
        return {"reason": "encrypted, and the package cryptography is missing; install it"}
    if len(reader.pages) > most_pages:
        return {"reason": f"too long: {len(reader.pages):,} pages, where at most {most_pages} are read; split it"}
    return {
        "pages": [page.extract_text() for page in reader.pages],
        "title": _stated(reader, "/Title"),
        "created": _stated(reader, "/CreationDate"),
        "made_with": f"{_stated(reader, '/Creator')} {_stated(reader, '/Producer')}",
        "language": str(reader.root_object.get("/Lang") or ""),
    }


def _stated(reader: Any, name: str) -> str:
    value = (reader.metadata or {}).get(name)
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    main(int(sys.argv[1]))
