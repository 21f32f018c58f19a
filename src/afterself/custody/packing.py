"""A self -> one bundle file: the self is looked through, written into a stream, read back, and then named.

Under the writer lock, so that the bundle is of one moment; in constant memory, and nothing of the person
touches the disk unsealed. Killed or stopped at any moment, no bundle is there and the self is as it was.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from afterself import __version__
from afterself.archive.store import Archive
from afterself.archive.verifying import Finding, verify
from afterself.custody.bundle import open_bundle, writing_bundle
from afterself.custody.contents import ABOUT, Content, PinnedBase, files_of, pinned_bases, record_files
from afterself.custody.members import end_members, read_members, write_member
from afterself.errors import Damaged, SelfError, UsageError
from afterself.home.atomic import replacing
from afterself.home.counting import counted
from afterself.home.declaration import RIGHT_MEANS
from afterself.home.disk import why_not
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.home.key_header import KeyHeader, read_header, require_fitting
from afterself.home.keys import Cost, Keys, fitting_cipher, new_data_key
from afterself.home.moments import now_text, utc_text
from afterself.home.owner_key import fingerprint

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that was made. `findings` is what was damaged in the self, `left` the places of what stayed
    behind, `signer` the fingerprint of the owner's key."""

    path: Path
    bytes: int
    sha256: str
    signer: str
    encrypted: bool
    records: int
    files: int
    bases: tuple[PinnedBase, ...]
    left: tuple[str, ...]
    findings: tuple[Finding, ...]


def pack(
    self_: Self,
    target: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    *,
    with_bases: bool = True,
    cost: Cost | None = None,
) -> Packed:
    """Write the self into the new file `target`; what it holds is durable and read back when this returns.

    The bundle of an encrypted self opens with the passphrase and the recovery words that the self has now;
    that of a plain one with `passphrase`, or without one for everybody. `cost` is that of trying it.
    NotAllowed for a self declared as research, UsageError if `target` is there or lies in the self,
    WrongPassphrase if the passphrase is too short, SelfError if the disk is full or another command writes.
    """
    progress, target = progress or Progress(), target.expanduser().absolute()
    self_.require_exportable("Copy the folder where it may be kept, or measure it here: afterself evaluate")
    _require_free(self_, target)
    if passphrase is not None:
        require_fitting(passphrase)
    progress.start("looking through the self", unit="files")
    findings = tuple(one for one in verify(self_) if not one.note)
    progress.finish(f"{len(findings)} damaged" if findings else "")
    if self_.archive_path.exists():
        with Archive.writing(self_):
            pass  # what was left to do is done: a journal to write back, files of what was forgotten to clear
    with _told(target), self_.writer_lock():
        lock, keys = _lock(self_, passphrase, cost)
        with replacing(target) as part:
            packed = _write(self_, part, lock, keys, progress, findings, with_bases=with_bases)
            _read_back(part, target, packed.sha256, keys, progress)
            self_.audit(
                "packed", sha256=packed.sha256, bytes=packed.bytes, encrypted=packed.encrypted,
                right=self_.declaration.right, allow=list(self_.declaration.allow),
            )  # fmt: skip
    return replace(packed, path=target)


def _require_free(self_: Self, target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists already; nothing was written.", remedy="Choose another name.")
    if self_.path.resolve() in target.resolve().parents:
        raise UsageError("A self cannot be packed into itself.", remedy="Name a file outside its folder.")


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SelfError(
            f"The bundle {target} cannot be written ({why_not(error)}); the self is as it was.",
            remedy="Make room there, or name a file on another disk.",
        ) from error


def _lock(self_: Self, passphrase: str | None, cost: Cost | None) -> tuple[KeyHeader | None, Keys]:
    """What opens the bundle, and the keys that seal it."""
    if self_.keys is not None:
        return read_header(self_.path), self_.keys
    if passphrase is not None:
        return KeyHeader.make(passphrase, cost=cost)
    return None, Keys(new_data_key(), fitting_cipher())


def _write(
    self_: Self,
    part: Path,
    lock: KeyHeader | None,
    keys: Keys,
    progress: Progress,
    findings: tuple[Finding, ...],
    *,
    with_bases: bool,
) -> Packed:
    signer = self_.owner_key()
    contents, left = files_of(self_)
    bases = pinned_bases(self_, take=with_bases)
    contents += [file for base in bases for file in base.files()]
    progress.start("packing", total=sum(one.path.stat().st_size for one in contents), unit="bytes")
    with part.open("wb") as file:
        with writing_bundle(file, signer, keys, lock) as bundle:
            about = json.dumps(_about(self_, bases, left, findings), ensure_ascii=False, indent=1).encode()
            write_member(bundle.stream, ABOUT, len(about), [about])
            records, files = 0, 1 + len(contents)
            for name, content, count in record_files(self_):
                write_member(bundle.stream, name, len(content), [content])
                records, files = records + count, files + 1
            for one in contents:
                _write_file(bundle.stream, one, progress)
            end_members(bundle.stream)
        size = file.tell()
    progress.finish(counted(files, "file"))
    return Packed(
        part, size, bundle.sha256, fingerprint(signer.public), lock is not None, records, files,
        tuple(bases), tuple(left), findings,
    )  # fmt: skip


def _write_file(out: BinaryIO, one: Content, progress: Progress) -> None:
    """The file as long as it is now: others may append to the audit log meanwhile."""
    try:
        with one.path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            write_member(out, one.name, size, _pieces(file, size, progress))
    except ValueError as error:
        raise SelfError(
            f"{one.path} became shorter while it was packed.", remedy="Run the command again."
        ) from error


def _pieces(file: BinaryIO, left: int, progress: Progress) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        left -= len(piece)
        progress.advance(len(piece))
        yield piece


def _about(
    self_: Self, bases: list[PinnedBase], left: list[str], findings: tuple[Finding, ...]
) -> dict[str, Any]:
    """What the bundle says of itself: whose self, by what right, for what, and what is not in it."""
    declared = self_.declaration
    return {
        "made_at": now_text(),
        "afterself": __version__,
        "declared": {
            "name": declared.name,
            "right": declared.right,
            "means": RIGHT_MEANS[declared.right],
            "allow": list(declared.allow),
            "created": utc_text(declared.created),
            "base": declared.base,
        },
        "bases": [
            {"id": one.id, "sha256": one.sha256, "folder": one.folder if one.base else None, "why": one.why}
            for one in bases
        ],
        "left_behind": left,
        "damaged": [{"file": one.file, "what": one.what} for one in findings],
    }


def _read_back(part: Path, target: Path, sha256: str, keys: Keys, progress: Progress) -> None:
    """`Damaged` unless what lies on the disk is what was written, opened with the same keys."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):  # read from the disk, not from memory
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with open_bundle(part, progress) as bundle:
        for member in read_members(bundle.stream(keys), str(target)):
            for _ in member.pieces:
                pass
        if bundle.sha256 == sha256:
            return
    raise Damaged(f"{target} was not read back as it was written; it is gone.", remedy="Check the disk.")
