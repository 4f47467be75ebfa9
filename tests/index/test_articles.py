"""A file or a folder becomes articles, and whatever does not become one is reported."""

import hashlib
import os
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.articles import SUFFIXES, UNFORESEEN, Discovery, SourceFile, discover, read_file
from index.errors import SettingsError
from index.types import Article, DateSource, Problem

LIMIT = 2**20
ORIGINALS = Path(__file__).parents[2].parent / "shared" / "seeds"
HEADLINE = "Harbour board votes to rebuild the old pier"
FIRST = "The harbour board of Elmbridge voted on Monday to rebuild the old pier before winter."
SECOND = "“We have waited nine years for this,” said the chair of the board, Mara Quill."
STORY = f"{HEADLINE}\n\n{FIRST}\n\n{SECOND}\n"


def written(folder: Path, name: str, content: str | bytes) -> SourceFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (source,) = discover([path], max_bytes=LIMIT).files
    return source


def article(folder: Path, content: str | bytes, name: str = "story.txt", default_year: int | None = None) -> Article:
    (found,) = read_file(written(folder, name, content), default_year=default_year)
    assert isinstance(found, Article), found
    return found


def problem(folder: Path, content: str | bytes, name: str = "story.txt") -> Problem:
    (found,) = read_file(written(folder, name, content), default_year=None)
    assert isinstance(found, Problem), found
    return found


def reasons(discovery: Discovery) -> dict[str, tuple[str, bool]]:
    return {Path(found.path).name: (found.reason, found.failed) for found in discovery.problems}


def squashed(text: str) -> str:
    invisible = "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cf") and not "\ufe00" <= c <= "\ufe0f"
    )
    visible = re.sub("[\U000e0100-\U000e01ef\ufdd0-\ufdef\ufffe\uffff]", "", invisible)
    return "".join(unicodedata.normalize("NFC", visible).split())


def test_files_are_found_in_order_of_their_names_with_the_hash_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("b/z.md", "a.txt", "b/deep/c.HTML", "d.jsonl"):
        (tmp_path / name).write_text(STORY)
    found = discover([tmp_path], max_bytes=LIMIT)
    assert [file.name for file in found.files] == [
        f"{tmp_path}/{n}" for n in ("a.txt", "b/deep/c.HTML", "b/z.md", "d.jsonl")
    ]
    assert [file.suffix for file in found.files] == [".txt", ".html", ".md", ".jsonl"]
    assert {file.sha256 for file in found.files} == {hashlib.sha256(STORY.encode()).hexdigest()}
    assert found.problems == ()


def test_names_are_relative_where_the_user_gave_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news").mkdir()
    Path("news/a.txt").write_text(STORY)
    assert [file.name for file in discover([Path("news")], max_bytes=LIMIT).files] == ["news/a.txt"]
    assert [file.name for file in discover([Path("news/a.txt")], max_bytes=LIMIT).files] == ["news/a.txt"]


def test_a_file_that_is_reached_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    assert len(discover([tmp_path, tmp_path / "a.txt", tmp_path], max_bytes=LIMIT).files) == 1


def test_what_is_no_article_file_is_skipped_with_its_reason(tmp_path: Path) -> None:
    for name in ("README.md", "readme.txt", "report.rtf", "Makefile", ".hidden.txt"):
        (tmp_path / name).write_text(STORY)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes.txt").write_text(STORY)
    found = discover([tmp_path], max_bytes=LIMIT)
    assert found.files == ()
    supported = f"supported are {', '.join(SUFFIXES)}"
    assert reasons(found) == {
        "README.md": ("a README is not an article", False),
        "readme.txt": ("a README is not an article", False),
        "report.rtf": (f"format .rtf is not supported; {supported}", False),
        "Makefile": (f"format without a suffix is not supported; {supported}", False),
    }


