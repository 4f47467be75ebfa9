"""JSON Lines: one article per line, so that a bad line costs that line only."""

import json
from collections.abc import Iterator

from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, paragraphs_of
from index.readers.decoding import decode
from index.readers.fields import TEXT_NAMES, fields_of

_MOST_DIGITS = 20


def read(content: Content) -> Iterator[Draft | Unreadable]:
    """Read one draft per line that is not blank; a line that cannot be used is given as an `Unreadable`."""
    data = content.data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4096]:
        data = decode(data).encode()
    elif not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unreadable("empty", failed=False)
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                yield _draft(line, number)
            except Unreadable as problem:
                yield Unreadable(str(problem), failed=problem.failed, line=number)


def _draft(line: bytes, number: int) -> Draft:
    record = _parse(line)
    text = next((record[name] for name in TEXT_NAMES if record.get(name) not in (None, "")), "")
    if not isinstance(text, str):
        raise Unreadable("the text is not a string")
    return Draft(paragraphs=paragraphs_of(clean(text)), line=number, **fields_of(record))


def _parse(line: bytes) -> dict[str, object]:
    try:
        record = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=_unambiguous,
            parse_constant=lambda _: None,  # NaN is how data frames write a missing value
            parse_int=lambda digits: int(digits) if len(digits) <= _MOST_DIGITS else None,
        )
    except UnicodeDecodeError as error:
        raise Unreadable(f"encoding: not UTF-8 at byte {error.start + 1} of the line") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"broken JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise Unreadable("broken JSON: nested too deeply") from error
    if not isinstance(record, dict):
        raise Unreadable("not an article: a JSON object with title and text is expected")
    return record


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the key {twice[:40]!r} is given twice")
    return record
