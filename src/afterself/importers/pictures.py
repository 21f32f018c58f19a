"""Pictures that no export and no chat came with (a folder of them, a zip, one) -> a record each.

A picture is a record of kind `picture`, of nobody: who held the camera no file says. Its text is when and
where it was taken, made of its tags (`exif`), never of what it shows; it is known by its path (one given
singly by its name and date: cameras begin again at IMG_0001), so that an edited picture stays one record.
Pictures that say neither are not read: there is nothing of them to cite.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.archive.pictures import caption
from afterself.importers.contract import Detection, Options
from afterself.importers.exif import Taken
from afterself.importers.local_time import LocalClock
from afterself.importers.pictured import is_picture, taken_in
from afterself.importers.source_view import SourceView, shown

_OF_PROGRAMS = {"node_modules", "site-packages", "__pycache__"}


class PictureImporter:
    """Reads when and where pictures were taken."""

    name = "Pictures"
    version = "1"
    source = "pictures"
    reads = "pictures that say when or where they were taken (.jpg, .heic, .tiff, .png, .webp)"
    kinds: frozenset[Kind] = frozenset(("picture",))
    general = True

    def detect(self, source: SourceView) -> Detection:
        """Sure enough if a picture that nobody else knows says when or where it was taken."""
        found = tuple(name for name in _candidates(source) if taken_in(source, name) != Taken())
        if found:
            return Detection(0.55, "pictures", "pictures with date or place", found)
        left = sum(1 for _ in _candidates(source))
        one = "It is a picture that says neither when nor where it was taken"
        several = "The pictures in it say neither when nor where they were taken"
        return Detection(0.0, "", (one if source.kind == "file" else several) if left else "")

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every picture that says when or where, in a thread for each folder."""
        outer = source.outer_name
        outer = outer[:-4] if source.kind == "zip" and outer.lower().endswith(".zip") else outer
        clock = LocalClock(options.zone)
        told: set[str] = set()
        for member in _candidates(source):
            found = taken_in(source, member)
            if found == Taken():
                continue
            folder = "" if source.kind == "file" else f"{outer}/{member}".rpartition("/")[0]
            if folder not in told:
                told.add(folder)
                yield ThreadDraft(folder or "single", folder.rpartition("/")[2] or "Pictures", "note")
            try:
                yield _record(source, member, folder or "single", found, clock)
            except (OverflowError, ValueError):
                yield Problem("skipped", shown(member), "its date cannot be read")


def _candidates(source: SourceView) -> Iterator[str]:
    for name in source.names():
        folders = name.split("/")
        if is_picture(name) and not any(part.startswith(".") or part in _OF_PROGRAMS for part in folders):
            yield name


def _record(source: SourceView, member: str, thread: str, found: Taken, clock: LocalClock) -> RecordDraft:
    name = member.rpartition("/")[2]
    attachment = Attachment(
        name, "present", mimetypes.guess_type(name)[0], source.size(member), member,
        found.when or None, found.latitude, found.longitude,
    )  # fmt: skip
    wall = datetime.fromisoformat(found.when) if found.when else None
    zoned = wall is not None and wall.tzinfo is not None
    said_at = None if wall is None else wall.astimezone(UTC) if zoned else clock.utc(wall)
    text = f"A{caption(attachment)[1:]} ({name})"
    return RecordDraft(
        thread=thread,
        raw=f"{name}\n{source.size(member)}\n{found}".encode(),
        text=text,
        kind="picture",
        author=None,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=found.when,
        locator=Locator(member),
        native_id=f"{name} {found.when}" if found.when and source.kind == "file" else name,
        zone=None if said_at is None or zoned else clock.name,
        attachments=(attachment,),
    )
