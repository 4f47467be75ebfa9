"""Hostile files among good ones: `python tools/hostile.py` indexes both with the default model and measures.

Printed are the slowest file, the most memory, and whether the good articles are as they are without the hostile ones.
"""

import gzip
import io
import json
import os
import random
import resource
import socket
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from index.corpus import Corpus

WORDS = "harbour pier ferry choir school river bridge mayor vote budget storm market museum festival tram".split()
TEXT = "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter storms arrive."
MEBIBYTE = 2**20
MOST_SECONDS, MOST_MEMORY = 30.0, 1536  # a file; MB


def write_good(folder: Path, number: int = 100) -> None:
    """Write so many articles, each of a few paragraphs."""
    chosen = random.Random(13)
    for n in range(number):
        paragraphs = [f"In report {n} of {' '.join(chosen.choices(WORDS, k=14))}, part {p}." for p in range(4)]
        front = f"---\ntitle: Report {n}\npublisher: Elm Courier\npublished: 2023-09-{1 + n % 28:02d}\n---\n\n"
        (folder / f"good-{n:03d}.md").write_text(front + "\n\n".join(paragraphs) + "\n", encoding="utf-8")


def write_hostile(folder: Path) -> list[Path]:
    """Write the hostile ones; returns them, links and pipes among them."""
    for raw, data in contents().items():
        (folder / os.fsdecode(raw)).write_bytes(data)
    for name in ("fifty-megabytes.txt", "fifty-megabytes.jsonl"):
        with (folder / name).open("wb") as file:
            file.truncate(50 * MEBIBYTE)
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.txt")
    with closing(socket.socket(socket.AF_UNIX)) as listening, suppress(OSError):  # a path may be too long for one
        listening.bind(str(folder / "socket.txt"))
    (folder / "unreadable.txt").write_text(f"Unreadable\n\n{TEXT}", encoding="utf-8")
    (folder / "unreadable.txt").chmod(0)
    return sorted(path for path in folder.iterdir() if not path.name.startswith("good-"))


LINKS = {
    "loop-a.txt": "loop-b.txt",
    "loop-b.txt": "loop-a.txt",
    "itself": ".",
    "dangling.md": "nowhere.md",
    "outside.txt": "/etc/hostname",
}


def contents() -> Mapping[bytes, bytes]:
    """The bytes of each hostile file by its name."""
    found = {name.encode(): data for name, data in _named()}
    found |= {b"new\nline.txt": _story("New line"), b"not-utf-8-\xff\xfe.txt": _story("Name of bytes")}
    return found


def _named() -> Iterator[tuple[str, bytes]]:
    for suffix in ("txt", "md", "html", "jsonl", "pdf", "docx", "csv", "rss"):
        yield f"empty.{suffix}", b""
        yield f"noise.{suffix}", random.Random(suffix).randbytes(4096)
    yield "blank.txt", b" \n\t\n" * 99
    yield "picture.txt", b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(2000)
    yield "program.md", b"\x7fELF\x02\x01\x01" + bytes(500)
    yield "zeros.txt", bytes(100_000)
    yield "packed.html", gzip.compress(TEXT.encode() * 99)
    yield "half-zeros.txt", b"\0".join(TEXT.encode().split())
    yield from _lines()
    yield from _encodings()
    yield from _documents()
    yield from _markup()
    yield from _fields()
    yield from _names()


def _lines() -> Iterator[tuple[str, bytes]]:
    yield "one-line.txt", b"Pier\n\n" + b"x" * 100_000
    yield "one-line-of-words.txt", b"Pier again\n\n" + (TEXT.encode() + b" ") * 970
    yield "one-line.jsonl", json.dumps({"title": "Line", "text": "harbour-" * 12_500}).encode()
    yield "many-lines.txt", b"Lines\n\n" + b"a\n" * 10_000


def _encodings() -> Iterator[tuple[str, bytes]]:
    russian = "Порт открыт\n\nВ понедельник совет гавани решил построить старый пирс заново до зимних бурь. " * 3
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r"):
        yield f"russian-{encoding}.txt", russian.encode(encoding)
    yield "french-cp1252.txt", f"Crédit\n\nL’été à Québec : « déjà vu ». {TEXT}".encode("cp1252")
    yield "chinese-gb18030.txt", ("港口开放\n\n星期一港口委员会决定重建旧码头。" * 5).encode("gb18030")
    yield "japanese-shift-jis.txt", ("港が開く\n\n月曜日に委員会は古い桟橋の再建を決めた。" * 5).encode("shift_jis")
    yield "cut-in-a-letter.txt", f"Cut\n\n{TEXT} Crédit".encode()[:-3]
    yield "mixed.txt", _story("Mixed") + "Crédit".encode("cp1252") + "Crédit".encode()
    yield "surrogates.txt", _story("Surrogates") + b"\xed\xa0\x80\xed\xb0\x80"
    yield "mark-only.txt", b"\xef\xbb\xbf"


def _documents() -> Iterator[tuple[str, bytes]]:
    yield "broken.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    yield (
        "loop.pdf",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>",
    )
    yield "not-a-zip.docx", b"PK\x03\x04" + bytes(300)
    yield "no-document.docx", _zipped({"readme.txt": b"nothing"})
    yield "bomb.docx", _zipped({"word/document.xml": b" " * (200 * MEBIBYTE), "[Content_Types].xml": b"<Types/>"})
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha">' + b"".join(
        b'<!ENTITY c%d "%s">' % (n, b"&%s;" % (b"c%d" % (n - 1) if n else b"b") * 10) for n in range(9)
    )
    yield "laughs.rss", b"<?xml version='1.0'?>" + laughs + b"]><rss><channel><title>&c8;</title></channel></rss>"
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield (
        "entity.rss",
        b"<?xml version='1.0'?>" + entity + b"<rss><channel><item><title>&x;</title></item></channel></rss>",
    )
    yield "deep.rss", b"<?xml version='1.0'?>" + b"<a>" * 50_000
    yield "laughs.docx", _zipped({"word/document.xml": laughs + b"]><w>&c8;</w>"})


