"""The lines of an encrypted self's audit log: each sealed on its own, bound to the line before it.

A line is base64 of a random nonce and XChaCha20-Poly1305 of the plain line, authenticated together
with the SHA-256 of the sealed line before. So lines can be appended, and not be reordered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re

from afterself.home.keys import Keys

_NONCE = 24
_CHECKED = re.compile(rb'(.*),"check":"([0-9a-f]{16})"\}', re.DOTALL)
_UNCHECKED = re.compile(rb'.*"previous":"[0-9a-f]{64}"\}', re.DOTALL)
"""How lines ended before each had its own check."""


def checked_line(line: bytes) -> bytes:
    """A JSON object with a check of its own bytes at its end: the last line of the log has no next one
    that would witness it."""
    body = line.removesuffix(b"}")
    return body + f',"check":"{_check(body)}"}}'.encode("ascii")


def checks(line: bytes) -> bool:
    """Whether a plain line is what was written, as far as it can tell itself."""
    found = _CHECKED.fullmatch(line)
    if found is None:
        return _UNCHECKED.fullmatch(line) is not None
    return _check(found[1]) == found[2].decode("ascii")


def _check(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


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
    return bytes(found) if base64.b64encode(data) == sealed else None  # bits that base64 does not use
