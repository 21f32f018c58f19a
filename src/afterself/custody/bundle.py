"""A bundle file: a public header, one sealed stream, the owner's signature over every byte before it.

Layout: a magic line, the header as one line of JSON, the stream in the chunks of `home/chunks.py`, bound to
that header, and 64 bytes of Ed25519. What lies in the stream is the business of `members.py`. A bundle is
read only after its signature was checked; each chunk is checked once more when it is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from afterself.errors import Damaged, SelfError, WrongPassphrase
from afterself.home.chunks import CHUNK, SealedReader, SealedWriter
from afterself.home.jobs import Progress
from afterself.home.key_header import KeyHeader
from afterself.home.keys import KEY_BYTES, Keys
from afterself.home.owner_key import SIGNATURE_BYTES, OwnerKey, signed_by

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"afterself bundle\n"
VERSION = 1
_FORMAT = "afterself bundle"
_SIGNED = b"afterself bundle signature\n"
_LONGEST_HEADER = 1 << 16
_PIECE = 1 << 20
ANOTHER_COPY = "Take another copy of the bundle, or pack the self again."


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody can read: whose key signed, and what opens the stream. `line` is as it stands there."""

    signer: bytes
    lock: KeyHeader | None
    open_key: bytes | None = field(repr=False)
    line: bytes = field(repr=False)

    @classmethod
    def make(cls, signer: bytes, keys: Keys, lock: KeyHeader | None) -> Header:
        """A header whose stream opens with the secrets of `lock`, or for everybody without one."""
        opens: dict[str, Any] = {"key": keys.data_key.hex()}
        if lock is not None:
            opens = {"keys": json.loads(lock.to_json(keys))}
        facts = {"format": _FORMAT, "version": VERSION, "signer": signer.hex(), **opens}
        line = json.dumps(facts, separators=(",", ":")).encode("ascii") + b"\n"
        return cls(signer, lock, None if lock is not None else keys.data_key, line)

    @property
    def place(self) -> str:
        """What the stream is bound to: this header and no other."""
        return f"bundle/{hashlib.sha256(self.line).hexdigest()}"


