"""What people decided while a run went on -> whether its weights may still be published.

Training takes hours. A contact may be excluded meanwhile, words forgotten, somebody taken for the owner
by mistake put right: those decisions mark finished weights as stale, and must reach the ones in the
making too. A run asks before each checkpoint, and once more when its weights are about to be published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from afterself.archive.ledger import list_artifacts
from afterself.errors import TrainingError
from afterself.home.folder import Self
from afterself.policy import open_view


class Withdrawn(TrainingError):
    """Words that a run learned from may not be learned from any more; nothing of it was published."""


def withdrawn(self_: Self, revisions: Mapping[str, int], own: Collection[str]) -> int:
    """How many of these records training may not see any more, or (of `own`) not as the owner's.

    NotAllowed if the self may not be trained any more.
    """
    with open_view(self_, "train") as view:
        found = view.many(list(revisions))
    return sum(
        record not in found or found[record].deleted or (record in own and found[record].is_owner is not True)
        for record in revisions
    )


def refuse_withdrawn(self_: Self, revisions: Mapping[str, int], own: Collection[str]) -> None:
    """Withdrawn if `withdrawn` finds any."""
    count = withdrawn(self_, revisions, own)
    if count:
        raise refusal("1 message" if count == 1 else f"{count:,} messages")


def refuse_stale(self_: Self, kind: str, path: str) -> None:
    """Withdrawn unless the ledger's latest entry of this kind and path is current."""
    states = [artifact.state for artifact in list_artifacts(self_, kind) if artifact.path == path]
    if states and states[-1] != "current":
        raise refusal("some of the messages")


def refusal(what: str) -> Withdrawn:
    """The error for a run that learned from `what`, such as “3 messages”."""
    return Withdrawn(
        f"Training was stopped and nothing of it published: what it learned from was withdrawn meanwhile "
        f"({what}: forgotten, deleted, a contact excluded, or not the owner's after all).",
        remedy="Train again; what was decided is then left out: afterself train",
    )
