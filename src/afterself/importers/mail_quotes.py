"""Lines of a mail -> which of them are its author's own, quoted, or a signature.

Knows `>`, "On Tuesday Tom wrote:" before it or before a whole mail, the header lines that Outlook puts
above what it quotes, forwarded mails, `-- ` and "Sent from my iPhone". What is already known (from the
HTML or format=flowed) comes as flags and stays. The words of each language stand in `mail_quote_words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from afterself.importers.mail_quote_words import (
    BEGIN_FORWARD,
    FORWARD,
    MARK,
    OPENING,
    ROLE_OF,
    SENT_FROM,
    VERB,
)

Flag = Literal["", "own", "quoted", "signature"]
"""What a line is; "" where nothing is known yet."""

_HEADER = re.compile(r"^[\s>*_]*([^\W\d_][\w .-]{0,20}?)[*_]*\s?[:\uff1a]\s*[*_]*\s*(.*)$")
_RULE = re.compile(r"^\s*[_=*-]{5,}\s*$")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w|<[^<>\s]+@[^<>\s]+>")
_TIME = re.compile(r"\d{1,2}\s?[:.hH時点시]\s?\d{2}|\d{1,2}\s?(?:AM|PM|Uhr)|\b(?:19|20)\d{2}\b|\d{4}年", re.I)
_BRACKETED = re.compile(r"[<(\[](?:mailto:)?[^<>()\s]+@[^<>()\s]+[>)\]]")
_DATED_ADDRESS = re.compile(r"\s*\d{4}[-/.年]\s?\d{1,2}[^<>]{2,80}<[^<>\s]+@[^<>\s]+>$")
_LONGEST_ATTRIBUTION = 320
_WRAPPED = 4
_SHORT_SIGNATURE = 12


@dataclass(frozen=True, slots=True)
class Parts:
    """A flag for each line (never ""), and from whom a forwarded mail is, if there is one."""

    flags: list[Flag]
    forwarded_from: str | None


def parts_of(lines: list[str], known: list[Flag]) -> Parts:
    """Sort lines; `known` has a flag or "" for each of them."""
    flags = list(known)
    for n, line in enumerate(lines):
        if not flags[n] and line.removeprefix(" ").startswith(">"):
            flags[n] = "quoted"
    forwarded = _mark_quoted(lines, flags)
    _mark_signatures(lines, flags)
    _fill_blanks(lines, flags)
    return Parts([flag or "own" for flag in flags], forwarded)


def header_role(line: str) -> str | None:
    """What a header line above a quoted mail tells: from, to, date, subject, copy; None if it is none."""
    found = _HEADER.match(line[:400])
    return ROLE_OF.get(found[1].strip().casefold()) if found else None


def _mark_quoted(lines: list[str], flags: list[Flag]) -> str | None:
    """Mark what a program says to be somebody else's; gives the sender of a forwarded mail."""
    forwarded: str | None = None
    for n, line in enumerate(lines):
        if flags[n] == "quoted" and (n == 0 or flags[n - 1] != "quoted" or BEGIN_FORWARD.match(lines[n - 1])):
            forwarded = forwarded or _quoted_forward(lines, n)
        if flags[n] or not line.strip():
            continue
        mark = MARK.match(line)
        if BEGIN_FORWARD.match(line) or mark:
            head = _headers_from(lines, n + 1)
            if FORWARD.search(line):
                forwarded = forwarded or _sender(lines, n + 1)
            if _quoted_next(lines, flags, n):
                flags[n] = "quoted"
                continue
            if head or mark:
                _to_the_end(flags, n)
                break
        elif _is_header_block(lines, n):
            _to_the_end(flags, _with_rule(lines, n))
            break
        elif (begin := _attribution(lines, flags, n)) is not None:
            flags[begin : n + 1] = ["quoted"] * (n + 1 - begin)
            if not _quoted_next(lines, flags, n):
                _to_the_end(flags, begin)
                break
    return forwarded


def _to_the_end(flags: list[Flag], begin: int) -> None:
    flags[begin:] = ["quoted"] * (len(flags) - begin)


def _quoted_next(lines: list[str], flags: list[Flag], n: int) -> bool:
    """Whether the next line that is not blank is known to be quoted."""
    for after in range(n + 1, min(n + 5, len(lines))):
        if lines[after].strip():
            return flags[after] == "quoted"
    return False