class _Hashed(io.BufferedIOBase):
    """Writes through, and knows the SHA-256 of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def write(self, data: Buffer, /) -> int:
        self.sha256.update(data)
        return self._file.write(data)


@dataclass(slots=True)
class Written:
    """What came of writing a bundle: known when the block has ended."""

    stream: BinaryIO
    sha256: str = ""


@contextlib.contextmanager
def writing_bundle(file: BinaryIO, signer: OwnerKey, keys: Keys, lock: KeyHeader | None) -> Iterator[Written]:
    """Write a bundle front to back; what is written into the `stream` inside the block is what it holds."""
    header, hashed = Header.make(signer.public, keys, lock), _Hashed(file)
    hashed.write(MAGIC + header.line)
    sealed = SealedWriter(cast(BinaryIO, hashed), keys)
    written = Written(cast(BinaryIO, sealed))
    yield written
    sealed.finish(header.place)
    hashed.write(signer.sign(_SIGNED + hashed.sha256.digest()))
    written.sha256 = hashed.sha256.hexdigest()


@dataclass(frozen=True, slots=True)
class Bundle:
    """An open bundle, every byte of which is as it was signed. `sha256` is that of the whole file."""

    path: Path
    header: Header
    size: int
    sha256: str
    _file: BinaryIO = field(repr=False)

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return self.header.lock is not None

    def unlock(self, secret: str | None) -> Keys:
        """The keys, from the passphrase or the recovery words of then; WrongPassphrase if they do not fit."""
        lock, open_key = self.header.lock, self.header.open_key
        if open_key is not None:
            return Keys(open_key)
        assert lock is not None
        if secret is None:
            raise WrongPassphrase(
                f"The bundle {self.path} is encrypted, and no passphrase was given.",
                remedy="Type it when asked at a terminal, or name a file that holds it: --passphrase-file "
                "FILE or $AFTERSELF_PASSPHRASE_FILE.",
            )
        try:
            return lock.unlock(secret)
        except WrongPassphrase as error:
            raise WrongPassphrase(
                "This passphrase does not open the bundle.",
                remedy="It is the one that the self had when it was packed, or its recovery words of then.",
            ) from error

    def stream(self, keys: Keys) -> BinaryIO:
        """What is sealed in it, from the beginning. `Damaged` where a chunk is not what was written."""
        # A second handle of the same open file: what was put in its place meanwhile is not read.
        file = os.fdopen(os.dup(self._file.fileno()), "rb")
        span = (len(MAGIC) + len(self.header.line), self.size - SIGNATURE_BYTES)
        try:
            reader = SealedReader(file, keys, self.header.place, str(self.path), span)
        except Damaged as error:
            file.close()
            raise _damaged(self.path) from error
        return cast(BinaryIO, io.BufferedReader(reader, CHUNK))


@contextlib.contextmanager
def open_bundle(path: Path, progress: Progress | None = None) -> Iterator[Bundle]:
    """Open a bundle after its signature over every byte was checked.

    SelfError if it is none, of a newer version, or cannot be read; `Damaged` if one byte is not as signed.
    """
    try:
        if path.exists() and not path.is_file():
            raise _none(path)  # not opened: it may be a device without an end
        file = path.open("rb")
    except OSError as error:
        raise SelfError(
            f"The bundle {path} cannot be read ({error.strerror}).", remedy="Check its name."
        ) from error
    with file:
        if file.read(len(MAGIC)) != MAGIC:
            raise _none(path)
        line = file.readline(_LONGEST_HEADER)
        facts = _facts(line, path)
        signer = bytes.fromhex(facts["signer"])
        size, sha256 = _checked(file, signer, path, progress or Progress())
        if facts["version"] != VERSION:
            raise SelfError(
                f"The bundle {path} was made by a newer Afterself (its version is {facts['version']}, this "
                f"program knows {VERSION}). Its signature is right; it was not opened.",
                remedy="Update afterself and try again.",
            )
        yield Bundle(path, _header(facts, signer, line, path), size, sha256, file)


def _facts(line: bytes, path: Path) -> dict[str, Any]:
    """The header's JSON, as far as every version has it."""
    try:
        facts = json.loads(line)
        fits = facts["format"] == _FORMAT and type(facts["version"]) is int and line.endswith(b"\n")
        fits = fits and len(bytes.fromhex(facts["signer"])) == KEY_BYTES
    except (ValueError, TypeError, KeyError, RecursionError):
        fits = False
    if not fits:
        raise _damaged(path)
    return cast(dict[str, Any], facts)


def _header(facts: dict[str, Any], signer: bytes, line: bytes, path: Path) -> Header:
    try:
        if "keys" in facts:
            return Header(signer, KeyHeader.from_json(json.dumps(facts["keys"]).encode(), path), None, line)
        key = bytes.fromhex(facts["key"])
        if len(key) == KEY_BYTES:
            return Header(signer, None, key, line)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path) from error
    raise _damaged(path)


def _checked(file: BinaryIO, signer: bytes, path: Path, progress: Progress) -> tuple[int, str]:
    """Size and SHA-256 of the whole file, whose last bytes must be the signature of the rest."""
    size = file.seek(0, io.SEEK_END)
    left = size - SIGNATURE_BYTES
    file.seek(0)
    digest = hashlib.sha256()
    progress.start("checking the signature", total=max(0, left), unit="bytes")
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        digest.update(piece)
        left -= len(piece)
        progress.advance(len(piece))
    signature = file.read(SIGNATURE_BYTES + 1)
    if left or not signed_by(signer, _SIGNED + digest.digest(), signature):
        raise _damaged(path)
    progress.finish()
    digest.update(signature)
    return size, digest.hexdigest()


def _none(path: Path) -> SelfError:
    return SelfError(
        f"{path} is no bundle of a self, or its beginning is damaged.",
        remedy="Name a file that afterself pack has made.",
    )


def _damaged(path: Path) -> Damaged:
    return Damaged(
        f"The bundle {path} is not what was signed: it is damaged, cut off, longer than it was, or changed.",
        remedy=ANOTHER_COPY,
    )
