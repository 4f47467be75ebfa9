"""The texts in prompts/: those that ship can be used, and others are refused with their fault."""

from pathlib import Path
from string import Template

import pytest

from qa.errors import PromptError
from qa.prompting import VARIABLES, load_prompt, load_wording

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(file.stem for file in (ROOT / "prompts").glob("*.toml"))


@pytest.fixture
def prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another folder of prompts, which is found beside the one that ships."""
    folder = tmp_path / "prompts"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    load_prompt.cache_clear()
    return folder


def toml(**changes: str | None) -> str:
    """A file with every template and its variables, but for the changes; None leaves a template out."""
    templates = {
        name: " ".join(f"${variable}" for variable in sorted(wanted)) for name, wanted in VARIABLES["wording"].items()
    }
    kept = {name: text for name, text in (templates | changes).items() if text is not None}
    return "\n".join(['id = "wording-9"', "[templates]", *(f'{name} = "{text}"' for name, text in kept.items())])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_file_that_ships_can_be_used_and_is_named_after_its_id(name: str) -> None:
    assert load_prompt(name).id == name


def test_the_wording_in_use_is_among_those_that_ship() -> None:
    assert load_wording().id in SHIPPED


def test_values_are_put_in_as_they_are() -> None:
    assert "$day [1] <b>" in load_wording().say("declined", searched="$day [1] <b>")


def test_a_template_without_one_of_its_values_is_not_said() -> None:
    with pytest.raises(KeyError, match="searched"):
        load_wording().say("declined")


def test_a_file_of_ones_own_is_read(prompts: Path) -> None:
    (prompts / "wording-9.toml").write_text(toml(declined="Nothing on that in $searched, not for $$5."))
    wording = load_prompt("wording-9")
    assert (wording.id, wording.say("declined", searched="two articles")) == (
        "wording-9",
        "Nothing on that in two articles, not for $5.",
    )
    assert isinstance(wording.templates["old"], Template)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "No such file"),
        ("id = ", "Invalid value"),
        ("\xff", "utf-8"),
        (toml().replace("[templates]", "[words]"), "templates"),
        ('id = "wording-9"\ntemplates = ["declined"]', "items"),
        (toml().replace('id = "wording-9"', ""), "id"),
        (toml().replace('model_declined = ""', "model_declined = 5"), "str"),
        (toml(declined="Not for $5 in $searched."), r"'Not for \$5"),
        (toml(declined=None), "'declined' needs the variables .'searched'., it has none"),
        (toml(declined="Nothing."), r"'declined' needs the variables .'searched'., it has \[\]"),
        (toml(declined="$searched by $day"), "it has .'day', 'searched'."),
        (toml(declined="$Searched"), "it has .'Searched'."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_its_fault_and_the_fix(
    prompts: Path, text: str | None, fault: str
) -> None:
    if text is not None:
        (prompts / "wording-9.toml").write_text(text, encoding="latin-1")
    with pytest.raises(PromptError, match=rf"prompts/wording-9\.toml.*{fault}.*Restore the file\.$"):
        load_prompt("wording-9")
