"""A view -> conversations: each thread's bursts, cut where a talk ended.

A talk ends after the silence that `gaps.py` learned from its thread (kinds of thread that are one talk
by nature, such as a mail thread, are never cut by time, and neither are records without a time), and
before owner's words whose question cannot be shown: they must not become the answer to an older one.
Who is spoken to, over what and when is noted here for the header; what fits into the model's context
is the business of `windows.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from afterself.archive.near_names import did_you_mean, near_names
from afterself.datasets.bursts import Burst, Said, bursts, shown
from afterself.datasets.gaps import learned_gap
from afterself.datasets.masking import masked_name
from afterself.errors import UsageError
from afterself.models.turns import Header
from afterself.policy import ThreadInfo, View, ViewRecord
from afterself.policy.own_words import OwnWords

WHOLE_KINDS = frozenset({"mail", "document", "public"})
"""Kinds of thread where an answer after a week still is an answer."""

GROUP_KINDS = frozenset({"group", "channel", "public"})

NAMELESS_SOURCES = frozenset({"generic"})
"""Sources that do not say over which platform people spoke."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One talk: its bursts in order, and what its header can know.

    `to` names whom the owner speaks to; empty means whoever appears in a window. `repeats` are
    positions of the owner's bursts that must not be targets, because training knows them already.
    """

    thread: str
    group: bool
    bursts: tuple[Burst, ...]
    via: str | None = None
    to: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    on: str | None = None
    language: str | None = None
    repeats: frozenset[int] = frozenset()

    @property
    def targets(self) -> tuple[int, ...]:
        """Positions of the owner's bursts, less `repeats`."""
        return tuple(n for n, burst in enumerate(self.bursts) if burst.owner and n not in self.repeats)

    def header(self, window: Sequence[Burst]) -> Header:
        """The header over a window of this conversation's bursts: who appears in it, and its month."""
        present = (line.author for burst in window if not burst.owner for line in burst.turn.lines)
        names = self.to or present
        month = next((month_of(b.at) for b in window if b.owner and b.at), None)
        relations = dict(self.relations)
        people = tuple((name, relations.get(name)) for name in dict.fromkeys(names) if name)
        return Header(to=people, via=self.via, on=self.on or month, language=self.language)

    def part(self, first: int, end: int) -> Conversation:
        """The bursts [first, end) as a conversation of their own."""
        repeats = frozenset(n - first for n in self.repeats if first <= n < end)
        return replace(self, bursts=self.bursts[first:end], repeats=repeats)


def conversations(
    view: View,
    *,
    until: datetime | None = None,
    exclude_threads: Collection[str] = (),
    gap: timedelta | None = None,
) -> Iterator[Conversation]:
    """Every conversation of the view that holds a word of the owner, thread by thread.

    What several sources hold is a target where it stands first in the view, and context elsewhere.

    `until` is an exclusive upper bound on `said_at`; a record without a time cannot be shown to lie
    before it and is left out with it. `exclude_threads` are ids, keys or titles; UsageError for one that
    is no thread, because a slip of the pen must not train on what was to be left out. `gap`
    is the silence that ends a talk, learned for each thread when None.
    """
    for thread, messages in said_by_thread(view, until=until, exclude_threads=exclude_threads):
        yield from talks_of(thread, messages, gap)


def said_by_thread(
    view: View, *, until: datetime | None = None, exclude_threads: Collection[str] = ()
) -> Iterator[tuple[ThreadInfo, list[Said]]]:
    """Every thread of a view with its messages that can be shown; bounds as in `conversations`.

    What the owner copied, or wrote before, is not shown as theirs (`policy.own_words`).
    """
    threads = view.threads()
    handles = view.own.accounts()
    left_out = _left_out(exclude_threads, threads)
    languages = view.own.thread_languages()
    copies = view.own.words(without=left_out, until=until).copies
    for thread in threads:
        if thread.id in left_out:
            continue
        records: Iterable[ViewRecord] = (
            record._replace(own_text="") if record.id in copies else record
            for record in view.records(thread=thread.id)
        )
        if until is not None:
            records = (r for r in records if r.said_at is not None and r.said_at < until)
        yield replace(thread, language=languages.get(thread.id)), list(shown(records, handles))


def own_words(
    view: View, *, until: datetime | None = None, exclude_threads: Collection[str] = ()
) -> tuple[OwnWords, dict[str, float]]:
    """What the gate lets through of what the owner wrote, and the share of each language in it."""
    left_out = _left_out(exclude_threads, view.threads())
    return (
        view.own.words(without=left_out, until=until),
        view.own.languages(without=left_out, until=until),
    )


def _left_out(names: Collection[str], threads: Sequence[ThreadInfo]) -> set[str]:
    return {thread for name in names for thread in _called(name, threads)}


def _called(name: str, threads: Sequence[ThreadInfo]) -> list[str]:
    wanted = name.casefold()
    found = [t.id for t in threads if wanted in (t.id, t.key.casefold(), t.title.casefold())]
    if not found:
        raise UsageError(
            f"There is no thread “{name}” to leave out. Nothing was trained.",
            remedy=did_you_mean(near_names(name, [thread.title for thread in threads]))
            or "Take the thread's id or title from: afterself records --json",
        )
    return found


def talks_of(thread: ThreadInfo, messages: Sequence[Said], gap: timedelta | None) -> Iterator[Conversation]:
    """The conversations in messages of one thread; `gap` is learned from these messages when None."""
    others = list(dict.fromkeys(m.line.author for m in messages if not m.owner))
    group = thread.kind in GROUP_KINDS or len(others) > 1
    known = {masked_name(p.name): p.relation for p in thread.participants if not p.is_owner}
    contacts = [name for name in known if name in others] or others or list(known)
    frame = Conversation(
        thread=thread.id,
        group=group,
        bursts=(),
        via=platform_of(thread),
        to=() if group else tuple(contacts[:1]),
        relations=tuple((name, tie) for name, tie in known.items() if tie),
        language=thread.language,
    )
    limit = silence(thread, messages) if gap is None else gap
    if thread.kind in WHOLE_KINDS:
        limit = timedelta.max
    for talk in _split(messages, lambda before, after: after - before > limit):
        turns = bursts(talk)
        again = frozenset(n for n, turn in enumerate(turns) if turn.given == len(turn.turn.lines))
        found = replace(frame, bursts=tuple(turns), repeats=again)
        if found.targets:
            yield found


def silence(thread: ThreadInfo, messages: Sequence[Said]) -> timedelta:
    """The silence that ends a talk in a thread, learned from these messages of it."""
    return timedelta.max if thread.kind in WHOLE_KINDS else learned_gap(message.at for message in messages)


def _split(messages: Sequence[Said], ended: Callable[[datetime, datetime], bool]) -> Iterator[list[Said]]:
    talk: list[Said] = []
    before: datetime | None = None
    for message in messages:
        silent = before is not None and message.at is not None and ended(before, message.at)
        if talk and (silent or message.question_unseen):
            yield talk
            talk = []
        talk.append(message)
        before = message.at or before
    if talk:
        yield talk


def platform_of(thread: ThreadInfo) -> str | None:
    """What the header says a thread was written over; None where its source does not know."""
    return None if thread.source in NAMELESS_SOURCES else thread.source


def month_of(at: datetime | None) -> str | None:
    """A moment as the header has it, such as 2019-03."""
    return at.strftime("%Y-%m") if at else None
