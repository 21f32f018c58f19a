"""`afterself index`: the index of meaning up to date, and with which embedder it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from afterself.cli.shell import app, console, echo_json, open_self
from afterself.errors import UsageError


@app.command()
def index(
    embedder: Annotated[
        Path | None,
        typer.Option(
            "--embedder",
            metavar="FOLDER",
            help="Find by the meaning that this model sees: a folder of sentence-transformers or ONNX.",
        ),
    ] = None,
    built_in: Annotated[
        bool, typer.Option("--built-in", help="Go back to the small English one that comes along.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Bring the index of meaning up to date. `import` and `ask` do so by themselves.

    With --embedder, all is embedded anew, newest first, and `ask` uses that model from now on. It can be
    stopped at any time: what is done stays, and the next time goes on.

    Example: afterself index --embedder ~/models/multilingual-e5-small
    """
    if embedder is not None and built_in:
        raise UsageError("Give either --embedder or --built-in.", remedy="See: afterself index --help")
    from rich.text import Text

    from afterself.archive.store import Archive
    from afterself.memory.chosen_embedder import embedder_at
    from afterself.memory.index import update

    self_ = open_self()
    with Archive.writing(self_) as archive:
        folder = str(embedder.expanduser().absolute()) if embedder else archive.vectors.folder()
        chosen = embedder_at(None if built_in else folder)
        with console(stderr=True).status(Text("Indexing")) as status:
            if as_json:
                status.stop()
            done = update(
                archive,
                chosen,
                folder=None if built_in else folder,
                tell=lambda done, of: status.update(Text(f"Indexing: {done:,} of {of:,}")),
            )
    if as_json:
        echo_json({"embedder": chosen.name, "dimensions": chosen.dimensions, "embedded": done})
    else:
        console().print(f"{done:,} texts embedded with {chosen.name}.", markup=False, highlight=False)
