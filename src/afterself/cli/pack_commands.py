"""`pack` and `unpack`: a self as one bundle file, encrypted and signed, and a self out of one."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.archive.plain import one_line
from afterself.cli import passphrases
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import app, console, echo_json, interactive, open_self
from afterself.cli.synced_folders import require_not_synced
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.custody import Packed, Unpacked
    from afterself.custody.contents import PinnedBase
    from afterself.home.folder import Self

Json = Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")]


@app.command()
def pack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new bundle file; none is replaced.")],
    no_passphrase: Annotated[
        bool,
        typer.Option("--no-passphrase", help="A bundle of a plain self that everybody can open."),
    ] = False,
    without_base: Annotated[
        bool,
        typer.Option("--without-base", help="Leave out the base model that the weights stand on."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Pack the whole self into one encrypted, signed file. It is read back when written.

    The bundle of an encrypted self opens with the passphrase and the recovery words that the self has
    now; a plain self is asked for a passphrase of the bundle (--passphrase-file gives it). A base model other
    than the embedded one is taken along. How to read a bundle without this program: docs/bundles.md.

    \b
    Example: afterself --self my-self pack my-self.bundle
             afterself --self my-self --passphrase-file ~/pass.txt pack /media/usb/2026.bundle
    """
    from afterself.custody import pack as make
    from afterself.home.jobs import Progress

    self_ = open_self()
    passphrase = _passphrase(self_, no_passphrase=no_passphrase)
    with ProgressLine(console(stderr=True)) as line:
        done = make(self_, file, passphrase, Progress(line.tell), with_bases=not without_base)
    if as_json:
        echo_json(_packed_json(done))
    else:
        _show_packed(done, self_)


@app.command()
def unpack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle file.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The new folder of the self.")],
    as_json: Json = False,
) -> None:
    """Make a self out of a bundle, in a new folder. Every byte is checked before the folder is there.

    Asks for the passphrase of the bundle; recovery words open it too, where the self had some when it was
    packed. Nothing is replaced: a folder that holds anything is refused.

    Example: afterself unpack my-self.bundle --to my-self
    """
    from afterself.custody import open_bundle
    from afterself.custody import unpack as make
    from afterself.home.folder import Self
    from afterself.home.jobs import Progress

    Self.require_free(to, "--to")
    require_not_synced(to, yes=not interactive(), option="--to")
    with ProgressLine(console(stderr=True)) as line:
        progress = Progress(line.tell)
        with open_bundle(file.expanduser(), progress) as bundle:
            keys = passphrases.bundle_keys(bundle)
            done = make(bundle, keys, to, progress)
    if as_json:
        echo_json(_unpacked_json(done))
    else:
        _show_unpacked(done)


def _passphrase(self_: Self, *, no_passphrase: bool) -> str | None:
    """The passphrase of a plain self's bundle; None for an encrypted self, or if none is wanted."""
    if self_.encrypted:
        if no_passphrase:
            raise UsageError(
                "An encrypted self is packed encrypted.",
                remedy="Leave out --no-passphrase. Or make it a plain folder first: "
                "afterself unlock --permanently",
            )
        return None
    if no_passphrase:
        return None
    file = passphrases.file_named()
    if file is None and not passphrases.can_ask():
        raise UsageError(
            "A bundle is encrypted with a passphrase, and none was given.",
            remedy="Name a file that holds one: --passphrase-file FILE before “pack”. Or accept a bundle "
            "that everybody can open: --no-passphrase.",
        )
    if file is None and interactive():
        typer.echo("Choose a passphrase for the bundle: without it nobody can open it again, you neither.")
    return passphrases.new_passphrase(file)


def _packed_json(done: Packed) -> dict[str, Any]:
    return {
        "file": str(done.path), "bytes": done.bytes, "sha256": done.sha256, "signer": done.signer,
        "encrypted": done.encrypted, "records": done.records, "files": done.files,
        "bases": [
            {"id": one.id, "sha256": one.sha256, "taken": one.base is not None, "why": one.why}
            for one in done.bases
        ],
        "left_behind": list(done.left), "damaged": [asdict(one) for one in done.findings],
    }  # fmt: skip


def _show_packed(done: Packed, self_: Self) -> None:
    for one in done.findings:
        _warn(f"Damaged in the self, and packed as it is: {one.file}: {one.what}. {one.remedy}")
    if done.left:
        _warn(f"Stayed behind (links, hidden files, names too long): {', '.join(done.left)}")
    for base in done.bases:
        _warn(_base_line(base))
    size = f"{counted(done.bytes, 'byte')}, {counted(done.records, 'record')}, {counted(done.files, 'file')}"
    typer.echo(f"Packed: {one_line(str(done.path))} ({size}).")
    if self_.encrypted:
        typer.echo("It opens with the passphrase and the recovery words that the self has now.")
    elif not done.encrypted:
        typer.echo("It is not encrypted: who has the file can read everything in it.")
    typer.echo(f"Signed by the owner's key {done.signer}.")
    typer.echo(f"To check it at any time: afterself verify {one_line(shlex.quote(str(done.path)))}")


def _base_line(base: PinnedBase) -> str:
    if base.base is not None:
        return f"The base model {base.id} is in the bundle."
    return (
        f"The base model {base.id} is not in the bundle ({base.why}): the weights in it need that base, "
        f"sha256 {base.sha256[:16]}…"
    )


def _unpacked_json(done: Unpacked) -> dict[str, Any]:
    return {
        "self": str(done.self_.path), "files": done.files, "files_in_bundle": done.in_bundle,
        "encrypted": done.self_.encrypted, "signer": done.signer, "bases": list(done.bases),
        "packed_at": done.about.get("made_at"),
        "declared": done.about.get("declared"), "left_behind": done.about.get("left_behind"),
        "damaged": done.about.get("damaged"),
    }  # fmt: skip


def _show_unpacked(done: Unpacked) -> None:
    for one in done.bases:
        _warn(f"The base model {one} came along; it is kept for all selves.")
    made = done.self_
    declared = f"{made.declaration.name}, {made.declaration.right}, for {', '.join(made.declaration.allow)}"
    files = f"{done.files:,} of the bundle's {counted(done.in_bundle, 'file')}"
    typer.echo(f"Unpacked: {one_line(str(made.path))} ({files}), a self of {one_line(declared)}.")
    if done.in_bundle > done.files:
        typer.echo(
            "The others are not needed: copies of the records for other programs, or a base that is here."
        )
    when = one_line(str(done.about.get("made_at")))
    typer.echo(f"Signed by the owner's key {done.signer}, packed at {when}.")
    if not made.encrypted:
        folder = one_line(shlex.quote(str(made.path)))
        typer.echo(f"The folder is not encrypted. To encrypt it: afterself --self {folder} lock")


def _warn(text: str) -> None:
    typer.echo(one_line(text), err=True)
