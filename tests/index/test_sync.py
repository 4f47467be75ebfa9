"""Folders and their index: what changes is followed, what does not costs nothing, and nothing is lost on the way."""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.embeddings import Progress, Vectors
from index.errors import NothingToIndex
from index.generations import Manifest, current
from index.sync import sync_index
from index.types import Scope
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import (
    CHECKER,
    CHOIR,
    HARBOUR,
    RIVER,
    SCHOOL,
    Newsroom,
    generations,
    paragraphs,
    passages,
    snapshot,
    texts,
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "index")


def test_a_first_run_indexes_and_embeds_everything(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR, SCHOOL, RIVER)
    newsroom.write("choir", CHOIR)
    receipt = newsroom.sync()
    assert (receipt.found, receipt.indexed, receipt.articles) == (2, 2, 2)
    assert (receipt.unchanged, receipt.skipped, receipt.failed, receipt.removed) == (0, 0, 0, 0)
    assert receipt.passages == receipt.embedded == len(newsroom.embedder.embedded) == 4
    assert receipt.index_dir == str(newsroom.index)
    assert texts(newsroom) == [CHOIR, f"{HARBOUR}\n\n{SCHOOL}\n\n{RIVER}"]


def test_what_is_embedded_is_the_title_with_the_passage(newsroom: Newsroom) -> None:
    newsroom.write("choir", CHOIR, publisher="Bay Herald", published="2023-09-27")
    newsroom.sync()
    assert newsroom.embedder.embedded == [f"choir\n{CHOIR}"]


