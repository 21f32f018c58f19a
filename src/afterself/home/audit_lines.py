"""The lines of an encrypted self's audit log: each sealed on its own, bound to the line before it.

A line is base64 of a random nonce and XChaCha20-Poly1305 of the plain line, authenticated together
with the SHA-256 of the sealed line before. So lines can be appended, and not be reordered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os

from afterself.home.keys import Keys

_NONCE = 24


def seal_line(keys: Keys, previous: bytes, line: bytes) -> bytes:
    """A plain line as it stands in the file after the (sealed) line `previous`; b"" before the first."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

    nonce = os.urandom(_NONCE)
    sealed = encrypt(line, hashlib.sha256(previous).digest(), nonce, keys.derive("audit"))
    return base64.b64encode(nonce + sealed)


def open_line(keys: Keys, previous: bytes, sealed: bytes) -> bytes | None:
    """The plain line, or None if it is not one that was written after `previous`."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
    from nacl.exceptions import CryptoError

    try:
        data = base64.b64decode(sealed, validate=True)
        found = decrypt(data[_NONCE:], hashlib.sha256(previous).digest(), data[:_NONCE], keys.derive("audit"))
    except (CryptoError, binascii.Error, ValueError):
        return None
    return bytes(found)
