"""`afterself verify`: reads every byte of a self, or of a bundle, and says what is not what was written."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli import passphrases
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import app, console, echo_json, open_self

if TYPE_CHECKING:
    from afterself.archive.verifying import Finding


@app.command()
def verify(
    bundle: Annotated[
        Path | None, typer.Argument(metavar="BUNDLE", help="A bundle file, instead of the self.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find any damage: every file is checked, to the bit.

    Nothing is changed. The exit code is 1 if something is damaged or missing. What is only left over, such
    as after a kill, is told as a note. Of a bundle the signature over every byte is checked, and with its
    passphrase also each file in it.

    \b
    Example: afterself --self my-self verify
             afterself verify my-self.bundle
    """
    if bundle is not None:
        _verify_bundle(bundle.expanduser(), as_json=as_json)
        return
    from afterself.archive.verifying import verify as look

    found = []
    for one in look(open_self()):
        found.append(one)
        if not as_json:
            _show(one)
    bad = sum(not one.note for one in found)
    if as_json:
        echo_json({"ok": not bad, "findings": [asdict(one) for one in found]})
    else:
        console().print(f"{bad} damaged." if bad else "Every file is what was written.")
    if bad:
        raise typer.Exit(1)


def _show(one: Finding) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    out = console()
    mark, style = ("note   ", "yellow") if one.note else ("DAMAGED", "bold red")
    told = terminal_text(f"{one.file}: {one.what}", one_line=True)
    out.print(Text.assemble((mark, style), f" {told}"), soft_wrap=True)
    out.print(Text(f"        → {terminal_text(one.remedy, one_line=True)}", style="dim"), soft_wrap=True)


def _verify_bundle(path: Path, *, as_json: bool) -> None:
    """Signature and, where the passphrase can be had, content; damage ends the command by its error."""
    from afterself.custody import check, open_bundle
    from afterself.home.jobs import Progress
    from afterself.home.owner_key import fingerprint

    found = None
    with ProgressLine(console(stderr=True)) as line:
        progress = Progress(line.tell)
        with open_bundle(path, progress) as bundle:
            signer = fingerprint(bundle.header.signer)
            if not as_json:
                typer.echo(f"Every byte is what was signed by the key {signer}.")
            if not bundle.encrypted or passphrases.file_named() is not None or passphrases.can_ask():
                found = check(bundle, passphrases.bundle_keys(bundle), progress)
    if as_json:
        facts = {"files": None, "about": None} if found is None else asdict(found)
        echo_json({"ok": True, "findings": [], "signer": signer, "sha256": bundle.sha256, **facts})
    elif found is None:
        typer.echo("The files in it were not opened: no passphrase was given.")
    else:
        typer.echo(f"{_all_whole(found.files)} {_whose(found.about)}")


def _all_whole(files: int) -> str:
    return "The one file in it is whole." if files == 1 else f"All {files:,} files in it are whole."


def _whose(about: dict[str, Any]) -> str:
    """Whose self a bundle holds, as it says itself."""
    from afterself.archive.plain import terminal_text

    declared = about["declared"]
    told = f"A self of {declared.get('name')} ({declared.get('right')}), packed at {about.get('made_at')}."
    return terminal_text(told, one_line=True)
