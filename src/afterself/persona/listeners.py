"""Whom the self takes a visitor for: a name as typed -> a contact, and the header for talking to them.

The weights know their register by header, so a visitor takes the place of the contact whom the owner
talked with most, or of a named one. A name that is only near a contact's is a typing error and never
guessed; a name like nobody's is that of a stranger.
"""

from __future__ import annotations

from afterself.archive.keys import folded
from afterself.archive.near_names import did_you_mean, mistyped_names
from afterself.datasets.conversations import month_of, platform_of
from afterself.datasets.masking import masked_name
from afterself.errors import UsageError
from afterself.memory.words import fold
from afterself.models.turns import Header
from afterself.policy import View
from afterself.policy.view import PersonInfo, ThreadInfo

_MOST_NEAR = 6


def names_known(view: View) -> list[str]:
    """Names of the people whom the owner can be talking to, those who wrote most first."""
    return list(dict.fromkeys(p.name for p in view.people() if not p.is_owner and p.name.strip()))


def find_name(view: View, typed: str) -> str:
    """The contact's name that is meant: the whole of it, or a part that only one carries.

    A name like nobody's comes back as it is. UsageError names the near ones when it looks like a typing
    error, or the several who carry it.
    """
    wanted = " ".join(typed.split())
    known = {fold(name): name for name in reversed(names_known(view))}
    if not wanted or fold(wanted) in known:
        return known.get(fold(wanted), wanted)
    parts: dict[str, list[str]] = {}
    for spelled, name in known.items():
        for part in spelled.split():
            parts.setdefault(part, []).append(name)
    carriers = sorted(set(parts.get(fold(wanted), ())))
    if len(carriers) == 1:
        return carriers[0]
    meant = carriers[:_MOST_NEAR] or mistyped_names(wanted, known.values(), _MOST_NEAR)
    if meant:
        raise UsageError(f"Nobody in the archive is called just “{wanted}”.", remedy=did_you_mean(meant))
    return wanted


def header_for(view: View, to: str | None = None, month: str | None = None) -> Header:
    """The header of the owner's most usual direct talk, or of that with `to`, at the end of what is seen.

    `month` (YYYY-MM) stands in for the last month in which they talked.
    """
    threads = view.threads()
    talks = [(t, p) for t in threads if t.kind == "direct" for p in _others(t) if _is(p, to)]
    if to is not None:
        talks = talks or [(t, p) for t in threads for p in _others(t) if _is(p, to)]
    if not talks:
        return Header(to=((to, None),) if to else (), on=month)
    thread, other = max(talks, key=lambda talk: talk[0].records)
    return Header(
        to=((masked_name(other.name), other.relation),),
        via=platform_of(thread),
        on=month or month_of(thread.last),
        language=view.own.thread_languages().get(thread.id),
    )


def _others(thread: ThreadInfo) -> list[PersonInfo]:
    return [person for person in thread.participants if not person.is_owner]


def _is(person: PersonInfo, to: str | None) -> bool:
    return to is None or folded(person.name) == folded(to)
