"""Conversations of a later side -> the same without targets that an earlier side has shown already.

A forwarded story, a poem sent to several people, or one chat exported from two places would measure
memory instead of manner. What repeats stays where it is as context, and stays in training; on the
later side (validation, held out) it is no target. Repeated is a message of at least `LONG` characters
with the same words, or a whole turn with the same words in the same minute; the latter in two threads
of one side is one turn exported twice, and counts once there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from afterself.datasets.bursts import Burst
from afterself.datasets.conversations import Conversation
from afterself.policy.copies import LONG

Print = tuple[datetime | None, str]
"""What a turn is recognised by: its minute and all its words, or (without a time) one long message."""


def prints(talks: Iterable[Conversation]) -> set[Print]:
    """What the turns of conversations, of both sides, can be recognised by."""
    return {known for talk in talks for burst in talk.bursts for known in _prints(burst)}


def without_repeats(talks: Iterable[Conversation], seen: set[Print]) -> tuple[list[Conversation], int]:
    """(conversations that still have a target, how many targets repeat something seen)."""
    kept: list[Conversation] = []
    repeated = 0
    for talk in talks:
        known = {n for n in talk.targets if not seen.isdisjoint(_prints(talk.bursts[n]))}
        repeated += len(known)
        shown = replace(talk, repeats=talk.repeats | known) if known else talk
        if shown.targets:
            kept.append(shown)
    return kept, repeated


def once(talks: Iterable[Conversation]) -> tuple[list[Conversation], int]:
    """(conversations that still have a target, how many targets another thread had in the same minute)."""
    first: dict[Print, str] = {}
    kept: list[Conversation] = []
    doubled = 0
    for talk in talks:
        twice = {
            n for n in talk.targets if first.setdefault(_print(talk.bursts[n]), talk.thread) != talk.thread
        }
        doubled += len(twice)
        shown = replace(talk, repeats=talk.repeats | twice) if twice else talk
        if shown.targets:
            kept.append(shown)
    return kept, doubled


def apart(talks: Iterable[Conversation], later: Iterable[Conversation]) -> list[Conversation]:
    """The conversations without bursts that say again, in another source, what a later side asks for.

    What is left of one that is cut by it are conversations of their own.
    """
    asked = {
        record
        for talk in later
        for n in talk.targets
        for record, _ in talk.bursts[n].records[talk.bursts[n].given :]
    }
    return [part for talk in talks for part in _without(talk, asked) if part.targets]


def _without(talk: Conversation, asked: set[str]) -> Iterator[Conversation]:
    cuts = [n for n, burst in enumerate(talk.bursts) if not asked.isdisjoint(burst.repeats)]
    if not cuts:
        yield talk
        return
    for before, after in pairwise([-1, *cuts, len(talk.bursts)]):
        if after > before + 1:
            yield talk.part(before + 1, after)


def _print(burst: Burst) -> Print:
    """A whole turn in its minute; one without a time is like no other."""
    if burst.at is None:
        return None, f"{id(burst)}"
    texts = [_plain(line.text) for line in burst.turn.lines]
    return burst.at.replace(second=0, microsecond=0), "\n".join(texts)


def _prints(burst: Burst) -> set[Print]:
    texts = [_plain(line.text) for line in burst.turn.lines]
    found: set[Print] = {(None, text) for text in texts if len(text) >= LONG}
    if burst.at is not None:
        found.add(_print(burst))
    return found


def _plain(text: str) -> str:
    """Words in one writing: width, case and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
