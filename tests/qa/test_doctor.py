"""What the doctor looks at, what it says of it, and what it leaves alone."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from index.generations import Manifest, current
from index.settings import DEFAULT_EMBEDDER
from qa.cli import main
from qa.doctor import PACKAGES, Finding, examine
from qa.settings import Settings
from tests.qa.llm.provider import Provider, closed_port, say

ROOT = Path(__file__).parents[2]
Capsys = pytest.CaptureFixture[str]


def findings(index_dir: Path, **settings: object) -> Mapping[str, Finding]:
    return {finding.what: finding for finding in examine(Settings.load(index_dir=index_dir, **settings))}


def files_below(folder: Path) -> set[tuple[str, str]]:
    """Every file with what is in it; of Chroma's the names only, since it writes to them whenever it opens them."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {(str(f), "" if "chroma" in f.parts else sha256(f.read_bytes()).hexdigest()) for f in files}


@pytest.fixture(scope="module")
def whole(seeds_index: Path) -> Mapping[str, Finding]:
    """What is found where nothing is wrong."""
    return findings(seeds_index)


def test_a_whole_installation_has_nothing_to_fix(whole: Mapping[str, Finding]) -> None:
    assert list(whole) == ["Python", *PACKAGES, "embedder", "reader", "prompts", "language model", "seeds", "index"]
    assert [finding for finding in whole.values() if not finding.ok or finding.fix or not finding.found] == []


def test_versions_models_and_index_are_named(whole: Mapping[str, Finding], seeds_index: Path) -> None:
    manifest = Manifest.read(current(seeds_index))
    assert whole["chromadb"].found == version("chromadb")
    assert whole["embedder"].found.startswith(f"{DEFAULT_EMBEDDER}, 384 dimensions, weights ")
    assert whole["reader"].found.startswith("dateline-reader@")
    assert whole["reader"].found.endswith(", calibrated")
    assert whole["prompts"].found == "wording-1, drafting-1, followup-1"
    assert whole["seeds"].found == f"{len(list((ROOT / 'seeds').glob('*.md'))) - 1} articles"
    assert f"{manifest.articles} articles, {manifest.passages} passages" in whole["index"].found


def test_looking_changes_nothing(seeds_index: Path, tmp_path: Path) -> None:
    before = files_below(ROOT / "seeds"), files_below(ROOT / "prompts"), files_below(seeds_index)
    findings(seeds_index)
    assert (files_below(ROOT / "seeds"), files_below(ROOT / "prompts"), files_below(seeds_index)) == before
    findings(tmp_path / "none", reader="no-such-reader", embedder="no-such-embedder")
    assert not (tmp_path / "none").exists()


def broken(seeds_index: Path, tmp_path: Path) -> Path:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "CURRENT").write_text("20230101T000000-abcdef\n")
    return tmp_path / "broken"


def missing(seeds_index: Path, tmp_path: Path) -> Path:
    return tmp_path / "missing"


def intact(seeds_index: Path, tmp_path: Path) -> Path:
    return seeds_index


@pytest.mark.parametrize(
    ("place", "settings", "wrong"),
    [
        (
            missing,
            {"reader": "no-such-reader"},
            {
                "index": ("There is no index at", "dateline index FOLDER"),
                "reader": ("'no-such-reader'", "DATELINE_READER"),
            },
        ),
        (broken, {}, {"index": ("points to '20230101T000000-abcdef', which is missing", "dateline index")}),
        (
            intact,
            {"passage_tokens": 64},
            {"index": ("passage_tokens was 128 and is now 64", "dateline index")},
        ),
        (
            missing,
            {"embedder": "no-such-embedder"},
            {"index": ("There is no index at", "FOLDER"), "embedder": ("'no-such-embedder'", "DATELINE_EMBEDDER")},
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_fix_and_the_rest_is_left_alone(
    seeds_index: Path,
    tmp_path: Path,
    place: Callable[[Path, Path], Path],
    settings: Mapping[str, object],
    wrong: Mapping[str, tuple[str, str]],
) -> None:
    bad = {w: f for w, f in findings(place(seeds_index, tmp_path), **settings).items() if not f.ok}
    assert set(bad) == set(wrong)
    for what, (found, fix) in wrong.items():
        assert found in bad[what].found
        assert fix in bad[what].fix
        assert bad[what].fix not in bad[what].found, "what was found is no copy of the fix"
        assert not bad[what].fix.startswith("Run: ")


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
    assert len([line for line in lines if line.startswith("ok       ")]) == len(PACKAGES) + 6
    assert lines[-2].startswith("MISSING  index: There is no index at ")
    assert lines[-1].strip().startswith("fix: ")
    assert "dateline index FOLDER" in lines[-1]


def test_no_language_model_is_nothing_missing(whole: Mapping[str, Finding]) -> None:
    assert whole["language model"].found.startswith("none: ")


def test_a_language_model_without_its_key_is_named_with_the_variable(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = findings(seeds_index, llm="openai:some-model")["language model"]
    assert not found.ok
    assert "OPENAI_API_KEY" in found.fix


def test_a_language_model_is_asked_only_on_request(seeds_index: Path) -> None:
    with Provider(say("ready")) as provider:
        settings = Settings.load(index_dir=seeds_index, llm="openai:some-model", llm_base_url=provider.openai_url)
        untried = {finding.what: finding for finding in examine(settings)}["language model"]
        assert (untried.ok, provider.calls) == (True, 0)
        tried = {finding.what: finding for finding in examine(settings, connect=True)}["language model"]
        assert (tried.found, provider.calls) == ("openai:some-model answers", 1)


def test_a_language_model_that_is_out_of_reach_is_said_so(seeds_index: Path) -> None:
    settings = Settings.load(
        index_dir=seeds_index,
        llm="openai:some-model",
        llm_base_url=f"http://127.0.0.1:{closed_port()}/v1",
        llm_timeout=2,
    )
    found = {finding.what: finding for finding in examine(settings, connect=True)}["language model"]
    assert not found.ok
    assert "out of reach" in found.found
