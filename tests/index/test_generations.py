"""Generations of an index: built beside the live one, published in one step, cleared up after."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index import generations
from index.errors import IndexBroken, IndexBusy, IndexMismatch, IndexMissing, SettingsError
from index.generations import (
    POINTER,
    SCHEMA,
    UNCHECKED,
    Manifest,
    SourceRecord,
    building,
    current,
    new_generation,
    others,
    publish,
    removed,
    rollback,
    sweep,
)

ROOT = Path(__file__).parents[2]
MANIFEST = Manifest(
    index_id="i1",
    fingerprint={"embedder": "word-counts", "passage_tokens": 128},
    reading={"reading": 1, "default_year": None},
    roots=("news", "arts"),
    files={
        "news/pier.md": SourceRecord(sha256="ab", articles=("a1",)),
        "news/wire.jsonl": SourceRecord(
            sha256="cd",
            articles=("a2", "a3"),
            copies=1,
            problems=({"path": "news/wire.jsonl", "line": 2, "reason": "broken JSON – „quoted“", "failed": True},),
        ),
    },
    articles=3,
    passages=7,
    built="2023-09-27T10:00:00+00:00",
)


def finished(index_dir: Path, name: str | None = None) -> Path:
    """A generation as a build leaves it, without its large files."""
    folder = index_dir / name if name else new_generation(index_dir)
    folder.mkdir(exist_ok=True)
    MANIFEST.write(folder)
    return folder


def names(index_dir: Path) -> set[str]:
    return {path.name for path in index_dir.iterdir()}


def test_where_nothing_was_built_the_command_that_builds_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=rf"no index at {tmp_path}.*dateline index FOLDER"):
        current(tmp_path)


@pytest.mark.parametrize("pointer", [b"", b"\n", b"20231121T101500-3f9a3f\n", b"\xff\xfe\x00\n", b"../elsewhere"])
def test_a_pointer_to_nothing_is_a_broken_index_and_names_the_command_that_mends_it(
    tmp_path: Path, pointer: bytes
) -> None:
    (tmp_path / POINTER).write_bytes(pointer)
    with pytest.raises(IndexBroken, match="dateline index --rebuild FOLDER"):
        current(tmp_path)


def test_a_published_generation_is_the_live_one(tmp_path: Path) -> None:
    for _ in range(2):
        generation = finished(tmp_path)
        publish(tmp_path, generation)
        assert current(tmp_path) == generation


def test_what_is_built_beside_the_live_one_does_not_show_before_it_is_published(tmp_path: Path) -> None:
    live = finished(tmp_path)
    publish(tmp_path, live)
    finished(tmp_path)
    assert current(tmp_path) == live


def test_the_live_generation_and_the_one_before_are_kept(tmp_path: Path) -> None:
    made = []
    for _ in range(4):
        made.append(finished(tmp_path))
        publish(tmp_path, made[-1])
    assert names(tmp_path) == {POINTER, *(folder.name for folder in made[-2:])}


@pytest.mark.parametrize("step", ["removed", "_sync_folder", "_point"])
def test_at_whatever_step_publishing_is_killed_no_third_generation_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish(tmp_path, finished(tmp_path))
    publish(tmp_path, live := finished(tmp_path))
    killed = new_generation(tmp_path)
    MANIFEST.write(killed, UNCHECKED)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations, step, kill)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, killed, generations.removed)
    sweep(tmp_path)
    assert current(tmp_path) == live
    assert len(names(tmp_path) - {POINTER}) == 2
    publish(tmp_path, last := finished(tmp_path))
    assert names(tmp_path) == {POINTER, live.name, last.name}


def test_what_was_not_checked_is_no_generation(tmp_path: Path) -> None:
    publish(tmp_path, live := finished(tmp_path))
    killed = new_generation(tmp_path)
    MANIFEST.write(killed, UNCHECKED)
    assert others(tmp_path) == []
    with pytest.raises(IndexBroken, match="no earlier generation"):
        rollback(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) - {".lock"} == {POINTER, live.name}


def test_publishing_gives_the_manifest_its_name(tmp_path: Path) -> None:
    generation = new_generation(tmp_path)
    MANIFEST.write(generation, UNCHECKED)
    publish(tmp_path, generation)
    assert names(generation) == {"manifest.json"}
    assert Manifest.read(current(tmp_path)) == MANIFEST


def test_what_is_left_of_a_removed_generation_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = finished(tmp_path)
    (generation / "chroma").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)  # as if it had been killed there
        removed(generation)
    assert others(tmp_path, "") == []
    sweep(tmp_path)
    assert names(tmp_path) == set()


def test_going_back_takes_the_generation_before_and_going_back_again_undoes_that(tmp_path: Path) -> None:
    made = []
    for articles in (3, 4):
        made.append(new_generation(tmp_path))
        replace(MANIFEST, articles=articles).write(made[-1])
        publish(tmp_path, made[-1])
    assert (rollback(tmp_path).articles, current(tmp_path)) == (3, made[0])
    assert (rollback(tmp_path).articles, current(tmp_path)) == (4, made[1])


def test_what_was_gone_back_to_is_what_the_next_generation_keeps_beside_it(tmp_path: Path) -> None:
    first, second = finished(tmp_path), finished(tmp_path)
    publish(tmp_path, first)
    publish(tmp_path, second)
    rollback(tmp_path)
    third = finished(tmp_path)
    publish(tmp_path, third)
    assert names(tmp_path) - {".lock"} == {POINTER, first.name, third.name}


def test_without_an_earlier_generation_there_is_no_way_back(tmp_path: Path) -> None:
    publish(tmp_path, finished(tmp_path))
    with pytest.raises(IndexBroken, match=r"no earlier generation\. Run: dateline index FOLDER"):
        rollback(tmp_path)


def test_a_damaged_generation_is_not_gone_back_to(tmp_path: Path) -> None:
    before, live = finished(tmp_path), finished(tmp_path)
    publish(tmp_path, live)
    replace(MANIFEST, sums={"articles.sqlite": "ab"}).write(before)
    with pytest.raises(IndexBroken, match=r"articles\.sqlite .* cannot be read"):
        rollback(tmp_path)
    assert current(tmp_path) == live


def test_generations_sort_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    made = [new_generation(tmp_path).name for _ in range(20)]
    assert made == sorted(made)
    assert len(set(made)) == 20


def test_the_live_generation_is_kept_even_where_the_clock_went_back(tmp_path: Path) -> None:
    for year in ("2998", "2999"):
        finished(tmp_path, f"{year}0101T000000000000-abcdef")
    live = finished(tmp_path)
    publish(tmp_path, live)
    assert current(tmp_path) == live
    assert Manifest.read(current(tmp_path)) == MANIFEST


def test_publishing_and_sweeping_touch_no_folder_of_anybody_else(tmp_path: Path) -> None:
    for name in ("articles", "0-notes", "chroma"):
        (tmp_path / name / "chroma").mkdir(parents=True)
    (tmp_path / "copy").mkdir()
    MANIFEST.write(tmp_path / "copy")
    before = names(tmp_path)
    for _ in range(3):
        publish(tmp_path, finished(tmp_path))
    sweep(tmp_path)
    assert before <= names(tmp_path)


@pytest.mark.parametrize("left", [(), ("chroma",), ("chroma", "keywords")])
def test_what_a_killed_build_left_is_swept(tmp_path: Path, left: tuple[str, ...]) -> None:
    live = finished(tmp_path)
    publish(tmp_path, live)
    killed = new_generation(tmp_path)
    for name in left:
        (killed / name).mkdir()
    sweep(tmp_path)
    assert names(tmp_path) == {POINTER, live.name}


def test_sweeping_spares_the_live_generation_even_without_its_manifest(tmp_path: Path) -> None:
    live = finished(tmp_path)
    publish(tmp_path, live)
    (live / "manifest.json").unlink()
    sweep(tmp_path)
    assert live.is_dir()


def test_a_removed_generation_is_gone(tmp_path: Path) -> None:
    generation = finished(tmp_path)
    removed(generation)
    assert names(tmp_path) == set()


def test_a_manifest_reads_as_it_was_written(tmp_path: Path) -> None:
    MANIFEST.write(tmp_path)
    assert Manifest.read(tmp_path) == MANIFEST


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b"{}",
        json.dumps({"schema": SCHEMA}).encode(),
        json.dumps({"schema": SCHEMA, "files": [], "roots": []}).encode(),
        json.dumps({"schema": SCHEMA, "files": {"a.md": {"sha256": "ab"}}, "roots": []}).encode(),
        json.dumps({"schema": SCHEMA, "files": {"a.md": None}, "roots": []}).encode(),
        json.dumps({"schema": SCHEMA, "files": {}, "roots": None}).encode(),
    ],
)
def test_a_manifest_that_cannot_be_read_is_a_broken_index(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(IndexBroken, match=r"no readable manifest.*dateline index --rebuild FOLDER"):
        Manifest.read(tmp_path)


def test_a_manifest_that_is_missing_is_a_broken_index(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="no readable manifest"):
        Manifest.read(tmp_path)


def test_an_index_of_another_format_names_both(tmp_path: Path) -> None:
    replace(MANIFEST, schema=99).write(tmp_path)
    with pytest.raises(
        IndexMismatch, match=rf"has format 99, .* reads {SCHEMA}\. Run: dateline index --rebuild FOLDER"
    ):
        Manifest.read(tmp_path)


def test_one_build_at_a_time_and_the_next_after_it_even_if_it_failed(tmp_path: Path) -> None:
    def build(fails: bool) -> None:
        with building(tmp_path):
            with pytest.raises(IndexBusy, match=rf"Another process is building {tmp_path}\. Wait"), building(tmp_path):
                pass
            if fails:
                raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        build(fails=True)
    build(fails=False)


HOLDER = """
import sys
from pathlib import Path
from index.generations import building
with building(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_holds_the_lock_only_as_long_as_it_lives(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy), building(tmp_path):
            pass
        holder.kill()
    with building(tmp_path):
        pass


def test_an_index_folder_that_cannot_be_made_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "index"):
        with (
            pytest.raises(SettingsError, match=rf"{place} cannot be written: .*Set DATELINE_INDEX_DIR"),
            building(place),
        ):
            pass


def test_an_index_may_be_moved_to_another_place(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    publish(tmp_path / "here", finished(tmp_path / "here"))
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert Manifest.read(current(tmp_path / "there")) == MANIFEST
