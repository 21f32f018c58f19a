"""The files of a record: what one export brought of them, and what another makes of that.

An export without media, or with some of them only, takes none away that an earlier one brought. Files are
told apart by their names; where an export names them otherwise, by their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import apsw

from afterself.archive.drafts import Attachment
from afterself.archive.keys import storable, storable_or_none

BlobOf = Callable[[str], int | None]
"""Gives the blob of a member of the source, storing it at first need; None if it is not kept."""

_BRINGS = ("omitted", "missing", "remote", "present")
"""How much of a file an export brings, least first."""


class File(NamedTuple):
    """A file of a record, as its row has it; `blob` is None where its bytes are not kept (yet)."""

    name: str
    state: str
    mime: str | None
    size: int | None
    member: str | None
    blob: int | None
    taken: str | None
    latitude: float | None
    longitude: float | None

    @property
    def of_picture(self) -> tuple[str | float | None, ...]:
        """When and where a picture was taken, as far as it says."""
        return self.taken, self.latitude, self.longitude

    def told(self) -> File:
        """The file without its place in one export."""
        return self._replace(member=None, blob=None)


def files_of(db: apsw.Connection, record: int) -> list[File]:
    """The files that a record has, in their order."""
    rows: Any = db.execute(
        "SELECT name, state, mime, size, member, blob, taken, latitude, longitude FROM attachment "
        "WHERE record = ? ORDER BY n",
        (record,),
    )
    return [File(*row) for row in rows]


def attach(db: apsw.Connection, record: int, files: Iterable[File]) -> None:
    """Give a record that has none these files."""
    for n, one in enumerate(files):
        row = one._replace(member=storable_or_none(one.member))
        db.execute("INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (record, n, *row))


def drafted(attachments: Iterable[Attachment]) -> list[File]:
    """What an export says of a record's files; none of their bytes is stored yet."""
    return [
        File(storable(one.name), one.state, one.mime, one.size, one.member, None, one.taken, one.latitude,
             one.longitude)
        for one in attachments
    ]  # fmt: skip


def kept_of(file: File, blob_of: BlobOf) -> File:
    """A drafted file with its bytes kept, if the export has them."""
    return file if file.member is None else file._replace(blob=blob_of(file.member))


def merged(had: Sequence[File], says: Sequence[File]) -> list[File]:
    """The files of a record that had some, after an export that says these: objects of both lists."""
    left = list(had)
    pairs: list[tuple[File | None, File]] = []
    for one in says:
        namesake = next((old for old in left if old.name == one.name), None)
        if namesake is not None:
            left.remove(namesake)
        pairs.append((namesake, one))
    left = [old for old in left if old.state == "present"]
    for n, (old, one) in enumerate(pairs):
        if old is None and left:
            pairs[n] = (left.pop(0), one)
    return [one if old is None or not _stays(old, one) else old for old, one in pairs] + left


def _stays(old: File, new: File) -> bool:
    """Whether an export takes nothing away from a file and adds nothing to it."""
    if old.state == "present" != new.state:
        return True
    told = old.told() == new.told()
    silent = old[:4] == new[:4] and not any(new.of_picture)
    return told or silent


def brought(files: Iterable[File]) -> int:
    """How much exports brought of these files, all in all."""
    return sum(_BRINGS.index(one.state) for one in files)
