"""The words that news uses for one country and its government: "Moscow said" is what Russia said."""

import re
from functools import lru_cache
from importlib.resources import files

from index.keywords import terms


@lru_cache(maxsize=1)
def _countries() -> dict[str, tuple[str, ...]]:
    """Each name as it is written -> all names of the same country (qa/places.txt)."""
    lines = files("qa").joinpath("places.txt").read_text(encoding="utf-8").splitlines()
    countries = [tuple(name.strip() for name in line.split(",")) for line in lines if not line.startswith("#")]
    return {name: country for country in countries for name in country}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted(map(re.escape, _countries()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(names)})\b")


@lru_cache(maxsize=2_000)
def other_names(text: str) -> frozenset[str]:
    """The stems of all other names of the countries that a text names; capitals count, so "us" is no country.

    Remembered: each sentence of a passage is weighed with the names of the whole passage.
    """
    named = set(_pattern().findall(text))
    return frozenset(terms(" ".join(name for found in named for name in _countries()[found])))
