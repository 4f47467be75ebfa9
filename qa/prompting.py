"""The texts in prompts/: read once, their variables checked when they are loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template

from qa.errors import PromptError

WORDING = "wording-1"
VARIABLES: Mapping[str, frozenset[str]] = {
    "attributed": frozenset({"speaker"}),
    "declined": frozenset({"searched"}),
    "instruction": frozenset({"searched"}),
    "nothing_then": frozenset({"as_of", "searched"}),
    "old": frozenset({"age", "day"}),
    "undated": frozenset({"count"}),
    "read_as": frozenset({"question"}),
    "history": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words that Dateline itself puts into an answer."""

    id: str
    templates: Mapping[str, Template]

    def say(self, name: str, **values: str) -> str:
        """Fill in a template; values are put in as they are."""
        return self.templates[name].substitute(values)


@lru_cache(maxsize=4)
def load_wording(name: str = WORDING) -> Wording:
    """Read prompts/<name>.toml. Raises `PromptError` for a missing file or template and for a wrong variable."""
    try:
        data = tomllib.loads(files("prompts").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        templates = {key: _template(text) for key, text in data["templates"].items()}
        id_ = str(data["id"])
    except (OSError, ImportError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise PromptError(f"prompts/{name}.toml cannot be used: {error}. Restore the file.") from error
    for key, wanted in VARIABLES.items():
        found = frozenset(templates[key].get_identifiers()) if key in templates else None
        if found != wanted:
            raise PromptError(
                f"prompts/{name}.toml: the template {key!r} needs the variables {sorted(wanted)}, "
                f"it has {'none' if found is None else sorted(found)}. Restore the file."
            )
    return Wording(id=id_, templates=templates)


def _template(text: str) -> Template:
    template = Template(text)
    if not template.is_valid():
        raise ValueError(f"a $ in {text!r} starts no variable; a plain one is written $$")
    return template
