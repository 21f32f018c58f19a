"""What every command shares: the app, the chosen self, consoles, JSON lines, error texts."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.light_options import LightGroup
from afterself.cli.passphrases import name_file, opened
from afterself.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.errors import AfterselfError
    from afterself.home.folder import Self

app = typer.Typer(
    name="afterself",
    cls=LightGroup,
    no_args_is_help=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A digital self from what a person wrote: style in a small local language model, "
    "memory that cites, an honest measure of the likeness. Nothing leaves this machine.",
)

_STEERING = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_chosen: dict[str, str | None] = {"self": None}


def _version(asked: bool) -> None:
    if asked:
        from afterself import __version__

        typer.echo(f"afterself {__version__}")
        raise typer.Exit


@app.callback()
def choose_self(
    context: typer.Context,
    folder: Annotated[
        str | None,
        typer.Option(
            "--self",
            metavar="DIR",
            envvar="AFTERSELF_SELF",
            help="Folder of the self (default: ./my-self or $AFTERSELF_SELF).",
        ),
    ] = None,
    passphrase_file: Annotated[
        str | None,
        typer.Option(
            "--passphrase-file",
            metavar="FILE",
            envvar="AFTERSELF_PASSPHRASE_FILE",
            help="Take the passphrase of an encrypted self from this file instead of asking.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A digital self from what a person wrote. Start with: afterself demo"""
    _chosen["self"] = folder
    name_file(passphrase_file)
    if context.invoked_subcommand is None:
        from afterself.cli.welcome import welcome

        typer.echo(welcome(chosen_path()))


def chosen_path() -> Path:
    """The folder given with --self, or the default one."""
    return Path(_chosen["self"] or "my-self").expanduser()


def self_was_named() -> bool:
    """True if a folder was given, by --self or the environment."""
    return _chosen["self"] is not None


def open_self() -> Self:
    """Open the chosen self, asking for the passphrase of an encrypted one.

    SelfError says how to make one when it is missing.
    """
    from afterself.errors import SelfError

    path = chosen_path()
    if not self_was_named() and not path.exists():
        raise SelfError(
            f"There is no self here yet: none was named, and ./{path} does not exist.",
            remedy="Make one: afterself new\nOr name the folder of one: afterself --self DIR …\n"
            "Or see first what it is about: afterself demo",
        )
    return opened(path)


def require_records(self_: Self, what: str) -> None:
    """UsageError with the next step if nothing was imported yet: there is nothing to `what`."""
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        if view.threads():
            return
    raise UsageError(
        f"Nothing was imported yet, so there is nothing to {what}.", remedy="First: afterself import PATH"
    )


_WITHOUT_SELF = re.compile(
    r"\bafterself (?=(?:import|ask|search|records|people|remember|timeline|topics|forget|correct|imports|"
    r"reparse|verify|status|dataset|train|talk|reply|evaluate|report|pack|lock|unlock|recovery|passphrase|"
    r"audience|label|consent|plugins|watch)\b)"
)


def own_command() -> str:
    """The beginning of a command to the chosen self, as a person would type it here."""
    return f"afterself --self {shlex.quote(str(chosen_path()))}" if self_was_named() else "afterself"


def with_self(text: str) -> str:
    """A remedy whose commands go to the self that this command was for, to be typed as shown."""
    if not self_was_named():
        return text
    return _WITHOUT_SELF.sub(lambda _: f"{own_command()} ", text)


def new_private_file(path: Path) -> int:
    """An open handle of a new file that only its user can read; UsageError if it exists or cannot be made."""
    try:
        return os.open(path.expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be made ({error.strerror}).", remedy="Name a new file; none is replaced."
        ) from error


def console(*, stderr: bool = False) -> Console:
    """A rich console for terminals and plain pipes. Print record text with `markup=False`.

    With NO_COLOR it prints no bold and no dim either: rich by itself would leave out the colours alone.
    """
    from rich.console import Console

    at_a_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(
        stderr=stderr,
        highlight=False,
        soft_wrap=not at_a_terminal,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )


def forgiving_streams() -> None:
    """Let standard streams replace what their encoding does not know, instead of ending the command.

    One that was closed before the command began (`>&-`) is opened on nothing: else the next file that is
    opened would stand in its place, and be written into.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def tell_warnings() -> None:
    """Show warnings of our own as one line for people; those of libraries as Python shows them."""
    before = warnings.showwarning

    def tell(message: Any, category: type[Warning], filename: str, *more: Any, **named: Any) -> None:
        from afterself.archive.plain import terminal_text

        if category.__module__.partition(".")[0] != "afterself":
            before(message, category, filename, *more, **named)
            return
        sys.stderr.write(f"{terminal_text(str(message), one_line=True)}\n")

    warnings.showwarning = tell


def echo_json(value: Any) -> None:
    """One JSON document on one line of standard output, whole in every encoding of the terminal.

    Where that is not UTF-8, for a lone surrogate, and for what would steer a terminal, JSON's own escapes
    stand for the characters.
    """
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower() in ("utf-8", "utf8")
    line = json.dumps(value, ensure_ascii=not unicode).encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stdout.write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")


def interactive() -> bool:
    """True when a person sits at a terminal on both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def report_error(error: AfterselfError) -> int:
    """Print an error as a person wants to read it; return its exit code."""
    from afterself.archive.plain import terminal_text

    # Names of files and threads in it may be anybody's, with escape codes in them.
    sys.stderr.write(f"afterself: {terminal_text(error.message)}\n")
    if error.remedy:
        remedy = terminal_text(with_self(error.remedy)).replace("\n", "\n    ")
        sys.stderr.write(f"  → {remedy}\n")
    return error.exit_code
