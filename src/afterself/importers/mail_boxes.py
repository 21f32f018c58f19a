"""Where mails lie in a source (mbox, Maildir, EML, Apple's emlx) -> each mail's bytes with its place.

A member is known by how it begins, not by its name. A box that is cut off or damaged gives what stands
before the damage, then a Problem. Nothing of what a mail says is understood here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from afterself.archive.drafts import Problem
from afterself.errors import SourceError
from afterself.importers.mail_folders import Purpose, purpose, purpose_of_path
from afterself.importers.mail_mbox import MOST, begins_mbox, mails
from afterself.importers.source_view import SourceView, shown

Form = Literal["mbox", "Maildir", "EML", "emlx"]
_HEAD = 16_384
_OTHERS = re.compile(
    r"\.(?:jpe?g|png|gif|heic|webp|tiff?|mp[34]|m4a|mov|avi|mkv|opus|ogg|wav|pdf|zip|gz|7z|docx?|xlsx?|pptx?|odt|"
    r"json|jsonl|csv|xml|html?|js|css|db|sqlite|msf|dat|vcf|ics|md|py|exe|dll|msg|pst|ost)$",
    re.IGNORECASE,
)
"""Names of files that are no mails; looking into each of a phone's pictures would take minutes."""

_HEADER = re.compile(rb"^([!-9;-~]{1,60})[ \t]*:", re.MULTILINE)
_TELLING = frozenset(
    (b"message-id", b"received", b"mime-version", b"date", b"return-path", b"delivered-to", b"to", b"subject",
     b"content-type", b"in-reply-to", b"references", b"x-mailer")
)  # fmt: skip
_EMLX = re.compile(rb"\s{0,8}(\d{1,10})\s*\n")
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")


@dataclass(frozen=True, slots=True)
class Box:
    """A member that holds mails. `leave_out` says why none of it is read."""

    member: str
    form: Form
    purpose: Purpose | None
    leave_out: str | None = None


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail's bytes. `cut`: it was too long and its end was left out."""

    box: Box
    offset: int
    length: int
    data: bytes
    cut: bool

    @property
    def where(self) -> str:
        """Its place as it is told to a person."""
        return f"{shown(self.box.member)}: byte {self.offset}" if self.offset else shown(self.box.member)


def boxes(source: SourceView) -> list[Box]:
    """Every member that holds mails, in the order of their names."""
    whole: Purpose | None = purpose(source.outer_name)
    found = []
    for name in source.names():
        box = _box(source, name)
        if box is not None:
            if box.purpose is None and whole == "sent":
                box = Box(box.member, box.form, whole, box.leave_out)
            found.append(box)
    return found


def mails_of(source: SourceView, box: Box) -> Iterator[RawMail | Problem]:
    """The mails of a box, and what went wrong with it."""
    read = 0
    try:
        if box.form == "mbox":
            with source.open(box.member) as stream:
                for block in mails(stream):
                    yield RawMail(box, block.offset, block.length, block.data, block.cut)
                    read += 1
        else:
            yield _single(source, box)
    except SourceError as error:
        told = f"the {read} mails before the damage were read" if read else "nothing of it was read"
        yield Problem("error", shown(box.member), f"it is cut off or damaged: {told}")
        if source.kind == "file":
            yield from _refuse(error, read)


def _refuse(error: SourceError, read: int) -> Iterator[Problem]:
    if not read:
        raise error
    yield from ()


def _single(source: SourceView, box: Box) -> RawMail:
    with source.open(box.member) as stream:
        data = stream.read(MOST)
        cut = bool(stream.read(1))
    size, begin, length = source.size(box.member), 0, len(data)
    if box.form == "emlx" and (told := _EMLX.match(data)):
        begin, length = told.end(), int(told[1])
    return RawMail(box, begin, min(length, max(size - begin, 0)), data[begin : begin + length], cut)


def _box(source: SourceView, name: str) -> Box | None:
    parts = name.split("/")
    folder = parts[-2] if len(parts) > 1 else ""
    in_maildir = folder in ("cur", "new", "tmp")
    if not in_maildir and _OTHERS.search(name) and source.kind != "file":
        return None
    head = source.head(name, _HEAD)
    if begins_mbox(head):
        return Box(name, "mbox", purpose_of_path(name))
    told = _EMLX.match(head)
    if told and _begins_mail(head[told.end() :]):
        return Box(name, "emlx", purpose_of_path(name))
    if not _begins_mail(head):
        return None
    if not in_maildir:
        return Box(name, "EML", purpose_of_path(name))
    flags = _FLAGS.search(parts[-1])
    return Box(name, "Maildir", purpose_of_path(name), _left_out(folder, flags[1] if flags else ""))


def _left_out(folder: str, flags: str) -> str | None:
    """Why a mail of a Maildir is not one that was received or sent, by its folder and flags."""
    if folder == "tmp":
        return "not wholly delivered (in tmp of a Maildir)"
    if "T" in flags:
        return "in the trash"
    return "a draft that was not sent" if "D" in flags else None


def _begins_mail(head: bytes) -> bool:
    """Whether a file begins with the headers of a mail: who it is from and two others that mails have."""
    head = head.lstrip(b"\xef\xbb\xbf\r\n")
    block = re.split(rb"\r?\n\r?\n|\r\r", head, maxsplit=1)[0]
    if not _HEADER.match(block):
        return False
    names = {found[1].lower() for found in _HEADER.finditer(block.replace(b"\r", b"\n"))}
    sent_by = names & {b"from", b"return-path", b"sender", b"received"}
    return bool(sent_by) and len(names & _TELLING) >= 2
