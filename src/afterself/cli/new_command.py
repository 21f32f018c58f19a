"""`new`: make a self.

Asks for what was not given, and says plainly what is declared and whether the folder will be encrypted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli import passphrases
from afterself.cli.answers import confirmed
from afterself.cli.completions import bases, one_of, several_of
from afterself.cli.encryption_commands import offer_recovery
from afterself.cli.shell import app, chosen_path, interactive, own_command, with_self
from afterself.cli.synced_folders import require_not_synced
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.home.folder import Declaration

NOT_ENCRYPTED = (
    "This folder is not encrypted: who can read it can read everything in it. "
    "To encrypt it with a passphrase: afterself lock"
)


@app.command()
def new(
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Whose self: the given name.")
    ] = None,
    right: Annotated[
        str | None,
        typer.Option(
            "--right",
            metavar="RIGHT",
            autocompletion=one_of("mine", "consent", "steward", "fictional", "research"),
            help="By what right: mine, consent, steward, fictional or research.",
        ),
    ] = None,
    allow: Annotated[
        str | None,
        typer.Option(
            "--allow",
            metavar="PURPOSES",
            autocompletion=several_of("archive", "train", "talk", "voice", "after-death"),
            help="For what, with commas: archive, train, talk, voice, after-death.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="ID|PATH",
            autocompletion=bases,
            help="Base model to train on later (default: the embedded one).",
        ),
    ] = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Make a folder that is not encrypted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm the declaration without being asked.")] = False,
) -> None:
    """Make a new, empty self. You declare by what right it exists and what it may do.

    Asks for a passphrase and encrypts everything with it; --passphrase-file (before “new”) gives it
    without asking.

    \b
    Example: afterself --self my-self new
             afterself --self DIR new --name Ann --right mine --allow archive,train,talk --no-passphrase --yes
    """
    from afterself.cli.new_questions import name_of_owner, purposes, right_to_exist
    from afterself.home.declaration import declare
    from afterself.home.folder import Self

    Self.require_free(chosen_path())
    if not yes and not interactive():
        raise UsageError(
            "Nobody can be asked here.",
            remedy=_missing({"--name": name, "--right": right, "--allow": allow}, plain=no_passphrase),
        )
    name = name_of_owner(name, yes=yes)
    right = right_to_exist(right, yes=yes)
    allowed = purposes(allow, right, yes=yes)
    # What does not fit is told before anything is confirmed.
    declared = declare(name, right, allowed, base)
    _confirm(declared, yes=yes)
    passphrase = None if no_passphrase else _passphrase(yes=yes)
    if passphrase is None:
        typer.echo(with_self(NOT_ENCRYPTED), err=True)
    made = Self.create(chosen_path(), name=name, right=right, allow=allowed, base=base, passphrase=passphrase)
    if made.encrypted:
        offer_recovery(made)
    typer.echo(f"Made {made.path}. Next: {own_command()} import PATH")
    if interactive():
        typer.echo(with_self("How to get a chat out of WhatsApp and others: afterself import"))


def _missing(given: dict[str, str | None], *, plain: bool) -> str:
    """What has to be added where nobody can be asked: only what was not given."""
    options = [option for option, value in given.items() if value is None]
    give = f"Give {', '.join(options)}, and add --yes" if options else "Add --yes: the declaration is so"
    if plain or passphrases.file_named() is not None:
        return f"{give}."
    return (
        f"{give}. For the passphrase: --passphrase-file FILE before “new”, or --no-passphrase for a folder "
        "that is not encrypted."
    )


def _confirm(declared: Declaration, *, yes: bool) -> None:
    from afterself.archive.plain import terminal_text
    from afterself.home.declaration import RIGHT_MEANS

    shown = terminal_text(declared.name, one_line=True)
    allowed = ", ".join(declared.allow)
    typer.echo(f"You declare: a self of {shown}; {RIGHT_MEANS[declared.right]}. Allowed: {allowed}.")
    if not yes and not confirmed("Is that so?"):
        raise UsageError("Nothing was made.")
    require_not_synced(chosen_path(), yes=yes)


def _passphrase(*, yes: bool) -> str | None:
    """The passphrase of the new self; None if the person wants a plain folder."""
    file = passphrases.file_named()
    if file is None and not interactive():
        raise UsageError(
            "A new self is encrypted with a passphrase, and none was given.",
            remedy="Name a file that holds one: --passphrase-file FILE before “new”. Or accept a folder that "
            "is not encrypted: --no-passphrase.",
        )
    if file is None:
        typer.echo(
            "Choose a passphrase: everything of the person will be encrypted with it, and each command asks "
            "for it. Five or six words that do not belong together are good. Empty: no encryption."
        )
    chosen = passphrases.new_passphrase(file, may_be_empty=True)
    if not chosen and not yes and not confirmed("Make it without encryption?"):
        raise UsageError("Nothing was made.")
    return chosen or None
