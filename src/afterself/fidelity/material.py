"""A self and its weights -> what is measured: held-out replies, the owner's training words, others' words.

Read through a view for training, kept in memory and nowhere else. Others' words serve as the
background of the cheap reader: what everybody around the owner says and how, known before a word of
the owner is. No weights are trained on them. Which replies are held out is the business of `training`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from afterself.datasets import HeldOutReply
from afterself.datasets.masking import masked
from afterself.home.folder import Self
from afterself.models.turns import message_text, turn_text
from afterself.policy import ViewRecord, open_view
from afterself.policy.words import SILENT_KINDS
from afterself.training import Weights
from afterself.training.held_out import held_out, trained_records

MOST_REPLIES = 300
"""Replies that are scored: more make an interval hardly narrower (project measurement: 300 suffice)."""

MOST_BACKGROUND = 40_000
"""Contacts' messages, the latest ones, from which the background is counted."""

MOST_OWN = 100_000

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Material:
    """What a measurement stands on; `revisions` is every record of it, with the revision that was read.

    `available` counts the held-out replies of which `replies` are an even selection; `own` and `others`
    are messages as they stand in a turn, masked as the weights and the replies are. `owners` are the ids of
    all that counts as the owner's.
    """

    replies: tuple[HeldOutReply, ...]
    available: int
    own: tuple[str, ...]
    others: tuple[str, ...]
    revisions: dict[str, int]
    owners: frozenset[str]

    @property
    def conversations(self) -> list[str]:
        """The conversation that each reply stands in."""
        return [reply.conversation for reply in self.replies]

    @property
    def texts(self) -> list[str]:
        """Each reply as it stands in its turn: the messages of a burst as lines."""
        return [reply_text(reply) for reply in self.replies]

    @property
    def messages(self) -> list[str]:
        """The messages of all replies, without what the owner had said before."""
        last = [reply.reply.conversation.bursts[-1] for reply in self.replies]
        return [line.text for burst in last for line in burst.turn.lines[burst.given :]]


def reply_text(reply: HeldOutReply) -> str:
    """The owner's words of a reply, without what they had said before it."""
    burst = reply.reply.conversation.bursts[-1]
    return turn_text(type(burst.turn)(True, burst.turn.lines[burst.given :]), group=False)


def gather(self_: Self, weights: Weights, most: int = MOST_REPLIES) -> Material:
    """Read what there is to measure the weights with, `most` held-out replies at most."""
    found = held_out(self_, weights)
    chosen = tuple(evenly(found, most))
    trained = trained_records(self_, weights)
    first = min((reply.at for reply in found if reply.at), default=None)
    revisions: dict[str, int] = {}
    own: list[ViewRecord] = []
    others: list[ViewRecord] = []
    wanted = trained | {id for reply in chosen for id in _records(reply)}
    with open_view(self_, "train") as view:
        handles = view.own.accounts()
        for record in view.records():
            if record.deleted or record.kind in SILENT_KINDS:
                continue
            once = record.same_as is None
            if once and record.is_owner is True and record.id in trained and record.own_text:
                own.append(record)
            elif once and record.is_owner is False and record.words and _earlier(record, trained, first):
                others.append(record)
            elif record.id not in wanted:
                continue
            revisions[record.id] = record.revision
    own, others = _latest(own, MOST_OWN), _latest(others, MOST_BACKGROUND)
    return Material(
        replies=chosen,
        available=len(found),
        own=tuple(message_text(masked(record.own_text, handles)) for record in own),
        others=tuple(message_text(masked(record.words, handles)) for record in others),
        revisions=revisions,
        owners=frozenset([*(one.id for one in own), *(id for reply in chosen for id in reply.records)]),
    )


def evenly(items: Sequence[HeldOutReply], most: int) -> list[HeldOutReply]:
    """At most so many of the items, evenly spread over them."""
    if len(items) <= most:
        return list(items)
    return [items[n * len(items) // most] for n in range(most)]


def _records(reply: HeldOutReply) -> Iterator[str]:
    for burst in reply.reply.conversation.bursts:
        yield from (record for record, _ in burst.records)


def _earlier(record: ViewRecord, trained: Collection[str], first: datetime | None) -> bool:
    """Whether it is of the training period: the weights saw it, or it is older than all held-out replies."""
    if record.id in trained:
        return True
    return first is not None and record.said_at is not None and record.said_at < first


def _latest(records: list[ViewRecord], most: int) -> list[ViewRecord]:
    return sorted(records, key=lambda record: record.said_at or _LONG_AGO)[-most:]
