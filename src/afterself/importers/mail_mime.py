"""The bytes of one mail -> its headers, the pieces of its body and its attachments (MIME).

Mails are parsed leniently and decoded here: charsets, transfer encodings that are not what they claim,
boundaries that are missing, carriage returns inside headers, uuencode in the text. What a piece says and
to whom the words belong is the business of `mail_text`.
"""

from __future__ import annotations

import binascii
import email
import email.policy
import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Literal

from afterself.archive.drafts import Attachment
from afterself.archive.keys import storable
from afterself.importers.exif import taken
from afterself.importers.mail_charsets import text_of
from afterself.importers.mail_headers import Headers, words
from afterself.importers.mail_slimming import SIZE, TAKEN, slim, taken_of

DEEPEST = 6
"""Mails within mails that are read."""

MOST_PARTS = 1000
LONGEST_TEXT = 2 << 20
_BLANK = re.compile(rb"\r?\n\r?\n")
_LONE_CR = re.compile(rb"\r(?!\n)")
_NO_HEADER = re.compile(rb"^(?![!-9;-~]+[ \t]*:|[ \t]|\r?$)", re.MULTILINE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_EXCUSE = re.compile(r"[^\n]{0,120}\bHTML\b[^\n]{0,120}$", re.IGNORECASE)
"""All of a plain text that says only that there is an HTML one."""

_UU = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?:[!-`][ -`]{0,61}\n|`?\n)*?end[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a body that is shown: text, HTML, or a mail within the mail."""

    kind: Literal["plain", "html", "mail"]
    text: str = ""
    flowed: bool = False
    joined: bool = False
    """format=flowed with delsp: the blank at a soft line end is not part of the text."""
    mail: Body | None = None


@dataclass(slots=True)
class Body:
    """A parsed mail. `kinds` are the content types of all its parts."""

    headers: Headers
    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    parts: int = 0


def parse(data: bytes) -> Body:
    """The mail in `data` (CRLF or LF). Python's parser may raise on what is no mail at all."""
    # One character for each byte: the parser's own surrogates are lost where it believes a wrong charset.
    message = email.message_from_string(_repaired(slim(data)).decode("latin-1"), policy=email.policy.compat32)
    return _body(message, 0)


def _repaired(data: bytes) -> bytes:
    """Headers that the parser would take for the end of the headers, mended."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    data = data.lstrip(b"\r\n")
    end = _BLANK.search(data)
    if end is None or end.start() > 1 << 20:
        return data
    head = _LONE_CR.sub(b" ", data[: end.start()]).replace(b"\0", b" ")
    if head[:1] not in (b" ", b"\t") and not _NO_HEADER.search(head):
        return head + data[end.start() :]
    kept = [line for line in head.split(b"\n") if not _NO_HEADER.match(line)]
    while kept and kept[0][:1] in b" \t":
        kept.pop(0)
    return b"\n".join(kept) + data[end.start() :]


def _body(message: Message, depth: int) -> Body:
    body = Body(Headers(message))
    body.pieces = list(_pieces(message, body, depth))
    return body


def _pieces(part: Message, body: Body, depth: int) -> Iterator[Piece]:
    body.parts += 1
    if body.parts > MOST_PARTS:
        return
    kind = part.get_content_type()
    body.kinds.add(kind)
    inner = part.get_payload()
    if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
        if depth < DEEPEST:
            yield Piece("mail", mail=_body(inner[0], depth + 1))
    elif isinstance(inner, list):
        found = [list(_pieces(one, body, depth)) for one in inner if isinstance(one, Message)]
        if kind == "multipart/alternative":
            yield from _best(found)
        else:
            for pieces in found:
                yield from pieces
    elif _is_shown(part, kind):
        yield from _shown(part, kind, body)
    elif kind not in ("text/rfc822-headers", "text/calendar"):
        body.attachments.append(_attachment(part, kind))


def _best(found: list[list[Piece]]) -> list[Piece]:
    """Of the same said in several ways the plain text, unless it says nothing."""
    full = [pieces for pieces in found if pieces]
    html = [pieces for pieces in full if any(one.kind == "html" for one in pieces)]
    for pieces in full:
        said = "".join(one.text for one in pieces if one.kind == "plain").strip()
        if pieces[0].kind == "plain" and said and not (html and _EXCUSE.match(said)):
            return pieces
    return html[-1] if html else full[-1] if full else []


def _is_shown(part: Message, kind: str) -> bool:
    if kind not in ("text/plain", "text/html", "text/enriched") and not kind.startswith("multipart/"):
        return False
    return part.get_content_disposition() != "attachment" and not _name(part)


def _shown(part: Message, kind: str, body: Body) -> Iterator[Piece]:
    data = _bytes(part)
    charset = part.get_param("charset")
    named = charset if isinstance(charset, str) else charset[2] if isinstance(charset, tuple) else None
    if kind == "text/html" or (named is None and data.lstrip()[:6].lower() == b"<html>"):
        meta = _META.search(data[:4096])
        named = named or (meta[1].decode("ascii", "replace") if meta else None)
        yield Piece("html", _clean(text_of(data, named)))
        return
    text = _clean(text_of(data, named))
    if "\nend" in text:
        for found in _UU.finditer(text):
            body.attachments.append(Attachment(storable(found[1].strip()), "present"))
        text = _UU.sub("", text)
    flowed = str(part.get_param("format") or "").lower() == "flowed"
    yield Piece("plain", text, flowed, flowed and str(part.get_param("delsp") or "").lower() == "yes")


def _clean(text: str) -> str:
    text = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    return storable(text.replace("\ufeff", ""))


def _bytes(part: Message) -> bytes:
    """A part's bytes; an encoding that is not what the part claims is none."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return b""
    data = payload.encode("latin-1", "replace")
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().strip('"').lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    if encoding == "base64":
        return _base64(data)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        decoded = part.get_payload(decode=True)
        return decoded if isinstance(decoded, bytes) else data
    return data


def _base64(data: bytes) -> bytes:
    """What is base64 decoded, what follows (the footer of a mailing list) as it is."""
    lines = data.split(b"\n")
    count = 0
    for line in lines:
        if line.strip() and not _BASE64.fullmatch(line.strip()):
            break
        count += 1
    packed = b"".join(line.strip() for line in lines[:count])
    try:
        whole = binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return data
    return whole + b"\n".join([b"", *lines[count:]]) if count < len(lines) else whole


def _name(part: Message) -> str:
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return "unnamed"
    if not found.isascii():
        try:
            found = text_of(found.encode("latin-1"), None)
        except UnicodeError:
            found = storable(found)
    return words(" ".join(found.split()))[:200]


def _attachment(part: Message, kind: str) -> Attachment:
    told = str(part.get(SIZE) or "")
    slimmed = told.isdecimal() and len(told) < 12
    data = b"" if slimmed else _bytes(part)
    picture = kind.startswith("image/")
    found = taken_of(str(part.get(TAKEN) or "")) if slimmed else taken(io.BytesIO(data if picture else b""))
    return Attachment(
        _name(part) or kind, "present", kind[:100], int(told) if slimmed else len(data), None,
        found.when or None, found.latitude, found.longitude,
    )  # fmt: skip
