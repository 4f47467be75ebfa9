"""Damage to a stored index: it is known before the first answer, the index before takes over, and no process dies of it."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from index.corpus import Corpus
from index.errors import IndexBroken
from index.generations import POINTER, current, others
from index.scratch import SCRATCH
from index.types import Passage
from tests.index.newsroom import Newsroom, paragraphs, snapshot

ARTICLES = 52  # of twenty passages: more passages than the 1,000 from which Chroma keeps its graph in files
Damage = Callable[[Path], object]
Found = tuple[list[tuple[str, str]], ...]


PROBES = [f"report-{number:03d}\n{paragraphs(number)[n]}" for number, n in ((7, 3), (31, 19), (50, 1))]


def write(room: Newsroom, number: int, extra: str = "") -> None:
    room.write(f"report-{number:03d}", *paragraphs(number, extra))


def answers(corpus: Corpus) -> Found:
    """What some searches find, by nearness and by word."""

    def named(found: list[tuple[Passage, float]]) -> list[tuple[str, str]]:
        return sorted((passage.id, corpus.article(passage.article_id).text[:20]) for passage, _ in found)

    vectors = corpus.embedder.embed_questions(PROBES)
    dense = [named(corpus.dense(vector, 1)) for vector in vectors]
    return (*dense, *(named(corpus.keyword(probe, 1)) for probe in PROBES))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Two generations, the newer made by a change in a copy of the older."""
    place = tmp_path_factory.mktemp("damage")
    room = Newsroom(folder=place / "news", index=place / "index")
    room.folder.mkdir()
    for number in range(ARTICLES):
        write(room, number)
    room.sync()
    write(room, 31, " and the next")
    room.sync()
    return room


@pytest.fixture(scope="module")
def right(built: Newsroom) -> Mapping[str, Found]:
    """What each of the two finds when it is whole, by its id."""
    found = {}
    for folder in (others(built.index)[0], current(built.index)):
        (built.index / POINTER).write_text(folder.name, encoding="utf-8")
        with closing(built.open()) as corpus:
            assert corpus.damage is None
            found[corpus.index_id] = answers(corpus)
    assert len(found) == 2
    return found


def segment(generation: Path) -> Path:
    return next(path for path in (generation / "chroma").iterdir() if path.is_dir())


def removed(name: str) -> Damage:
    def damage(generation: Path) -> None:
        path = generation / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def emptied(name: str) -> Damage:
    return lambda generation: (generation / name).write_bytes(b"")


