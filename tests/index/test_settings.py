"""Settings of the index: arguments before the environment before `.env`, and bad values by name."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from index.errors import SettingsError
from index.settings import DEFAULT_EMBEDDER, IndexSettings


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working folder whose `.env` is the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_INDEX_DIR")
    return tmp_path


def test_nothing_has_to_be_set() -> None:
    settings = IndexSettings.load()
    assert settings.index_dir == Path("data/index")
    assert settings.embedder == DEFAULT_EMBEDDER
    assert settings.default_year is None


def test_an_argument_comes_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("DATELINE_PASSAGE_TOKENS=64\n", encoding="utf-8")
    assert IndexSettings.load().passage_tokens == 64
    monkeypatch.setenv("DATELINE_PASSAGE_TOKENS", "96")
    assert IndexSettings.load().passage_tokens == 96
    assert IndexSettings.load(passage_tokens=200).passage_tokens == 200
    assert IndexSettings.load(passage_tokens=None).passage_tokens == 96


VALUES = {
    "index_dir": ("/srv/news index", Path("/srv/news index")),
    "embedder": ("models/own", "models/own"),
    "default_year": ("2023", 2023),
    "passage_tokens": ("256", 256),
    "max_file_mb": ("0.5", 0.5),
    "chroma_url": ("http://vectors:8000", "http://vectors:8000"),
    "workers": ("4", 4),
}


@pytest.mark.parametrize("field", IndexSettings.model_fields)
def test_every_field_is_a_variable(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    written, read = VALUES[field]
    monkeypatch.setenv(f"DATELINE_{field.upper()}", written)
    assert getattr(IndexSettings.load(), field) == read


@pytest.mark.parametrize("source", ["argument", "environment", "file"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATELINE_PASSAGE_TOKENS", "ten"),
        ("DATELINE_PASSAGE_TOKENS", "15"),
        ("DATELINE_PASSAGE_TOKENS", "100000"),
        ("DATELINE_PASSAGE_TOKENS", "64.5"),
        ("DATELINE_DEFAULT_YEAR", "23"),
        ("DATELINE_DEFAULT_YEAR", "last"),
        ("DATELINE_MAX_FILE_MB", "0"),
        ("DATELINE_MAX_FILE_MB", "-1"),
        ("DATELINE_MAX_FILE_MB", "nan"),
        ("DATELINE_WORKERS", "0"),
        ("DATELINE_WORKERS", "two"),
        ("DATELINE_WORKERS", "1000"),
    ],
)
def test_a_bad_value_is_named_with_its_variable_and_the_fix(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, name: str, value: str
) -> None:
    given = {}
    if source == "argument":
        given[name.removeprefix("DATELINE_").lower()] = value
    elif source == "environment":
        monkeypatch.setenv(name, value)
    else:
        (folder / ".env").write_text(f"{name}={value}\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=rf"^{name} is '{value}', which cannot be used: .+\. Change or unset {name}\.$"
    ):
        IndexSettings.load(**given)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DEFAULT_YEAR", "")
    monkeypatch.setenv("DATELINE_EMBEDDER", "")
    assert IndexSettings.load() == IndexSettings()
    assert IndexSettings.load().embedder == DEFAULT_EMBEDDER


def test_variables_of_others_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("SOME_API_KEY=secret\nDATELINE_READER=own\n", encoding="utf-8")
    monkeypatch.setenv("PASSAGE_TOKENS", "ten")
    assert IndexSettings.load().passage_tokens == 128


def test_settings_do_not_change_once_they_are_read() -> None:
    settings = IndexSettings.load()
    with pytest.raises(ValidationError, match="frozen"):
        settings.passage_tokens = 64  # type: ignore[misc]  # what this test is about
