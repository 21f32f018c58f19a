"""Tables with columns that nobody knows: the person says which is which, by `--map` or when asked.

What they say is kept in the self (`importers.odd_tables`), so that the same columns are known next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from afterself.archive.plain import one_line
from afterself.cli.answers import confirmed, numbers
from afterself.cli.shell import console
from afterself.errors import SourceError, UnknownFormat, UsageError

if TYPE_CHECKING:
    from afterself.home.folder import Self
    from afterself.importers.contract import DateOrder, Options
    from afterself.importers.odd_tables import Mapping, Table
    from afterself.importers.source_view import SourceView

PARTS = ("time", "author", "text", "conversation")
_NAMES = {
    "time": (
        "time",
        "date",
        "datum",
        "zeit",
        "timestamp",
        "created",
        "sent",
        "fecha",
        "hora",
        "heure",
        "data",
    ),
    "author": ("author", "from", "sender", "von", "absender", "name", "user", "nickname", "remitente", "de"),
    "text": ("text", "message", "nachricht", "body", "content", "inhalt", "entry", "mensaje", "texto"),
    "conversation": ("conversation", "chat", "thread", "channel", "room", "group", "kanal", "gruppe", "to"),
}
"""What columns are often called: only which one is offered first."""

_EXAMPLES = 3
_WIDTH = 40
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


def learn_by_map(self_: Self, paths: Sequence[str], given: str, options: Options) -> None:
    """Keep what `--map` says about the tables at these paths. UsageError names the columns seen."""
    from afterself.importers.odd_tables import keep_mapping, sample
    from afterself.importers.source_view import SourceView

    for path in paths:
        with SourceView.at(Path(path).expanduser()) as source:
            table = _table(source)
            if table is None:
                raise UsageError(
                    f"“{one_line(path)}” is no table, so --map cannot be meant for it.",
                    remedy="Give --map with a CSV, JSON Lines or a JSON array of objects.",
                )
            mapping = _given(table, given, options)
            keep_mapping(self_, _dated(mapping, sample(source, table), ask=False))


def learn_by_asking(self_: Self, paths: Sequence[str], options: Options) -> None:
    """For each file that nothing recognises but that is a table: ask what its columns are, and keep it."""
    from afterself.importers.odd_tables import keep_mapping
    from afterself.importers.plugins import importers_of
    from afterself.importers.registry import recognise
    from afterself.importers.source_view import SourceView

    for path in paths:
        if path == "-" or not Path(path).expanduser().is_file():
            continue
        try:
            with SourceView.at(Path(path).expanduser()) as source:
                try:
                    recognise(source, importers_of(self_))
                except UnknownFormat:
                    table = _table(source)
                    mapping = None if table is None else _asked(source, table, options)
                    if mapping is not None:
                        keep_mapping(self_, mapping)
        except SourceError:
            continue  # the import tells what is wrong with it


def columns_told(path: str) -> list[str]:
    """How to import the tables at a path that nothing recognises (or in a folder); empty if there is none."""
    from afterself.importers.odd_tables import columns_of, map_command
    from afterself.importers.source_view import SourceView
    from afterself.importers.survey import unread_tables

    try:
        with SourceView.at(Path(path).expanduser()) as source:
            if source.kind != "file":
                return [f"{one.why}. {one.remedy}" for one in unread_tables(source, source.names())]
            table = _table(source)
    except SourceError:
        return []
    if table is None:
        return []
    told = f"“{one_line(path)}” is a table with the columns {columns_of(table)}."
    return [f"{told} Say which is which, for example: {map_command(path)}"]


def _table(source: SourceView) -> Table | None:
    from afterself.importers.odd_tables import table_of

    return table_of(source, source.names()[0]) if source.kind == "file" else None


def _given(table: Table, given: str, options: Options) -> Mapping:
    """What `--map time=Date,author=Von,text=Nachricht` says of a table."""
    from afterself.importers.odd_tables import Mapping, columns_of

    named: dict[str, str] = {}
    folded = {name.casefold(): name for name in table.columns}
    for part in filter(None, (one.strip() for one in given.split(","))):
        what, _, column = (one.strip() for one in part.partition("="))
        if what not in PARTS or not column:
            raise UsageError(
                f"--map does not understand “{one_line(part)[:_WIDTH]}”.",
                remedy=f"Write --map time=COLUMN,author=COLUMN,text=COLUMN; known are {', '.join(PARTS)}.",
            )
        if column.casefold() not in folded:
            raise UsageError(
                f"“{one_line(table.member)}” has no column “{one_line(column)[:_WIDTH]}”.",
                remedy=f"Its columns are {columns_of(table)}.",
            )
        named[what] = folded[column.casefold()]
    missing = [what for what in ("author", "text") if what not in named]
    if missing:
        raise UsageError(
            f"--map does not say which column is the {' and the '.join(missing)}.",
            remedy=f"The columns of “{one_line(table.member)}” are {columns_of(table)}.",
        )
    return Mapping(
        table.columns, named["text"], named["author"], named.get("time"), named.get("conversation"),
        options.date_order, options.zone,
    )  # fmt: skip


def _asked(source: SourceView, table: Table, options: Options) -> Mapping | None:
    """What the person says of a table, after seeing how its first records read; None if it is nothing."""
    from afterself.importers.odd_tables import Mapping, sample

    rows = sample(source, table)
    if not rows:
        return None
    _show(table, rows)
    while True:
        text = _column(table, "text", "Which column is the text?")
        if text is None:
            return None
        author = _column(table, "author", "Which is who wrote it? 0 if it is all yours", none=True)
        time = _column(table, "time", "Which is the time? 0 if there is none", none=True)
        conversation = _column(
            table, "conversation", "Which is the conversation? 0 if the file is one", none=True
        )
        mapping = Mapping(table.columns, text, author, time, conversation, options.date_order, options.zone)
        mapping = _zoned(_dated(mapping, rows, ask=True), rows)
        _preview(source, table, mapping)
        if confirmed("Is that right?", default=True):
            return mapping


def _show(table: Table, rows: Sequence[dict[str, object]]) -> None:
    out = console()
    out.print(f"“{one_line(table.member)}” is a table that nothing knows. Its columns:", markup=False)
    for number, name in enumerate(table.columns, 1):
        examples = [one_line(str(row[name]))[:_WIDTH] for row in rows if row.get(name) not in (None, "")]
        out.print(f"  {number:>2}  {one_line(name)}: {' | '.join(examples[:_EXAMPLES])}", markup=False)


def _column(table: Table, what: str, question: str, *, none: bool = False) -> str | None:
    """The column that the person picks; the likely one if they just press Enter, None for 0."""
    likely = next((name for name in table.columns if name.casefold() in _NAMES[what]), None)
    default = "0" if likely is None else one_line(likely)
    hint = f"{question} (number or name; Enter for {default})" if none or likely else f"{question} (number)"
    while True:
        picked = numbers(hint, 0 if none else 1, len(table.columns), table.columns)
        if picked is None:
            return likely
        if len(picked) == 1:
            [number] = picked
            return table.columns[number - 1] if number else None
        typer.echo("Please pick one.")


def _dated(mapping: Mapping, rows: Sequence[dict[str, object]], *, ask: bool) -> Mapping:
    """The mapping with the order of its dates, if they need one. UsageError where nobody can be asked."""
    from dataclasses import replace

    from afterself.importers.odd_dates import iso_of, orders_of

    times = [row[mapping.time] for row in rows if mapping.time and row.get(mapping.time) not in (None, "")]
    orders: list[DateOrder | None] = orders_of(times)
    if not times or orders == [None] or mapping.date_order in orders:
        return mapping
    example = next((one for one in times if orders and iso_of(one, orders[0]) != one), times[0])
    shown = one_line(str(example))[:_WIDTH]
    if not orders:
        raise UsageError(
            f"The column “{one_line(mapping.time or '')}” holds times that cannot be read, as “{shown}”.",
            remedy="Readable are ISO 8601, unix times, and dates such as 31.12.2020 18:30 or Dec 31, 2020.",
        )
    if len(orders) == 1:
        return replace(mapping, date_order=orders[0])
    if not ask:
        raise UsageError(
            f"“{shown}” leaves open what is the day and what is the month.",
            remedy="Say it with --date-order dmy or --date-order mdy.",
        )
    told = [f"{_ORDERS[str(one)]}: {iso_of(example, one)}" for one in orders]
    typer.echo(f"“{shown}” can be read as:")
    for number, line in enumerate(told, 1):
        typer.echo(f"  {number}  {line}")
    while len(picked := numbers("Which?", 1, len(orders)) or set()) != 1:
        typer.echo("Please pick one.")
    return replace(mapping, date_order=orders[picked.pop() - 1])


def _zoned(mapping: Mapping, rows: Sequence[dict[str, object]]) -> Mapping:
    """The mapping with the zone of its times, if they have none."""
    from dataclasses import replace

    from afterself.importers.local_time import LocalClock
    from afterself.importers.odd_dates import lacks_zone

    times = [row[mapping.time] for row in rows if mapping.time and row.get(mapping.time) not in (None, "")]
    if mapping.zone or not any(lacks_zone(one, mapping.date_order) for one in times):
        return mapping
    here = LocalClock().name
    while True:
        answer = str(typer.prompt(f"In which time zone are the times? (Enter for {here})", default="",
                                  show_default=False)).strip()  # fmt: skip
        try:
            LocalClock(answer or None)
        except UsageError as error:
            typer.echo(f"{error.message} {error.remedy}")
            continue
        return replace(mapping, zone=answer) if answer else mapping


def _preview(source: SourceView, table: Table, mapping: Mapping) -> None:
    """How the first records read."""
    from itertools import islice

    from afterself.archive.drafts import RecordDraft
    from afterself.importers.contract import Options
    from afterself.importers.mapped import MappedImporter

    items = MappedImporter("you", [mapping]).open(source, Options())
    records = (one for one in items if isinstance(one, RecordDraft))
    out = console()
    try:
        for one in islice(records, _EXAMPLES):
            at = "no time" if one.said_at is None else f"{one.said_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            who = one.author.name if one.author else "nobody"
            line = f"{at}  {who} ({one.thread}): {one.text}"
            out.print(f"  {one_line(line)[:100]}", markup=False)
    except SourceError as error:
        out.print(one_line(error.message), markup=False)
