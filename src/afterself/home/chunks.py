"""A file of an encrypted self: 64 KiB chunks, each sealed with XChaCha20-Poly1305.

Layout: 16 bytes of magic, 32 random bytes from which the file's own key is derived, then the chunks.
A chunk's nonce is its number and whether it is the last; the last is authenticated together with the
file's place in the self. So a changed, moved, cut or exchanged chunk or file is noticed, the last two
before a byte is given out (the STREAM construction, Hoang et al., eprint 2015/189).
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING, BinaryIO

from afterself.errors import Damaged
from afterself.home.keys import Keys

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"afterself seal\x01\n"
SALT_BYTES = 32
CHUNK = 1 << 16
TAG = 16
_BEGIN = len(MAGIC) + SALT_BYTES


def _file_key(keys: Keys, salt: bytes) -> bytes:
    return hashlib.blake2b(salt, key=keys.derive("files"), digest_size=32, person=b"afterself file").digest()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "little") + bytes([last]) + bytes(15)


class SealedWriter(io.BufferedIOBase):
    """Encrypts what is written into `file`, front to back; `finish` must follow."""

    def __init__(self, file: BinaryIO, keys: Keys) -> None:
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

        self._encrypt = crypto_aead_xchacha20poly1305_ietf_encrypt
        salt = os.urandom(SALT_BYTES)
        self._file, self._key = file, _file_key(keys, salt)
        self._waiting = bytearray()
        self._number = self._written = 0
        file.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Buffer, /) -> int:
        """Take bytes; whole chunks that cannot be the last go out at once."""
        view = memoryview(data).cast("B")
        self._written += len(view)
        self._waiting += view
        whole = (len(self._waiting) - 1) // CHUNK * CHUNK
        if whole > 0:
            for at in range(0, whole, CHUNK):
                self._put(bytes(self._waiting[at : at + CHUNK]), b"", last=False)
            del self._waiting[:whole]
        return len(view)

    def finish(self, place: str) -> None:
        """Write the last chunk, which binds the file to its place in the self."""
        self._put(bytes(self._waiting), place.encode("utf-8", "surrogateescape"), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, place: bytes, *, last: bool) -> None:
        self._file.write(self._encrypt(chunk, place, _nonce(self._number, last), self._key))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file from any offset; `Damaged` where a byte is not what was written."""

    def __init__(
        self, file: BinaryIO, keys: Keys, place: str, shown: str, span: tuple[int, int] | None = None
    ) -> None:
        """Check begin and end of the file; it is closed with this reader. `shown` names it in errors.

        `span` is where in the file it begins and ends, if it is a part of it.
        """
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

        self._decrypt = crypto_aead_xchacha20poly1305_ietf_decrypt
        self._file, self._shown = file, shown
        self._place = place.encode("utf-8", "surrogateescape")
        start, end = span or (0, file.seek(0, io.SEEK_END))
        size = end - start - _BEGIN
        file.seek(start)
        begin = file.read(_BEGIN)
        self._first = start + _BEGIN
        self._chunks, rest = divmod(size, CHUNK + TAG)
        self._chunks += rest > 0
        if not begin.startswith(MAGIC) or size < TAG or 0 < rest < TAG + (self._chunks > 1):
            raise self._damaged()
        self._key = _file_key(keys, begin[len(MAGIC) :])
        self._size = size - TAG * self._chunks
        self._at = 0
        self._number, self._chunk = -1, b""
        self._load(self._chunks - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._size or not len(view):
            return 0
        self._load(self._at // CHUNK)
        piece = self._chunk[self._at % CHUNK :][: len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def readall(self) -> bytes:
        pieces = []
        while self._at < self._size:
            self._load(self._at // CHUNK)
            pieces.append(self._chunk[self._at % CHUNK :])
            self._at += len(pieces[-1])
        return b"".join(pieces)

    def _load(self, number: int) -> None:
        from nacl.exceptions import CryptoError

        if number == self._number:
            return
        last = number == self._chunks - 1
        at = number * (CHUNK + TAG)
        self._file.seek(self._first + at)
        sealed = self._file.read(min(CHUNK + TAG, self._size + TAG * self._chunks - at))
        try:
            chunk = self._decrypt(sealed, self._place if last else b"", _nonce(number, last), self._key)
        except (CryptoError, ValueError) as error:
            raise self._damaged() from error
        self._number, self._chunk = number, bytes(chunk)

    def _damaged(self) -> Damaged:
        return Damaged(
            f"The encrypted file {self._shown} is damaged, cut off, exchanged, or belongs to another self.",
            remedy="Put it back from a backup of the self.",
        )

    def close(self) -> None:
        self._file.close()
        super().close()


def looks_sealed(file: BinaryIO) -> bool:
    """Whether an open file begins as sealed ones do; it is read from its start again afterwards."""
    file.seek(0)
    found = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return found
