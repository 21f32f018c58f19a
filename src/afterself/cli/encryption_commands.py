"""`lock`, `unlock`, `passphrase`, `recovery`: encrypt a self, decrypt it, change what opens it.

An encrypted self stays encrypted while it is used: each command asks for the passphrase and keeps the
key in memory until it ends. So `lock` is needed once, and `unlock` only to go back to a plain folder.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli import passphrases
from afterself.cli.answers import confirmed
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import app, chosen_path, console, interactive, new_private_file, open_self, with_self
from afterself.errors import SelfError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from afterself.home.folder import Self
    from afterself.home.keys import Keys

COPIES = (
    "Copies that were made before (backups, snapshots, other machines) stay readable, and so may what the "
    "disk has not overwritten yet: see docs/encryption.md."
)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing but the passphrase.")]


@app.command()
def lock(yes: Yes = False) -> None:
    """Encrypt everything of the person in a self, with a passphrase. Stopped or killed, it goes on later.

    Without the passphrase and the recovery words nobody can read it again, you neither. Needs room for
    a second copy of the largest file while it works.

    \b
    Example: afterself --self my-self lock
             afterself --self my-self --passphrase-file ~/pass.txt lock --yes
    """
    from afterself.archive.encryption import encrypt_self
    from afterself.home.folder import Self
    from afterself.home.jobs import Progress
    from afterself.home.key_header import read_header

    path = chosen_path()
    header = read_header(path)
    if header is not None and header.state == "sealed":
        typer.echo("This self is encrypted already. Each command asks for its passphrase: nothing to lock.")
        return
    if header is None:
        Self.plain_declaration(path)
        typer.echo(f"Everything of the person in {path} will be encrypted. {COPIES}", err=True)
        if not yes and interactive() and not confirmed("Encrypt it?"):
            raise UsageError("Nothing was changed.")
    with ProgressLine(console(stderr=True)) as line:
        progress = Progress(line.tell)
        if header is None:
            made = encrypt_self(path, passphrases.new_passphrase(passphrases.file_named()), progress)
        else:
            made = passphrases.with_passphrase(path, lambda ask: encrypt_self(path, _given(ask), progress))
    _tell_kept(path)
    typer.echo("This self is encrypted. Each command asks for the passphrase from now on.")
    offer_recovery(made)


@app.command()
def unlock(
    permanently: Annotated[
        bool, typer.Option("--permanently", help="Decrypt the whole folder, and leave it so.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Try the passphrase, or make the self a plain folder again.

    There is no unlocked state to forget about: each command asks for the passphrase. Where nobody can
    type it, name a file with it: --passphrase-file FILE or $AFTERSELF_PASSPHRASE_FILE.

    \b
    Example: afterself --self my-self unlock
             afterself --self my-self unlock --permanently
    """
    from afterself.archive.encryption import decrypt_self
    from afterself.home.jobs import Progress

    if not permanently:
        if open_self().encrypted:
            typer.echo("The passphrase fits. Each command asks for it; nothing stays unlocked.")
        else:
            plain = "This self is not encrypted: there is nothing to unlock. To encrypt it: afterself lock"
            typer.echo(with_self(plain))
        return
    path = chosen_path()
    if not yes:
        if not interactive():
            raise UsageError("Nobody can be asked here.", remedy="Add --yes.")
        if not confirmed("Who can read the folder can then read everything in it. Decrypt it?"):
            raise UsageError("Nothing was changed.")
    with ProgressLine(console(stderr=True)) as line:
        progress = Progress(line.tell)
        passphrases.with_passphrase(path, lambda ask: decrypt_self(path, _given(ask), progress))
    typer.echo("This self is a plain folder again: it is not encrypted.")


@app.command()
def passphrase(
    new_file: Annotated[
        str | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help="Take the new one from this file."),
    ] = None,
) -> None:
    """Change the passphrase of an encrypted self. The data stays as it is; recovery words stay valid.

    Recovery words open it too, typed where the old passphrase is asked for. Copies of the folder made
    before still open with the old one.

    Example: afterself --self my-self passphrase
    """
    from afterself.home.key_header import change_passphrase

    self_ = _encrypted()
    new = passphrases.new_passphrase(new_file)
    with self_.writer_lock():
        change_passphrase(self_.path, _keys(self_), new)
    self_.audit("passphrase changed")
    typer.echo("The passphrase is changed.")


@app.command()
def recovery(
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Write the words into this new file, not the screen."),
    ] = None,
) -> None:
    """Make new recovery words, shown once. They open the self when the passphrase is forgotten.

    Older recovery words stop working. Type them where the passphrase is asked for.

    Example: afterself --self my-self recovery
    """
    from afterself.home.key_header import make_recovery_words

    self_ = _encrypted()
    if file is None and not sys.stdout.isatty():
        raise UsageError(
            "Recovery words are shown at a terminal only, so that they stand in no log.",
            remedy="Run it at a terminal, or write them into a file: --file FILE",
        )
    with self_.writer_lock():
        words = make_recovery_words(self_.path, _keys(self_), partial(_write_words, file) if file else None)
    self_.audit("recovery words made")
    if file is None:
        _show_words(words)
        return
    typer.echo(f"The recovery words are in {file}. Keep it apart from the self: it opens it.")


def _write_words(file: Path, words: str) -> None:
    """Into a new file, all of them or none: before they are the ones that count."""
    with os.fdopen(new_private_file(file), "w", encoding="utf-8") as out:
        try:
            out.write(words + "\n")
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            file.unlink()
            raise


def offer_recovery(self_: Self) -> None:
    """Make and show recovery words after a self was encrypted, where somebody can write them down."""
    from afterself.home.key_header import make_recovery_words, read_header

    header = read_header(self_.path)
    if header is not None and header.recoverable:
        return
    if not interactive():
        typer.echo(with_self("It has no recovery words yet. At a terminal: afterself recovery"), err=True)
        return
    with self_.writer_lock():
        words = make_recovery_words(self_.path, _keys(self_))
    self_.audit("recovery words made")
    _show_words(words)


def _show_words(words: str) -> None:
    parts = words.split()
    typer.echo(
        "\nRecovery words. They open this self when the passphrase is forgotten, and are shown only now:\n"
    )
    for at in range(0, len(parts), 4):
        typer.echo("    " + "  ".join(f"{n:2} {word}" for n, word in enumerate(parts[at : at + 4], at + 1)))
    kept = "\nWrite them on paper and keep it where you keep a passport. New ones: afterself recovery"
    typer.echo(with_self(kept))


def _encrypted() -> Self:
    self_ = open_self()
    if not self_.encrypted:
        raise SelfError("This self is not encrypted.", remedy="Encrypt it with: afterself lock")
    return self_


def _keys(self_: Self) -> Keys:
    assert self_.keys is not None
    return self_.keys


def _given(ask: Callable[[], str] | None) -> str:
    if ask is None:
        raise UsageError(
            "The self is encrypted, and no passphrase was given.",
            remedy="Name a file that holds it: --passphrase-file FILE or $AFTERSELF_PASSPHRASE_FILE.",
        )
    return ask()


def _tell_kept(path: Path) -> None:
    from afterself.archive.plain import terminal_text
    from afterself.home.conversion import kept_as_they_are

    kept = kept_as_they_are(path)
    if kept:
        names = terminal_text(", ".join(kept), one_line=True)
        typer.echo(f"Left as they are, because they are links or hidden files of others: {names}", err=True)
