"""Asks a person yes or no, and again in plain words when the answer is neither."""

from __future__ import annotations

import typer

_YES, _NO = frozenset({"y", "yes"}), frozenset({"n", "no"})


def confirmed(question: str, *, default: bool = False, err: bool = False) -> bool:
    """Whether the person says yes; `default` for an empty answer. With `err` asked on standard error.

    typer.Abort where nobody answers any more.
    """
    asked = f"{question} [{'Y/n' if default else 'y/N'}]"
    while True:
        answer = str(typer.prompt(asked, default="", show_default=False, err=err)).strip().casefold()
        if not answer:
            return default
        if answer in _YES | _NO:
            return answer in _YES
        typer.echo("Please answer y for yes or n for no.", err=err)
