"""Weights, an unfinished training and reports go with the words that they were made from: how that is told.

The ledger marks them, and their files are removed when the archive closes. Sizes are read before that.
Used by the commands that decide about words; `forget` tells of it by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from afterself.archive.store import Archive, Artifact
    from afterself.home.folder import Self

COSTLY = frozenset({"weights", "checkpoint"})
"""Kinds of artifacts that took hours to make."""

_CALLED = {"weights": "weights", "checkpoint": "an unfinished training", "report": "a report"}


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 if it is not there."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(one.lstat().st_size for one in files if one.is_file() or one.is_symlink())


def described(self_: Self, made: Iterable[Artifact]) -> str:
    """What these artifacts are and how large: “weights (42.1 MB), a report (0.2 MB)”; "" for none."""
    sizes: dict[str, int] = {}
    for one in made:
        called = _CALLED.get(one.kind, one.kind)
        sizes[called] = sizes.get(called, 0) + size_of(self_.path / one.path)
    return ", ".join(f"{called} ({size / 1e6:,.1f} MB)" for called, size in sizes.items())


def _current(artifacts: Iterable[Artifact]) -> dict[int, Artifact]:
    return {one.id: one for one in artifacts if one.state == "current"}


class Removals:
    """What an open archive's changes take away. Ask before they are stored: then the files go."""

    def __init__(self, self_: Self, archive: Archive) -> None:
        self._self, self._archive = self_, archive
        self._before = self._current()

    def _current(self) -> dict[int, Artifact]:
        return _current(self._archive.artifacts())

    def count(self) -> int:
        """How many artifacts were current before and are no more."""
        return len(self._before.keys() - self._current().keys())

    def described(self) -> str:
        """What they are, and their sizes; "" if nothing was taken away."""
        now = self._current()
        return described(self._self, [one for id, one in self._before.items() if id not in now])


@contextmanager
def telling_removed(self_: Self) -> Iterator[None]:
    """Tell what is taken away inside, where an import finds out that words are gone or somebody else's."""
    from afterself.archive.ledger import list_artifacts

    before = _current(list_artifacts(self_))
    sizes = {id: described(self_, [one]) for id, one in before.items()}
    try:
        yield
    finally:
        gone = before.keys() - _current(list_artifacts(self_)).keys() if before else set()
        if gone:
            self_.audit("removed what was made", stale=len(gone))
            made = "made with words that are gone or turned out to be somebody else's"
            tell_removed(", ".join(sizes[id] for id in sorted(gone)), made=made, err=True)


def tell_removed(
    what: str, *, made: str = "made with their words", then: str = "train again", err: bool = False
) -> None:
    """Say what was removed, why, and the next step; nothing if `what` is empty."""
    if what:
        typer.echo(
            f"Removed from this folder, {made}: {what}. For new weights, {then}: afterself train", err=err
        )
