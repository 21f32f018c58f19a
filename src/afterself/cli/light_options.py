"""Text, numbers and flags as typer parsed them, without pydantic where there is nothing to convert.

Typer asks pydantic to check each option's value, also that a string is a string, and importing
pydantic takes longer than most commands do. A value that is missing or of the wanted type already is
handed on as it is; anything else goes typer's own way. Where a future typer works otherwise this has
no effect.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from afterself.errors import UsageError

_PLAIN = (str, int, float, bool)
_OF_ALL = {"--self": "DIR", "--passphrase-file": "FILE"}
"""Options of `afterself` itself, which people also write after the command."""


class LightGroup(TyperGroup):
    """A group whose commands, and their commands, take plain values without loading pydantic."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Typer's, after every option of the tree is made light: it adds its own ones late."""
        _lighten(self, ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Typer's; an option of all commands that stands behind one is told where it belongs."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            option = getattr(error, "option_name", None)
            if option not in _OF_ALL or not ctx.invoked_subcommand:
                raise
            raise UsageError(
                f"{option} stands before the command.",
                remedy=f"For example: afterself {option} {_OF_ALL[option]} {ctx.invoked_subcommand}",
            ) from error


def _lighten(command: Any, ctx: Any) -> None:
    for param in command.get_params(ctx):  # these and --help, which is made here and kept
        wanted = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        own_way = getattr(param, "get_runtime_param", None)
        if callable(own_way):
            param.get_runtime_param = lambda wanted=wanted, own_way=own_way: _Plain(wanted, own_way)
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
