"""A plain self -> an encrypted one and back, in place, file by file.

The header comes first and goes last, and each file is replaced whole by its other form after that was
read back: so at every moment everything can be read with the passphrase, and a conversion that was
killed goes on where it was, in either direction. While it lasts, other commands refuse the self. The
database is converted by `archive/encryption.py`, which calls this.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from afterself.errors import Damaged, SelfError
from afterself.home.atomic import make_folder, sync_folder, write_atomic
from afterself.home.audit import rewrite_audit
from afterself.home.checksums import NAME as SUMS
from afterself.home.checksums import forget_sums
from afterself.home.chunks import CHUNK, SealedReader, looks_sealed
from afterself.home.counting import counted
from afterself.home.declaration import SEALED_TOML, to_toml
from afterself.home.disk import why_not
from afterself.home.folder import PLAIN_NAME, SEALED_NAME, TRAINING_LOCK, WRITER_LOCK, Self
from afterself.home.jobs import Progress
from afterself.home.key_header import COPY, NAME, KeyHeader, State, remove_header, write_header
from afterself.home.keys import Keys
from afterself.home.lock import exclusive
from afterself.home.sealed import HIDDEN, Files

ConvertArchive = Callable[[Keys, bool], None]
"""Brings archive.db into its encrypted (True) or plain form, if it is not in it already."""

TEMPORARY = ".converting-"
_OWN_FORMS = {NAME, COPY, PLAIN_NAME, SEALED_NAME, SUMS, "audit.log", WRITER_LOCK, TRAINING_LOCK}
_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{12}|\.incoming-[0-9a-f]+|" + re.escape(TEMPORARY) + ".*")


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other command writes to the self or trains it; what a full or odd disk says is one clear error."""
    try:
        with exclusive(path / TRAINING_LOCK), exclusive(path / WRITER_LOCK):
            yield
    except OSError as error:
        raise SelfError(
            f"The self cannot be converted: {path} ({why_not(error)}). Nothing is lost.",
            remedy="Make room, or make the folder writable, and run the same command again: it goes on where "
            "it stopped.",
        ) from error


def seal(path: Path, header: KeyHeader, keys: Keys, archive: ConvertArchive, progress: Progress) -> Self:
    """Encrypt what is not yet encrypted; the header says "sealing" already."""
    work = _Work(path, Files(path), Files(path, keys), keys)
    forget_sums(path)
    _sweep(path)
    work.convert(work.seal, progress)
    progress.start("encrypting the archive", unit="files")
    archive(keys, True)
    progress.finish()
    rewrite_audit(path / "audit.log", keys, seal=True)
    if not (path / SEALED_NAME).exists() or not work.is_sealed(path / SEALED_NAME):
        work.sealed.write(path / SEALED_NAME, to_toml(Self.plain_declaration(path)))
    declaration = Self.sealed_declaration(path, keys)
    write_atomic(path / PLAIN_NAME, SEALED_TOML)
    write_header(path, replace(header, state="sealed"), keys)
    return Self(path, declaration, keys)


def unseal(path: Path, keys: Keys, archive: ConvertArchive, progress: Progress) -> Self:
    """Decrypt what is still encrypted; the header says "unsealing" already, and goes at the end."""
    work = _Work(path, Files(path), Files(path, keys), keys)
    forget_sums(path)
    _sweep(path)
    work.convert(work.unseal, progress)
    progress.start("decrypting the archive", unit="files")
    archive(keys, False)
    progress.finish()
    rewrite_audit(path / "audit.log", keys, seal=False)
    if (path / SEALED_NAME).exists():
        write_atomic(path / PLAIN_NAME, to_toml(Self.sealed_declaration(path, keys)))
        (path / SEALED_NAME).unlink()
    remove_header(path)
    return Self.open(path)


def set_state(path: Path, header: KeyHeader, keys: Keys, state: State) -> KeyHeader:
    """Enter into the header in which direction a conversion goes."""
    if header.state != state:
        header = replace(header, state=state)
        write_header(path, header, keys)
    return header


def require_whole(path: Path, keys: Keys) -> None:
    """`Damaged`, naming the file, if a file of an encrypted self does not open: before anything changes."""
    files = Files(path, keys)
    for one in _files_of(path):
        files.open(one).close()


