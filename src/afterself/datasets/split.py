"""Conversations -> those to train on and those to validate on: the latest ones, whole.

About a twentieth of the owner's bursts validates, at least 20 and at most 300, never more than a
fifth. Each thread gives the end of itself as far as whole conversations allow; what is missing then
comes from the latest conversations of all. Only where no conversation is small enough (years of chat
without times are one) is the end of the largest cut off. No record stands on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from afterself.datasets.conversations import Conversation

SHARE = 0.05
LEAST = 20
MOST = 300
LARGEST_SHARE = 0.2
FEWEST = 5
"""Fewer bursts than this say nothing: then nothing validates."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def split(talks: Sequence[Conversation]) -> tuple[list[Conversation], list[Conversation]]:
    """(train, validation), each in the order given."""
    total = sum(len(talk.targets) for talk in talks)
    quota = min(MOST, max(LEAST, round(SHARE * total)), int(LARGEST_SHARE * total))
    if quota < FEWEST:
        return list(talks), []
    threads: dict[str, list[int]] = {}
    for n, talk in enumerate(talks):
        threads.setdefault(talk.thread, []).append(n)
    held = _ends_of_threads(talks, threads, quota / total)
    _latest_of_all(talks, threads, held, quota)
    train = [talk for n, talk in enumerate(talks) if n not in held]
    validation = [talk for n, talk in enumerate(talks) if n in held]
    need = quota - sum(len(talk.targets) for talk in validation)
    if need > quota // 2:
        largest = max(range(len(train)), key=lambda n: (len(train[n].targets), n))
        train[largest], end = _cut(train[largest], need)
        validation.append(end)
    return train, validation


def _ends_of_threads(talks: Sequence[Conversation], threads: dict[str, list[int]], share: float) -> set[int]:
    """The whole conversations at each thread's end that its own share of the quota allows."""
    held: set[int] = set()
    for members in threads.values():
        room = share * sum(len(talks[n].targets) for n in members)
        while members and len(talks[members[-1]].targets) <= room:
            room -= len(talks[members[-1]].targets)
            held.add(members.pop())
    return held


def _latest_of_all(
    talks: Sequence[Conversation], threads: dict[str, list[int]], held: set[int], quota: int
) -> None:
    """Fill `held` up to the quota with the latest conversations, each the last one left of its thread."""
    need = quota - sum(len(talks[n].targets) for n in held)
    open_threads = {name: members for name, members in threads.items() if members}
    while need > 0 and open_threads:
        name = max(open_threads, key=lambda name: _lateness(talks, open_threads[name][-1]))
        last = open_threads[name][-1]
        size = len(talks[last].targets)
        if size > 1.5 * need:
            del open_threads[name]
            continue
        held.add(open_threads[name].pop())
        need -= size
        if not open_threads[name]:
            del open_threads[name]


def _lateness(talks: Sequence[Conversation], n: int) -> tuple[datetime, int]:
    times = [burst.at for burst in talks[n].bursts if burst.at]
    return max(times, default=_LONG_AGO), n


def _cut(talk: Conversation, bursts: int) -> tuple[Conversation, Conversation]:
    """The conversation without its last `bursts` bursts of the owner, and those with their questions."""
    border = talk.targets[-bursts - 1] + 1
    return talk.part(0, border), talk.part(border, len(talk.bursts))
