"""A view -> conversations to train on, to validate on, and held out: later each time, whole.

Per thread the end is held out and what stands before it validates, as far as whole conversations
allow; what is missing then comes from the latest conversations of all. Only where no conversation is
small enough (years of chat without times are one) is the end of the largest cut off. No record
stands on two sides, and the silence that ends a talk is learned from what was said before the cut.
Whoever cuts by themselves (`until`, `exclude_threads`) holds that out: then nothing more is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from afterself.datasets.bursts import Said
from afterself.datasets.conversations import Conversation, said_by_thread, silence, talks_of
from afterself.datasets.gaps import GAP
from afterself.datasets.repeats import apart, once, prints, without_repeats
from afterself.policy import ThreadInfo, View


@dataclass(frozen=True, slots=True)
class Quota:
    """How many bursts of the owner go to a side: a share of all, within bounds."""

    share: float
    least: int
    most: int
    largest_share: float
    """Never more than this share of all; `fewest` and fewer are not worth a side."""
    fewest: int

    def of(self, total: int) -> int:
        """Bursts out of `total`, 0 if so few say nothing or would be missed."""
        wanted = min(self.most, max(self.least, round(self.share * total)), int(self.largest_share * total))
        return wanted if wanted >= self.fewest else 0


VALIDATION = Quota(share=0.05, least=20, most=300, largest_share=0.2, fewest=5)
HELD_OUT = Quota(share=0.10, least=20, most=500, largest_share=0.15, fewest=20)
"""Below some 130 bursts nothing is held out: training needs them more than a measure so coarse."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Split:
    """Conversations by side, each in the order of the view.

    `repeated` counts the owner's bursts that are no target, because an earlier side has the same
    words or another thread the same turn in the same minute.
    """

    train: list[Conversation]
    validation: list[Conversation]
    held_out: list[Conversation]
    repeated: int = 0

    @property
    def learned(self) -> list[Conversation]:
        """What a run may look at: all that is not held out."""
        return [*self.train, *self.validation]


def split(
    view: View,
    *,
    until: datetime | None = None,
    exclude_threads: Collection[str] = (),
    gap: timedelta | None = None,
) -> Split:
    """Every conversation of the view on its side; arguments as for `conversations`."""
    threads = list(said_by_thread(view, until=until, exclude_threads=exclude_threads))
    earlier: list[Conversation] = []
    held_out: list[Conversation] = []
    borders = {} if until is not None or exclude_threads else _borders(threads, gap)
    for thread, messages in threads:
        border = borders.get(thread.id, len(messages))
        before, after = messages[:border], messages[border:]
        limit = silence(thread, before) if gap is None else gap
        earlier += talks_of(thread, before, limit)
        held_out += talks_of(thread, after, limit)
    train, validation = latest(earlier, VALIDATION)
    seen = prints(train)
    validation, again = without_repeats(validation, seen)
    held_out, later = without_repeats(held_out, seen | prints(validation))
    (train, n), (validation, m), (held_out, k) = map(once, (train, validation, held_out))
    train = apart(train, [*validation, *held_out])
    validation = apart(validation, held_out)
    return Split(train, validation, held_out, again + later + n + m + k)


def _borders(threads: Sequence[tuple[ThreadInfo, list[Said]]], gap: timedelta | None) -> dict[str, int]:
    """Where the held-out part of each thread begins, as a position in its messages.

    Found with the general gap, so that no silence of the held-out part decides where it begins.
    """
    talks = [talk for thread, said in threads for talk in talks_of(thread, said, GAP if gap is None else gap)]
    first: dict[str, set[tuple[str, int]]] = {}
    for talk in latest(talks, HELD_OUT)[1]:
        first.setdefault(talk.thread, set()).add(talk.bursts[0].records[0])
    return {
        thread.id: next(n for n, message in enumerate(said) if message.record in first[thread.id])
        for thread, said in threads
        if thread.id in first
    }


def latest(talks: Sequence[Conversation], quota: Quota) -> tuple[list[Conversation], list[Conversation]]:
    """(the rest, the latest up to a quota of the owner's bursts), each in the order given."""
    total = sum(len(talk.targets) for talk in talks)
    wanted = quota.of(total)
    if not wanted:
        return list(talks), []
    threads: dict[str, list[int]] = {}
    for n, talk in enumerate(talks):
        threads.setdefault(talk.thread, []).append(n)
    taken = _ends_of_threads(talks, threads, wanted / total)
    _latest_of_all(talks, threads, taken, wanted)
    rest = {n: talk for n, talk in enumerate(talks) if n not in taken}
    late = {n: talks[n] for n in taken}
    need = wanted - sum(len(talk.targets) for talk in late.values())
    if need > wanted // 2:
        ends = {talk.thread: n for n, talk in rest.items()}.values()
        largest = max(ends, key=lambda n: (len(rest[n].targets), n))
        rest[largest], late[largest] = _cut(rest[largest], need)
    return list(rest.values()), [late[n] for n in sorted(late)]


def _ends_of_threads(talks: Sequence[Conversation], threads: dict[str, list[int]], share: float) -> set[int]:
    """The whole conversations at each thread's end that its own share of the quota allows."""
    taken: set[int] = set()
    for members in threads.values():
        room = share * sum(len(talks[n].targets) for n in members)
        while members and len(talks[members[-1]].targets) <= room:
            room -= len(talks[members[-1]].targets)
            taken.add(members.pop())
    return taken


def _latest_of_all(
    talks: Sequence[Conversation], threads: dict[str, list[int]], taken: set[int], wanted: int
) -> None:
    """Fill `taken` up to the quota with the latest conversations, each the last one left of its thread."""
    need = wanted - sum(len(talks[n].targets) for n in taken)
    open_threads = {name: members for name, members in threads.items() if members}
    while need > 0 and open_threads:
        name = max(open_threads, key=lambda name: _lateness(talks, open_threads[name][-1]))
        last = open_threads[name][-1]
        size = len(talks[last].targets)
        if size > 1.5 * need:
            del open_threads[name]
            continue
        taken.add(open_threads[name].pop())
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
