"""`afterself correct`: the owner puts right what a record says; a later import does not undo it.

The new text comes from an option, from standard input or from an editor. The editor's file is private,
lies beside the archive (for an encrypted self in memory only), and is gone afterwards.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.history_commands import no_record
from afterself.cli.shell import app, console, echo_json, interactive, open_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.archive.store import Artifact, Corrected
    from afterself.home.folder import Self
    from afterself.policy.view import ViewRecord

_BEGINS = ".correcting-"
_MEMORY = Path("/dev/shm")


@app.command()
def correct(
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id, as `search --json` tells it.")],
    text: Annotated[
        str | None,
        typer.Option(
            "--text",
            metavar="TEXT",
            help="The right text; - reads it from standard input (default: $EDITOR).",
        ),
    ] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TEXT", help="Why, for your own memory.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the latest correction back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")] = False,
) -> None:
    """Correct what a record says, such as a wrong transcript. Search, memory and training use your text.

    What the export said stays in the history (afterself records show ID), and a later import does not
    bring it back to the front. Weights that learned from the old text stay until you train again.

    \b
    Example: afterself correct 3f9c0a7be21d44d0a1b2
             echo "I never said never" | afterself correct 3f9c0a7be21d44d0a1b2 --text - --why "misheard"
    """
    if undo and (text is not None or why is not None):
        raise UsageError("--undo takes no text.", remedy="Use it alone: afterself correct ID --undo")
    self_ = open_self()
    record = _record(self_, id.strip())
    if undo:
        done, made = _store(self_, record.id, None, None)
    else:
        done, made = _store(self_, record.id, _wording(self_, record, text), why)
    if done.changed:
        self_.audit("correction undone" if undo else "record corrected", records=1)
    if as_json:
        echo_json({
            "id": done.record, "revision": done.revision, "changed": done.changed,
            "learned_from_before": [{"kind": one.kind, "path": one.path} for one in made],
        })  # fmt: skip
        return
    _tell(done, made, undo=undo)


def _record(self_: Self, id: str) -> ViewRecord:
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        record = view.record(id)
    if record is None:
        raise no_record(id)
    return record


def _wording(self_: Self, record: ViewRecord, text: str | None) -> str:
    if text == "-":
        given = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    elif text is not None:
        return text
    elif interactive():
        given = _edited(self_, record.text)
    else:
        raise UsageError(
            "Nobody can be asked here.", remedy="Give the text: --text TEXT, or --text - to read it"
        )
    # Editors and echo end a text with a newline that nobody meant.
    return given if record.text.endswith("\n") else given.removesuffix("\n").removesuffix("\r")


def _edited(self_: Self, text: str) -> str:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with _private_file(self_, text) as path:
        try:
            left = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
        except (OSError, ValueError) as error:
            raise UsageError(
                f"The editor “{editor}” cannot be started.",
                remedy="Set EDITOR, or give the text with --text.",
            ) from error
        if left:
            raise UsageError(f"The editor left with code {left}. Nothing was changed.")
        return path.read_bytes().decode("utf-8", "replace")


@contextlib.contextmanager
def _private_file(self_: Self, text: str) -> Iterator[Path]:
    """A file in a folder of its own that only this user can open; editors leave their copies there too."""
    import shutil

    from afterself.home.abandoned import claimed, sweep_abandoned

    folder = self_.path
    if self_.encrypted:
        if not _MEMORY.is_dir():
            raise UsageError(
                "This self is encrypted, and an editor's file would lie here readable.",
                remedy="Give the text on standard input: afterself correct ID --text -",
            )
        folder = _MEMORY
    sweep_abandoned(path for path in folder.glob(f"{_BEGINS}*") if path.stat().st_uid == os.getuid())
    own = folder / f"{_BEGINS}{secrets.token_hex(6)}"
    own.mkdir(mode=0o700)
    try:
        with claimed(own):
            path = own / "text.txt"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8", "replace"))
            yield path
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _store(
    self_: Self, record: str, text: str | None, why: str | None
) -> tuple[Corrected, tuple[Artifact, ...]]:
    """Store a correction (None: take one back); gives also what learned from the text of before."""
    from afterself.archive.store import Archive

    with Archive.writing(self_) as archive:
        made = archive.reach([record]).stale
        done = archive.undo_correction(record) if text is None else archive.correct(record, text, why)
    return done, made if done.changed else ()


def _tell(done: Corrected, made: tuple[Artifact, ...], *, undo: bool) -> None:
    out = console()
    if not done.changed:
        out.print("It says so already. Nothing was changed.")
        return
    out.print(f"Taken back: revision {done.revision} shows again." if undo else "Corrected.")
    for one in made:
        out.print(f"Made from the text of before: {one.path}", markup=False)
    if any(one.kind == "weights" for one in made):
        out.print("To let new weights learn from it: afterself train")
