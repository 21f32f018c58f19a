"""The questions of `afterself new`: whose self, by what right, for what; each answer is checked at once.

A question that was answered by an option is not asked. What a declaration may be decides `home`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

from afterself.cli.shell import console, interactive
from afterself.errors import UsageError

_Answer = TypeVar("_Answer")

_RIGHTS = {
    "mine": "You are that person: you decide what it may do, and can delete it at any time.",
    "consent": "That person lives, knows of it, and agreed to everything that you allow below.",
    "steward": "That person has died, and you care for what they left as they would have wanted.",
    "fictional": "Nobody: an invented person, such as a character of a book.",
    "research": "To measure only: it never talks, never speaks and never leaves this machine.",
}
_PURPOSES = {
    "archive": "keep what was said and search it (always needed)",
    "train": "teach a small language model how they write",
    "talk": "let it answer in their manner",
    "voice": "speak with their voice (in a later version)",
    "after-death": "go on after the owner's death",
}


def name_of_owner(given: str | None, *, yes: bool) -> str:
    """The given name of the person whom the self is of."""
    from afterself.home.declaration import checked_name

    if given is not None:
        return given
    _must_ask("--name", yes=yes)
    return _asked("Whose self is it? Their name", checked_name)


def right_to_exist(given: str | None, *, yes: bool) -> str:
    """By what right the self exists, each one explained in a sentence before it is asked."""
    from afterself.home.declaration import checked_right

    if given is not None:
        return given
    _must_ask("--right", yes=yes)
    _explain("\nBy what right does it exist?", _RIGHTS)
    return _asked("Your choice", checked_right)


def purposes(given: str | None, right: str, *, yes: bool) -> tuple[str, ...]:
    """What the self is allowed to be used for."""
    from afterself.home.declaration import checked_allow

    if given is not None:
        return _words(given)
    _must_ask("--allow", yes=yes)
    _explain("\nWhat may it be used for?", _PURPOSES)
    usual = "archive,train" if right == "research" else "archive,train,talk"
    return _asked("Your choice, with commas", lambda text: checked_allow(right, _words(text)), usual)


def _must_ask(option: str, *, yes: bool) -> None:
    if yes or not interactive():
        raise UsageError(f"{option} is missing.", remedy="See: afterself new --help")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _explain(heading: str, meanings: dict[str, str]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for word, sentence in meanings.items():
        table.add_row(Text(f"  {word}", style="bold"), Text(sentence))
    out = console()
    out.print(Text(heading))
    out.print(table)


def _asked(question: str, check: Callable[[str], _Answer], default: str | None = None) -> _Answer:
    """Ask until the answer is one that can be declared."""
    while True:
        answer = str(typer.prompt(question, default=default))
        try:
            return check(answer)
        except UsageError as error:
            typer.echo(f"  {error.message} {error.remedy}".rstrip())
