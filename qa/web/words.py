"""The page's own words, all from words.toml; what an article or a question says never passes through here."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from string import Template


def say(key: str, **values: object) -> str:
    """The words of a key such as "panel.sources", with its $names filled in. Raises `KeyError`."""
    section, _, name = key.partition(".")
    return Template(words()[section][name]).substitute({name: str(value) for name, value in values.items()})


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, str]]:
    """Every text of the page by section and name."""
    return tomllib.loads(resources.files("qa.web").joinpath("words.toml").read_text(encoding="utf-8"))