def _is_header_block(lines: list[str], n: int) -> bool:
    """Three or more header lines of which one says who it is from."""
    role = header_role(lines[n])
    if role is None:
        return False
    roles, gap = {role}, 0
    for line in lines[n + 1 : n + 9]:
        role = header_role(line)
        if role is None:
            gap += 1
            if gap > 1:  # a wrapped line, or a blank one of the HTML
                break
            continue
        gap = 0
        roles.add(role)
    roles.discard("copy")
    return "from" in roles and len(roles) >= 3


def _headers_from(lines: list[str], n: int) -> bool:
    """Whether a header line stands within the next three that are not blank."""
    near = [line for line in lines[n : n + 6] if line.strip()][:3]
    return any(header_role(line) for line in near)


def _sender(lines: list[str], n: int) -> str | None:
    for line in lines[n : n + 12]:
        if header_role(line) == "from" and (found := _HEADER.match(line[:400])):
            return " ".join(found[2].strip("* ").split()) or None
    return None


def _quoted_forward(lines: list[str], n: int) -> str | None:
    """The sender of a forwarded mail whose mark stands in the quoted text itself, as in Apple's HTML."""
    for at in range(max(n - 2, 0), min(n + 4, len(lines))):
        line = lines[at].lstrip("> ")
        if BEGIN_FORWARD.match(line) or (MARK.match(line) and FORWARD.search(line)):
            return _sender(lines, at + 1)
    return None


def _with_rule(lines: list[str], n: int) -> int:
    """Where a header block begins, with the rule that a program draws above it."""
    before = n - 1
    while before >= 0 and not lines[before].strip():
        before -= 1
    return before if before >= 0 and _RULE.match(lines[before]) else n


def _attribution(lines: list[str], flags: list[Flag], n: int) -> int | None:
    """Where the words "On … Tom wrote:" begin that end in line `n`; None if there are none."""
    last = lines[n].rstrip()
    quoted = _quoted_next(lines, flags, n)
    if not last.endswith((":", "\uff1a")):
        return n if quoted and _DATED_ADDRESS.match(last) else None
    best: int | None = None
    told = ""
    for begin in range(n, max(n - _WRAPPED, -1), -1):
        if not lines[begin].strip() or flags[begin] or len(told) > _LONGEST_ATTRIBUTION:
            break
        told = lines[begin] + " " + told
        if _names_writer(told, quoted) and (best is None or OPENING.match(lines[begin])):
            best = begin
    return best


def _names_writer(told: str, quoted: bool) -> bool:
    if len(told) > _LONGEST_ATTRIBUTION or not _TIME.search(told):
        return False
    verb, address = VERB.search(told), _ADDRESS.search(told)
    if quoted:
        return bool(verb or address)
    if verb is None:
        return False
    opened = OPENING.match(told) is not None and (address is not None or len(told) > 40)
    return opened or _BRACKETED.search(told) is not None


def _mark_signatures(lines: list[str], flags: list[Flag]) -> None:
    n = 0
    while n < len(lines):
        if flags[n]:
            n += 1
            continue
        end = n
        while end < len(lines) and not flags[end]:
            end += 1
        _sign(lines, flags, n, end)
        n = end


def _sign(lines: list[str], flags: list[Flag], begin: int, end: int) -> None:
    """The signature of a run of own lines: after `-- `, and lines that a program added at the end."""
    for n in range(begin, end):
        if lines[n].rstrip() == "--":
            standard = lines[n] == "-- "
            if standard or sum(bool(line.strip()) for line in lines[n:end]) <= _SHORT_SIGNATURE:
                flags[n:end] = ["signature"] * (end - n)
                end = n
                break
    last = end - 1
    while last >= begin:
        if lines[last].strip():
            if not SENT_FROM.match(lines[last][:200]):
                break
            flags[last:end] = ["signature"] * (end - last)
            end = last
        last -= 1


def _fill_blanks(lines: list[str], flags: list[Flag]) -> None:
    """Blank lines between two of a kind are of that kind."""
    before: Flag = ""
    gap = 0
    for n, line in enumerate(lines):
        if not flags[n] and not line.strip():
            gap += 1
            continue
        if gap and before and flags[n] == before:
            flags[n - gap : n] = [before] * gap
        before, gap = flags[n], 0