def _markup() -> Iterator[tuple[str, bytes]]:
    yield "deep.html", b"<html><body>" + b"<div>" * 50_000 + TEXT.encode()
    yield "no-body.html", b"<title>Only a title</title>"
    yield "script.html", b"<script>" + b"alert(1);" * 9_000 + b"</script>"
    yield "unclosed.html", b"<html><body><p><b><i><a href='" + TEXT.encode()
    yield "many.html", b"<html><body>" + b"<p>x" * 30_000
    yield "fence.md", b"---\n" + b"- - - - " * 9_000


def _fields() -> Iterator[tuple[str, bytes]]:
    days = ("0000-00-00", "2023-02-30", "99999-01-01", "٢٠٢٣-٠٩-٢٧", "1695772800000", "[2023, 9]", "27/09", "!!int 7")
    for n, day in enumerate(days):
        yield f"day-{n}.md", f"---\ntitle: Day {n}\npublished: {day}\n---\n\nOn day {n}. {TEXT}\n".encode()
    yield "broken-front.md", b"---\ntitle: [broken\n---\n" + TEXT.encode()
    yield "tag.md", b"---\ntitle: !!python/object/apply:os.system ['true']\n---\n" + TEXT.encode()
    aliases = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(8)
    )
    yield "aliases.md", b"---\ntitle: Aliases\n" + aliases + b"---\n" + TEXT.encode()
    lines = ["{broken", "[]", "7", '{"title": "NaN", "text": NaN}', '{"title": 1e999, "text": "x"}', "[" * 90_000]
    for n, line in enumerate(lines):
        yield f"lines-{n}.jsonl", line.encode()
    yield "formula.csv", b'title,text\n"=cmd|\' /C calc\'!A0","' + TEXT.encode() + b'"\n'
    yield "open-quote.csv", b'title,text\n"Pier,"' + TEXT.encode() * 50
    yield "columns.csv", b",".join(b"c%d" % n for n in range(9_000)) + b"\n" + b"x," * 9_000
    yield "no-header.csv", b"one\ntwo\nthree\n"


def _names() -> Iterator[tuple[str, bytes]]:
    for name in (f"{'long' * 60}.txt", "-rf.txt", "🛳.txt", "back\\slash.txt", "%s %n {x} $(x).txt", "two  spaces .txt"):
        yield name, _story(f"Name {name[:4]}")
    yield "document.rtf", b"{\\rtf1}"
    yield "program.exe", b"MZ"
    yield "no-suffix", TEXT.encode()


def _story(title: str) -> bytes:
    return f"{title}\n\n{title} says: {TEXT}\n".encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return held.getvalue()


def holdings(corpus: "Corpus") -> Mapping[str, Any]:
    """What an index has of each good article: all that is known of it, its passages and their vectors, to the bit."""
    from index.generations import current
    from index.kept import Kept

    kept = Kept.open(current(Path(corpus.manifest.roots[0]).parent / "index") / "kept")
    return {
        str(article.path): (article, kept.passages(article), [kept.vectors[kept.places[p.id]].tobytes()
                                                              for p in kept.passages(article)])
        for article in corpus.articles()
        if Path(str(article.path)).name.startswith("good-")
    }  # fmt: skip


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two indexes have the same of each good article; vectors round differently beside other passages."""
    import numpy as np

    return one.keys() == other.keys() and all(
        one[name][:2] == other[name][:2]
        and all(
            np.allclose(np.frombuffer(a, np.float32), np.frombuffer(b, np.float32), atol=1e-5)
            for a, b in zip(one[name][2], other[name][2], strict=True)
        )
        for name in one
    )


def main() -> None:
    """Print a Markdown table."""
    from index.articles import discover, read_file
    from index.corpus import Corpus
    from index.settings import IndexSettings
    from index.sync import sync_index

    with TemporaryDirectory(prefix="dateline-hostile-") as place:
        folder, settings = Path(place) / "news", IndexSettings(index_dir=Path(place) / "index")
        folder.mkdir()
        write_good(folder)
        sync_index([folder], settings=settings)
        with closing(Corpus.open(settings)) as corpus:
            clean = holdings(corpus)
        hostile = write_hostile(folder)
        slowest, slowest_name = 0.0, ""
        for source in discover([folder], max_bytes=20 * MEBIBYTE).files:
            began = time.perf_counter()
            read_file(source, default_year=None)
            slowest, slowest_name = max((slowest, slowest_name), (time.perf_counter() - began, source.path.name))
        receipt = sync_index([folder], settings=settings, rebuild=True)
        with closing(Corpus.open(settings)) as corpus:
            same = alike(holdings(corpus), clean)
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    total = receipt.indexed + receipt.unchanged + receipt.skipped + receipt.failed
    print(f"| hostile files | {len(hostile)} |\n| found | {receipt.found} = {receipt.indexed} indexed + {receipt.skipped}"
          f" skipped + {receipt.failed} failed |\n| slowest file | {slowest:.1f} s ({slowest_name[:40]}) |\n| most memory |"
          f" {memory} MB |\n| the 100 good articles are as without the others | {same} |")  # fmt: skip
    sys.exit(not same or receipt.found != total or slowest > MOST_SECONDS or memory > MOST_MEMORY)


if __name__ == "__main__":
    main()
