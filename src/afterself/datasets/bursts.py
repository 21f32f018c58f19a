"""Records of a thread -> bursts: what one side said before the other side spoke.

A burst of the owner becomes a turn of theirs, made of their own words only. What others said between
two of those, by however many people, becomes one turn of context. Records that cannot be shown
(deleted, only a placeholder, system lines) never enter; but where one of somebody else, or one that
the view hides, stands right before the owner's words, the burst remembers that its question is
unseen. Personal data is masked in place (`masking.py`) and drops nothing. Where a conversation ends is
the business of `conversations.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from afterself.datasets.masking import masked, masked_name
from afterself.models.turns import Line, Turn, message_text
from afterself.policy import ViewRecord
from afterself.policy.words import SILENT_KINDS


@dataclass(frozen=True, slots=True)
class Burst:
    """A turn and where it comes from.

    `records` names the record and revision of each line. `given` counts the first lines that are
    already said: context, never a target. `question_unseen`: what the burst answers cannot be shown,
    so nothing said before it may stand as its question. `repeats` are the records of other sources that say
    the same as lines of this one: the words are theirs to learn from.
    """

    turn: Turn
    records: tuple[tuple[str, int], ...] = ()
    at: datetime | None = None
    given: int = 0
    question_unseen: bool = False
    repeats: frozenset[str] = frozenset()

    @property
    def owner(self) -> bool:
        """True if the owner says it."""
        return self.turn.owner


@dataclass(frozen=True, slots=True)
class Said:
    """One message that can be shown."""

    line: Line
    owner: bool
    record: tuple[str, int]
    at: datetime | None
    question_unseen: bool = False
    repeats: str | None = None


def shown(records: Iterable[ViewRecord], handles: Collection[str] = ()) -> Iterator[Said]:
    """The messages of one thread that can be shown, in order: own words, and what others said, masked.

    `handles` are accounts known from the exports, as for `masked`.
    """
    seen = list(records)
    places = {record.position for record in seen}
    here = {record.id for record in seen}
    unseen = False
    for record in seen:
        # Positions run without holes: a missing one is a record forgotten, excluded or left out.
        unseen = unseen or (record.position > 0 and record.position - 1 not in places)
        if record.kind in SILENT_KINDS or record.same_as in here:
            continue
        owner = record.is_owner is True
        text = record.own_text if owner else record.words
        said = bool(message_text(text)) and not record.deleted
        if said:
            origin = (record.id, record.revision)
            line = Line(masked_name(record.author_name), masked(text, handles))
            yield Said(line, owner, origin, record.said_at, owner and unseen, record.same_as)
        # The owner's own unseen message hides no question: what they say next goes on after it.
        unseen = not said and (not owner or unseen)


def bursts(messages: Sequence[Said]) -> list[Burst]:
    """Messages in order, merged: a new burst wherever the owner and the others change places."""
    made: list[Burst] = []
    block: list[Said] = []
    for message in messages:
        if block and (message.owner != block[-1].owner or message.question_unseen):
            made.append(_burst(block))
            block = []
        block.append(message)
    if block:
        made.append(_burst(block))
    return made


def _burst(block: Sequence[Said]) -> Burst:
    repeated = [n for n, message in enumerate(block) if message.repeats is not None]
    return Burst(
        turn=Turn(block[0].owner, tuple(message.line for message in block)),
        given=repeated[-1] + 1 if repeated and block[0].owner else 0,
        repeats=frozenset(message.repeats for message in block if message.repeats is not None),
        records=tuple(message.record for message in block),
        at=block[0].at,
        question_unseen=block[0].question_unseen,
    )