def kept_as_they_are(path: Path) -> list[str]:
    """Names in the folder that no conversion touches: links, and hidden files of other programs."""
    return sorted(
        one.name
        for one in path.iterdir()
        if (one.name.startswith(".") and not _of_ours(one)) or one.is_symlink()
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """One conversion: the folder seen as a plain and as an encrypted self."""

    path: Path
    plain: Files
    sealed: Files
    keys: Keys

    def convert(self, one: Callable[[Path], None], progress: Progress) -> None:
        found = list(_files_of(self.path))
        progress.start("converting", total=sum(path.stat().st_size for path in found), unit="bytes")
        for path in found:
            size = path.stat().st_size
            one(path)
            progress.advance(size)
        progress.finish(counted(len(found), "file"))

    def seal(self, path: Path) -> None:
        if self.is_sealed(path):
            return
        sha256 = self._blob(path)
        target = path if sha256 is None else self._blob_path(self.sealed.blob_name(sha256))
        temporary = self.path / f"{TEMPORARY}{secrets.token_hex(6)}"
        digest = hashlib.sha256()
        with path.open("rb") as file, self.sealed.incoming(temporary) as incoming:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                incoming.file.write(chunk)
            incoming.settle(target)
            with SealedReader(
                temporary.open("rb"), self.keys, self.sealed.place(target), str(path)
            ) as written:
                if hashlib.sha256(written.readall()).digest() != digest.digest():
                    raise Damaged(f"{path} was not read back as it was written.", remedy="Check the disk.")
            make_folder(target.parent)
            incoming.keep(target)
        _remove_other(path, target)

    def unseal(self, path: Path) -> None:
        if not self.is_sealed(path):
            self._require_plain(path)
            return
        digest = hashlib.sha256()
        temporary = self.path / f"{TEMPORARY}{secrets.token_hex(6)}"
        with self.sealed.open(path) as file, self.plain.incoming(temporary) as incoming:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                incoming.file.write(chunk)
            blob = self._blob(path) is not None
            target = self._blob_path(digest.hexdigest()) if blob else path
            make_folder(target.parent)
            incoming.keep(target)
        _remove_other(path, target)

    def is_sealed(self, path: Path) -> bool:
        """Whether the file is one that was encrypted for this place with these keys."""
        with path.open("rb") as file:
            if not looks_sealed(file):
                return False
            try:
                SealedReader(file, self.keys, self.sealed.place(path), str(path))
            except Damaged:
                return False
        return True

    def _require_plain(self, path: Path) -> None:
        """`Damaged` if what seems to be plain is an encrypted file that was changed."""
        sha256 = self._blob(path)
        with path.open("rb") as file:
            if sha256 is None:
                intact = not looks_sealed(file)
            else:
                intact = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        if not intact:
            raise Damaged(
                f"The encrypted file {path} is damaged. Nothing is lost that was not lost before.",
                remedy="Put it back from a backup of the self, or remove it, and run the command again.",
            )

    def _blob(self, path: Path) -> str | None:
        """The name that a blob's path stands for; None for other files."""
        parts = path.relative_to(self.path).parts
        name = "".join(parts[1:])
        return (
            name if len(parts) == 3 and parts[0] == "blobs" and re.fullmatch("[0-9a-f]{64}", name) else None
        )

    def _blob_path(self, name: str) -> Path:
        return self.path / "blobs" / name[:2] / name[2:]


def _remove_other(path: Path, target: Path) -> None:
    if path != target:
        path.unlink()
        sync_folder(path.parent)
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _of_ours(path: Path) -> bool:
    return _LEFTOVER.fullmatch(path.name) is not None or path.name.startswith(".archive.db")


def _files_of(path: Path) -> Iterator[Path]:
    """The files that are sealed in chunks: all but those that have forms of their own, and strange ones."""
    for top in sorted(path.iterdir()):
        if top.name in _OWN_FORMS or top.name.startswith((".", "archive.db")) or top.is_symlink():
            continue
        inside = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (one for one in inside if one.is_file() and not one.is_symlink())


def _sweep(path: Path) -> None:
    """Remove what killed commands left half-written: nobody else is at work now."""
    for one in sorted(path.rglob(".*")):
        if one.is_symlink() or not one.exists():
            continue
        if one.is_file() and _LEFTOVER.fullmatch(one.name):
            one.unlink()
        elif one.is_dir() and one.name.startswith(HIDDEN) and one.parent == path / "weights":
            shutil.rmtree(one)
