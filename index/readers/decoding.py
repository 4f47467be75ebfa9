"""Bytes to characters: strict or not at all, since a silently replaced character would end up in a quotation."""

import codecs
import re

from index.readers import Unreadable
from index.readers.language import language_in

_MAGIC = {
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"%PDF-": "PDF",
    b"PK\x03\x04": "zip archive or office document",
    b"\xd0\xcf\x11\xe0": "office document",
    b"\x1f\x8b": "gzip archive",
    b"\x7fELF": "program",
    b"SQLite format 3": "SQLite database",
    b"{\\rtf": "RTF document",
}
# UTF-32 before UTF-16: the mark of UTF-16-LE is how that of UTF-32-LE begins.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What news archives hold. The detector is not offered rarer code pages, which it prefers now and then to these.
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "iso8859_2", "iso8859_5"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
_MOST_CHAOS = 0.1
_NEAR_TIE = 0.05
# Of 320 texts of two or four sentences in cp1251, cp1252, GB18030 and Shift-JIS all are read exactly; of single Chinese
# sentences below this number of bytes one in six was taken for Korean, so they fail instead.
_EAST_ASIAN = frozenset({"gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"})
_FEWEST_BYTES = 40
_WESTERN = frozenset("en de fr es it pt nl sv da fi".split())
# Signs inside words, as Central European letters look when they are taken for Western ones.
_UNNATURAL = re.compile("[a-z][\xa1-\xbf][a-z]|[\xa3\xa5\xaf][^\\W\\d_]")
_CONTROLS = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32)) + b"\x7f"


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Decode a file: its byte order mark, strict UTF-8, the encoding it declares, then a confident detection.

    Raises `Unreadable` for empty and binary files, and where no encoding can be told.
    """
    if not data.strip():
        raise Unreadable("empty", failed=False)
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable(f"not text but a {name}", failed=False)
    text = _decode(data, declared)
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise Unreadable("empty", failed=False)
    if text.count("\ufffd") > len(text) / 1000:
        raise Unreadable("encoding: many characters were already lost when this file was written (U+FFFD)")
    return text


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if unmarked := _unmarked_utf16(data):
        return _strict(data, unmarked)
    if len(data.translate(None, _CONTROLS)) < 0.99 * len(data):
        raise Unreadable("not text: it holds control bytes as binary files do", failed=False)
    for candidate in ("utf-8", declared):
        if candidate and (text := _attempt(data, candidate)) is not None:
            return text
    return _detect(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"encoding: marked as {encoding} but damaged at byte {error.start}; save it as UTF-8"
        ) from error


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        name = codecs.lookup(encoding).name
        # latin-1 is read as its superset cp1252, as browsers do.
        return data.decode("cp1252" if name == "iso8859-1" else name)
    except (LookupError, ValueError):
        return None


def _unmarked_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 4 and odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if half >= 4 and even > 0.6 * half and odd < 0.05 * half else None


def _detect(data: bytes) -> str:
    from charset_normalizer import from_bytes

    if _mostly_utf8(data):
        raise Unreadable("encoding: UTF-8 with damaged bytes; save it again as UTF-8")
    matches = [
        match
        for match in from_bytes(data, cp_isolation=list(_LEGACY))
        if match.chaos <= _MOST_CHAOS and not (match.encoding == "cp1252" and _UNNATURAL.search(str(match)))
    ]
    if not matches:
        raise Unreadable("encoding: it cannot be told with confidence; save it as UTF-8")
    best = matches[0]
    if best.encoding in _EAST_ASIAN and len(matches) > 1 and sum(byte >= 0x80 for byte in data) < _FEWEST_BYTES:
        raise Unreadable("encoding: the text is too short to tell it; save it as UTF-8")
    western = next((match for match in matches if match.encoding == "cp1252"), None)
    if western is None or western.chaos > best.chaos:
        return str(best)
    # On a tie Windows Western wins, as it does in browsers: a pound sign is likelier than a Polish capital.
    tie = western.coherence >= best.coherence - _NEAR_TIE or language_in(str(best)) in _WESTERN
    return str(western if tie else best)


def _mostly_utf8(data: bytes) -> bool:
    sequences = re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", data)
    others = sum(byte >= 0x80 for byte in data) - sum(map(len, sequences))
    return len(sequences) > 2 * others
