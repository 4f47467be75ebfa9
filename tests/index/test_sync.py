"""Folders and their index: what changes is followed, what does not costs nothing, and nothing is lost on the way."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.corpus import Corpus
from index.embeddings import Progress, Vectors
from index.errors import IndexBroken, IndexBusy, IndexMissing, NothingToIndex, SettingsError
from index.generations import POINTER, building
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import SyncReceipt
from tests.doubles import WordCountEmbedder

ROOT = Path(__file__).parents[2]
HARBOUR = "The harbour board of Elmbridge voted on Monday to rebuild the old pier before the winter storms arrive."
SCHOOL = "Lindholt will close its smallest school in June because only eleven children are left in the village."
RIVER = "The river Braek rose by two metres overnight and the lower bridge stays shut until the water falls again."
CHOIR = "A choir of ninety voices sang in the Quillane market hall to raise money for the fishermen of the bay."


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A folder of articles, its index, and the embedder that remembers what it was given."""

    folder: Path
    index: Path
    embedder: WordCountEmbedder = field(default_factory=WordCountEmbedder)

    def write(self, name: str, *paragraphs: str, **fields: str) -> Path:
        front = "".join(f"{key}: {value}\n" for key, value in ({"title": name} | fields).items())
        path = self.folder / f"{name}.md"
        path.write_text(f"---\n{front}---\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
        return path

    def settings(self, **given: object) -> IndexSettings:
        return IndexSettings.load(**({"index_dir": self.index, "passage_tokens": 32} | given))

    def sync(
        self, *paths: Path, rebuild: bool = False, progress: Progress | None = None, **given: object
    ) -> SyncReceipt:
        receipt = sync_index(
            paths or [self.folder],
            settings=self.settings(**given),
            rebuild=rebuild,
            progress=progress,
            embedder=self.embedder,
        )
        assert receipt.found == receipt.indexed + receipt.unchanged + receipt.skipped + receipt.failed
        return receipt

    def open(self, **given: object) -> Corpus:
        return Corpus.open(self.settings(**given), self.embedder)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "news").mkdir()
    return Newsroom(folder=tmp_path / "news", index=tmp_path / "index")


def passages(corpus: Corpus) -> dict[str, str]:
    """Every passage of an index by its id: each shares a corner of the space with any query of word counts."""
    found = corpus.dense(np.full(256, 1 / 16, dtype=np.float32), 1000)
    assert len(found) == corpus.manifest.passages
    return {passage.id: passage.text for passage, _ in found}


def texts(newsroom: Newsroom) -> list[str]:
    corpus = newsroom.open()
    try:
        return [article.text for article in corpus.articles()]
    finally:
        corpus.close()


