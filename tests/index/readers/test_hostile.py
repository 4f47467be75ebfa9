"""Files that were made to do harm, or were damaged, are read or refused with a reason, in no time."""

from pathlib import Path

import pytest

from index.articles import SUFFIXES, discover
from index.readers import Unreadable
from index.readers.decoding import decode
from index.types import Problem
from tests.index.readers.files import FIRST, SECOND, TEXT, TITLE, article, problem, read

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t"], ids=["nothing", "only a mark", "white space"])
def test_an_empty_file_of_any_format_is_skipped(tmp_path: Path, suffix: str, data: bytes) -> None:
    found = problem(tmp_path, f"empty{suffix}", data)
    assert not found.failed
    assert found.reason == "empty" or (suffix in (".pdf", ".docx") and found.reason.startswith("not a "))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_picture_under_the_suffix_of_an_article_is_told_by_its_bytes(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path, f"picture{suffix}", PNG)
    assert found
    assert all(isinstance(item, Problem) and item.reason for item in found)


def test_fifty_megabytes_of_text_are_above_the_limit_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(50 * 2**20)
    found = discover([tmp_path], max_bytes=20 * 2**20)
    assert (found.files, [p.reason[:18] for p in found.problems]) == ((), ["too large: 50.0 MB"])


def test_one_line_of_a_hundred_thousand_characters_is_one_paragraph(tmp_path: Path) -> None:
    assert article(tmp_path, "line.txt", f"{TITLE}\n\n{'word ' * 20_000}").text == "word " * 19_999 + "word"
    assert len(article(tmp_path, "solid.txt", f"{TITLE}\n\n{FIRST}\n\n{'x' * 100_000}").text) > 100_000


def test_a_million_blank_lines_are_read_in_linear_time(tmp_path: Path) -> None:
    assert article(tmp_path, "blank.txt", f"{TITLE}{chr(10) * 1_000_000}{FIRST}\n\n{SECOND}").text == TEXT


@pytest.mark.parametrize("other", ["cp1251", "utf-16-le", "shift_jis"])
def test_two_encodings_in_one_file_fail_rather_than_being_guessed(other: str) -> None:
    russian = "Совет порта сообщил, что пирс будет восстановлен." if other != "shift_jis" else "港湾委員会は発表した。"
    with pytest.raises(Unreadable) as caught:
        decode(f"{TEXT} “Пирс” – это порт, море и старый паром.\n".encode() * 3 + russian.encode(other))
    assert str(caught.value).startswith(("encoding", "not text"))


@pytest.mark.parametrize("encoding", ["gb18030", "euc_kr"])
def test_a_text_too_short_to_tell_its_encoding_fails(encoding: str) -> None:
    with pytest.raises(Unreadable, match=r"^encoding: ") as caught:
        decode("工程费用估计为三百万元。".encode("gb18030") if encoding == "gb18030" else "공사 비용.".encode(encoding))
    assert caught.value.failed


@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv", ".xml", ".html"])
def test_nul_and_surrogates_never_reach_the_text(tmp_path: Path, suffix: str) -> None:
    wrapped = {
        ".csv": f"title,text\nPi\0er,{FIRST}",
        ".xml": f'<rss version="2.0"><channel><item><title>Pi\0er</title><description>{FIRST}</description></item></channel></rss>',
        ".html": f"<html><body><article><h1>Pi\0er</h1><p>{FIRST}&#xd800;</p><p>{FIRST}</p></article></body></html>",
    }.get(suffix, f"# Pi\0er\n\n{FIRST}")
    found = article(tmp_path, f"nul{suffix}", wrapped.encode() + b"\n" + b" " * 400)
    assert FIRST in found.text
    assert not {c for c in found.title + found.text if c == "\0" or "\ud800" <= c <= "\udfff"}
