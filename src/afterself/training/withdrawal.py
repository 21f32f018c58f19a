"""What people decided while a run went on -> whether its weights may still be published.

Training takes hours. A contact may be excluded meanwhile, words forgotten, somebody taken for the owner
by mistake put right: those decisions mark finished weights as stale, and must reach the ones in the
making too. A run asks before each checkpoint, and once more when its weights are about to be published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from afterself.archive.audiences import OWNER
from afterself.errors import TrainingError
from afterself.home.counting import counted
from afterself.home.folder import Self
from afterself.policy import open_view


class Withdrawn(TrainingError):
    """Words that a run learned from may not be learned from any more; nothing of it was published."""


def withdrawn(self_: Self, revisions: Mapping[str, int], own: Collection[str], audience: str = OWNER) -> int:
    """How many of these records training (for an audience) may not see any more, or (`own`) not as own.

    NotAllowed if the self may not be trained any more.
    """
    with open_view(self_, "train", audience) as view:
        found = view.many(list(revisions))
    return sum(
        record not in found or found[record].deleted or (record in own and found[record].is_owner is not True)
        for record in revisions
    )


def refuse_withdrawn(
    self_: Self, revisions: Mapping[str, int], own: Collection[str], audience: str = OWNER
) -> None:
    """Raise Withdrawn if `withdrawn` finds any."""
    count = withdrawn(self_, revisions, own, audience)
    if count:
        what = counted(count, "message")
        raise Withdrawn(
            "Training stopped, and nothing of it was published: what it learned from was withdrawn meanwhile "
            f"({what}: forgotten, deleted, a contact excluded, or not the owner's after all).",
            remedy="Run train again: it learns from what is left.",
        )
