"""What every command shares: the app, the chosen self, consoles, JSON lines, error texts."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.light_options import LightGroup

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.errors import AfterselfError
    from afterself.home.folder import Self

app = typer.Typer(
    name="afterself",
    cls=LightGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A digital self from what a person wrote: style in a small local language model, "
    "memory that cites, an honest measure of the likeness. Nothing leaves this machine.",
)

_chosen: dict[str, str | None] = {"self": None}


def _version(asked: bool) -> None:
    if asked:
        from afterself import __version__

        typer.echo(f"afterself {__version__}")
        raise typer.Exit


@app.callback()
def choose_self(
    folder: Annotated[
        str | None,
        typer.Option(
            "--self",
            metavar="DIR",
            envvar="AFTERSELF_SELF",
            help="Folder of the self (default: ./my-self or $AFTERSELF_SELF).",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A digital self from what a person wrote. Start with: afterself demo"""
    _chosen["self"] = folder


def chosen_path() -> Path:
    """The folder given with --self, or the default one."""
    return Path(_chosen["self"] or "my-self").expanduser()


def self_was_named() -> bool:
    """True if a folder was given, by --self or the environment."""
    return _chosen["self"] is not None


def open_self() -> Self:
    """Open the chosen self; SelfError says how to make one when it is missing."""
    from afterself.home.folder import Self

    return Self.open(chosen_path())


def console(*, stderr: bool = False) -> Console:
    """A rich console that honours NO_COLOR and plain pipes. Print record text with `markup=False`."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not (sys.stdout.isatty() and not stderr))


def forgiving_streams() -> None:
    """Let standard streams replace what their encoding does not know, instead of ending the command."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def echo_json(value: Any) -> None:
    """One JSON document on one line of standard output, whole in every encoding of the terminal.

    Where that is not UTF-8, and for a lone surrogate, JSON's own escapes stand for the characters.
    """
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower() in ("utf-8", "utf8")
    line = json.dumps(value, ensure_ascii=not unicode).encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stdout.write(line + "\n")


def interactive() -> bool:
    """True when a person sits at a terminal on both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def report_error(error: AfterselfError) -> int:
    """Print an error as a person wants to read it; return its exit code."""
    from afterself.archive.plain import terminal_text

    # Names of files and threads in it may be anybody's, with escape codes in them.
    sys.stderr.write(f"afterself: {terminal_text(error.message)}\n")
    if error.remedy:
        sys.stderr.write(f"  → {terminal_text(error.remedy)}\n")
    return error.exit_code
