"""Tables whose columns nobody knows: what their columns are, and how the owner said that they are to be read.

A `Mapping` says which column is the time, the author, the text and the conversation. It is kept as a setting
of the self, so that the same columns are known the next time. Reading them is the business of `mapped`.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from afterself.archive.plain import one_line
from afterself.archive.settings import setting
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.contract import DateOrder
from afterself.importers.csv_rows import Row
from afterself.importers.generic_rows import Layout, rows
from afterself.importers.source_view import SourceView
from afterself.importers.text_lines import encoding_of, head_text

_SETTING = "tables"
_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 200
_SAMPLE = 500
_BETWEEN = re.compile(r"[ \t\r\n,]*")  # two objects
_WIDTH = 40


@dataclass(frozen=True, slots=True)
class Table:
    """A member that is a table, and its columns in their order."""

    member: str
    layout: Layout
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column of a table with these columns is what.

    Without `author` the owner wrote all of it; without `conversation` a file is one, of its name; without
    `time` nothing has a time. `zone` is that of times without offset, unless another one is given.
    """

    columns: tuple[str, ...]
    text: str
    author: str | None = None
    time: str | None = None
    conversation: str | None = None
    date_order: DateOrder | None = None
    zone: str | None = None

    def fits(self, table: Table) -> bool:
        """Whether a table is of this shape: a CSV to the column; JSON may lack what is not read.

        A field that was not there is another table: it may say that somebody else wrote this one.
        """
        if table.layout == "CSV":
            return self.columns == table.columns
        read = {self.text, self.author, self.time, self.conversation} - {None}
        return read <= set(table.columns) <= set(self.columns)


def table_of(source: SourceView, member: str) -> Table | None:
    """The table that a member is; None if it is none."""
    text = (head_text(source.head(member)) or "").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        layout: Layout = "JSON Lines" if text.startswith("{") else "JSON array"
        names = _keys(text[text.startswith("[") :].lstrip())
        return Table(member, layout, names) if len(names) > 1 else None
    header, _ = csv_columns(text.partition("\n")[0].removesuffix("\r"))
    usable = 1 < len(header) <= _MOST_COLUMNS and all(header) and len(set(header)) == len(header)
    return Table(member, "CSV", tuple(header)) if usable and "\n" in text else None


def columns_of(table: Table, most: int = _MOST_COLUMNS) -> str:
    """The names of the columns, to be printed; at most so many of them."""
    named = ", ".join(f"“{one_line(name)[:_WIDTH]}”" for name in table.columns[:most])
    more = len(table.columns) - most
    return f"{named} and {more:,} more" if more > 0 else named


def map_command(path: str) -> str:
    """What to type to import a table alone and say which column is what."""
    return f"afterself import {shlex.quote(one_line(path))} --map time=COLUMN,author=COLUMN,text=COLUMN"


def table_rows(source: SourceView, table: Table) -> Iterator[Row]:
    """Every row, its fields by the names of the columns."""
    return rows(source, table.member, table.layout, encoding_of(source, table.member), flat, csv_columns)


def sample(source: SourceView, table: Table) -> list[dict[str, object]]:
    """The fields of the first rows that can be read."""
    return [row.fields for row in islice(table_rows(source, table), _SAMPLE) if row.fields]


def csv_columns(line: str) -> tuple[list[str], str]:
    """The columns of a header, and the delimiter that gives most of them."""
    best: tuple[list[str], str] = ([], ",")
    for delimiter in _DELIMITERS:
        try:
            row = next(csv.reader([line.removeprefix("\ufeff")], delimiter=delimiter), [])
        except csv.Error:
            continue
        cells = [cell.strip() for cell in row]
        if len(cells) > len(best[0]):
            best = (cells, delimiter)
    return best


def flat(value: dict[str, object], before: str = "") -> dict[str, object]:
    """The fields of an object, those of objects in it as `outer.inner`."""
    found: dict[str, object] = {}
    for key, field in value.items():
        if isinstance(field, dict) and before.count(".") < 3:
            found |= flat(field, f"{before}{key}.")
        else:
            found[before + key] = field
    return found


def _keys(text: str) -> tuple[str, ...]:
    """The fields of the objects that a text begins with, as many of them as are whole."""
    found: dict[str, None] = {}
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_SAMPLE):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, dict):
            return ()
        found |= dict.fromkeys(flat(value))
        if between := _BETWEEN.match(text, at):
            at = between.end()
    return tuple(found)[:_MOST_COLUMNS]


def mappings(self_: Self) -> list[Mapping]:
    """What the owner of a self said about tables."""
    return [Mapping(**{**one, "columns": tuple(one["columns"])}) for one in setting(self_, _SETTING) or ()]


def keep_mapping(self_: Self, mapping: Mapping) -> None:
    """Know this shape of a table from now on, in place of what was said of the same columns before."""
    kept = [one for one in mappings(self_) if one.columns != mapping.columns]
    with Archive.writing(self_) as archive, archive.transaction():
        archive.settings.set(_SETTING, [asdict(one) for one in (*kept, mapping)])