def truncated(name: str) -> Damage:
    def damage(generation: Path) -> None:
        data = (generation / name).read_bytes()
        (generation / name).write_bytes(data[: len(data) // 2])

    return damage


def flipped(name: str) -> Damage:
    def damage(generation: Path) -> None:
        data = bytearray((generation / name).read_bytes())
        for place in range(len(data) // 3, len(data), max(len(data) // 50, 1)):
            data[place] ^= 0xFF
        (generation / name).write_bytes(data)

    return damage


def zeroed(name: str) -> Damage:
    return lambda generation: (generation / name).write_bytes(bytes((generation / name).stat().st_size))


def in_graph(damage: Callable[[str], Damage], name: str) -> Damage:
    return lambda generation: damage(f"chroma/{segment(generation).name}/{name}")(generation)


def without_its_graph(generation: Path) -> None:
    shutil.rmtree(segment(generation))


def without_an_article(generation: Path) -> None:
    with closing(sqlite3.connect(generation / "articles.sqlite")) as connection, connection:
        connection.execute("delete from article where position = 1")


def without_a_row(generation: Path) -> None:
    with closing(sqlite3.connect(generation / "chroma" / "chroma.sqlite3")) as connection, connection:
        connection.execute("delete from embedding_metadata where id = 5")


def with_fewer_ids(generation: Path) -> None:
    ids = json.loads((generation / "keywords" / "ids.json").read_text(encoding="utf-8"))
    (generation / "keywords" / "ids.json").write_text(json.dumps(ids[1:]), encoding="utf-8")


def with_another_manifest(**changes: object) -> Damage:
    def damage(generation: Path) -> None:
        data = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
        kept = {name: value for name, value in (data | changes).items() if value is not None}
        (generation / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")

    return damage


def with_a_foreign_journal(generation: Path) -> None:
    (generation / "chroma" / "chroma.sqlite3-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(4096))
    (generation / "chroma" / "chroma.sqlite3-wal").write_bytes(b"not a log" * 999)


def pointing(to: str) -> Damage:
    return lambda generation: (generation.parent / POINTER).write_text(to, encoding="utf-8")


def pointing_to_the_one_before(generation: Path) -> None:
    pointing(others(generation.parent)[0].name)(generation)


def unpointed(generation: Path) -> None:
    (generation.parent / POINTER).unlink()


DATABASE = "chroma/chroma.sqlite3"
CAUGHT: Mapping[str, Damage] = {
    "vector store removed": removed("chroma"),
    "database removed": removed(DATABASE),
    "database emptied": emptied(DATABASE),
    "database truncated": truncated(DATABASE),
    "database flipped": flipped(DATABASE),
    "database without a row": without_a_row,
    "graph removed": without_its_graph,
    "level 0 removed": in_graph(removed, "data_level0.bin"),
    "level 0 emptied": in_graph(emptied, "data_level0.bin"),
    "level 0 truncated": in_graph(truncated, "data_level0.bin"),
    "level 0 flipped": in_graph(flipped, "data_level0.bin"),
    "level 0 zeroed": in_graph(zeroed, "data_level0.bin"),
    "header flipped": in_graph(flipped, "header.bin"),
    "lengths truncated": in_graph(truncated, "length.bin"),
    "links removed": in_graph(removed, "link_lists.bin"),
    "links flipped": in_graph(flipped, "link_lists.bin"),
    "graph's names removed": in_graph(removed, "index_metadata.pickle"),
    "graph's names flipped": in_graph(flipped, "index_metadata.pickle"),
    "articles removed": removed("articles.sqlite"),
    "articles truncated": truncated("articles.sqlite"),
    "an article gone": without_an_article,
    "keywords removed": removed("keywords"),
    "keywords' scores zeroed": zeroed("keywords/data.csc.index.npy"),
    "keywords' terms emptied": emptied("keywords/vocab.index.json"),
    "keywords' words removed": removed("keywords/words.json"),
    "keywords with fewer ids": with_fewer_ids,
    "vectors flipped": flipped("kept/vectors.npy"),
    "manifest removed": removed("manifest.json"),
    "manifest truncated": truncated("manifest.json"),
    "manifest with other counts": with_another_manifest(passages=7),
    "manifest without checksums": with_another_manifest(sums={}),
    "manifest without its seal": with_another_manifest(seal=None),
    "generation removed": removed("."),
    "pointer to nothing": pointing("nothing\n"),
    "pointer emptied": pointing(""),
    "pointer removed": unpointed,
}
HARMLESS: Mapping[str, Damage] = {
    "journals that are not the database's": with_a_foreign_journal,
    "pointer to the one before": pointing_to_the_one_before,
}


def copied(built: Newsroom, place: Path) -> Newsroom:
    """The same index elsewhere: its live generation copied, the one before linked."""
    live, (before, *_) = current(built.index), others(built.index)
    place.mkdir()
    (place / POINTER).write_text(live.name, encoding="utf-8")
    shutil.copytree(before, place / before.name, copy_function=os.link)
    shutil.copytree(live, place / live.name)
    return Newsroom(folder=built.folder, index=place)


@pytest.mark.parametrize("damage", CAUGHT.values(), ids=list(CAUGHT))
def test_the_index_before_takes_over_and_says_so(
    built: Newsroom, right: Mapping[str, Found], tmp_path: Path, damage: Damage
) -> None:
    room = copied(built, tmp_path / "index")
    damage(current(room.index))
    began = time.monotonic()
    with closing(room.open()) as corpus:
        assert answers(corpus) == right[corpus.index_id]
        assert time.monotonic() - began < 5
        assert "dateline index --rebuild" in str(corpus.damage)
        assert str(corpus.damage).endswith(f"answers come from the index of {corpus.manifest.built}.")


@pytest.mark.parametrize("damage", HARMLESS.values(), ids=list(HARMLESS))
def test_what_does_no_harm_changes_no_answer(
    built: Newsroom, right: Mapping[str, Found], tmp_path: Path, damage: Damage
) -> None:
    room = copied(built, tmp_path / "index")
    damage(current(room.index))
    with closing(room.open()) as corpus:
        assert (answers(corpus), corpus.damage) == (right[corpus.index_id], None)


def test_with_both_generations_damaged_nothing_answers(built: Newsroom, tmp_path: Path) -> None:
    room = copied(built, tmp_path / "index")
    removed("keywords")(current(room.index))
    (before,) = others(room.index)
    shutil.rmtree(before)
    with pytest.raises(IndexBroken, match=r"keywords/\S+ of the index .* cannot be read .*dateline index --rebuild"):
        room.open()


def test_a_damaged_index_is_made_anew_without_embedding_though_nothing_changed(built: Newsroom, tmp_path: Path) -> None:
    room = copied(built, tmp_path / "index")
    in_graph(flipped, "data_level0.bin")(current(room.index))
    receipt = room.sync()
    assert (receipt.articles, receipt.embedded) == (ARTICLES, 0)
    with closing(room.open()) as corpus:
        assert corpus.damage is None


def test_an_index_in_which_no_copy_can_be_made_is_served_from_the_folder_for_temporary_files(
    built: Newsroom, right: Mapping[str, Found], tmp_path: Path
) -> None:
    room = copied(built, tmp_path / "index")
    (room.index / SCRATCH).write_bytes(b"")  # no folder can be made there; modes of folders do not bind root
    before = snapshot(room.index)
    with closing(room.open()) as corpus:
        assert (answers(corpus), corpus.damage) == (right[corpus.index_id], None)
    assert snapshot(room.index) == before
