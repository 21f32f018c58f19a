"""One read-only view on what a person hands in: a file, a folder, a zip or a tar, never extracted to disk.

Importers see plain member names and byte streams; whoever made the export gets no
say in paths, links, devices or how much memory is used. Bytes of a zip inside a
source are reached with `nested`, only when asked for. What they mean is the importers' business.
"""

from __future__ import annotations

import copy
import hashlib
import io
import os
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, cast

from afterself.errors import HostileSource, SourceError
from afterself.importers.git_folder import BUNDLE, GitLog, is_repository
from afterself.importers.git_packed import packed_repositories
from afterself.importers.member_names import NESTED, is_clutter, not_a_file, safe_name, shown, zip_name
from afterself.importers.member_streams import READ_ERRORS, Told, open_no_link, told
from afterself.importers.tar_members import is_tar, plain_tar, tar_members

__all__ = ["NESTED", "Limits", "SourceView", "shown"]

HEAD = 64 * 1024
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may cost, in bytes and members. Real exports stay far below."""

    member: int = 16 << 30
    total: int = 128 << 30
    members: int = 200_000
    ratio: int = 100
    ratio_above: int = 50_000_000
    nested: int = 512 << 20
    depth: int = 2


@dataclass(frozen=True, slots=True)
class _Member:
    size: int
    at: Path | zipfile.ZipInfo | bytes | GitLog | Callable[[], BinaryIO]


class SourceView:
    """Members of a file, folder, zip or tar by NFC POSIX name.

    `outer_name` is the name of the file or folder itself: some exports (WhatsApp on iOS)
    name the chat nowhere else. Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        outer_name: str,
        kind: Literal["file", "folder", "zip"],
        members: dict[str, _Member],
        *,
        limits: Limits,
        depth: int,
        zip_file: zipfile.ZipFile | None = None,
        path: Path | None = None,
    ) -> None:
        self.outer_name = outer_name
        self.kind = kind
        self.path = path
        self._members = members
        self._limits = limits
        self._depth = depth
        self._zip = zip_file
        self._plain: BinaryIO | None = None
        self._nested: dict[str, SourceView] = {}
        self._digests: dict[str, str] = {}

    @classmethod
    def at(cls, path: Path, *, limits: Limits = Limits()) -> SourceView:
        """The view on a path. SourceError names what is wrong with it; HostileSource refuses it."""
        named = path.resolve() if path.name in ("", "..") else path
        outer = unicodedata.normalize("NFC", named.name)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "not a valid path"
            raise SourceError(
                f"“{shown(str(path))}” cannot be read: {why}.",
                remedy="Check the path and its permissions.",
            ) from error
        if stat.S_ISDIR(mode):
            return cls(
                outer, "folder", _folder_members(path, outer, limits), limits=limits, depth=0, path=path
            )
        if not stat.S_ISREG(mode):
            raise SourceError(
                f"“{shown(outer)}” is neither a file nor a folder.",
                remedy="To read from a pipe, give “-” and JSON Lines on standard input.",
            )
        with told(outer), path.open("rb") as stream:
            magic = stream.read(4)
        if magic in _ZIP_MAGIC or path.suffix.lower() == ".zip":
            with told(outer):
                opened = path.open("rb")
            try:
                return cls._of_zip(outer, opened, limits=limits, depth=1, path=path)
            except BaseException:
                opened.close()
                raise
        if is_tar(path.name):
            return cls._of_tar(outer, path, limits)
        members = {safe_name(outer, outer): _of_file(path, path.stat().st_size)}
        return cls(outer, "file", members, limits=limits, depth=0, path=path)

    @classmethod
    def of_bytes(cls, name: str, data: bytes, *, limits: Limits = Limits()) -> SourceView:
        """A view on one file that is in memory, such as what came from standard input."""
        return cls(name, "file", {name: _Member(len(data), data)}, limits=limits, depth=0)

    @classmethod
    def of_streams(
        cls,
        outer_name: str,
        members: Mapping[str, tuple[int, Callable[[], BinaryIO]]],
        *,
        limits: Limits = Limits(),
    ) -> SourceView:
        """A view on members that are kept elsewhere: the size of each, and what opens it."""
        one_file = tuple(members) == (outer_name,)
        kind: Literal["file", "zip", "folder"] = (
            "file" if one_file else "zip" if outer_name.lower().endswith(".zip") else "folder"
        )
        found = {name: _Member(size, opened) for name, (size, opened) in sorted(members.items())}
        return cls(outer_name, kind, found, limits=limits, depth=0)

    @classmethod
    def _of_tar(cls, outer: str, path: Path, limits: Limits) -> SourceView:
        plain = plain_tar(path, outer, limits.total, limits.ratio, limits.ratio_above)
        try:
            members: dict[str, _Member] = {}
            for name, size, opened in tar_members(plain, outer):
                safe = safe_name(name, outer)
                if safe and not is_clutter(safe):
                    _add(members, safe, _Member(size, opened), outer, limits)
        except BaseException:
            plain.close()
            raise
        view = cls(outer, "zip", dict(sorted(members.items())), limits=limits, depth=1, path=path)
        view._plain = plain
        return view._with_repositories()

    @classmethod
    def _of_zip(
        cls, outer: str, stream: BinaryIO, *, limits: Limits, depth: int, path: Path | None = None
    ) -> SourceView:
        try:
            opened = zipfile.ZipFile(stream)
        except READ_ERRORS as error:
            raise SourceError(
                f"“{shown(outer)}” is not a whole zip file: it is cut off or damaged.",
                remedy="Copy or export it again; nothing of it was stored.",
            ) from error
        packed = stream.seek(0, os.SEEK_END)
        members = _zip_members(opened.infolist(), packed, outer, limits)
        view = cls(outer, "zip", members, limits=limits, depth=depth, zip_file=opened, path=path)
        return view._with_repositories()

    def _with_repositories(self) -> SourceView:
        """This view, with each repository that is packed in it as one member."""
        logs, gone = packed_repositories(self.names(), self.outer_name, copy.copy(self).open)
        members = {name: one for name, one in self._members.items() if name not in gone}
        members |= {name: _Member(0, log) for name, log in logs.items()}
        self._members = dict(sorted(members.items()))
        return self

    def __enter__(self) -> SourceView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip or tar, and every nested zip."""
        for view in self._nested.values():
            view.close()
        if self._zip is not None:
            opened = self._zip.fp
            self._zip.close()
            if opened is not None:
                opened.close()
        if self._plain is not None:
            self._plain.close()
        for member in self._members.values():
            if isinstance(member.at, GitLog):
                member.at.close()

    def names(self) -> tuple[str, ...]:
        """Every member, sorted; folders and what operating systems leave behind are not listed."""
        return tuple(self._members)

    def without(self, names: Collection[str]) -> SourceView:
        """This view with fewer members; it is closed with this one."""
        fewer = copy.copy(self)
        fewer._members = {name: member for name, member in self._members.items() if name not in names}
        return fewer

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def is_repository(self, name: str) -> bool:
        """Whether a member stands for a folder that git keeps, or a bundle: its bytes are git's log of it."""
        return name in self._members and isinstance(self._members[name].at, GitLog)

    def size(self, name: str) -> int:
        """Size of a member in bytes, as the container declares it."""
        view, inner = self._find(name)
        member = view._members[inner]
        return member.at.size() if isinstance(member.at, GitLog) else member.size

    def head(self, name: str, limit: int = HEAD) -> bytes:
        """The first `limit` bytes of a member."""
        with self.open(name) as stream:
            return stream.read(limit)

    def open(self, name: str) -> BinaryIO:
        """A stream of a member's bytes. Damage met while reading raises SourceError."""
        view, inner = self._find(name)
        member = view._members[inner]
        with told(name):
            return cast(BinaryIO, io.BufferedReader(Told(view._raw(member), name), HEAD))

    def sha256(self, name: str) -> str:
        """The hash of a member's bytes, hex; computed once."""
        if name not in self._digests:
            digest = hashlib.sha256()
            with self.open(name) as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
            self._digests[name] = digest.hexdigest()
        return self._digests[name]

    def nested(self, name: str) -> SourceView:
        """The view on a zip that is a member; its members are `name!/inner` for `open` here."""
        if name not in self._nested:
            self._nested[name] = self._open_nested(name)
        return self._nested[name]

    @contextmanager
    def unpacked(self, name: str) -> Iterator[SourceView]:
        """`nested`, but closed and forgotten at the end of the block: for folders with many such members."""
        with self._open_nested(name) as view:
            yield view

    def _open_nested(self, name: str) -> SourceView:
        member = self._members[name]
        outer = name.rsplit("/", 1)[-1]
        if self._depth + 1 > self._limits.depth:
            raise HostileSource(
                f"“{shown(name)}” is a zip in a zip in a zip: refused.",
                remedy="Unpack the outer zip yourself and import the folder.",
            )
        if isinstance(member.at, Path):
            with told(name):
                stream: BinaryIO = open_no_link(member.at)
        elif member.size > self._limits.nested:
            raise SourceError(
                f"“{shown(name)}” is a zip inside a zip and too big to read in place.",
                remedy="Unpack the outer zip and import the folder.",
            )
        else:
            with self.open(name) as packed:
                stream = io.BytesIO(packed.read())
        try:
            return SourceView._of_zip(outer, stream, limits=self._limits, depth=self._depth + 1)
        except BaseException:
            stream.close()
            raise

    def _find(self, name: str) -> tuple[SourceView, str]:
        if name in self._members:
            return self, name
        outer, joint, inner = name.partition(NESTED)
        if joint and outer in self._members:
            return self.nested(outer)._find(inner)
        raise SourceError(f"“{shown(self.outer_name)}” has no member “{shown(name)}”.")

    def _raw(self, member: _Member) -> BinaryIO:
        if isinstance(member.at, bytes):
            return io.BytesIO(member.at)
        if isinstance(member.at, Path):
            return open_no_link(member.at)
        if isinstance(member.at, GitLog):
            return member.at.open()
        if callable(member.at):
            return member.at()
        assert self._zip is not None
        if member.at.flag_bits & 0x1:
            raise SourceError(
                f"“{shown(self.outer_name)}” is protected with a password.",
                remedy="Unpack it with the password and import the folder.",
            )
        return cast(BinaryIO, self._zip.open(member.at))


