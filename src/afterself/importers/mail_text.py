"""The pieces of a mail's body -> its text, and the stretches of it that are not its author's own.

Every piece becomes lines with flags (`mail_html`, format=flowed), the rules of `mail_quotes` see the lines
of one piece together, and a mail within the mail is quoted whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from afterself.archive.drafts import Span
from afterself.importers.mail_headers import words
from afterself.importers.mail_html import lines_of
from afterself.importers.mail_mime import Body, Piece
from afterself.importers.mail_quotes import Flag, parts_of


@dataclass(frozen=True, slots=True)
class Text:
    """What a mail says. `own` is false if nothing of it is its author's."""

    text: str
    spans: tuple[Span, ...]
    forwarded_from: str | None
    own: bool


def text_of_body(body: Body) -> Text:
    """The whole text with its spans, trimmed."""
    lines, flags, forwarded = _lines(body)
    begin, end = 0, len(lines)
    while begin < end and not lines[begin].strip():
        begin += 1
    while end > begin and not lines[end - 1].strip():
        end -= 1
    lines, flags = lines[begin:end], flags[begin:end]
    own = any(flag == "own" and line.strip() for line, flag in zip(lines, flags, strict=True))
    return Text("\n".join(lines), tuple(_spans(lines, flags)), forwarded, own)


def _lines(body: Body) -> tuple[list[str], list[Flag], str | None]:
    lines: list[str] = []
    flags: list[Flag] = []
    forwarded: str | None = None
    for piece in body.pieces:
        if lines and lines[-1]:
            lines.append("")
            flags.append(flags[-1])
        if piece.mail is not None:
            inner, _, _ = _lines(piece.mail)
            headers = piece.mail.headers
            sender = words(headers.first("From"))
            forwarded = forwarded or " ".join(sender.split())[:300] or None
            inner = [f"From: {sender}", f"Subject: {words(headers.first('Subject'))}", "", *inner]
            lines += inner
            flags += ["quoted"] * len(inner)
        else:
            found, known = _laid_out(piece)
            parts = parts_of(found, known)
            lines += found
            flags += parts.flags
            forwarded = forwarded or parts.forwarded_from
    return lines, flags, forwarded


def _laid_out(piece: Piece) -> tuple[list[str], list[Flag]]:
    if piece.kind == "html":
        return lines_of(piece.text)
    lines = piece.text.split("\n")
    if piece.flowed:
        return flowed(lines, joined=piece.joined)
    unknown: Flag = ""
    return lines, [unknown] * len(lines)


def flowed(lines: Iterable[str], *, joined: bool = False) -> tuple[list[str], list[Flag]]:
    """Lines of format=flowed (RFC 3676) as they were written; quoted ones keep one `>` for each depth."""
    out: list[str] = []
    flags: list[Flag] = []
    open_depth = -1
    for line in lines:
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        stuffed = rest.startswith(" ")
        rest = rest[1:] if stuffed else rest
        signature = rest == "-- "
        soft = rest.endswith(" ") and not signature
        words_ = rest[:-1] if soft and joined else rest
        if open_depth == depth and not signature:
            out[-1] += words_
        else:
            out.append(">" * depth + (" " if depth else "") + words_)
            flags.append(
                "quoted" if depth else "own" if stuffed and words_.startswith((">", "From ")) else ""
            )
        open_depth = depth if soft else -1
    return [line if line == "-- " else line.rstrip() for line in out], flags


def _spans(lines: list[str], flags: list[Flag]) -> Iterable[Span]:
    """One span for each run of lines that are not own; the newline after a run belongs to it."""
    at = begin = 0
    for n, (line, flag) in enumerate(zip(lines, flags, strict=True)):
        if n == 0 or flags[n - 1] != flag:
            begin = at
        at += len(line) + 1
        last = n + 1 == len(lines)
        if (last or flags[n + 1] != flag) and flag in ("quoted", "signature"):
            end = at - 1 if last else at
            if end > begin:
                yield Span(begin, end, "quoted" if flag == "quoted" else "signature")