def test_links_pipes_and_loops_are_reported_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    corpus = tmp_path / "corpus"
    outside.mkdir()
    corpus.mkdir()
    (outside / "secret.txt").write_text(STORY)
    (corpus / "link.txt").symlink_to(outside / "secret.txt")
    (corpus / "folder").symlink_to(outside)
    (corpus / "loop").symlink_to(corpus)
    (corpus / "dead.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(corpus / "pipe.txt")
    found = discover([corpus], max_bytes=LIMIT)
    assert found.files == ()
    link = ("not a regular file: a link, and links are not followed", False)
    pipe = ("not a regular file: neither a file nor a folder", False)
    assert reasons(found) == {"link.txt": link, "folder": link, "loop": link, "dead.txt": link, "pipe.txt": pipe}


def test_a_device_is_not_opened() -> None:
    found = discover([Path("/dev/null")], max_bytes=LIMIT)
    assert (found.files, [p.failed for p in found.problems]) == ((), [False])


def test_a_file_above_the_limit_fails_and_names_the_limit(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "fits.txt").write_bytes(b"x" * LIMIT)
    found = discover([tmp_path], max_bytes=LIMIT)
    assert [file.path.name for file in found.files] == ["fits.txt"]
    reason, failed = reasons(found)["big.txt"]
    assert failed
    assert "at most 1 MB" in reason
    assert "DATELINE_MAX_FILE_MB" in reason


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file, so none can be made unreadable")
def test_files_and_folders_without_permission_fail(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "locked.txt").write_text(STORY)
    (tmp_path / "locked.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    found = reasons(discover([tmp_path], max_bytes=LIMIT))
    (tmp_path / "closed").chmod(0o700)
    assert found == {
        "closed": ("the folder cannot be read", True),
        "locked.txt": ("cannot be read: Permission denied", True),
    }


def test_a_path_that_does_not_exist_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere does not exist; give a file or a folder that does\.$"):
        discover([tmp_path / "nowhere"], max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("name", "printable"),
    [
        (b"line\nbreak.txt", "line\\nbreak.txt"),
        (b"latin-\xe9.txt", "latin-\\xe9.txt"),
        ("bidi\u202etxt.txt".encode(), "bidi\\u202etxt.txt"),
        (b"back\\slash.txt", "back\\\\slash.txt"),
        ("Köln 北京.txt".encode(), "Köln 北京.txt"),
        (b"-rf.txt", "-rf.txt"),
        (b"a" * 251 + b".txt", "a" * 251 + ".txt"),
    ],
)
def test_a_file_with_an_odd_name_is_read_under_a_printable_one(tmp_path: Path, name: bytes, printable: str) -> None:
    try:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text(STORY)
    except OSError:
        pytest.skip("this file system does not take that name")
    (source,) = discover([tmp_path], max_bytes=LIMIT).files
    assert source.name == f"{tmp_path}/{printable}"
    (found,) = read_file(source, default_year=None)
    assert isinstance(found, Article)
    assert found.path == source.name


def test_a_file_that_vanishes_or_changes_before_it_is_read_is_reported(tmp_path: Path) -> None:
    changed, gone = written(tmp_path, "changed.txt", STORY), written(tmp_path, "gone.txt", STORY)
    changed.path.write_text("Something else")
    gone.path.unlink()
    (first,), (second,) = (read_file(source, default_year=None) for source in (changed, gone))
    assert isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert (first.reason, first.failed) == ("changed while it was being read; run the command again", True)
    assert (second.reason, second.failed) == ("vanished while the folder was being read", False)


def test_an_article_is_known_by_its_title_and_text(tmp_path: Path) -> None:
    found = article(tmp_path, STORY)
    assert (found.title, found.text) == (HEADLINE, f"{FIRST}\n\n{SECOND}")
    assert found.sha256 == hashlib.sha256(found.text.encode()).hexdigest()
    assert found.id == "a" + hashlib.sha256(f"{HEADLINE}\n{found.text}".encode()).hexdigest()[:16]
    assert (found.publisher, found.published, found.date_from) == (None, None, DateSource.UNKNOWN)
    renamed = article(tmp_path, STORY, "2023-03-03-renamed.txt")
    assert (renamed.id, renamed.published) == (found.id, date(2023, 3, 3))


def test_the_time_of_the_file_is_not_taken_for_the_day_of_publication(tmp_path: Path) -> None:
    source = written(tmp_path, "story.txt", STORY)
    os.utime(source.path, (1695823200, 1695823200))
    (found,) = read_file(source, default_year=2023)
    assert isinstance(found, Article)
    assert (found.published, found.date_from) == (None, DateSource.UNKNOWN)


def test_a_date_in_the_middle_of_the_body_is_not_the_day_of_publication(tmp_path: Path) -> None:
    found = article(tmp_path, f"{STORY}\nThe pier had been closed on 3 March 2014.\n", default_year=2023)
    assert found.published is None


HEADS = {
    "section label": "All news\n\n{title}\n\n{body}",
    "date before the title": "27 SEP 2023, 12:30\n\n{title}\n\n{body}",
    "breadcrumbs": "Home > World > Europe\n\n{title}\n\n{body}",
    "buttons": "Skip to content\nMenu\n{title}\nShare on Facebook\nTweet\n5 min read\n\n{body}",
    "byline and dates": "{title}\n\nBy Mara Quill\n\nPublished: 27 September 2023 at 9:15\nUpdated 28 September 2023\n\n{body}",
    "label as standfirst": "{title}\n\nBoard finds the money at last\n\n• 27 September 2023, 16:59\n\n{body}",
    "photo credit": "{title}\n© Elmbridge Archive\n\n27 September 2023\n\n{body}",
    "place and day": "{title}\n\nElmbridge, 27 September 2023\n\n{body}",
}
TAILS = {
    "nothing": "",
    "related articles": "\n\nRelated Articles\n\nFerry to return in spring\n\nCouncil rejects a new bridge.",
    "share": "\n\nShare this article\n\nFacebook\n\nTwitter",
    "tags and rights": "\n\nTags: harbour, pier\n\n© 2023 Elmbridge Courier. All rights reserved.",
    "newsletter": "\n\nAdvertisement\n\nSubscribe to our newsletter",
    "credits": "\n\n(Reporting by Mara Quill; Editing by Odo Fenn)",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_site_furniture_is_neither_title_nor_text(tmp_path: Path, head: str, tail: str) -> None:
    found = article(tmp_path, head.format(title=HEADLINE, body=f"{FIRST}\n\n{SECOND}") + tail)
    assert (found.title, found.text) == (HEADLINE, f"{FIRST}\n\n{SECOND}")
    if "2023" in head:
        assert (found.published, found.date_from) == (date(2023, 9, 27), DateSource.TEXT)


def test_inside_the_body_only_what_can_be_nothing_else_is_left_out(tmp_path: Path) -> None:
    third = "Related articles of clothing washed ashore in May."
    found = article(
        tmp_path, f"{HEADLINE}\n\n{FIRST}\n\nAdvertisement\n\nRead more: Ferry to return\n\n{SECOND}\n\n{third}"
    )
    assert found.text == f"{FIRST}\n\n{SECOND}\n\n{third}"


def test_a_box_early_in_the_text_does_not_cost_the_rest(tmp_path: Path) -> None:
    rest = "\n\n".join(
        f"Member {number} of the board spoke for the plan, and nobody spoke against it." for number in range(9)
    )
    found = article(tmp_path, f"{HEADLINE}\n\n{FIRST}\n\nRelated articles\n\nFerry to return in spring\n\n{rest}")
    assert found.text == f"{FIRST}\n\n{rest}"


def test_a_standfirst_that_the_body_does_not_repeat_is_text(tmp_path: Path) -> None:
    deck = "The ferry company will pay a third of the cost."
    found = article(tmp_path, f"{HEADLINE}\n\n{deck}\n\nBy Mara Quill\n\n{FIRST}\n\n{SECOND}")
    assert found.text == f"{deck}\n\n{FIRST}\n\n{SECOND}"


def test_a_standfirst_that_the_body_repeats_is_left_out(tmp_path: Path) -> None:
    deck = "The board of Elmbridge voted on Monday to rebuild the old pier before winter."
    found = article(tmp_path, f"{HEADLINE}\n\n{deck}\n\nELMBRIDGE, March 3. /Harbour Wire/. {FIRST}\n\n{SECOND}")
    assert found.text == f"ELMBRIDGE, March 3. /Harbour Wire/. {FIRST}\n\n{SECOND}"
    assert found.publisher == "Harbour Wire"


def test_a_dateline_gives_publisher_and_day_and_the_setting_the_year(tmp_path: Path) -> None:
    content = f"{HEADLINE}\n\nELMBRIDGE, March 3 (Reuters) - {FIRST}\n\n{SECOND}"
    without, with_year = article(tmp_path, content), article(tmp_path, content, default_year=2023)
    assert (without.publisher, without.published, without.date_from) == ("Reuters", None, DateSource.UNKNOWN)
    assert (with_year.published, with_year.date_from) == (date(2023, 3, 3), DateSource.TEXT_AND_SETTING)


def test_an_article_without_a_title_is_called_by_its_first_sentence_and_keeps_it(tmp_path: Path) -> None:
    found = article(tmp_path, f"ELMBRIDGE, March 3 (Reuters) - {FIRST} {SECOND}")
    assert found.title == FIRST
    assert found.text.endswith(f"{FIRST} {SECOND}")
    long = article(tmp_path, "The board " + "met again and " * 60 + "went home. Nobody minded.")
    assert len(long.title) <= 120
    assert long.title.endswith("…")


@pytest.mark.parametrize(
    "content", [HEADLINE, f"All news\n\n{HEADLINE}\n\nRelated Articles", "***\n\n- - -", "3 March 2023"]
)
def test_a_file_with_no_text_below_its_title_is_skipped(tmp_path: Path, content: str) -> None:
    found = problem(tmp_path, content)
    assert found.reason.startswith("no text")
    assert not found.failed


def test_wrapped_lines_are_one_paragraph_and_list_items_are_not(tmp_path: Path) -> None:
    wrapped = (
        "The harbour board voted on Monday to\nrebuild the old pier before the\nwinter, at a cost that it did not\n"
        "care to give, and to run a ferry in\nthe meantime. Nobody objected.\n\n"
        "- It will open in May.\n- It will be free.\n"
    )
    assert article(tmp_path, f"{HEADLINE}\n\n{wrapped}").text.split("\n\n") == [
        "The harbour board voted on Monday to rebuild the old pier before the winter, at a cost that it did not "
        "care to give, and to run a ferry in the meantime. Nobody objected.",
        "- It will open in May.",
        "- It will be free.",
    ]


@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_never_raise(tmp_path: Path, data: bytes, suffix: str) -> None:
    for found in read_file(written(tmp_path, f"random{suffix}", data), default_year=2023):
        assert found.title if isinstance(found, Article) else found.reason
        assert isinstance(found, Article) or not found.reason.startswith(UNFORESEEN)


def test_a_fault_of_a_reader_is_a_problem_of_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> None:
        raise LookupError(text)

    monkeypatch.setattr("index.readers.feed.clean", broken)
    found = problem(tmp_path, "<rss></rss>", name="news.rss")
    assert (found.reason, found.failed) == (f"{UNFORESEEN} LookupError", True)


LINES = st.text(st.characters(codec="utf-8"), max_size=60)


@given(st.lists(LINES | st.sampled_from(["", FIRST, SECOND, "Share", "Related Articles", "3 March 2023"]), max_size=12))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_paragraph_of_a_text_file_occurs_in_it_in_order_up_to_white_space(
    tmp_path: Path, lines: list[str]
) -> None:
    content = "\n".join(lines)
    place = 0
    for found in read_file(written(tmp_path, "random.txt", content), default_year=None):
        for paragraph in found.text.split("\n\n") if isinstance(found, Article) else ():
            place = squashed(content).index(squashed(paragraph), place) + len(squashed(paragraph))


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the two original articles are not beside this repository")
def test_the_two_originals_read_well() -> None:
    files = discover([ORIGINALS], max_bytes=LIMIT).files
    talks, meeting = (read_file(source, default_year=2023)[0] for source in files)
    assert isinstance(talks, Article)
    assert isinstance(meeting, Article)
    assert (talks.title.split()[0], talks.publisher, talks.published) == ("Aliyev", "TASS", date(2023, 9, 27))
    assert (meeting.title.split()[-1], meeting.publisher, meeting.published) == ("Azerbaijan", None, date(2023, 9, 21))
    assert {talks.date_from, meeting.date_from} == {DateSource.TEXT_AND_SETTING}
    assert (len(talks.text.split("\n\n")), len(meeting.text.split("\n\n"))) == (9, 8)
    assert all(paragraph.endswith((".", '"')) for found in (talks, meeting) for paragraph in found.text.split("\n\n"))
    for source, found in zip(files, (talks, meeting), strict=True):
        assert squashed(found.text) in squashed(source.path.read_text(encoding="utf-8"))
    without = [read_file(source, default_year=None)[0] for source in files]
    assert [found.published for found in without if isinstance(found, Article)] == [None, None]
