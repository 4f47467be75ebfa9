"""PDF files written by hand, so that the tests need no binary files."""

from collections.abc import Sequence


def pdf(*pages: Sequence[str], info: str = "", catalogue: str = "") -> bytes:
    """A PDF with these lines of Latin-1 text on its pages, one font, and the given entries of its dictionaries."""
    return assembled([content(lines) for lines in pages], info, catalogue)


def content(lines: Sequence[str]) -> bytes:
    shown = (line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines)
    return f"BT /F1 10 Tf 14 TL 40 780 Td {' '.join(f'({line}) Tj T*' for line in shown)} ET".encode("latin-1")


def stream(data: bytes, entries: str = "") -> bytes:
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def assembled(contents: Sequence[bytes], info: str = "", catalogue: str = "", entries: str = "") -> bytes:
    places = [5 + 2 * number for number in range(len(contents))]
    kids = " ".join(f"{place} 0 R" for place in places)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
    ]
    for place, data in zip(places, contents, strict=True):
        box = "/MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects += [f"<< /Type /Page /Parent 2 0 R {box} /Contents {place + 1} 0 R >>".encode(), stream(data, entries)]
    file, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    start = len(file)
    file += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n".encode()
    return bytes(file) + f"<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
