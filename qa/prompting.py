"""The texts in prompts/, their variables checked when they are loaded, and the one place that shows passages to a model."""

import json
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template
from types import MappingProxyType

from qa.errors import PromptError
from qa.question import clean
from qa.types import ScoredPassage

WORDING, DRAFTING, FOLLOW_UP = "wording-1", "drafting-1", "followup-1"
VARIABLES: Mapping[str, Mapping[str, frozenset[str]]] = {  # of each template, by the prompt's name without its version
    "wording": {
        "attributed": frozenset({"speaker"}),
        "declined": frozenset({"searched"}),
        "partial": frozenset({"parts"}),
        "instruction": frozenset({"searched"}),
        "greeting": frozenset({"searched"}),
        "nothing_then": frozenset({"as_of", "searched"}),
        "nothing_there": frozenset({"scope", "searched"}),
        "only": frozenset({"scope"}),
        "told": frozenset({"sources", "articles", "publishers"}),
        "unnamed": frozenset({"word"}),
        "copies": frozenset({"sources", "articles", "publishers"}),
        "old": frozenset({"age", "day"}),
        "undated": frozenset({"count"}),
        "read_as": frozenset({"question"}),
        "period": frozenset({"words", "period"}),
        "model_failed": frozenset({"why"}),
        "model_unsupported": frozenset(),
        "model_declined": frozenset(),
        "left_out": frozenset({"count"}),
        "corrected": frozenset({"count"}),
        "fitted": frozenset({"shown", "found"}),
        "leaves": frozenset({"model"}),
    },
    "drafting": {"system": frozenset({"missing", "none"}), "user": frozenset({"question", "passages", "as_of"})},
    "followup": {"system": frozenset(), "user": frozenset({"question", "turns"})},
}
KEY = "k[0-9a-f]{4}"  # the pattern of a passage's key
_BRACKETS = str.maketrans("[]{}<>［］【】〔〕＜＞`", "()()‹›()()()‹›'")
_FENCE = re.compile(r"-{3,}|={3,}|#{2,}|\*{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The templates of one file in prompts/."""

    id: str
    templates: Mapping[str, Template]

    def say(self, name: str, **values: str) -> str:
        """Fill in a template; values are put in as they are."""
        return self.templates[name].substitute(values).strip()


def load_wording() -> Prompt:
    """The words that Dateline itself puts into answers. Raises `PromptError`."""
    return load_prompt(WORDING)


@lru_cache(maxsize=8)
def load_prompt(name: str) -> Prompt:
    """Read prompts/<name>.toml. Raises `PromptError` for a missing file or template and for a wrong variable."""
    try:
        data = tomllib.loads(files("prompts").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        templates = {key: _template(text) for key, text in data["templates"].items()}
        id_ = str(data["id"])
    except (OSError, ImportError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise PromptError(f"prompts/{name}.toml cannot be used: {error}. Restore the file.") from error
    for key, wanted in VARIABLES[name.rpartition("-")[0]].items():
        found = frozenset(templates[key].get_identifiers()) if key in templates else None
        if found != wanted:
            raise PromptError(
                f"prompts/{name}.toml: the template {key!r} needs the variables {sorted(wanted)}, "
                f"it has {'none' if found is None else sorted(found)}. Restore the file."
            )
    return Prompt(id=id_, templates=MappingProxyType(templates))


def _template(text: str) -> Template:
    template = Template(text)
    if not template.is_valid():
        raise ValueError(f"a $ in {text!r} starts no variable; a plain one is written $$")
    return template


def fresh_keys(count: int) -> tuple[str, ...]:
    """Keys for passages that no article can know beforehand, so none can cite itself or another."""
    keys: dict[str, None] = {}
    while len(keys) < count:
        keys[f"k{secrets.token_hex(2)}"] = None
    return tuple(keys)


def render_evidence(keyed: Mapping[str, ScoredPassage]) -> str:
    """Passages for a language model, one line of JSON each: key, title, publisher, day, text.

    JSON keeps each passage in its line, so that nothing in it can pass for another source; brackets, which would be
    citation marks or markup, become round ones, and characters that cannot be seen are left out.
    """
    return "\n".join(
        json.dumps(
            {
                "key": key,
                "title": neutral(scored.article.title),
                "publisher": neutral(scored.article.publisher or "unknown"),
                "published": str(scored.article.published or "unknown"),
                "text": neutral(scored.passage.text),
            },
            ensure_ascii=False,
        )
        for key, scored in keyed.items()
    )


def neutral(text: str) -> str:
    """A text as quoted data: one line, nothing invisible, no brackets, fences or markup."""
    return _FENCE.sub("-", clean(text).translate(_BRACKETS))


def tokens_in(text: str) -> int:
    """About how many tokens a text takes up, rather too many than too few; no provider's tokeniser is asked."""
    return len(text.encode("utf-8")) // 3 + 1


def fitting(passages: Sequence[ScoredPassage], tokens: int) -> tuple[ScoredPassage, ...]:
    """As many of the passages, best first, as fit; always one."""
    shown: list[ScoredPassage] = []
    for scored in passages:
        tokens -= tokens_in(render_evidence({"k0000": scored}))
        if shown and tokens < 0:
            break
        shown.append(scored)
    return tuple(shown)