def test_running_again_embeds_nothing_and_builds_nothing(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.write("choir", CHOIR)
    first, before = newsroom.sync(), snapshot(newsroom.index)
    again = newsroom.sync()
    assert (again.found, again.unchanged, again.indexed, again.removed, again.embedded) == (2, 2, 0, 0, 0)
    assert (again.articles, again.passages, again.index_id) == (first.articles, first.passages, first.index_id)
    assert len(newsroom.embedder.embedded) == first.embedded
    assert snapshot(newsroom.index) == before


def test_without_paths_the_folders_of_the_last_run_are_read_again(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    newsroom.write("choir", CHOIR)
    receipt = sync_index(settings=newsroom.settings(), embedder=newsroom.embedder)
    assert (receipt.indexed, receipt.unchanged) == (1, 1)


def test_folders_that_were_named_from_another_place_are_found_again(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.write("harbour", HARBOUR)
    monkeypatch.chdir(tmp_path)
    newsroom.sync(Path("news"))
    monkeypatch.chdir(tmp_path / "news")
    newsroom.write("choir", CHOIR)
    again = sync_index(settings=newsroom.settings(), embedder=newsroom.embedder, checker=CHECKER)
    assert (again.articles, again.embedded) == (2, 1)


def test_the_folders_of_the_last_run_are_kept_even_where_they_hold_the_same_articles(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    first = newsroom.sync()
    assert newsroom.sync(path).index_id == first.index_id
    newsroom.write("choir", CHOIR)
    assert sync_index(settings=newsroom.settings(), embedder=newsroom.embedder).found == 1


def test_only_the_passages_that_an_edit_touches_are_embedded(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR, SCHOOL, RIVER)
    newsroom.sync()
    newsroom.write("harbour", HARBOUR, CHOIR, RIVER)
    receipt = newsroom.sync()
    assert (receipt.indexed, receipt.removed, receipt.articles, receipt.embedded) == (1, 1, 1, 1)
    assert newsroom.embedder.embedded[-1] == f"harbour\n{CHOIR}"
    assert texts(newsroom) == [f"{HARBOUR}\n\n{CHOIR}\n\n{RIVER}"]


def test_a_text_that_left_is_found_no_more(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.write("choir", CHOIR)
    newsroom.sync()
    (newsroom.folder / "choir.md").unlink()
    receipt = newsroom.sync()
    assert (receipt.found, receipt.unchanged, receipt.removed, receipt.embedded) == (1, 1, 1, 0)
    corpus = newsroom.open()
    assert list(passages(corpus).values()) == [HARBOUR]
    assert corpus.keyword("choir fishermen", 5) == []
    corpus.close()


def test_a_renamed_file_keeps_its_article_and_embeds_nothing(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    first = newsroom.sync()
    path.rename(newsroom.folder / "pier.md")
    receipt = newsroom.sync()
    assert (receipt.found, receipt.removed, receipt.embedded) == (1, 0, 0)
    assert receipt.index_id == first.index_id
    corpus = newsroom.open()
    assert [article.path for article in corpus.articles()] == [str(newsroom.folder / "pier.md")]
    corpus.close()


def test_a_change_of_date_and_publisher_embeds_nothing_and_is_seen(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR, publisher="Elm Courier", published="2023-09-21")
    first = newsroom.sync()
    newsroom.write("harbour", HARBOUR, publisher="Bay Herald", published="2023-09-27")
    receipt = newsroom.sync()
    assert (receipt.indexed, receipt.removed, receipt.embedded) == (1, 0, 0)
    assert receipt.index_id != first.index_id
    corpus = newsroom.open()
    (article,) = corpus.articles()
    assert (article.publisher, article.published) == ("Bay Herald", date(2023, 9, 27))
    vector = newsroom.embedder.embed_questions(["harbour"])[0]
    before, then = Scope(as_of=date(2023, 9, 26)), Scope(as_of=date(2023, 9, 27), publishers=("Bay Herald",))
    assert corpus.dense(vector, 5, before) == []
    assert [len(corpus.keyword("harbour", 5, scope)) for scope in (before, then)] == [0, 1]
    assert len(corpus.dense(vector, 5, then)) == 1
    assert len(corpus.keyword("Bay Herald 27 September", 5)) == 1
    assert corpus.keyword("Courier", 5) == []
    corpus.close()


@pytest.mark.parametrize(
    "fields",
    [{"publisher": "Bay Herald"}, {"published": "2023-09-27"}, {"url": "https://a.example"}, {"kind": "brief"}],
)
def test_whatever_a_citation_shows_makes_another_index(newsroom: Newsroom, fields: dict[str, str]) -> None:
    newsroom.write("harbour", HARBOUR)
    first = newsroom.sync()
    newsroom.write("harbour", HARBOUR, **fields)
    receipt = newsroom.sync()
    assert receipt.index_id != first.index_id
    assert receipt.embedded == 0


def test_a_new_title_is_embedded(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    newsroom.write("harbour", HARBOUR, title="The old pier")
    assert newsroom.sync().embedded == 1
    assert newsroom.embedder.embedded[-1] == f"The old pier\n{HARBOUR}"


def test_a_passage_that_two_articles_share_is_embedded_once(newsroom: Newsroom) -> None:
    newsroom.write("first", HARBOUR, SCHOOL, title="Notes")
    newsroom.write("second", HARBOUR, RIVER, title="Notes")
    receipt = newsroom.sync()
    assert (receipt.articles, receipt.passages, receipt.embedded) == (2, 4, 3)


def test_a_bad_line_costs_that_line_only_and_is_counted_on_every_run(newsroom: Newsroom) -> None:
    path = newsroom.folder / "wire.jsonl"
    lines = [
        json.dumps({"title": "Pier", "text": HARBOUR}),
        "{broken",
        json.dumps({"title": "Pier", "text": HARBOUR}),
        json.dumps({"title": "Choir", "text": CHOIR}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    for unchanged in (0, 2):
        receipt = newsroom.sync()
        assert (receipt.found, receipt.unchanged, receipt.skipped, receipt.failed) == (4, unchanged, 1, 1)
        assert [(p.path, p.line, p.failed) for p in receipt.problems] == [(str(path), 2, True), (str(path), 3, False)]
        assert receipt.problems[1].reason == f"the same text as {path}:1"


def test_a_file_that_breaks_loses_its_article_until_it_is_repaired(newsroom: Newsroom) -> None:
    newsroom.write("choir", CHOIR)
    path = newsroom.write("harbour", HARBOUR)
    whole = path.read_bytes()
    newsroom.sync()
    path.write_bytes(b"---\ntitle: [broken\n---\n" + whole)
    broken = newsroom.sync()
    assert (broken.failed, broken.removed, broken.articles) == (1, 1, 1)
    assert broken.problems[0].path == str(path)
    assert newsroom.sync().failed == 1
    path.write_bytes(whole)
    repaired = newsroom.sync()
    assert (repaired.failed, repaired.indexed, repaired.articles) == (0, 1, 2)


def test_a_file_above_the_limit_is_read_once_the_limit_is_raised(newsroom: Newsroom) -> None:
    newsroom.write("choir", CHOIR)
    newsroom.write("harbour", *[f"{HARBOUR} {number}" for number in range(20)])
    assert (newsroom.sync(max_file_mb=0.001).failed, newsroom.sync(max_file_mb=0.001).articles) == (1, 1)
    assert newsroom.sync(max_file_mb=1).articles == 2


def test_fewer_folders_mean_fewer_articles(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    (newsroom.folder / "arts").mkdir()
    newsroom.write("arts/choir", CHOIR)
    assert newsroom.sync().articles == 2
    receipt = newsroom.sync(newsroom.folder / "arts")
    assert (receipt.articles, receipt.removed, receipt.embedded) == (1, 1, 0)


def test_a_default_year_that_changes_is_followed(newsroom: Newsroom) -> None:
    newsroom.write("harbour", f"ELMBRIDGE, September 27. /TASS/. {HARBOUR}")
    ids = set()
    for year in (None, 2022, 2023, None):
        receipt = newsroom.sync(default_year=year)
        corpus = newsroom.open(default_year=year)
        assert [a.published for a in corpus.articles()] == [date(year, 9, 27) if year else None]
        corpus.close()
        ids.add(receipt.index_id)
    assert len(ids) == 3
    assert len(newsroom.embedder.embedded) == receipt.passages


def test_rebuilding_embeds_everything_and_gives_the_same_index(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.write("choir", CHOIR)
    first = newsroom.sync()
    receipt = newsroom.sync(rebuild=True)
    assert (receipt.indexed, receipt.embedded) == (2, first.embedded)
    assert receipt.index_id == first.index_id
    assert len(generations(newsroom)) == 2


def test_progress_counts_what_is_embedded_and_nothing_else(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR, SCHOOL, RIVER)
    seen: list[tuple[int, int]] = []
    for _ in range(2):
        newsroom.sync(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 3)]


class SlowEmbedder(WordCountEmbedder):
    """Takes a twentieth of a second."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        time.sleep(0.05)
        return super().embed(texts, progress)


def test_the_receipt_tells_the_time_in_the_embedder_from_the_rest(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    receipt = sync_index([newsroom.folder], settings=newsroom.settings(), embedder=SlowEmbedder())
    assert 0.05 <= receipt.embedding_seconds <= receipt.seconds


STORIES = (HARBOUR, SCHOOL, RIVER, CHOIR)
CONTENTS = st.one_of(
    st.builds(
        lambda title, paragraphs, *fields: f"---\ntitle: {title}\n{''.join(fields)}---\n" + "\n\n".join(paragraphs),
        st.sampled_from(["Pier", "Notes"]),
        st.lists(st.sampled_from(STORIES), min_size=1, max_size=3),
        st.sampled_from(["", "published: 2023-09-21\n", "published: 2023-09-27\n"]),
        st.sampled_from(["", "publisher: Elm Courier\n", "publisher: Bay Herald\n"]),
    ),
    st.sampled_from(["", "---\ntitle: [broken\n---\n"]),
)
STATES = st.lists(st.dictionaries(st.sampled_from(["a.md", "b.md", "c.md"]), CONTENTS), min_size=1, max_size=3)


def rewrite(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def held(newsroom: Newsroom) -> tuple[object, ...]:
    corpus = newsroom.open()
    found = [[(p.id, round(s, 5)) for p, s in corpus.keyword(query, 20)] for query in ("pier", "27 September", "choir")]
    everything = (corpus.index_id, corpus.articles(), passages(corpus), corpus.coverage(), found, corpus.manifest.files)
    corpus.close()
    return everything


@examples(max_examples=8, deadline=None)
@given(STATES)
def test_after_any_edits_the_index_equals_a_fresh_one_and_nothing_was_embedded_twice(
    states: list[dict[str, str]],
) -> None:
    states[-1]["c.md"] = f"---\ntitle: Choir\n---\n{CHOIR}"
    with TemporaryDirectory() as place:
        edited = Newsroom(folder=Path(place) / "news", index=Path(place) / "edited")
        known: set[str] = set()
        for files in states:
            rewrite(edited.folder, files)
            edited.embedder.embedded.clear()
            try:
                receipt = edited.sync()
            except NothingToIndex:
                continue
            assert receipt.embedded == len(edited.embedder.embedded)
            assert known.isdisjoint(edited.embedder.embedded)
            corpus = edited.open()
            titles = {article.id: article.title for article in corpus.articles()}
            known = {f"{titles[id_.rpartition('-')[0]]}\n{text}" for id_, text in passages(corpus).items()}
            corpus.close()
        fresh = Newsroom(folder=edited.folder, index=Path(place) / "fresh")
        assert fresh.sync().problems == receipt.problems
        assert held(edited) == held(fresh)


def test_a_moved_file_and_a_moved_folder_embed_nothing(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR, SCHOOL)
    first = newsroom.sync()
    (newsroom.folder / "old").mkdir()
    path.rename(newsroom.folder / "old" / "harbour.md")
    assert (newsroom.sync().embedded, newsroom.sync().unchanged) == (0, 1)
    (newsroom.folder / "old").rename(newsroom.folder / "older")
    assert (newsroom.sync().embedded, newsroom.sync().index_id) == (0, first.index_id)
    assert len(newsroom.embedder.embedded) == first.embedded


def test_many_passages_are_changed_in_a_copy_and_equal_a_fresh_index(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    edited = Newsroom(folder=tmp_path / "news", index=tmp_path / "edited")
    for number in range(28):
        edited.write(f"report-{number}", *paragraphs(number))
    edited.sync()
    edited.write("report-7", CHOIR, publisher="Bay Herald", published="2023-09-27")
    edited.write("report-8", *paragraphs(8), published="2023-09-21")
    (edited.folder / "report-9.md").unlink()
    receipt = edited.sync()
    assert Manifest.read(current(edited.index)).patched > 0
    assert receipt.embedded == 1
    fresh = Newsroom(folder=edited.folder, index=tmp_path / "fresh")
    fresh.sync()
    first, second = (room.open() for room in (edited, fresh))
    assert first.articles() == second.articles()
    vector = edited.embedder.embed_questions(["report-7\n" + CHOIR])[0]
    for scope in (Scope(), Scope(as_of=date(2023, 9, 22)), Scope(publishers=("Bay Herald",))):
        assert first.dense(vector, 3, scope)[:1] == second.dense(vector, 3, scope)[:1]
        assert first.keyword("choir 27 September report", 20, scope) == second.keyword(
            "choir 27 September report", 20, scope
        )
    first.close()
    second.close()