def _folder_members(root: Path, outer: str, limits: Limits) -> dict[str, _Member]:
    found: dict[str, _Member] = {}
    for entry in _walk(root, outer):
        path = Path(entry.path)
        name = safe_name(path.relative_to(root).as_posix(), outer)
        if isinstance(entry, GitLog):
            _add(found, name or safe_name(outer, outer), _Member(0, entry), outer, limits)
            continue
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            raise not_a_file(name, outer)
        if not is_clutter(name):
            _add(found, name, _of_file(path, status.st_size), outer, limits)
    return dict(sorted(found.items()))


def _of_file(path: Path, size: int) -> _Member:
    """A file of a disk; a bundle of git is read by git."""
    if path.suffix == ".bundle" and not path.is_symlink():
        with told(path.name), path.open("rb") as stream:
            if stream.read(len(BUNDLE[0])) in BUNDLE:
                return _Member(0, GitLog(path))
    return _Member(size, path)


def _walk(root: Path, outer: str) -> Iterator[os.DirEntry[str] | GitLog]:
    """Every file, and each folder that git keeps as one; links that lie in a repository are passed over."""
    folders = [(str(root), False)]
    while folders:
        folder, tracked = folders.pop()
        with told(folder), os.scandir(folder) as entries:
            listed = list(entries)
        names = {entry.name for entry in listed}
        if is_repository(names):
            yield GitLog(Path(folder))
            continue
        tracked |= ".git" in names
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, tracked))
            elif not (tracked and entry.is_symlink()):
                yield entry


