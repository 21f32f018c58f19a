"""What a picture's camera noted, in words: “a picture of 3 May 2019, at 48.1 N 11.6 E”.

The words are made of the stored facts alone, so that they can be cited; nobody looked at the picture. A place
is shown to a tenth of a degree (some ten kilometres); `records --json` gives it as exactly as it is known.
"""

from __future__ import annotations

from datetime import datetime

from afterself.archive.drafts import Attachment

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def caption(one: Attachment) -> str:
    """When and where a picture was taken; "" for what says neither."""
    told = []
    if one.taken:
        when = datetime.fromisoformat(one.taken)
        told.append(f"of {when.day} {_MONTHS[when.month - 1]} {when.year}")
    if one.latitude is not None and one.longitude is not None:
        told.append(f"at {_degrees(one.latitude, 'NS')} {_degrees(one.longitude, 'EW')}")
    return f"a picture {', '.join(told)}" if told else ""


def named(one: Attachment) -> str:
    """An attachment as a list shows it: its name, and of a picture when and where."""
    about = caption(one).removeprefix("a picture ")
    return f"{one.name}, {about}" if about else one.name


def _degrees(angle: float, sides: str) -> str:
    return f"{abs(angle):.1f} {sides[angle < 0]}"
