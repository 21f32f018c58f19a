"""The option of `train` and `dataset` that leaves threads out of what is learned from."""

from __future__ import annotations

from typing import Annotated

import typer

from afterself.cli.completions import threads

ExcludeThreadOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-thread",
        metavar="THREAD",
        autocompletion=threads,
        help="Leave out a thread: its id, key or title. May be repeated.",
    ),
]
