"""What the doctor looks at, what it says of it, and what it leaves alone."""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from index.generations import Manifest, current
from index.settings import DEFAULT_EMBEDDER
from qa.cli import main
from qa.doctor import PACKAGES, Finding, examine
from qa.settings import Settings

ROOT = Path(__file__).parents[2]
Capsys = pytest.CaptureFixture[str]


def findings(index_dir: Path, **settings: object) -> Mapping[str, Finding]:
    return {finding.what: finding for finding in examine(Settings.load(index_dir=index_dir, **settings))}


def files_below(folder: Path) -> set[tuple[str, float]]:
    return {(str(file), file.stat().st_mtime) for file in folder.rglob("*")}


def test_a_whole_installation_has_nothing_to_fix(seeds_index: Path) -> None:
    found = findings(seeds_index)
    assert list(found) == ["Python", *PACKAGES, "embedder", "reader", "prompts", "seeds", "index"]
    assert [finding for finding in found.values() if not finding.ok or finding.fix or not finding.found] == []


def test_versions_models_and_index_are_named(seeds_index: Path) -> None:
    found = findings(seeds_index)
    manifest = Manifest.read(current(seeds_index))
    assert found["chromadb"].found == version("chromadb")
    assert found["embedder"].found.startswith(f"{DEFAULT_EMBEDDER}, 384 dimensions, weights ")
    assert found["reader"].found.startswith("dateline-reader@")
    assert found["reader"].found.endswith(", calibrated")
    assert found["prompts"].found == "wording-1"
    assert found["seeds"].found == f"{len(list((ROOT / 'seeds').glob('*.md'))) - 1} articles"
    assert f"{manifest.articles} articles, {manifest.passages} passages" in found["index"].found


def test_looking_changes_nothing(seeds_index: Path, tmp_path: Path) -> None:
    before = files_below(ROOT / "seeds"), files_below(ROOT / "prompts"), files_below(tmp_path)
    findings(seeds_index)
    findings(tmp_path / "none")
    assert (files_below(ROOT / "seeds"), files_below(ROOT / "prompts"), files_below(tmp_path)) == before


def broken(seeds_index: Path, tmp_path: Path) -> Path:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "CURRENT").write_text("20230101T000000-abcdef\n")
    return tmp_path / "broken"


def missing(seeds_index: Path, tmp_path: Path) -> Path:
    return tmp_path / "missing"


def intact(seeds_index: Path, tmp_path: Path) -> Path:
    return seeds_index


@pytest.mark.parametrize(
    ("place", "settings", "what", "found", "fix"),
    [
        (missing, {}, "index", "There is no index at", "dateline index FOLDER"),
        (broken, {}, "index", "points to '20230101T000000-abcdef', which is missing", "dateline index"),
        (intact, {"passage_tokens": 64}, "index", "passage_tokens was 128 and is now 64", "dateline index"),
        (intact, {"reader": "no-such-reader"}, "reader", "'no-such-reader'", "DATELINE_READER"),
        (intact, {"embedder": "no-such-embedder"}, "embedder", "'no-such-embedder'", "DATELINE_EMBEDDER"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix_and_what_was_found_is_no_copy_of_it(
    seeds_index: Path,
    tmp_path: Path,
    place: Callable[[Path, Path], Path],
    settings: Mapping[str, object],
    what: str,
    found: str,
    fix: str,
) -> None:
    finding = findings(place(seeds_index, tmp_path), **settings)[what]
    assert not finding.ok
    assert found in finding.found
    assert fix in finding.fix
    assert finding.fix not in finding.found
    assert not finding.fix.startswith("Run: ")


def test_what_is_wrong_with_one_thing_leaves_the_others_alone(tmp_path: Path) -> None:
    found = findings(tmp_path / "none", reader="no-such-reader")
    assert {what for what, finding in found.items() if not finding.ok} == {"reader", "index"}


@pytest.mark.parametrize(
    ("place", "reader", "code"),
    [(intact, "dateline-reader", 0), (missing, "dateline-reader", 3), (missing, "no-such-reader", 1)],
)
def test_the_exit_code_tells_a_missing_index_from_a_bad_installation(
    seeds_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capsys,
    place: Callable[[Path, Path], Path],
    reader: str,
    code: int,
) -> None:
    monkeypatch.setenv("DATELINE_READER", reader)
    assert main(["doctor", "--json", "--index-dir", str(place(seeds_index, tmp_path))]) == code
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["ok"], printed.err) == (code == 0, "")
    assert all(set(finding) == {"what", "ok", "found", "fix"} for finding in report["findings"])


def test_a_person_reads_one_line_for_each_thing_and_the_fix_below_it(tmp_path: Path, capsys: Capsys) -> None:
    assert main(["doctor", "--index-dir", str(tmp_path / "none")]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("ok       ")]) == len(PACKAGES) + 5
    assert lines[-2].startswith("MISSING  index: There is no index at ")
    assert lines[-1].strip().startswith("fix: ")
    assert "dateline index FOLDER" in lines[-1]
