"""The one door to the files inside a self: plain or encrypted, as the self is.

Everything that reads or writes a file of a self (blobs, weights, checkpoints, reports, the declaration)
does it through `Files`, so that nothing is left readable by mistake and callers need not know. The
archive's database and the audit log have forms of their own (`archive/database.py`, `audit.py`).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from afterself.errors import SelfError
from afterself.home.atomic import FILE_MODE, neighbour, replacing, sync_folder
from afterself.home.chunks import CHUNK, SealedReader, SealedWriter
from afterself.home.keys import Keys
from afterself.home.memory_files import memory_file, memory_folder

HIDDEN = ".making-"
"""Begins the name of a folder that is renamed when it is whole: its files are bound to the later name."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of the self in the folder `root`; without `keys` it is a plain one."""

    root: Path
    keys: Keys | None = field(default=None, repr=False)

    @property
    def sealed(self) -> bool:
        """Whether they are encrypted."""
        return self.keys is not None

    # -- reading --------------------------------------------------------------------------

    def open(self, path: Path) -> BinaryIO:
        """Open for reading from any offset. OSError, or `Damaged` if it is not what was written."""
        file = path.open("rb")
        if self.keys is None:
            return file
        try:
            reader = SealedReader(file, self.keys, self.place(path), str(path))
        except BaseException:
            file.close()
            raise
        return cast(BinaryIO, io.BufferedReader(reader, CHUNK))

    def read_bytes(self, path: Path) -> bytes:
        """The whole content."""
        with self.open(path) as file:
            return file.read()

    def read_text(self, path: Path) -> str:
        """The whole content as UTF-8."""
        return self.read_bytes(path).decode("utf-8")

    @contextlib.contextmanager
    def as_path(self, path: Path) -> Iterator[Path]:
        """A path under which libraries can read the content inside the block; they may map it for longer."""
        if self.keys is None:
            yield path
            return
        with memory_file() as decrypted, self.open(path) as file:
            _copy(file, decrypted)
            yield decrypted

    @contextlib.contextmanager
    def as_folder(self, path: Path) -> Iterator[Path]:
        """The same for a folder without subfolders."""
        if self.keys is None:
            yield path
            return
        with memory_folder() as folder:
            for one in path.iterdir():
                with self.open(one) as file:
                    _copy(file, folder.add(one.name))
            yield folder.path

    # -- writing --------------------------------------------------------------------------

    def write(self, path: Path, content: bytes | str) -> None:
        """Replace `path`, durable when this returns. OSError if it cannot, and then nothing changed."""
        with self.writing(path) as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[BinaryIO]:
        """A file to write what becomes `path`, durable, when the block ends; if it fails, nothing changes."""
        with self._incoming(*neighbour(path, FILE_MODE)) as incoming:
            yield incoming.file
            incoming.keep(path)

    @contextlib.contextmanager
    def incoming(self, temporary: Path) -> Iterator[Incoming]:
        """A file to write before its name is known; unless it is kept, it is gone when the block ends."""
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with self._incoming(temporary, handle) as incoming:
            yield incoming

    @contextlib.contextmanager
    def _incoming(self, temporary: Path, handle: int) -> Iterator[Incoming]:
        file = os.fdopen(handle, "wb")
        try:
            yield Incoming(self, temporary, file)
        finally:
            # What was kept is on disk already; of the rest, a full disk complains once more at the end.
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()

    @contextlib.contextmanager
    def staged(self, path: Path, names: Collection[str]) -> Iterator[Path]:
        """A folder for libraries to write files into that are to lie in the (made) folder `path`.

        `names` are all that may hold something of the person: those never touch a disk unencrypted.
        """
        if self.keys is None:
            yield path
            return
        with memory_folder() as folder:
            for name in names:
                folder.add(name)
            yield folder.path
            for name in names:
                if not (folder.path / name).is_symlink():
                    raise SelfError(f"A library wrote {name} to the disk instead of memory; it was removed.")
            for one in sorted(folder.path.iterdir()):
                if one.stat().st_size:
                    with one.open("rb") as file, self.writing(path / one.name) as sealed:
                        shutil.copyfileobj(file, sealed, CHUNK)

    # -- names ----------------------------------------------------------------------------

    def place(self, path: Path) -> str:
        """Where in the self a file lies or will lie: what it is bound to."""
        return "/".join(part.removeprefix(HIDDEN) for part in path.relative_to(self.root).parts)

    def blob_name(self, sha256: str) -> str:
        """The name of a blob's file: its hash, or one that tells nothing of the content, of the same form."""
        if self.keys is None:
            return sha256
        key = self.keys.derive("blob names")
        return hashlib.blake2b(bytes.fromhex(sha256), key=key, digest_size=32).hexdigest()


class Incoming:
    """A file being written that has no name yet."""

    def __init__(self, files: Files, temporary: Path, file: BinaryIO) -> None:
        self._files, self._temporary, self._raw = files, temporary, file
        self._sealed = None if files.keys is None else SealedWriter(file, files.keys)
        self._settled = False
        self.file = file if self._sealed is None else cast(BinaryIO, self._sealed)

    def settle(self, path: Path) -> None:
        """Write what is left, bound to the place `path`, durable; nothing more can be written."""
        if self._sealed is not None:
            self._sealed.finish(self._files.place(path))
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._settled = True

    def keep(self, path: Path) -> None:
        """Let it become `path`, durable when this returns."""
        if not self._settled:
            self.settle(path)
        self._temporary.replace(path)
        sync_folder(path.parent)


@contextlib.contextmanager
def writing_in_place(path: Path) -> Iterator[Path]:
    """Like `atomic.replacing`, but a link into memory (`Files.staged`) is written where it is."""
    if path.is_symlink():
        yield path
        return
    with replacing(path) as part:
        yield part


def _copy(file: BinaryIO, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(file, out, CHUNK)
