"""What a person says about exports that they do not say themselves, checked: names, zone, order of dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from afterself.cli.completions import one_of
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.importers.contract import DateOrder, Options

Me = Annotated[
    list[str] | None,
    typer.Option("--me", metavar="NAME,NAME", help="Names or handles of the owner in the exports."),
]
Zone = Annotated[
    str | None,
    typer.Option("--zone", metavar="ZONE", help="Zone of times without offset (default: this machine's)."),
]
Order = Annotated[
    str | None,
    typer.Option(
        "--date-order",
        metavar="dmy|mdy|ymd",
        autocompletion=one_of("dmy", "mdy", "ymd"),
        help="How to read 03/04/21 where a file leaves it open.",
    ),
]


def import_options(me: Sequence[str], zone: str | None, date_order: str | None) -> Options:
    """What importers are told; UsageError says which part does not fit."""
    from afterself.importers.contract import DateOrder, Options
    from afterself.importers.local_time import LocalClock

    LocalClock(zone)
    order: DateOrder | None = next((known for known in get_args(DateOrder) if known == date_order), None)
    if date_order and not order:
        raise UsageError(
            f"“{date_order[:20]}” is no order of dates.", remedy="Give --date-order dmy, mdy or ymd."
        )
    names = tuple(name.strip() for given in me for name in given.split(",") if name.strip())
    return Options(me=names, zone=zone, date_order=order)