def snapshot(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, to the byte, without the lock and without Chroma's files: it writes to them when opened."""
    files = (path for path in folder.rglob("*") if path.is_file() and "chroma" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.name != ".lock"}


def generations(newsroom: Newsroom) -> list[str]:
    return sorted(path.name for path in newsroom.index.iterdir() if path.is_dir())


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
    assert corpus.dense(vector, 5, date(2023, 9, 26)) == []
    assert len(corpus.dense(vector, 5, date(2023, 9, 27))) == 1
    assert len(corpus.keyword("Bay Herald 27 September", 5)) == 1
    assert corpus.keyword("Courier", 5) == []
    corpus.close()


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


def test_a_copy_is_skipped_and_counted_on_every_run(newsroom: Newsroom) -> None:
    first = newsroom.write("a", HARBOUR, title="Pier")
    newsroom.write("b", HARBOUR, title="Pier", publisher="Bay Herald")
    for unchanged in (0, 1):
        receipt = newsroom.sync()
        assert (receipt.found, receipt.unchanged, receipt.skipped, receipt.articles) == (2, unchanged, 1, 1)
        assert [str(p) for p in receipt.problems] == [f"skipped {newsroom.folder / 'b.md'}: the same text as {first}"]


def test_a_copy_takes_the_place_of_a_first_that_is_gone(newsroom: Newsroom) -> None:
    first = newsroom.write("a", HARBOUR, title="Pier", publisher="Elm Courier")
    newsroom.write("b", HARBOUR, title="Pier", publisher="Bay Herald")
    newsroom.sync()
    first.unlink()
    receipt = newsroom.sync()
    assert (receipt.found, receipt.skipped, receipt.removed, receipt.articles, receipt.embedded) == (1, 0, 0, 1, 0)
    corpus = newsroom.open()
    (article,) = corpus.articles()
    assert (article.publisher, article.path) == ("Bay Herald", str(newsroom.folder / "b.md"))
    corpus.close()


def test_a_copy_that_comes_first_by_name_is_the_one_that_is_kept(newsroom: Newsroom) -> None:
    newsroom.write("b", HARBOUR, title="Pier")
    newsroom.sync()
    newsroom.write("a", HARBOUR, title="Pier")
    receipt = newsroom.sync()
    assert (receipt.indexed, receipt.skipped, receipt.embedded) == (1, 1, 0)
    (newsroom.folder / "a.md").unlink()
    assert newsroom.sync().articles == 1


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


def test_nothing_readable_leaves_the_old_index_untouched(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before = snapshot(newsroom.index)
    path.write_bytes(b"")
    with pytest.raises(NothingToIndex, match=r"news \(skipped .*harbour\.md: .*empty.*left as it was"):
        newsroom.sync()
    assert snapshot(newsroom.index) == before
    assert texts(newsroom) == [HARBOUR]


def test_an_empty_folder_makes_no_index(newsroom: Newsroom) -> None:
    with pytest.raises(NothingToIndex, match="no files at all"):
        newsroom.sync()
    with pytest.raises(IndexMissing):
        newsroom.open()


def test_a_run_without_paths_needs_an_index(newsroom: Newsroom) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        sync_index(settings=newsroom.settings(), embedder=newsroom.embedder)


def test_a_folder_that_is_not_there_is_named_and_costs_nothing(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before = snapshot(newsroom.index)
    with pytest.raises(SettingsError, match="elsewhere does not exist"):
        newsroom.sync(newsroom.folder, newsroom.folder / "elsewhere")
    assert snapshot(newsroom.index) == before


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


class FailingEmbedder(WordCountEmbedder):
    """Fails as a machine out of memory does: after some of the work."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        super().embed(texts[:1], progress)
        raise MemoryError("no room for the second batch")


def test_a_build_that_fails_leaves_the_old_index_and_no_debris(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    before, names = snapshot(newsroom.index), generations(newsroom)
    newsroom.write("choir", CHOIR)
    with pytest.raises(MemoryError):
        sync_index([newsroom.folder], settings=newsroom.settings(), embedder=FailingEmbedder())
    assert (snapshot(newsroom.index), generations(newsroom)) == (before, names)
    assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync().articles == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from index.settings import IndexSettings
from index.sync import sync_index
from tests.doubles import WordCountEmbedder

class Killed(WordCountEmbedder):
    def embed(self, texts, progress=None):
        os.kill(os.getpid(), signal.SIGKILL)

settings = IndexSettings(index_dir=Path(sys.argv[2]), passage_tokens=32)
sync_index([Path(sys.argv[1])], settings=settings, embedder=Killed())
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")
def test_a_killed_build_leaves_the_old_index_and_the_next_run_clears_up(newsroom: Newsroom) -> None:
    path = newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    names = generations(newsroom)
    newsroom.write("choir", CHOIR)
    arguments = [sys.executable, "-c", KILLED, str(newsroom.folder), str(newsroom.index)]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == -9
    assert len(generations(newsroom)) == len(names) + 1
    assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync(path).embedded == 0
    assert not [name for name in generations(newsroom) if not (newsroom.index / name / "manifest.json").is_file()]
    assert newsroom.sync().articles == 2


def test_a_second_build_is_refused_while_readers_go_on(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    newsroom.write("choir", CHOIR)
    with building(newsroom.index):
        with pytest.raises(IndexBusy, match="Another process is building"):
            newsroom.sync()
        assert texts(newsroom) == [HARBOUR]
    assert newsroom.sync().articles == 2


def test_whoever_has_the_index_open_keeps_what_was_opened(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    corpus = newsroom.open()
    newsroom.write("choir", CHOIR)
    newsroom.sync()
    assert list(passages(corpus).values()) == [HARBOUR]
    assert [article.text for article in corpus.articles()] == [HARBOUR]
    corpus.close()
    assert texts(newsroom) == [CHOIR, HARBOUR]


def test_an_index_whose_roots_are_lost_asks_for_the_folder_and_is_built_anew_with_it(newsroom: Newsroom) -> None:
    newsroom.write("harbour", HARBOUR)
    newsroom.sync()
    (newsroom.index / POINTER).write_text("nothing\n", encoding="utf-8")
    with pytest.raises(IndexBroken, match="dateline index --rebuild FOLDER"):
        sync_index(settings=newsroom.settings(), embedder=newsroom.embedder)
    assert newsroom.sync(rebuild=True).articles == 1
    assert texts(newsroom) == [HARBOUR]


STORIES = (HARBOUR, SCHOOL, RIVER, CHOIR)
CONTENTS = st.one_of(
    st.builds(
        lambda title, paragraphs, day: f"---\ntitle: {title}\n{day}---\n" + "\n\n".join(paragraphs),
        st.sampled_from(["Pier", "Notes"]),
        st.lists(st.sampled_from(STORIES), min_size=1, max_size=3),
        st.sampled_from(["", "published: 2023-09-21\n", "published: 2023-09-27\n"]),
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
