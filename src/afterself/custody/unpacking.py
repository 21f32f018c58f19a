"""A bundle file -> a self in a new folder, or the news that every byte of the bundle is as it was signed.

The folder is filled beside its place, opened and compared with the signature, and only then given its name:
killed at any moment there is no half self, and nothing that was there is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterself.custody.bundle import ANOTHER_COPY, Bundle
from afterself.custody.contents import ABOUT, BASE, SELF, is_of_a_base
from afterself.custody.members import Member, hostile, read_members
from afterself.errors import Damaged, SelfError
from afterself.home.atomic import FILE_MODE, make_folder, sync_folder
from afterself.home.checksums import settle_sums
from afterself.home.counting import counted
from afterself.home.disk import why_not
from afterself.home.folder import FOLDERS, Self
from afterself.home.jobs import Progress
from afterself.home.key_header import read_header
from afterself.home.keys import Keys
from afterself.home.owner_key import fingerprint, read_owner_key
from afterself.home.whole_folder import whole_folder
from afterself.models.bases import kept_bases, resolve_base

_MOST_ABOUT = 1 << 22


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A self that came out of a bundle. `about` is what the bundle says of itself, `bases` the ids of the
    base models that came along, `signer` the fingerprint of the key that signed.

    Of all files in the bundle so many `files` were written; the others are for readers without Afterself,
    or belong to a base model that was here already.
    """

    self_: Self
    files: int
    in_bundle: int
    about: dict[str, Any]
    bases: tuple[str, ...]
    signer: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that is whole: how many files it holds, and what it says of itself."""

    files: int
    about: dict[str, Any]


def check(bundle: Bundle, keys: Keys, progress: Progress | None = None) -> Checked:
    """Open every chunk of a bundle and read every file in it, writing nothing.

    `Damaged` or HostileSource if it is not what `pack` makes.
    """
    progress, count, about = progress or Progress(), 0, dict[str, Any]()
    for member in _members(bundle, keys, "reading", progress):
        count += 1
        if member.name == ABOUT:
            about = _about(bundle, member)
        for piece in member.pieces:
            progress.advance(len(piece))
    progress.finish(counted(count, "file"))
    return Checked(count, about)


def _about(bundle: Bundle, member: Member) -> dict[str, Any]:
    """What the bundle says of itself; `Damaged` if that is no JSON object of a bearable size."""
    try:
        if member.size <= _MOST_ABOUT:
            found = json.loads(b"".join(member.pieces))
            if isinstance(found, dict) and isinstance(found.get("declared"), dict):
                return found
    except (ValueError, RecursionError):
        pass
    raise _unreadable(bundle)


def _unreadable(bundle: Bundle) -> Damaged:
    return Damaged(f"What the bundle {bundle.path} says of itself cannot be read.", remedy=ANOTHER_COPY)


def unpack(bundle: Bundle, keys: Keys, to: Path, progress: Progress | None = None) -> Unpacked:
    """Make the self of a bundle in the new folder `to`, durable when this returns.

    SelfError if something is there, the disk is full or another key than the owner's signed; `Damaged` or
    HostileSource if the bundle is not what `pack` makes.
    """
    progress, to = progress or Progress(), to.expanduser().absolute()
    Self.require_free(to, "--to")
    with _told(to), whole_folder(to) as making, contextlib.ExitStack() as bases:
        filling = _Filling(bundle, making, bases)
        in_bundle = 0
        for member in _members(bundle, keys, "unpacking", progress):
            in_bundle += 1
            filling.put(member, progress)
        progress.finish(counted(filling.count, "file"))
        filling.require_bases()
        for name in FOLDERS:
            make_folder(making / name)
        made = _opened(bundle, making, keys)
        made.audit("unpacked", sha256=bundle.sha256, signer=bundle.header.signer.hex())
        settle_sums(making)
        for folder, _, _ in os.walk(making):
            sync_folder(Path(folder))
    self_ = Self(to, made.declaration, made.keys)
    return Unpacked(
        self_, filling.count, in_bundle, filling.about, tuple(filling.bases.values()),
        fingerprint(bundle.header.signer),
    )  # fmt: skip


def _members(bundle: Bundle, keys: Keys, stage: str, progress: Progress) -> Iterator[Member]:
    progress.start(stage, total=bundle.size, unit="bytes")
    with bundle.stream(keys) as stream:
        yield from read_members(stream, str(bundle.path))
    progress.advance(max(0, bundle.size - progress.done))


@contextlib.contextmanager
def _told(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SelfError(
            f"The bundle cannot be unpacked to {to} ({why_not(error)}). Nothing was made there.",
            remedy="Make room there, or name a folder on another disk where you may write.",
        ) from error


def _opened(bundle: Bundle, making: Path, keys: Keys) -> Self:
    """The self as it was filled in: declared as its audit log says, its owner the one who signed."""
    sealed = read_header(making) is not None
    made = Self.open_with(making, keys if sealed else None)
    key = read_owner_key(made.files)
    if key is None or key.public != bundle.header.signer:
        raise SelfError(
            f"The bundle {bundle.path} was signed by another key than that of the self in it "
            f"({fingerprint(bundle.header.signer)}). It was not unpacked.",
            remedy="Ask who gave it to you; take the bundle from where the owner keeps it.",
        )
    return made


def _make_folders(path: Path) -> None:
    """The folder and those above it, all private."""
    if not path.is_dir():
        _make_folders(path.parent)
        make_folder(path)


class _Filling:
    """Members of a bundle become files: those of the self in `making`, base models where bases are kept."""

    def __init__(self, bundle: Bundle, making: Path, open_bases: contextlib.ExitStack) -> None:
        self._bundle, self._making, self._open_bases = bundle, making, open_bases
        self.count = 0
        self.about: dict[str, Any] = {}
        self.bases: dict[str, str] = {}
        """SHA-256 -> id of the bases that came along."""
        self._expected: dict[str, str] = {}
        self._folders: dict[str, Path | None] = {}

    def put(self, member: Member, progress: Progress) -> None:
        """Write one member, durable, unless it is only for readers without Afterself."""
        target = None
        if member.name == ABOUT:
            self._learn(member)
        elif member.name.startswith(SELF):
            target = self._making / member.name.removeprefix(SELF)
        elif member.name.startswith(BASE):
            target = self._base_file(member.name)
        if target is None:
            return
        try:
            _make_folders(target.parent)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        except (FileExistsError, NotADirectoryError) as error:
            raise hostile(str(self._bundle.path), member.name) from error
        with os.fdopen(handle, "wb") as file:
            for piece in member.pieces:
                file.write(piece)
                progress.advance(len(piece))
            file.flush()
            os.fsync(handle)
        self.count += 1

    def _learn(self, member: Member) -> None:
        self.about = _about(self._bundle, member)
        try:
            for one in self.about["bases"]:
                if one["folder"] and re.fullmatch("[0-9a-f]{64}", one["sha256"]):
                    self._expected[str(one["folder"])] = one["sha256"]
                    self.bases[one["sha256"]] = str(one["id"])
        except (TypeError, KeyError) as error:
            raise _unreadable(self._bundle) from error

    def _base_file(self, name: str) -> Path | None:
        """Where a base's file goes; None if that base is here already, or it is no file of a base."""
        folder, _, file = name.removeprefix(BASE).partition("/")
        folder = f"{BASE}{folder}/"
        if folder not in self._expected or "/" in file or not is_of_a_base(file):
            return None
        if folder not in self._folders:
            place = kept_bases() / self._expected[folder]
            there = place.is_dir() and any(place.iterdir())
            self._folders[folder] = None if there else self._open_bases.enter_context(whole_folder(place))
        making = self._folders[folder]
        return None if making is None else making / file

    def require_bases(self) -> None:
        """`Damaged` unless each base that came along is the one that the weights pin."""
        for folder, making in self._folders.items():
            if making is not None and resolve_base(making).sha256 != self._expected[folder]:
                raise Damaged(
                    f"The base model in the bundle {self._bundle.path} is not the one that the weights pin.",
                    remedy="Pack the self again; or --without-base, and bring the base by yourself.",
                )
