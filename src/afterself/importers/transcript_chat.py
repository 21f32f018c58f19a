"""Lines of the chat saved beside a meeting in Zoom -> messages: when, from whom, to whom, what.

A message begins with a time of day and `From NAME to NAME:`; what follows with a tab is its text. No day is
told. That somebody reacted to a message is a sentence of the program's, as is what an answer answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from afterself.archive.drafts import Locator
from afterself.importers.text_lines import Line

BEGINS = re.compile(
    r"(?P<time>\d\d:\d\d:\d\d)[ \t]+From[ \t]+(?P<who>\S.{0,200}?)[ \t]+to[ \t]+(?P<to>\S.{0,200}?)[ \t]*:"
    r"[ \t]*(?P<text>.*)"
)
REACTED = re.compile(r"(?:Reacted to|Removed a .{1,20} reaction from) .*", re.DOTALL)
ANSWERS = re.compile(r"Replying to \"[^\n]*\"\n*")
_DIRECT = re.compile(r"\s*\((?:Direct Message|Privately)\)$", re.IGNORECASE)
_LONGEST = 1 << 16


@dataclass(slots=True)
class ChatLine:
    """One message of a chat; `length` is in bytes of the member, from `offset` on."""

    number: int
    offset: int
    length: int
    time: str
    who: str
    to: str
    text: str

    def where(self, member: str) -> Locator:
        return Locator(member, self.offset, self.length)


def chat_lines(lines: Iterable[Line]) -> Iterator[ChatLine | int]:
    """Every message; the number of a line that belongs to none, or cannot be read."""
    under_way: ChatLine | None = None
    for line in lines:
        begins = BEGINS.fullmatch(line.text) if line.text is not None else None
        if begins:
            if under_way:
                yield under_way
            to = _DIRECT.sub("", begins["to"])
            under_way = ChatLine(line.number, line.offset, line.length, begins["time"], begins["who"], to, "")
            under_way.text = begins["text"]
        elif line.text is None or under_way is None or len(under_way.text) > _LONGEST:
            if line.text is None or line.text.strip():
                yield line.number
        else:
            under_way.length = line.offset + line.length - under_way.offset
            under_way.text += "\n" + line.text.removeprefix("\t")
    if under_way:
        yield under_way
