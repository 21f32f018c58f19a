"""One line of an IRC log -> what it is: a day, words of somebody, an event. Three programs' ways of writing.

irssi tells the day in lines of its own, ZNC in the name of the file, WeeChat in each line. Modes before a
nick (`@`, `+`) and the codes of bold and colours are no part of what was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from afterself.importers.contract import Unreadable
from afterself.importers.local_time import MONTHS

Program = Literal["irssi", "weechat", "znc"]
_NICK = r"[ @+%&~!]?(?P<nick>[^\s>]{1,64})"
_ACT = r"(?P<actor>\S+) ?(?P<act>.*)"
_IRSSI = re.compile(
    rf"(?P<time>\d\d:\d\d(?::\d\d)?) (?:<{_NICK}> (?P<text>.*)| \* {_ACT}|(?P<event>-.*|!.*))"
)
_WEECHAT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d)\t"
    rf"(?:(?P<event>-->|<--|--|=!=|)\t.*| \*\t{_ACT}|{_NICK}\t(?P<text>.*))"
)
_ZNC = re.compile(
    rf"\[(?P<time>\d\d:\d\d:\d\d)\] (?:<{_NICK}> (?P<text>.*)|\* {_ACT}|(?P<event>\*\*\* .*|-\S+- .*))"
)
_LINES = {"irssi": _IRSSI, "weechat": _WEECHAT, "znc": _ZNC}
_DAY = re.compile(r"--- (?:Log opened|Day changed) \S+ (\S{3}) +(\d{1,2}) (?:\d\d:\d\d:\d\d )?(\d{4})")
_NAMED = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_CODES = re.compile("\x03(?:\\d{1,2}(?:,\\d{1,2})?)?|\x04[0-9A-Fa-f]{6}|[\x02\x0f\x11\x16\x1d\x1e\x1f]")
_EVENT = "a join, a notice or another event: nobody's words"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said, and when on the clock of the log; `exact` where the log has seconds."""

    nick: str
    text: str
    wall: datetime
    exact: bool


def program_of(name: str, head: str) -> Program | None:
    """The program that wrote a file, by its first lines (and ZNC's by its name, too)."""
    found = [line for line in head.split("\n")[:40] if line.strip()]
    if found and _DAY.match(found[0]):
        return "irssi"
    for program in ("weechat", "znc"):
        if program == "znc" and not _NAMED.search(name):
            continue
        if sum(bool(_LINES[program].fullmatch(line.rstrip("\r"))) for line in found) * 2 > len(found):
            return "weechat" if program == "weechat" else "znc"
    return None


def day_of(line: str) -> date | None:
    """The day that a line of irssi's begins, if it does."""
    found = _DAY.match(line)
    return _date(found[3], MONTHS.get(found[1], 0), found[2]) if found else None


def day_named(name: str) -> date | None:
    """The day in the name of a file of ZNC's."""
    found = list(_NAMED.finditer(name))
    return _date(*found[-1].groups()) if found else None


def read(line: str, program: Program, day: date | None) -> Said | None:
    """What a line says; None where it only marks the log. Unreadable says why it is nobody's words."""
    if line.startswith("--- ") and program == "irssi":
        return None
    found = _LINES[program].fullmatch(line)
    if found is None:
        raise Unreadable("a line of another kind")
    if found["event"] is not None:
        raise Unreadable(_EVENT)
    day = _date(*found["day"].split("-")) if program == "weechat" else day
    if day is None:
        raise Unreadable("no day is told before it")
    text = _CODES.sub("", found["text"] if found["nick"] else found["act"])
    if not text.strip():
        raise Unreadable("it says nothing")
    try:
        clock = time.fromisoformat(found["time"])
    except ValueError as error:
        raise Unreadable("its time cannot be read") from error
    return Said(
        found["nick"] or found["actor"], text, datetime.combine(day, clock), found["time"].count(":") > 1
    )


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
