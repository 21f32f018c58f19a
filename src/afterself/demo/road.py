"""The whole road with the demo person, stop by stop: make, import, ask, train.

Each stop can be repeated: a demo self that is there already is used again, and only what is
missing is done. Prints nothing; the command shows what comes back.
"""

from __future__ import annotations

from pathlib import Path

from afterself.demo.person import ALLOW, NAME, RIGHT, chats
from afterself.errors import SelfError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_path
from afterself.training.weights import Weights, current_weights


def make(folder: Path) -> Self:
    """The demo self in `folder`, made if it is not there; SelfError if somebody else's self is."""
    if not folder.exists():
        return Self.create(folder, name=NAME, right=RIGHT, allow=ALLOW)
    self_ = Self.open(folder)
    if self_.declaration.name != NAME or self_.declaration.right != RIGHT:
        raise SelfError(
            f"{folder} is the self of somebody else.",
            remedy="Name another folder: afterself demo --folder DIR",
        )
    return self_


def read_chats(self_: Self, progress: Progress | None = None) -> ImportSummary:
    """Import her chats; the second time nothing changes."""
    return import_path(self_, chats(), Options(me=(NAME,), zone="Europe/London"), progress)


def learn(self_: Self, progress: Progress | None = None, *, again: bool = False) -> tuple[Weights, bool]:
    """Her weights, and whether they were trained just now."""
    found = None if again else current_weights(self_)
    if found is not None:
        return found, False
    from afterself.training.run import train

    return train(self_, progress=progress), True
