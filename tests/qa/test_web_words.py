"""The page's own words: all in words.toml, each used, and none written between the lines of the code."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from pathlib import Path
from string import Template

import pytest

from qa.histogram import Span
from qa.types import Verdict
from qa.web.words import say, words

WEB = Path(__file__).parents[2] / "qa" / "web"
# What these say goes to the terminal, into an answer, or to who reads the HTTP interface, and not onto the page.
NOT_THE_PAGE = {"server.py", "guard.py", "environment.py", "endpoints.py", "conversation.py"}
# Arguments of gradio's components that a reader gets to see.
SHOWN = {"label", "placeholder", "value", "info", "title", "choices", "examples", "submit_btn", "stop_btn"}
SHOWN |= {"feedback_options", "headers", "caption", "description", "message"}
NAMES = {"Dateline", "Like", "Dislike"}  # the last two are how gradio knows its thumbs, and it says them itself
FILLED = "\x00"  # stands for what an f-string fills in


@lru_cache(maxsize=1)
def trees() -> dict[str, ast.Module]:
    return {file.name: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(WEB.glob("*.py"))}


def written(node: ast.expr) -> str | None:
    """The text of a string, with a mark for each part that an f-string fills in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else FILLED for part in parts)  # type: ignore[misc]
    return None


def strings(tree: ast.AST) -> Iterator[str]:
    """Every string of a piece of code that is no docstring, no part of an error, and no line of the log."""
    for node in ast.iter_child_nodes(tree):
        is_log = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger.")
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_log or is_docstring or isinstance(node, ast.Raise):
            continue
        if isinstance(node, ast.expr) and (text := written(node)) is not None:
            yield text
        else:
            yield from strings(node)
        if isinstance(node, ast.JoinedStr):
            yield from (text for part in node.values if isinstance(part, ast.FormattedValue) for text in strings(part))


@lru_cache(maxsize=1)
def fillings() -> set[str]:
    """What the code may fill into a key: verdicts, spans of time, and every single word that it holds."""
    held = {text for tree in trees().values() for text in strings(tree)}
    return {text for text in held if re.fullmatch(r"\w+", text)} | {*Verdict, *Span}


def asked_for(tree: ast.Module) -> Iterator[frozenset[str]]:
    """The keys that a module says: of each place that names one, all that it can come to."""
    for text in strings(tree):
        if re.fullmatch(rf"(?:{'|'.join(words())})\.\w+", text):
            yield frozenset({text})  # may be chosen first and said later
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "say" and node.args:
            for text in strings(ast.Expression(node.args[0])):
                if FILLED in text:
                    yield frozenset(text.replace(FILLED, filling) for filling in fillings())
                elif "." in text:
                    yield frozenset({text})


@lru_cache(maxsize=1)
def used() -> frozenset[str]:
    return frozenset().union(*(named for tree in trees().values() for named in asked_for(tree)))


def in_script() -> set[str]:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (WEB / "assets").glob("*.js"))
    return set(re.findall(r"(?<![\w.\"'/])words\.(\w+)", code))


def shown_arguments(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The strings that are handed straight to gradio, by the argument that takes them."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = [(argument.arg or "", argument.value) for argument in call.keywords if argument.arg in SHOWN]
        if ast.unparse(call.func).startswith("gr."):
            given += [("", argument) for argument in call.args]
        for name, value in given:
            items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            yield from ((name, text) for item in items if (text := written(item)) is not None)


def sentence_in(text: str) -> str | None:
    """Two English words beside each other that a reader would see: outside tags, styles and style sheets."""
    seen = re.sub(r"<style>.*?</style>|<[^>]*>?|[^<]*\">", " | ", unescape(text))
    found = re.search(r"\b[A-Za-z]{2,},? [a-z]{2,}\b", seen)
    return found[0] if found and not re.search(r"[{};]|=\"", seen) else None


def keys() -> list[str]:
    return [f"{section}.{name}" for section, texts in words().items() for name in texts]


@pytest.mark.parametrize("key", keys())
def test_a_text_of_the_page_is_used(key: str) -> None:
    section, _, name = key.partition(".")
    if section == "script":
        assert name in in_script()
    else:
        assert key in used()


@pytest.mark.parametrize("module", trees())
def test_a_text_that_is_said_is_there(module: str) -> None:
    known = set(keys())
    assert [sorted(named)[:9] for named in asked_for(trees()[module]) if not named & known] == []


def test_a_text_that_the_script_says_is_there() -> None:
    assert in_script() <= words()["script"].keys()
    assert in_script()


@pytest.mark.parametrize("module", trees())
def test_no_text_is_handed_to_a_component_as_it_stands(module: str) -> None:
    literal = {text for _, text in shown_arguments(trees()[module]) if re.search(r"[^\W\d_]{2,}", text)}
    assert literal - NAMES == set()


@pytest.mark.parametrize("module", sorted(trees().keys() - NOT_THE_PAGE))
def test_no_sentence_stands_in_the_code(module: str) -> None:
    found = {text: sentence for text in strings(trees()[module]) if (sentence := sentence_in(text))}
    assert found == {}


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ('gr.Button("Send it")', True),
        ('gr.Textbox(label=f"Send {x}")', True),
        ('html(value="Send")', True),
        ('gr.Dropdown(choices=["All", x])', True),
        ('gr.Button(say("ask.send"), elem_id="dl-send")', False),
        ('gr.update(value="")', False),
        ('gr.Blocks(title="Dateline")', False),
    ],
)
def test_a_text_that_is_handed_to_a_component_is_seen(code: str, caught: bool) -> None:
    literal = {text for _, text in shown_arguments(ast.parse(code)) if re.search(r"[^\W\d_]{2,}", text)} - NAMES
    assert bool(literal) is caught


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ('x = "date unknown"', True),
        ("x = f\"<p class='a b'>Noted, thank you {name}</p>\"", True),
        ("x = f\"{'' if y else 'nothing found'}\"", True),
        ('raise ValueError("this is wrong.")', False),
        ('def f():\n    """Say what it is."""', False),
        ('logger.error("it went wrong")', False),
        ('x = \'<a class="dl-more" rel="noopener noreferrer nofollow">\'', False),
        ('x = f\'<a class="{name}" target="_blank" rel="noopener noreferrer">\'', False),
    ],
)
def test_a_sentence_in_the_code_is_seen(code: str, caught: bool) -> None:
    assert any(sentence_in(text) for text in strings(ast.parse(code))) is caught


@pytest.mark.parametrize("key", keys())
def test_a_text_is_one_line_that_says_something(key: str) -> None:
    section, _, name = key.partition(".")
    text = words()[section][name]
    assert text == " ".join(text.split()) != ""
    assert Template(text).is_valid()


def test_what_is_filled_in_may_hold_anything() -> None:
    assert say("panel.file", name="$5 $name <b>.txt") == "File: $5 $name <b>.txt"


@pytest.mark.parametrize("key", ["panel.none_such", "nowhere.at", "panel", ""])
def test_a_text_that_is_not_there_is_an_error(key: str) -> None:
    with pytest.raises(KeyError):
        say(key)


def test_a_name_that_is_not_filled_in_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("panel.file")
