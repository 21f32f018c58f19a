"""JSON Lines, a JSON array or CSV -> rows: named fields, the raw text they stand in, and their place.

A row that cannot be read is a row too, with the reason instead of fields, so that
nothing vanishes between the file and the summary. What the fields mean is the
business of `generic_record`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Literal

from afterself.archive.drafts import Locator
from afterself.errors import SourceError
from afterself.importers.csv_rows import CsvRows, Header, Row
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import Encoding, Line, lines

Layout = Literal["JSON Lines", "JSON array", "CSV"]
Named = Callable[[dict[str, object]], dict[str, object]]
ALIASES = {
    "conversation": ("thread", "chat"),
    "time": ("timestamp", "date"),
    "author": ("sender", "from"),
    "text": ("message", "content"),
}
OPTIONAL = ("id", "reply_to", "kind", "recipients", "language")
_LARGEST_ARRAY = 512 << 20
_DELIMITERS = ",;\t"
_NEXT_OBJECT = re.compile(r'\}\s*,\s*(\{\s*")')
_BLANK = re.compile(r"[ \t\r\n]*")


def layout_of(head: str) -> tuple[Layout, frozenset[str]] | None:
    """The layout that the first characters of a file show, and the known columns; None if it is none."""
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        found = [_columns_of_object(line) for line in start.split("\n")]
        return ("JSON Lines", max(found, key=len)) if any(found) else None
    if start.startswith("["):
        found = [_columns_of_object(start[1:].lstrip())]
        return ("JSON array", found[0]) if found[0] else None
    columns, _ = _csv_header(start.split("\n", 1)[0].removesuffix("\r"))
    return ("CSV", frozenset(columns)) if {"author", "text"} <= set(columns) else None


def rows(
    source: SourceView,
    member: str,
    layout: Layout,
    encoding: Encoding,
    named: Named | None = None,
    header: Header | None = None,
) -> Iterator[Row]:
    """Every row of a member, readable or not; blank lines are no rows.

    `named` gives the fields of a JSON object, `header` the columns of a CSV, if not as the format has them.
    """
    named = named or _named
    if layout == "JSON array":
        return _array_rows(source, member, encoding, named)
    found = lines(source, member, encoding)
    if layout == "JSON Lines":
        return _json_rows(found, member, named)
    return CsvRows(found, member, header or _csv_header).read()


def _json_rows(found: Iterator[Line], member: str, named: Named) -> Iterator[Row]:
    for line in found:
        if line.text is not None and not line.text.strip():
            continue
        fields, why = _object(line.text, named)
        yield Row(line.number, line.text or "", Locator(member, line.offset, line.length), fields, why)


def _object(text: str | None, named: Named) -> tuple[dict[str, object] | None, str]:
    if text is None:
        return None, "the line is not valid text in the file's encoding, or far too long"
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None, "the line is not whole, valid JSON"
    return (named(value), "") if isinstance(value, dict) else (None, "the line is not a JSON object")


def _array_rows(source: SourceView, member: str, encoding: Encoding, named: Named) -> Iterator[Row]:
    text = _whole_text(source, member, encoding)
    decoder = json.JSONDecoder()
    at = _blank(text, text.index("[") + 1)
    line, counted, item = 1, 0, 0
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
            fields = named(value) if isinstance(value, dict) else None
            why = "" if fields is not None else "the item is not a JSON object"
        except (ValueError, RecursionError):
            resumed = _NEXT_OBJECT.search(text, at)
            end = resumed.start() + 1 if resumed else len(text)
            fields, why = None, "the item is not whole, valid JSON"
        raw = text[at:end].replace("\r\n", "\n")
        yield Row(line, raw, Locator(member, pointer=f"/{item}"), fields, why)
        item += 1
        at = _blank(text, end)
        if at < len(text) and text[at] == ",":
            at = _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _whole_text(source: SourceView, member: str, encoding: Encoding) -> str:
    if source.size(member) > _LARGEST_ARRAY:
        raise SourceError(
            f"“{shown(member)}” is one JSON array, too big to be read at once.",
            remedy="Write it as JSON Lines (one object a line), for example with: jq -c '.[]'",
        )
    with source.open(member) as stream:
        data = stream.read()[encoding.mark :]
    try:
        return data.decode(encoding.name)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"“{shown(member)}” is not valid {encoding.name.upper()} at byte {encoding.mark + error.start}.",
            remedy="Save it again as UTF-8.",
        ) from error


def _csv_header(line: str) -> tuple[list[str], str]:
    """Column names by the delimiter that shows most of the known ones; unknown columns are ""."""
    best: tuple[list[str], str] = ([], ",")
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        known = _named({cell.strip().lower(): index for index, cell in enumerate(cells)})
        names = [""] * len(cells)
        for name, index in known.items():
            if isinstance(index, int) and name in (*ALIASES, *OPTIONAL):
                names[index] = name
        if sum(map(bool, names)) > sum(map(bool, best[0])):
            best = (names, delimiter)
    return best


def _columns_of_object(text: str) -> frozenset[str]:
    """Known keys of the first JSON object in a text, also where the text is cut; empty if not a record."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
        keys = _named(value) if isinstance(value, dict) else {}
    except (ValueError, RecursionError):
        keys = _named(dict.fromkeys(re.findall(r'"(\w{1,20})"\s*:', text)))
    columns = frozenset(keys) & {*ALIASES, *OPTIONAL}
    return columns if {"author", "text"} <= columns else frozenset()


def _named(value: dict[str, object]) -> dict[str, object]:
    """The fields under the names of the format: an alias counts where the name itself is absent."""
    named = {key: field for key, field in value.items() if key in ALIASES or key in OPTIONAL}
    for name, others in ALIASES.items():
        for other in others:
            if name not in named and other in value:
                named[name] = value[other]
    return named
