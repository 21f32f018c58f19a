"""The option that narrows a command to one source: the format that records were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.policy.view import View

SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="SOURCE", help="Only this source: whatsapp, generic, …")
]


def source_called(view: View, wanted: str | None) -> str | None:
    """The source that is wanted; UsageError with those that are there if nothing came from it."""
    sources = set() if wanted is None else {one.source for one in view.threads()}
    if wanted is not None and wanted not in sources:
        raise UsageError(
            f"There is no source “{wanted}”.", remedy=f"There is: {', '.join(sorted(sources)) or 'none yet'}."
        )
    return wanted
