"""What the shell offers when the tabulator key is pressed: names of people and threads, words of choice.

Each function gets typer's context and what is typed so far. A completion never asks, never fails and
never says anything: where the self cannot be read, nothing is offered.
"""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from afterself.policy.view import View

_MOST = 100
_SIGNS = frozenset(" -_.,@+")

Completer = Callable[[typer.Context, str], list[str]]


def contacts(context: typer.Context, incomplete: str) -> list[str]:
    """Names of the people in the archive who are not the owner."""
    return _names(context, incomplete, lambda view: [p.name for p in view.people() if not p.is_owner])


def everybody(context: typer.Context, incomplete: str) -> list[str]:
    """Names of all people in the archive."""
    return _names(context, incomplete, lambda view: [person.name for person in view.people()])


def threads(context: typer.Context, incomplete: str) -> list[str]:
    """Titles of conversations."""
    return _names(context, incomplete, lambda view: [thread.title for thread in view.threads()])


def audiences(context: typer.Context, incomplete: str) -> list[str]:
    """Names of the audiences that there are."""
    return _names(context, incomplete, lambda view: ["owner", *(one.name for one in view.audiences())])


def plugins(context: typer.Context, incomplete: str) -> list[str]:
    """Names of the importers that installed packages bring."""
    from importlib import metadata

    with contextlib.suppress(Exception):
        return _fitting((one.name for one in metadata.entry_points(group="afterself.importers")), incomplete)
    return []


def sources(context: typer.Context, incomplete: str) -> list[str]:
    """Formats that can be imported, with commas."""
    from afterself.importers.registry import importers

    return several_of(*sorted(one.source for one in importers()))(context, incomplete)


def one_of(*words: str) -> Completer:
    """A completer for an option that takes one of these words."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def several_of(*words: str) -> Completer:
    """A completer for an option that takes some of these words, with commas."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        given, comma, last = incomplete.rpartition(",")
        left = [word for word in words if word not in given.split(",")]
        return [f"{given}{comma}{word}" for word in left if word.startswith(last)]

    return complete


def bases(context: typer.Context, incomplete: str) -> list[str]:
    """The embedded base, and folders; hub ids cannot be known here."""
    here = Path(incomplete).parent if incomplete else Path()
    found = ["embedded"]
    with contextlib.suppress(OSError):
        found += [str(path) for path in sorted(here.iterdir()) if (path / "config.json").is_file()]
    return [name for name in found if name.startswith(incomplete)]


def _names(context: typer.Context, incomplete: str, of: Callable[[View], list[str]]) -> list[str]:
    """Names out of the self that the line names; none where it cannot be read."""
    from afterself.home.folder import Self
    from afterself.policy import open_view

    with contextlib.suppress(Exception):
        named = context.find_root().params.get("folder") or os.environ.get("AFTERSELF_SELF") or "my-self"
        with open_view(Self.open(Path(str(named))), "list") as view:
            return _fitting(of(view), incomplete)
    return []


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    """Names that begin with what was typed, as the shell must have them.

    Names are anybody's, and shells evaluate what they are offered: one that holds more than letters,
    digits, blanks and a few harmless signs is not offered at all.
    """
    found = dict.fromkeys(name for name in names if name.strip() and name.startswith(incomplete))
    shown = [name for name in found if all(_harmless(c) for c in name)][:_MOST]
    if not os.environ.get("_AFTERSELF_COMPLETE", "").endswith("bash"):
        return shown
    # bash puts the word on the line as it is; what would not go on from the typed word is left out.
    escaped = (name.replace(" ", "\\ ") for name in shown)
    return [name for name in escaped if name.startswith(incomplete)]


def _harmless(character: str) -> bool:
    return character in _SIGNS or unicodedata.category(character)[0] in "LMN"
