"""What a person answers at the terminal: yes or no, or what they pick of a list. Else they are asked again.

Both end with typer.Abort where nobody answers any more.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer

from afterself.archive.keys import folded

_YES, _NO = frozenset({"y", "yes"}), frozenset({"n", "no"})


def confirmed(question: str, *, default: bool = False, err: bool = False) -> bool:
    """Whether the person says yes; `default` for an empty answer. With `err` asked on standard error."""
    asked = f"{question} [{'Y/n' if default else 'y/N'}]"
    while True:
        answer = str(typer.prompt(asked, default="", show_default=False, err=err)).strip().casefold()
        if not answer:
            return default
        if answer in _YES | _NO:
            return answer in _YES
        typer.echo("Please answer y for yes or n for no.", err=err)


def numbers(question: str, least: int, most: int, names: Sequence[str] = ()) -> set[int] | None:
    """The numbers from `least` to `most` that the person picks; None for an empty answer.

    `names`: what the list shows, from 1 on; who types one of them picks its number.
    """
    listed = {folded(name): str(number) for number, name in reversed([*enumerate(names, 1)])}
    while True:
        answer = str(typer.prompt(question, default="", show_default=False))
        answer = ",".join(listed.get(folded(part), part) for part in answer.split(","))
        parts = listed.get(folded(answer), answer).replace(",", " ").split()
        picked = {int(part) for part in parts if part.isdecimal() and least <= int(part) <= most}
        if len(picked) == len(set(parts)):
            return picked or None
        typer.echo(f"Please answer with numbers from {least} to {most}, or just press Enter.")
