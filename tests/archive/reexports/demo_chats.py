"""Two chats of the demo person in the plain form of `chats/`, read from the package by a small script.

Her clock is Europe/London. A minute of an Android file is given as its first second. Texts, people
and order are as they stand in her files.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

_HEADER = re.compile(
    r"^\[?(\d\d)/(\d\d)/(\d{4}), (\d\d):(\d\d)(?::(\d\d))?(?:\]| -) (?:([^:]+): )?(.*)$", re.S
)

DEMO = {
    "demo-jonas": ("WhatsApp Chat with Jonas.txt", "Jonas"),
    "demo-sunday": ("WhatsApp Chat - Sunday Table/_chat.txt", "Sunday Table"),
}


def demo_lines(chat: str) -> list[str]:
    """`instant | who | text` for each message of a demo chat."""
    member, title = DEMO[chat]
    text = files("afterself.demo").joinpath("chats", *member.split("/")).read_text(encoding="utf-8")
    rows: list[str] = []
    for row in text.splitlines():
        head = _HEADER.match(row.replace("\u200e[", "["))
        if head is None:
            rows[-1] += "\\n" + row
            continue
        day, month, year, hour, minute, second, who, said = head.groups()
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            tzinfo=ZoneInfo("Europe/London"),
        )
        rows.append(f"{local.astimezone(UTC):%Y-%m-%d %H:%M:%S} | {_who(who, title, said)} | {_plain(said)}")
    return rows


def _who(who: str | None, title: str, said: str) -> str:
    system = who is None or (who == title and said.startswith("\u200e"))
    return "*" if system else str(who)


def _plain(said: str) -> str:
    bare = said.replace("\u200e", "")
    if bare in ("<Media omitted>", "image omitted"):
        return "{media}"
    if bare.rstrip(".") == "This message was deleted":
        return "{deleted}"
    return "{encrypted}" if bare.startswith("Messages and calls are end-to-end") else bare
