"""CSV -> rows: named fields, the raw text they stand in, and their place; one bad row costs no other.

A row that cannot be read is a row too, with the reason instead of fields, so that nothing vanishes between
the file and the summary. What the columns mean is the business of an importer.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from afterself.archive.drafts import Locator
from afterself.importers.json_fields import words
from afterself.importers.source_view import SourceView
from afterself.importers.text_lines import LONGEST_LINE, Line, encoding_of, head_text, lines

_LONGEST_CSV_ROW = 10_000

Header = Callable[[str], tuple[list[str], str]]
"""The names of the columns in a header's line ("" for one that is not read), and the delimiter."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in the file. `fields` is None if it cannot be read, and `why` says so."""

    line: int
    raw: str
    locator: Locator
    fields: dict[str, object] | None
    why: str = ""


def table_rows(source: SourceView, member: str) -> Iterator[Row]:
    """Every row of a table with commas, its columns by their names in small letters.

    Empty cells are left out. SourceError if the member is no text.
    """
    yield from CsvRows(lines(source, member, encoding_of(source, member)), member, columns).read()


def columns(line: str) -> tuple[list[str], str]:
    """The columns of a header with commas."""
    try:
        return [cell.strip().lower() for cell in next(csv.reader([line.removeprefix("\ufeff")]), [])], ","
    except csv.Error:
        return [], ","


def header_of(source: SourceView, name: str) -> list[str]:
    """The columns of a table, by the first line of its head."""
    line = (head_text(source.head(name, 4096)) or "").partition("\n")[0]
    return columns(line.rstrip("\r"))[0]


def cell(row: Row, name: str) -> str:
    """A cell by the name of its column; "" if it is empty."""
    return words((row.fields or {}).get(name)).strip()


class CsvRows:
    """Reads CSV so that one bad row, such as a quote never closed, costs that row and not the rest."""

    def __init__(self, found: Iterator[Line], member: str, header: Header) -> None:
        self._found = found
        self._member = member
        self._header = header
        self._back: deque[Line] = deque()
        self._used: list[Line] = []

    def read(self) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_LINE)
        header = self._next()
        while header and not (header.text or "").strip():
            header = self._next()
        if not header:
            return
        names, delimiter = self._header(header.text or "")
        number = 0
        while (first := self._next()) is not None:
            if first.text is not None and not first.text.strip():
                continue
            self._back.appendleft(first)
            number += 1
            yield self._row(names, delimiter, number)

    def _next(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._found, None)

    def _feed(self) -> Iterator[str]:
        while len(self._used) < _LONGEST_CSV_ROW and (line := self._next()) is not None:
            self._used.append(line)
            yield (line.text or "") + "\n"

    def _row(self, names: list[str], delimiter: str, number: int) -> Row:
        self._used = []
        why = ""
        cells: list[str] = []
        try:
            cells = next(csv.reader(self._feed(), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            why = "the quotes of the row do not match"
        while len(cells) > len(names) and not cells[-1]:
            cells.pop()
        if not why and len(cells) != len(names):
            why = "the row has not as many columns as the header"
        if any(line.text is None for line in self._used):
            why = "the row is not valid text in the file's encoding, or far too long"
        if why:
            self._back.extendleft(reversed(self._used[1:]))
            del self._used[1:]
        raw = "\n".join(line.text or "" for line in self._used)
        fields: dict[str, object] = {
            name: cell for name, cell in zip(names, cells, strict=False) if name and cell
        }
        locator = Locator(
            self._member, self._used[0].offset, sum(line.length for line in self._used), row=number
        )
        return Row(self._used[0].number, raw, locator, None if why else fields, why)
