"""Reads the raw exports that the archive kept once more, with the importers of today.

Where the same raw block gives another text or other spans than before, the record gets a revision "better
parser". Nothing else changes: no record is new, none comes back, ids, times, authors and what people decided
stay, and a correction stays what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO

from afterself.archive.beside import BESIDE
from afterself.archive.drafts import Again, RecordDraft
from afterself.archive.keys import nfc
from afterself.archive.reparsing import REPARSE_OF, StoredImport
from afterself.archive.store import Archive
from afterself.errors import SourceError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Importer, Options
from afterself.importers.ingest import misfit, yields
from afterself.importers.plugins import importers_of
from afterself.importers.source_view import SourceView


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What a new reading of one import came to.

    `changed` are ids of records with a new revision, `same` counts what reads as before, `unknown` the blocks
    that no record stands for (forgotten since, or told apart otherwise by this version). `problem` says why
    it could not be read, and is empty otherwise.
    """

    number: int
    name: str
    importer: str
    before: str
    now: str
    changed: tuple[str, ...] = ()
    same: int = 0
    unknown: int = 0
    problem: str = ""


def reparse(self_: Self, number: int | None = None, progress: Progress | None = None) -> list[Reparsed]:
    """Read every import again, or the one with this number; each in one transaction.

    ArchiveError if there is no such import.
    """
    self_.require("archive")
    progress = progress or Progress()
    progress.start("reparse", unit="records")
    among = importers_of(self_)
    with Archive.writing(self_) as archive:
        done = [_again(archive, one, among, progress) for one in archive.stored_imports(number)]
    progress.finish()
    changed = sum(len(one.changed) for one in done)
    if changed:
        self_.audit("reparsed", imports=len(done), changed=changed)
    return done


def _again(archive: Archive, stored: StoredImport, among: Sequence[Importer], progress: Progress) -> Reparsed:
    importer = next((one for one in among if one.name == stored.importer), None)
    told = Reparsed(stored.number, stored.outer_name, stored.importer, stored.version, "")
    if importer is None:
        return _failed(told, "no importer of this name is installed, or its plugin is not enabled")
    if not stored.members:
        return _failed(told, "nothing of its raw files was kept")
    if not set(stored.options.get(BESIDE, ())) <= set(stored.members):
        return _failed(told, "its lists of names went with who was forgotten: import the export again")
    try:
        with archive.transaction():
            return _read(archive, stored, importer, progress)
    except SourceError as error:
        return _failed(told, error.message)


def _failed(told: Reparsed, problem: str) -> Reparsed:
    return Reparsed(told.number, told.name, told.importer, told.before, told.now, problem=problem)


def _read(archive: Archive, stored: StoredImport, importer: Importer, progress: Progress) -> Reparsed:
    options = _options(stored)
    run = archive.begin_import(
        importer.source,
        importer=importer.name,
        version=importer.version,
        outer_name=stored.outer_name,
        account=stored.account,
        options={**asdict(options), REPARSE_OF: stored.number},
    )
    blobs: dict[str, int | None] = {}

    def blob_of(member: str) -> int | None:
        if member not in blobs:
            kept = stored.members.get(nfc(member))
            blobs[member] = None if kept is None else archive.keep_member(run, member, kept[0])
        return blobs[member]

    with _source(archive, stored) as source:
        for item in yields(importer, source, options):
            if isinstance(item, RecordDraft) and misfit(item) is None:
                run.reparse(item, blob_of)
                progress.advance()
            elif isinstance(item, Again):
                run.seen_again(item)
    archive.keep_sightings(run, {member: sha256 for member, (sha256, _) in stored.members.items()})
    run.finish_import()
    return Reparsed(
        stored.number, stored.outer_name, importer.name, stored.version, importer.version,
        tuple(run.reparsed), run.counts["same"], run.counts["forgotten"],
    )  # fmt: skip


def _options(stored: StoredImport) -> Options:
    """What the person said about the source when it was imported."""
    given = stored.options
    return Options(
        me=tuple(str(name) for name in given.get("me", ())),
        zone=given.get("zone"),
        date_order=given.get("date_order"),
    )


def _source(archive: Archive, stored: StoredImport) -> SourceView:
    members: dict[str, tuple[int, Callable[[], BinaryIO]]] = {
        name: (size, lambda sha256=sha256: archive.open_blob(sha256))  # type: ignore[misc]
        for name, (sha256, size) in stored.members.items()
    }
    return SourceView.of_streams(stored.outer_name, members)
