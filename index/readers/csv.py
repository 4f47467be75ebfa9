"""Tables with a header: one article a row, so that a bad row costs that row only."""

import csv
import io
from collections.abc import Iterator, Mapping

from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, paragraphs_of
from index.readers.decoding import decode
from index.readers.fields import TEXT_NAMES, fields_of

_DELIMITERS = ",;\t|"


def read(content: Content) -> Iterator[Draft | Unreadable]:
    """Read one draft per row, told by the names of the columns; a row that cannot be used is given as an `Unreadable`.

    A cell is text whatever it holds: a formula is not computed.
    """
    text = clean(decode(content.data, declared=content.charset))
    header: list[str] | None = None
    for line, row in _rows(text):
        if isinstance(row, Unreadable):
            yield row
        elif header is None and any(row):
            header = _names(row, line, content.columns)
        elif header and any(cell.strip() for cell in row):
            try:
                yield _draft(header, row, line)
            except Unreadable as problem:
                yield Unreadable(str(problem), failed=problem.failed, line=line)


def _rows(text: str) -> Iterator[tuple[int, list[str] | Unreadable]]:
    """Each row with the line that it begins at; what is no row is given as an `Unreadable`."""
    first = text.lstrip("\n").partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    while True:
        line = rows.line_num + 1
        try:
            yield line, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Unreadable(f"broken row: {error}; check its quotation marks", line=line)


def _names(row: list[str], line: int, columns: Mapping[str, str]) -> list[str]:
    mapped = {name.strip().lower(): field for name, field in columns.items()}
    names = [mapped.get(name, name) for name in (cell.strip().lower() for cell in row)]
    if not set(TEXT_NAMES) & set(names):
        raise Unreadable(
            f"not articles: no column is named {', '.join(TEXT_NAMES[:-1])} or {TEXT_NAMES[-1]}", line=line
        )
    twice = [name for place, name in enumerate(names) if name and name in names[:place]]
    if twice:
        raise Unreadable(f"two columns are named {twice[0][:40]!r}", line=line)
    return names


def _draft(header: list[str], row: list[str], line: int) -> Draft:
    if len(row) != len(header):
        raise Unreadable(f"the row has {len(row)} cells where the header has {len(header)}")
    record = dict(zip(header, row, strict=True))
    text = next((record[name] for name in TEXT_NAMES if record.get(name, "").strip()), "")
    return Draft(paragraphs=paragraphs_of(text), line=line, **fields_of(record))
