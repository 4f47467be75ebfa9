"""The names that the page is found under, as they are set."""

import pytest

from qa.settings import Settings
from qa.web.environment import ServeOptions


@pytest.mark.parametrize(
    ("given", "names"),
    [("", ()), ("news.example", ("news.example",)), (" news.example , newsroom,", ("news.example", "newsroom"))],
)
def test_names_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch, given: str, names: tuple[str, ...]) -> None:
    monkeypatch.setenv("DATELINE_HOST_NAMES", given)
    settings = Settings.load()
    assert settings.host_names == names
    assert ServeOptions.of(settings, host="127.0.0.1", port=None).names == names
