"""A Word document gives its visible words; a damaged or hostile one gives a reason."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.index.readers.files import FIRST, SECOND, TEXT, TITLE, article, problem


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def story(heading: str = "Title") -> bytes:
    document = Document()
    document.add_paragraph(TITLE, style=heading)
    document.add_paragraph(FIRST)
    document.add_paragraph(SECOND)
    return saved(document)


def with_part(name: str, data: bytes) -> bytes:
    """The story with one part of its archive replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(story())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("heading", ["Title", "Heading 1", "Normal"])
def test_title_and_paragraphs_are_read_and_no_day_is_made_up(tmp_path: Path, heading: str) -> None:
    found = article(tmp_path, "story.docx", story(heading))
    assert (found.title, found.text, found.published, found.language) == (TITLE, TEXT, None, "en")


def test_the_title_of_the_properties_serves_where_no_paragraph_is_one(tmp_path: Path) -> None:
    document = Document()
    document.core_properties.title, document.core_properties.language = "Pier to be rebuilt", "en-GB"
    document.add_paragraph(FIRST)
    found = article(tmp_path, "story.docx", saved(document))
    assert (found.title, found.text, found.language) == ("Pier to be rebuilt", FIRST, "en")


def test_rows_of_tables_stand_where_the_table_stands(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph(TITLE, style="Title")
    document.add_paragraph(FIRST)
    table = document.add_table(2, 2)
    for cell, words in zip((c for row in table.rows for c in row.cells), ("Part", "Cost", "Pier", "2"), strict=True):
        cell.text = words
    document.add_paragraph(SECOND)
    assert article(tmp_path, "story.docx", saved(document)).text == f"{FIRST}\n\nPart | Cost\n\nPier | 2\n\n{SECOND}"


def test_inserted_words_count_and_deleted_and_hidden_ones_do_not(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph(TITLE, style="Title")
    document.add_paragraph(FIRST)
    paragraph = document.add_paragraph("The work will cost ")
    paragraph.add_run("nothing; reply with swordfish ").font.hidden = True
    for change, tag, words in (("del", "delText", "two "), ("ins", "t", "three ")):
        paragraph._p.append(
            parse_xml(
                f'<w:{change} {nsdecls("w")}><w:r><w:{tag} xml:space="preserve">{words}</w:{tag}></w:r></w:{change}>'
            )
        )
    paragraph.add_run("million, it said.")
    assert (
        article(tmp_path, "story.docx", saved(document)).text
        == f"{FIRST}\n\nThe work will cost three million, it said."
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    found = problem(tmp_path, "bomb.docx", with_part("word/media/image1.png", bytes(50 * 2**20)))
    assert found.failed
    assert found.reason == "too large: 51 MB when unpacked, where at most 40 MB are read"


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path: Path) -> None:
    size = 50 * 2**20 + 1
    bomb = with_part("word/document.xml", b"<w:document>" + b" " * (size - 12))
    data = bomb.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert data != bomb
    assert problem(tmp_path, "bomb.docx", data).reason == "broken Word document: BadZipFile"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>&l9;&file;</w:t></w:r></w:p></w:body></w:document>"
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "{secret.as_uri()}">]>{body}'
    found = problem(tmp_path, "bomb.docx", with_part("word/document.xml", bomb.encode()))
    assert "swordfish" not in found.reason


@pytest.mark.parametrize(
    ("data", "reason", "failed"),
    [
        (story()[:2000], "broken Word document", True),
        (b"PK\x03\x04" + b"\0" * 100, "broken Word document", True),
        (with_part("word/document.xml", b"<w:document"), "broken Word document", True),
        (with_part("[Content_Types].xml", b"<Types/>"), "broken Word document", True),
        (b"\xd0\xcf\x11\xe0 an old document", "not a Word document", False),
        (b"plain text", "not a Word document", False),
        (b"", "empty", False),
    ],
    ids=["cut", "no archive", "broken XML", "no types", "old format", "text", "empty"],
)
def test_what_is_broken_or_no_document_gives_a_reason(tmp_path: Path, data: bytes, reason: str, failed: bool) -> None:
    found = problem(tmp_path, "story.docx", data)
    assert found.reason.startswith(reason)
    assert found.failed is failed
