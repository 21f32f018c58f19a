"""Attachments that are pictures -> the same with when and where their cameras say that they were taken.

It stands between every importer and the archive, so that no importer has to know of it. A picture that cannot
be read, or says nothing, stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from afterself.archive.drafts import Attachment, RecordDraft
from afterself.errors import SourceError
from afterself.importers.exif import Taken, taken
from afterself.importers.source_view import SourceView

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".dng", ".png", ".webp", ".heic", ".heif", ".hif",
    ".avif",
)  # fmt: skip


def is_picture(name: str) -> bool:
    """Whether a file is named as pictures are that may say when they were taken."""
    return name.lower().endswith(SUFFIXES)


def taken_in(source: SourceView, member: str) -> Taken:
    """What the head of a member says; nothing if it cannot be read."""
    try:
        with source.open(member) as stream:
            return taken(stream)
    except SourceError:
        return Taken()


def with_pictures(source: SourceView, draft: RecordDraft) -> RecordDraft:
    """The draft, its pictures with what they say of themselves."""
    if not any(one.member and is_picture(one.member) for one in draft.attachments):
        return draft
    return draft._replace(attachments=tuple(_told(source, one) for one in draft.attachments))


def _told(source: SourceView, one: Attachment) -> Attachment:
    if not one.member or one.taken or not is_picture(one.member):
        return one
    found = taken_in(source, one.member)
    return replace(one, taken=found.when or None, latitude=found.latitude, longitude=found.longitude)
