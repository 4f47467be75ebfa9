"""Word documents, by way of python-docx."""

import io
import zipfile
from typing import Any

from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, one_line
from index.readers.fields import language_of, shortened

_MOST_UNPACKED = 40 * 2**20  # a zip file of 40 kB can unpack to 40 MB, and its XML takes ten times that in memory
_LONGEST_TITLE = 300
_TITLES = ("Title", "Heading 1")
# Paragraphs outside tables and text boxes (a box is stored twice), and whole rows of tables.
_BLOCKS = ".//w:p[not(ancestor::w:tbl)][not(ancestor::w:txbxContent)] | .//w:tr[not(ancestor::w:tc)]"
# Inserted text counts, deleted text does not, and hidden text is not for the reader.
_RUNS = ".//w:r[not(ancestor::w:del)][not(ancestor::w:txbxContent)][not(w:rPr/w:vanish)]"


def read(content: Content) -> tuple[Draft]:
    """Read the paragraphs and table rows of a Word document. Raises `Unreadable`.

    The day in its properties is not used: it is that of the template as often as that of the article.
    """
    _check(content.data)
    document = _open(content.data)
    titles = {style.style_id for style in document.styles if style.name in _TITLES}
    blocks = document.element.body.xpath(_BLOCKS)
    heading = next(
        (text for block in blocks if titles & set(_styles(block)) and (text := one_line(_words(block)))), None
    )
    properties = document.core_properties
    draft = Draft(
        paragraphs=tuple(line for block in blocks for part in _words(block).split("\n") if (line := one_line(part))),
        title=shortened(heading or one_line(properties.title) or None, _LONGEST_TITLE),
        language=language_of(properties.language),
    )
    return (draft,)


def _check(data: bytes) -> None:
    """Refuse what is no Word document, or would fill the memory when it is unpacked.

    The sizes are those of the archive's directory; the unpacker stops at them, so they cannot lie.
    """
    if not data.strip():
        raise Unreadable("empty", failed=False)
    if not data.startswith(b"PK"):
        raise Unreadable("not a Word document of the format .docx", failed=False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except Exception as error:  # damaged archives raise errors of many types
        raise Unreadable(f"broken Word document: {type(error).__name__}") from error
    if unpacked > _MOST_UNPACKED:
        raise Unreadable(
            f"too large: {unpacked / 2**20:,.0f} MB when unpacked, where at most {_MOST_UNPACKED // 2**20} MB are read"
        )


def _open(data: bytes) -> Any:
    from docx import Document

    try:
        return Document(io.BytesIO(data))
    except Exception as error:  # whatever a foreign parser raises, the document is at fault
        raise Unreadable(f"broken Word document: {type(error).__name__}") from error


def _styles(block: Any) -> list[str]:
    return [str(name) for name in block.xpath("./w:pPr/w:pStyle/@w:val")]


def _words(block: Any) -> str:
    """The clean text of a paragraph, or of a row with its cells apart."""
    cells = block.xpath("./w:tc")
    if cells:
        return " | ".join(" ".join(_words(paragraph) for paragraph in cell.xpath(".//w:p")) for cell in cells)
    return clean("".join(run.text for run in block.xpath(_RUNS)))
