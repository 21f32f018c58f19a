"""`afterself score`: what real replies cost under the weights of one or several selves, as JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.passphrases import opened
from afterself.cli.progress import ProgressLine
from afterself.cli.reading import json_lines, shown_source
from afterself.cli.shell import app, chosen_path, console, echo_json
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.home.folder import Self
    from afterself.training.score import Score

_EXAMPLE = '{"context": [{"author": "Anna", "text": "coming?"}], "text": "yes"}'


@app.command()
def score(
    file: Annotated[
        str, typer.Option(metavar="FILE", help="Replies, one JSON object a line; - is standard input.")
    ],
    selves: Annotated[
        list[str] | None,
        typer.Option(
            "--self",
            metavar="DIR,DIR",
            help="Folders of the selves (default: the chosen one). May be repeated.",
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON line a reply.")] = False,
) -> None:
    """Score real replies: their bits under weights and bare base.

    A line has “context”, a list of what was said before, and “text”, the reply: a string, or a list if
    it is a burst. An item of the context has “author” and “text”, optionally “time” and “is_owner” or
    “role” (owner, other); a plain string is somebody else's. A line may add “author” (whose reply it
    is; else the owner of the self, of several selves a guess that is told), “to”, “via”,
    “time” or “on” (2019-03), and “group” (true, false).

    One line a reply comes out, in order: {"bytes": …, "bits": {DIR: …}, "bits_base": …}. Bytes are UTF-8
    plus one for the end mark, whose bits are counted.

    \b
    Example: afterself score --self anna,ben --file replies.jsonl --json
    """
    from afterself.home.jobs import Progress
    from afterself.training.score import score as score_replies

    where = shown_source(file)
    objects = json_lines(file, needs="text", kind=(str, list), example=_EXAMPLE)
    if not objects:
        raise UsageError(f"{where} holds no reply.")
    with ProgressLine(console(stderr=True)) as line:
        scores = score_replies(_open(selves), objects, where, Progress(line.tell, interval=1.0))
    if json_:
        for one in scores:
            echo_json({"bytes": one.bytes, "bits": one.bits, "bits_base": one.bits_base})
    else:
        _print(scores)


def _open(given: list[str] | None) -> dict[str, Self]:
    """The selves by the names that were given; a folder whose name holds a comma is one name."""

    names: list[str] = []
    for one in given or [str(chosen_path())]:
        names += [one] if Path(one).expanduser().is_dir() else [name for name in one.split(",") if name]
    return {name: opened(Path(name).expanduser()) for name in dict.fromkeys(names)}


def _print(scores: list[Score]) -> None:
    size = sum(one.bytes for one in scores)
    rows = {"the base": sum(one.bits_base for one in scores)}
    rows |= {name: sum(one.bits[name] for one in scores) for name in scores[0].bits}
    out = console()
    out.print(f"{counted(len(scores), 'reply', 'replies')}, {counted(size, 'byte')}", markup=False)
    for name, bits in rows.items():
        out.print(f"  {bits / size:.4f} bits per byte  {name}", markup=False)