def _zip_members(infos: list[zipfile.ZipInfo], packed: int, outer: str, limits: Limits) -> dict[str, _Member]:
    found: dict[str, _Member] = {}
    total = 0
    for info in infos:
        name = safe_name(zip_name(info), outer)
        form = stat.S_IFMT(info.external_attr >> 16)
        if form not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise not_a_file(name, outer)
        if not name or info.is_dir():
            continue
        total += info.file_size
        _check_size(name, info.file_size, info.compress_size, outer, limits)
        if not is_clutter(name):
            _add(found, name, _Member(info.file_size, info), outer, limits)
    # The zip's own size, not the sum of its parts: members that overlap count the same bytes again and again.
    _check_size("", total, packed, outer, limits)
    return dict(sorted(found.items()))


def _add(found: dict[str, _Member], name: str, member: _Member, outer: str, limits: Limits) -> None:
    if name in found:
        raise SourceError(
            f"“{shown(outer)}” holds two members named “{shown(name)}”: which one is meant is not known.",
            remedy="Unpack it and import the folder.",
        )
    found[name] = member
    if len(found) > limits.members:
        raise HostileSource(
            f"“{shown(outer)}” is refused: it has more than {limits.members} members.",
            remedy="Import a part of it: the file or the sub-folder that holds the conversations.",
        )


def _check_size(name: str, size: int, packed: int, outer: str, limits: Limits) -> None:
    """Refuse one member (or, with no name, the whole zip) that would unpack to too much."""
    too_big = size > (limits.member if name else limits.total)
    too_dense = size > limits.ratio_above and size >= limits.ratio * max(packed, 1)
    if too_big or too_dense:
        what = f"“{shown(name)}” in it" if name else "it"
        raise HostileSource(
            f"“{shown(outer)}” is refused: {what} would unpack to {size >> 20} MiB from {packed >> 10} KiB.",
            remedy="No real export packs like that. If it is yours, unpack it and import the folder.",
        )
