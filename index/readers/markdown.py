"""Markdown with YAML front matter."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import yaml

from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, one_line, paragraphs_of
from index.readers.decoding import decode
from index.readers.fields import fields_of

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY_LINE = re.compile(r"[ \t#]*[\w-]+[ \t]*:(?:\s|$)")
# A front matter is a few lines; the limit keeps a hostile one from costing minutes.
_LONGEST_FRONT_MATTER = 65_536
# The parser takes the square of the brackets in a paragraph: 100,000 of them 10 s, as 70,000 list items do (measured on
# one core of a 2-core machine, markdown-it-py 4.3.0).
_MOST_BRACKETS, _MOST_LINES, _MOST_CHARACTERS = 20_000, 50_000, 2_000_000


class _Strings(yaml.SafeLoader):
    """YAML in which a title `No` and a date 2023-02-30 stay the text they are, and a key may be given once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value in keys[:place]:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value[:40]!r} is given twice", problem_mark=key.start_mark
                )
        return dict(super().construct_mapping(node, deep=deep))


_Strings.yaml_implicit_resolvers = {}


def read(content: Content) -> tuple[Draft]:
    """Read a Markdown file: front matter gives the fields, the rest loses its markup. Raises `Unreadable`."""
    text = clean(decode(content.data)).lstrip("\n")
    front, body = _split(text)
    paragraphs, heading = _plain(body)
    fields = fields_of(front)
    if fields["title"] is None:
        fields["title"] = heading
    return (Draft(paragraphs=paragraphs, **fields),)


def _split(text: str) -> tuple[dict[str, object], str]:
    fence = _FENCE.match(text)
    if not fence:
        return {}, text
    closing = _CLOSING.search(text, fence.end())
    if not closing:
        if _KEY_LINE.match(text, fence.end()):
            raise Unreadable("broken front matter: the closing --- is missing", line=1)
        return {}, text
    front = _parse(text[fence.end() : closing.start()])
    return ({}, text) if front is None else (front, text[closing.end() :])


def _parse(front: str) -> dict[str, object] | None:
    if len(front) > _LONGEST_FRONT_MATTER:
        raise Unreadable("broken front matter: longer than 64 KiB", line=1)
    try:
        fields = yaml.load(front, Loader=_Strings)  # noqa: S506 - a SafeLoader, with fewer rules
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(f"broken front matter: {error.problem}", line=mark.line + 2 if mark else 1) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Unreadable("broken front matter: not YAML", line=1) from error
    if isinstance(fields, dict):
        return fields
    if isinstance(fields, list):
        raise Unreadable("broken front matter: a list where `key: value` lines are expected", line=1)
    return None if fields else {}


def _plain(body: str) -> tuple[tuple[str, ...], str | None]:
    """The paragraphs without markup, and the first heading of the highest level if the text opens with it."""
    from markdown_it import MarkdownIt

    if body.count("[") > _MOST_BRACKETS or body.count("\n") > _MOST_LINES or len(body) > _MOST_CHARACTERS:
        raise Unreadable("too much Markdown for one article; split the file")
    blocks = list(_blocks(MarkdownIt("commonmark").enable("table").parse(body)))
    heading = blocks[0][1] if blocks and blocks[0][0] == "h1" else None
    rest = blocks[1:] if heading else blocks
    return tuple(part for _, text in rest for part in paragraphs_of(text)), heading and one_line(heading)


def _blocks(tokens: Sequence["Token"]) -> Iterator[tuple[str, str]]:
    """The tag and text of every block; the cells of a table row are one block."""
    opened = ""
    cells: list[str] = []
    for token in tokens:
        if token.nesting == 1:
            opened = token.tag
        if token.type == "inline" and opened in ("td", "th"):
            cells.append(_inline(token.children or ()))
        elif token.type == "tr_close":
            yield "tr", " | ".join(cells)
            cells.clear()
        elif token.type == "inline":
            yield opened, _inline(token.children or ())
        elif token.type in ("code_block", "fence"):
            yield "pre", token.content
        elif token.type == "html_block":
            yield "html", _without_tags(token.content)


def _inline(tokens: Sequence["Token"]) -> str:
    parts = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        parts.get(token.type, token.content if token.type in ("text", "code_inline", "text_special") else "")
        for token in tokens
    )


def _without_tags(fragment: str) -> str:
    from trafilatura import html2txt

    return clean(html2txt(f"<html><body>{fragment}</body></html>"))
