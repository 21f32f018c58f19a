"""A person or conversation that was named and is not there -> the error that asks for what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from afterself.archive.near_names import did_you_mean, near_names
from afterself.archive.plain import one_line
from afterself.errors import UsageError

NOTHING_CHANGED = " Nothing was changed."


def nobody_called(name: str, names: Iterable[str], outcome: str = "") -> UsageError:
    """What to say to a name that is none of `names`; `outcome` follows, such as NOTHING_CHANGED."""
    return UsageError(
        f"Nobody in the archive is called “{one_line(name)}”.{outcome}",
        remedy=did_you_mean(near_names(name, names)) or "See who there is: afterself people",
    )


def no_thread_called(title: str, titles: Iterable[str]) -> UsageError:
    """What to say to a title that is none of `titles`."""
    return UsageError(
        f"There is no thread “{one_line(title)}”.",
        remedy=did_you_mean(near_names(title, titles))
        or "Take the thread's id or title from: afterself records --json",
    )
