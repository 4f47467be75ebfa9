"""A PDF gives title, paragraphs and day; what cannot be read gives a reason within its limits."""

import io
import zlib
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from index.types import DateSource
from tests.index.readers.files import TITLE, article, problem
from tests.index.readers.pdfs import assembled, pdf

LINES = (
    TITLE,
    "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter",
    "storms. The work will cost three million, of which the ferry company pays a third; nobody",
    "objected to the plan.",
    'A "well-known" problem, said the chair of the board, Mara Quill, will be solved by the well-',
    "known firm of Odo Fenn, which has been working on the recon-",
    "struction of the harbour since the spring of that year.",
)
PARAGRAPHS = [
    "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter storms. The work will cost "
    "three million, of which the ferry company pays a third; nobody objected to the plan.",
    'A "well-known" problem, said the chair of the board, Mara Quill, will be solved by the well-known firm of Odo Fenn, '
    "which has been working on the reconstruction of the harbour since the spring of that year.",
]


def encrypted(data: bytes, password: str) -> bytes:
    writer, file = PdfWriter(clone_from=PdfReader(io.BytesIO(data))), io.BytesIO()
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


def test_lines_become_paragraphs_and_divided_words_are_made_whole(tmp_path: Path) -> None:
    found = article(tmp_path, "story.pdf", pdf(LINES))
    assert found.title == TITLE
    assert found.text.split("\n\n") == PARAGRAPHS
    assert (found.published, found.language) == (None, "en")


def test_a_paragraph_goes_on_over_pages_and_running_heads_are_left_out(tmp_path: Path) -> None:
    pages = [("Elmbridge Courier", *LINES[:2], "Page 1 of 2"), ("Elmbridge Courier", *LINES[2:], "Page 2 of 2")]
    found = article(tmp_path, "story.pdf", pdf(*pages))
    assert found.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ("/Title (Pier to be rebuilt)", "Pier to be rebuilt"),
        ("/Title (Microsoft Word - pier_final2.docx)", TITLE),
        ("/Title (untitled)", TITLE),
        ("/Title ()", TITLE),
        ("/Title 12", TITLE),
    ],
)
def test_the_title_of_the_metadata_is_used_where_it_is_one(tmp_path: Path, info: str, title: str) -> None:
    assert article(tmp_path, "story.pdf", pdf(LINES, info=info)).title == title


@pytest.mark.parametrize(
    ("info", "day"),
    [
        ("/CreationDate (D:20230927233000-05'00')", date(2023, 9, 27)),
        ("/CreationDate (D:20230230)", None),
        ("/CreationDate (yesterday)", None),
        ("/CreationDate (D:20230927) /Producer (Skia/PDF m120)", None),
    ],
)
def test_the_day_of_the_metadata_is_used_unless_the_file_is_a_print(
    tmp_path: Path, info: str, day: date | None
) -> None:
    found = article(tmp_path, "story.pdf", pdf(LINES, info=info, catalogue="/Lang (en-GB)"))
    assert (found.published, found.language) == (day, "en")


def test_a_day_that_is_written_in_the_head_comes_before_that_of_the_file(tmp_path: Path) -> None:
    lines = (LINES[0], "Published: 21 September 2023", *LINES[1:])
    found = article(tmp_path, "story.pdf", pdf(lines, info="/CreationDate (D:20240105)"))
    assert (found.published, found.date_from) == (date(2023, 9, 21), DateSource.TEXT)


def test_a_file_that_is_encrypted_without_a_password_is_read(tmp_path: Path) -> None:
    assert article(tmp_path, "story.pdf", encrypted(pdf(LINES), "")).text.split("\n\n") == PARAGRAPHS


def test_a_file_with_a_password_fails(tmp_path: Path) -> None:
    found = problem(tmp_path, "story.pdf", encrypted(pdf(LINES), "secret"))
    assert (found.reason, found.failed) == ("encrypted with a password; save it without one", True)


def test_pictures_of_pages_fail_and_the_fix_is_named(tmp_path: Path) -> None:
    picture = b"q 500 0 0 700 40 40 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"
    found = problem(tmp_path, "scan.pdf", assembled([picture]))
    assert found.reason == "no text: the PDF holds pictures only; run text recognition (OCR) on it first"
    assert found.failed


@pytest.mark.parametrize(
    ("data", "reason", "failed"),
    [
        (pdf(LINES)[:200], "broken PDF: ", True),
        (b"%PDF-1.7", "broken PDF: ", True),
        (b"%PDF-1.7\n" + b"\xff" * 5000, "broken PDF: ", True),
        (pdf(), "no text", True),
        (b"plain text", "not a PDF", False),
        (b"", "empty", False),
    ],
    ids=["cut", "header only", "noise", "no pages", "text", "empty"],
)
def test_what_is_broken_or_no_pdf_gives_a_reason(tmp_path: Path, data: bytes, reason: str, failed: bool) -> None:
    found = problem(tmp_path, "story.pdf", data)
    assert found.reason.startswith(reason)
    assert found.failed is failed


def test_a_book_is_not_read(tmp_path: Path) -> None:
    found = problem(tmp_path, "book.pdf", pdf(*[("A page",)] * 101))
    assert found.reason == "too long: 101 pages, where at most 100 are read; split it"


def test_a_text_of_millions_of_characters_is_not_read(tmp_path: Path) -> None:
    found = problem(tmp_path, "long.pdf", pdf(["word " * 420_000]))
    assert found.reason == "too long: more than 2,000,000 characters; split it"


def test_a_stream_that_unpacks_to_ninety_megabytes_fails_within_the_limits(tmp_path: Path) -> None:
    packer = zlib.compressobj()
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(90)) + packer.flush()
    found = problem(tmp_path, "bomb.pdf", assembled([bomb], entries="/Filter /FlateDecode"))
    assert found.failed
    assert found.reason.startswith(("broken PDF", "the PDF takes more than", "no text"))
