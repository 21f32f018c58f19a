"""A view and the records that weights were made from -> the replies that those weights never saw.

A reply is held out if it stands after all that the weights hold of its thread, and repeats nothing of
it. What was imported since is measured with, unless it is older than the cut: the ledger decides, so
text that was trained on can not become held-out text. `HeldOut` is what the manifest keeps of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from afterself.datasets.bursts import Said
from afterself.datasets.conversations import Conversation, said_by_thread, silence, talks_of
from afterself.datasets.gaps import GAP
from afterself.datasets.repeats import Print, once, prints, without_repeats
from afterself.datasets.replies import Reply
from afterself.datasets.split import Split
from afterself.policy import ThreadInfo, View


@dataclass(frozen=True, slots=True)
class HeldOutThread:
    """What of one thread is held out: from when on (UTC, None if unknown), and how much."""

    thread: str
    since: str | None
    conversations: int
    bursts: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What training did not see, without a word of it.

    `since` (ISO 8601, UTC) is the earliest time held out; a thread that the weights do not know counts
    from then on, or whole if that is None. `by_person`: they left something out by themselves, so all
    that the weights do not hold is held out, and `threads` is empty.
    """

    since: str | None = None
    threads: tuple[HeldOutThread, ...] = ()
    by_person: bool = False

    @property
    def bursts(self) -> int:
        """Bursts of the owner that are held out."""
        return sum(thread.bursts for thread in self.threads)

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        threads = [asdict(thread) for thread in self.threads]
        return {"since": self.since, "by_person": self.by_person, "threads": threads}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> HeldOut:
        """`as_dict` undone."""
        threads = tuple(HeldOutThread(**thread) for thread in facts.get("threads", ()))
        return cls(facts.get("since"), threads, bool(facts.get("by_person")))


@dataclass(frozen=True, slots=True)
class HeldOutReply:
    """A reply of the owner with what was really said before it.

    `conversation` is an id to group by, `records` are the ids of the reply's messages, `at` is when
    it began. `reply` is what `training.score.encode` takes: header, context turns, the reply's burst.
    """

    reply: Reply
    conversation: str
    thread: str
    records: tuple[str, ...]
    at: datetime | None


def held_out_of(sides: Split, *, until: datetime | None, cut: bool) -> HeldOut:
    """What a split holds out. `cut`: the person left something out (`until` or threads) by themselves."""
    if cut:
        return HeldOut(since=until.isoformat() if until else None, by_person=True)
    threads: dict[str, list[Conversation]] = {}
    for talk in sides.held_out:
        threads.setdefault(talk.thread, []).append(talk)
    parts = tuple(
        HeldOutThread(thread, _iso(map(_start, talks)), len(talks), sum(len(talk.targets) for talk in talks))
        for thread, talks in threads.items()
    )
    if parts:
        return HeldOut(_iso(map(_start, sides.held_out)), parts)
    ends = [b.at for talk in sides.learned for b in talk.bursts if b.at]
    return HeldOut(max(ends).isoformat() if ends else None)


def held_out_replies(
    view: View,
    trained: Collection[str],
    held_out: HeldOut,
    *,
    gap: timedelta | None = None,
) -> Iterator[HeldOutReply]:
    """The owner's replies in a view that weights never saw, thread by thread, in order.

    `trained` are the ids of the records that the weights were made from or validated on (the artifact
    ledger knows them), `held_out` is what their manifest says. `gap` is the silence that ends a talk,
    learned from the trained part of each thread when None.
    """
    named = {thread.thread for thread in held_out.threads}
    since = datetime.fromisoformat(held_out.since) if held_out.since else None
    seen: set[Print] = set()
    found: list[Conversation] = []
    for thread, messages in said_by_thread(view):
        border = max((n for n, m in enumerate(messages) if m.record[0] in trained), default=-1) + 1
        limit = _limit(thread, messages[:border], gap)
        seen |= prints(talks_of(thread, messages[:border], limit))
        for talk in talks_of(thread, _unseen(messages, border, limit), limit):
            begins = _start(talk)
            known = border or thread.id in named or since is None
            if known or (begins is not None and since is not None and begins >= since):
                found.append(talk)
    for talk in once(without_repeats(found, seen)[0])[0]:
        yield from _replies(talk)


def _limit(thread: ThreadInfo, trained: Sequence[Said], gap: timedelta | None) -> timedelta:
    if gap is not None:
        return gap
    return silence(thread, trained) if trained else GAP


def _unseen(messages: Sequence[Said], border: int, limit: timedelta) -> Sequence[Said]:
    """What stands after the border, less a reply to (or the end of a burst in) what stands before it."""
    if border == 0:
        return messages
    first = border
    before = messages[border - 1].at
    while first < len(messages) and messages[first].owner and not messages[first].question_unseen:
        at = messages[first].at
        if before and at and at - before > limit:
            break
        before = at or before
        first += 1
    return messages[first:]


def _replies(talk: Conversation) -> Iterator[HeldOutReply]:
    for target in talk.targets:
        burst = talk.bursts[target]
        yield HeldOutReply(
            reply=Reply(talk.part(0, target + 1)),
            conversation=talk.bursts[0].records[0][0],
            thread=talk.thread,
            records=tuple(dict.fromkeys(record for record, _ in burst.records)),
            at=burst.at,
        )


def _start(talk: Conversation) -> datetime | None:
    return next((burst.at for burst in talk.bursts if burst.at), None)


def _iso(times: Iterator[datetime | None]) -> str | None:
    known = [at for at in times if at is not None]
    return min(known).isoformat() if known else None
