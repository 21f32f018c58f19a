"""The turn format: a conversation and its header as the text that a model reads (stock ChatML).

Header, turns and lines go in; the golden strings of the design come out. Pure text: how the pieces
become token ids is the business of `tokens.py`, where conversations come from that of `datasets`.

Message text is data and kept as it is but for its line ends. *Names and other header values* are
labels of ours inside a line of syntax, so they are cleaned (`clean_label`): see there for how.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]

IM_START = "<|im_start|>"
IM_END = "<|im_end|>"

LABEL_LIMIT = 64
"""Longest name or header value, in code points."""

NO_NAME = "?"
"""Stands for the author of a group message whose name is unknown or empty."""

_JOINERS = "\u200c\u200d"
_SYNTAX = str.maketrans(dict.fromkeys(";,:()", " "))


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a conversation: with whom, over what, in which month, in which language."""

    to: tuple[tuple[str, str | None], ...] = ()
    via: str | None = None
    on: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its author sent it; it may hold newlines."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A burst: messages of one side without a word of the other between them."""

    owner: bool
    lines: tuple[Line, ...]


def clean_label(value: str | None) -> str:
    """A name or header value as one short line that cannot be read as syntax; "" if nothing is left.

    Control characters, bidi marks and other invisible ones vanish (the joiners that emoji and Indic
    or Persian names need stay), any blank run (newlines too) becomes one space, each of `;,:()` a
    space, `<|` and `|>` lose their bars, and what is longer than `LABEL_LIMIT` is cut.
    """
    kept = (
        " " if c.isspace() else c
        for c in value or ""
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    text = "".join(kept).translate(_SYNTAX)
    text = re.sub(r"<\|+", "<", text)
    text = re.sub(r"\|+>", ">", text)
    return " ".join(text.split())[:LABEL_LIMIT].rstrip()


def header_text(header: Header) -> str:
    """The content of the system turn, fields in their frozen order; "" if nothing is known."""
    people = []
    for name, relation in header.to:
        shown, tie = clean_label(name), clean_label(relation)
        if shown:
            people.append(f"{shown} ({tie})" if tie else shown)
    fields = (
        ("to", ", ".join(people)),
        ("via", clean_label(header.via)),
        ("on", clean_label(header.on)),
        ("in", clean_label(header.language)),
    )
    return "; ".join(f"{key}: {value}" for key, value in fields if value)


def message_text(text: str) -> str:
    """One message as it stands in a turn: leading blanks dropped, an inner newline followed by one space."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unified.lstrip().replace("\n", "\n ")


def turn_text(turn: Turn, *, group: bool) -> str:
    """The content of a turn: a line for each message; in a group the others' messages carry names.

    Messages that are empty after normalisation are left out.
    """
    named = group and not turn.owner
    shown = []
    for line in turn.lines:
        text = message_text(line.text)
        if text:
            shown.append(f"{clean_label(line.author) or NO_NAME}: {text}" if named else text)
    return "\n".join(shown)


def messages_of(content: str) -> list[str]:
    """The messages of an owner's turn: `turn_text` undone, for a reply that a model has written.

    Leading blanks go, which no message of the format has; a line of nothing else is no message.
    """
    parts = (part.replace("\n ", "\n").lstrip() for part in re.split(r"\n(?! )", content))
    return [part for part in parts if part]


def pieces(header: Header, turns: Sequence[Turn], *, group: bool) -> Iterator[tuple[Role, str]]:
    """Role and content of every ChatML turn; no system turn where no header field is known."""
    head = header_text(header)
    if head:
        yield "system", head
    for turn in turns:
        yield ("assistant" if turn.owner else "user"), turn_text(turn, group=group)


def render(header: Header, turns: Sequence[Turn], *, group: bool) -> str:
    """The golden string, for tests and previews. Engines get token ids, never this string."""
    return "".join(
        f"{IM_START}{role}\n{content}{IM_END}\n" for role, content in pieces(header, turns, group=group)
    )
