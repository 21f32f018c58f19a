"""Weights of a self -> the replies that they never saw, to measure them with.

The manifest says what was held out, the artifact ledger which records the weights hold; the replies
come from a view. Measuring is the business of `score.py` and of `fidelity`.
"""

from __future__ import annotations

from afterself.archive.ledger import list_artifacts, records_of_artifact
from afterself.datasets import HeldOut, HeldOutReply, held_out_replies
from afterself.home.folder import Self
from afterself.policy import open_view
from afterself.training.weights import KIND, Weights


def held_out(self_: Self, weights: Weights) -> list[HeldOutReply]:
    """The owner's replies that the weights were neither trained nor validated on, by thread, in order.

    `score.encode` turns each into examples. Empty if nothing was held out and nothing came since;
    NotAllowed if the self may not be trained.
    """
    trained = trained_records(self_, weights)
    with open_view(self_, "train", weights.audience) as view:
        return list(held_out_replies(view, trained, HeldOut.from_dict(weights.held_out)))


def trained_records(self_: Self, weights: Weights) -> set[str]:
    """Ids of the records that the weights were trained or validated on, as the ledger has them."""
    place = f"weights/{weights.id}"
    made = [artifact for artifact in list_artifacts(self_, KIND) if artifact.path == place]
    return {record for artifact in made for record in records_of_artifact(self_, artifact)}
