"""The owner's Ed25519 key (RFC 8032): made with the self, it signs what leaves the self as a whole.

Its private half lies in the self, encrypted where the self is, and moves with it: every copy of a self
signs as the same owner. Whoever wants to know a bundle for the owner's compares the fingerprint of the
public half.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field

from afterself.errors import Damaged
from afterself.home.sealed import Files

NAME = "owner-key.json"
SIGNATURE_BYTES = 64
_SEED_BYTES = 32
_FORMAT = "afterself owner key"


@dataclass(frozen=True, slots=True)
class OwnerKey:
    """Both halves: 32 bytes each. The private one shows itself in no text."""

    seed: bytes = field(repr=False)
    public: bytes

    @classmethod
    def of(cls, seed: bytes) -> OwnerKey:
        """The key that comes of 32 random bytes."""
        from nacl.bindings import crypto_sign_seed_keypair

        return cls(seed, bytes(crypto_sign_seed_keypair(seed)[0]))

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        from nacl.bindings import crypto_sign

        return bytes(crypto_sign(message, self.seed + self.public)[:SIGNATURE_BYTES])


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message is that of the key with this public half."""
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import CryptoError

    try:
        crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """What people compare: 32 hexadecimal digits of the SHA-256 of the public half, in groups of four."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def read_owner_key(files: Files) -> OwnerKey | None:
    """The key of a self; None if an earlier version made it. `Damaged` if it is not what was written."""
    try:
        content = files.read_bytes(files.root / NAME)
    except FileNotFoundError:
        return None
    try:
        facts = json.loads(content)
        key = OwnerKey.of(bytes.fromhex(facts["private"]))
        whole = facts["format"] == _FORMAT and facts["public"] == key.public.hex()
    except (ValueError, TypeError, KeyError):
        whole = False
    if not whole:
        raise Damaged(f"The owner's key {files.root / NAME} is damaged.", remedy="Put it back from a backup.")
    return key


def make_owner_key(files: Files) -> OwnerKey:
    """Make the key of a self that has none. OSError if it cannot be written."""
    key = OwnerKey.of(os.urandom(_SEED_BYTES))
    facts = {"format": _FORMAT, "version": 1, "public": key.public.hex(), "private": key.seed.hex()}
    files.write(files.root / NAME, json.dumps(facts, indent=1) + "\n")
    return key
