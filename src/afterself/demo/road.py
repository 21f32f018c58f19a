"""The whole road with a demo person, stop by stop: make, import, train.

Each stop can be repeated: a demo self that is there already is used again, and only what is
missing is done. Prints nothing; the command shows what comes back. Weights that came with the
package instead of being trained: `shipped.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from afterself.demo.person import ALLOW, HESTER, DemoPerson, chats
from afterself.demo.shipped import fits
from afterself.errors import SelfError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_path
from afterself.models.bases import resolve_base
from afterself.training.options import TrainOptions
from afterself.training.preflight import Preflight
from afterself.training.weights import Weights, current_weights


def make(folder: Path, person: DemoPerson = HESTER) -> Self:
    """The person's self in `folder`, made if it is not there; SelfError if somebody else's self is."""
    if not folder.exists():
        return Self.create(folder, name=person.name, right=person.right, allow=ALLOW)
    self_ = Self.open(folder)
    if self_.declaration.name != person.name or self_.declaration.right != person.right:
        raise SelfError(
            f"{folder} is the self of somebody else.",
            remedy="Name another folder: afterself demo --folder DIR",
        )
    return self_


def read_chats(self_: Self, progress: Progress | None = None) -> ImportSummary:
    """Import Hester's chats; the second time nothing changes."""
    return import_path(self_, chats(), Options(me=(HESTER.name,), zone="Europe/London"), progress)


def learn(
    self_: Self,
    progress: Progress | None = None,
    *,
    again: bool = False,
    told: Callable[[Preflight], None] | None = None,
    on_sample: Callable[[str], None] | None = None,
    epochs: float | None = None,
) -> tuple[Weights, bool]:
    """Weights trained here on today's base, and whether that was just now.

    `told` sees what training will take before it starts, `on_sample` what the weights write on the way.
    """
    found = None if again else current_weights(self_)
    if found is not None and fits(found, resolve_base(self_.declaration.base)):
        return found, False
    from afterself.training.run import train

    def go_on(preflight: Preflight) -> bool:
        if told is not None:
            told(preflight)
        return True

    options = TrainOptions(epochs=epochs)
    return train(self_, options=options, progress=progress, confirm=go_on, on_sample=on_sample), True
