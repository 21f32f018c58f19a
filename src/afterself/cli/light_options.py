"""What our commands do otherwise than typer's: plain values without pydantic, and what people type by habit.

Typer asks pydantic to check each option's value, also that a string is a string, and importing
pydantic takes longer than most commands do. A value that is missing or of the wanted type already is
handed on as it is; anything else goes typer's own way. Where a future typer works otherwise this has
no effect. `afterself help import` is `afterself import --help`. A question that nobody answers ends in
one line.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from afterself.errors import AfterselfError, UsageError

_PLAIN = (str, int, float, bool)
_OF_ALL = {"--self": "DIR", "--passphrase-file": "FILE"}
"""Options of `afterself` itself, which people also write after the command."""
_MEANT = {"--person": "--contact", "--contact": "--person"}
"""Options that say nearly the same in different commands: everybody can speak, a contact is not the owner."""


class LightGroup(TyperGroup):
    """A group whose commands, and their commands, take plain values without loading pydantic."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Typer's, after every option of the tree is made light: it adds its own ones late."""
        _lighten(self, ctx)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Typer's; `help` and the words after it ask for the help of a command."""
        if args[0] != "help":
            return super().resolve_command(ctx, args)
        if not args[1:]:
            typer.echo(ctx.get_help())
            raise typer.Exit
        return super().resolve_command(ctx, [*args[1:], "--help"])

    def invoke(self, ctx: Any) -> Any:
        """Typer's; an option that stands in the wrong place or command is told where it belongs."""
        try:
            return super().invoke(ctx)
        except typer.Abort as error:
            raise _unanswered(error) from error
        except Exception as error:
            option = getattr(error, "option_name", None)
            if option in _OF_ALL and ctx.parent is None and ctx.invoked_subcommand:
                raise UsageError(
                    f"{option} stands before the command.",
                    remedy=f"For example: afterself {option} {_OF_ALL[option]} {ctx.invoked_subcommand}",
                ) from error
            _hint_at_meant(error, option)
            raise


def _unanswered(error: typer.Abort) -> BaseException:
    """What becomes of a question that Ctrl-D or Ctrl-C was pressed at."""
    if isinstance(error.__context__, KeyboardInterrupt):
        return KeyboardInterrupt()
    sys.stderr.write("\n")
    return AfterselfError("Stopped: a question was not answered. What was stored before is kept.")


def _hint_at_meant(error: Exception, option: str | None) -> None:
    """The option that means nearly the same, or the nearest one, in the wording of all our hints."""
    from afterself.archive.near_names import did_you_mean, mistyped_names

    there = getattr(getattr(getattr(error, "ctx", None), "command", None), "params", ())
    twin = _MEANT.get(option or "", "")
    meant = [twin] if any(twin in one.opts for one in there) else []
    near = meant or mistyped_names(option or "", getattr(error, "possibilities", None) or (), 1)
    if near:
        told: Any = error  # typer's own class of it is not exported
        told.message, told.possibilities = f"No such option: {option}. {did_you_mean(near)}", None


def _lighten(command: Any, ctx: Any) -> None:
    for param in command.get_params(ctx):  # these and --help, which is made here and kept
        wanted = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        own_way = getattr(param, "get_runtime_param", None)
        if callable(own_way):
            param.get_runtime_param = lambda wanted=wanted, own_way=own_way: _Plain(wanted, own_way)
        if param.param_type_name == "argument" and param.metavar:
            param.display_type_rich = lambda ctx: ""  # PATH says more than PATH <list[str]>
    for inner in getattr(command, "commands", {}).values():
        _lighten(inner, ctx)


class _Plain:
    """Typer's conversion of one option, asked for only when there is something to convert."""

    def __init__(self, wanted: Any, own_way: Any) -> None:
        self._wanted, self._own_way = wanted, own_way

    def coerce(self, value: Any, **where: Any) -> Any:
        """The value as it is, or what typer makes of it."""
        if value is None or (self._wanted in _PLAIN and type(value) is self._wanted):
            return value
        return self._own_way().coerce(value, **where)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own_way(), name)
