"""The data key of an encrypted self, what is derived from it, and the slots that wrap it.

The data key is random and never changes; each slot holds it encrypted under one secret (a passphrase
through Argon2id, or recovery words), so a secret can be changed without rewriting any data. Which
slots a self has stands in its key header (`key_header.py`). Format: docs/encryption.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from afterself.errors import SelfError
from afterself.home.recovery import SECRET_BYTES

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 24
SHORTEST_PASSPHRASE = 8

_PERSON = b"afterself v1"
_MOST_MEMORY = 1 << 30
_MOST_PASSES = 64
_MB = 1 << 20

SlotKind = Literal["passphrase", "recovery"]
Cipher = Literal["aegis", "chacha20"]


@dataclass(frozen=True, slots=True)
class Keys:
    """The data key in memory. It shows itself in no text and is equal to nothing but itself."""

    data_key: bytes = field(repr=False)
    cipher: Cipher = "aegis"

    def derive(self, label: str) -> bytes:
        """A 32-byte key for one purpose: BLAKE2b of the label, keyed with the data key (RFC 7693)."""
        return hashlib.blake2b(
            label.encode("ascii"), key=self.data_key, digest_size=KEY_BYTES, person=_PERSON
        ).digest()

    @property
    def archive_key(self) -> str:
        """The raw key of archive.db in the words of SQLite3MultipleCiphers."""
        return f"raw:{self.derive('archive').hex()}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase takes: `memory` in bytes, `passes` over it (Argon2id, RFC 9106)."""

    memory: int = 64 * _MB
    passes: int = 3

    @classmethod
    def calibrated(cls, seconds: float = 0.5) -> Cost:
        """About `seconds` of this machine's processor, in 64 to 256 MB; never below 64 MB and 3 passes."""
        memory = 256 * _MB if _memory_free() > 1024 * _MB else 64 * _MB
        began = time.process_time()
        _argon2id(b"calibration", bytes(SALT_BYTES), cls(64 * _MB, 1))
        once = max(1e-3, time.process_time() - began) * memory / (64 * _MB)
        return cls(memory, max(3, min(_MOST_PASSES, round(seconds / once))))


def _memory_free() -> int:
    with contextlib.suppress(ValueError, OSError):
        return int(os.sysconf("SC_AVPHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    return 0


@dataclass(frozen=True, slots=True)
class Slot:
    """The data key, wrapped under one secret. Everything in it may be public."""

    kind: SlotKind
    salt: bytes
    nonce: bytes
    wrapped: bytes
    cost: Cost | None = None

    @classmethod
    def wrap(cls, kind: SlotKind, secret: bytes, data_key: bytes, id: str, cost: Cost | None = None) -> Slot:
        """Wrap the data key of the self `id`; a passphrase needs a cost."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

        slot = cls(kind, os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES), b"", cost)
        wrapped = encrypt(data_key, slot._facts(id), slot.nonce, slot._key(secret))
        return cls(kind, slot.salt, slot.nonce, wrapped, cost)

    def unwrap(self, secret: bytes, id: str) -> bytes | None:
        """The data key, or None if the secret is another one (compared in constant time by Poly1305)."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
        from nacl.exceptions import CryptoError

        try:
            return bytes(decrypt(self.wrapped, self._facts(id), self.nonce, self._key(secret)))
        except CryptoError:
            return None

    def _key(self, secret: bytes) -> bytes:
        if self.cost is not None:
            return _argon2id(secret, self.salt, self.cost)
        return hashlib.blake2b(
            secret, digest_size=KEY_BYTES, salt=self.salt, person=b"afterself words"
        ).digest()

    def _facts(self, id: str) -> bytes:
        """What is authenticated beside the wrapped key: a slot moved or weakened does not open."""
        facts = {"self": id, **self.as_json()}
        del facts["wrapped"], facts["nonce"]
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")

    def as_json(self) -> dict[str, Any]:
        """The slot as it stands in the header."""
        kdf: dict[str, Any] = {"kdf": "blake2b"}
        if self.cost is not None:
            kdf = {"kdf": "argon2id", "memory": self.cost.memory, "passes": self.cost.passes}
        parts = {"salt": self.salt.hex(), "nonce": self.nonce.hex(), "wrapped": self.wrapped.hex()}
        return {"kind": self.kind, **kdf, **parts}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Slot | None:
        """A slot of the header; None for a kind of a later version. ValueError, KeyError if it is damaged."""
        known = {"passphrase": "argon2id", "recovery": "blake2b"}
        if known.get(value["kind"]) != value["kdf"]:
            return None
        cost = None
        if value["kdf"] == "argon2id":
            cost = Cost(int(value["memory"]), int(value["passes"]))
            if not (8192 <= cost.memory <= _MOST_MEMORY and 1 <= cost.passes <= _MOST_PASSES):
                raise ValueError("the cost of its passphrase is out of bounds")
        salt, nonce, wrapped = (bytes.fromhex(value[name]) for name in ("salt", "nonce", "wrapped"))
        if (len(salt), len(nonce), len(wrapped)) != (SALT_BYTES, NONCE_BYTES, KEY_BYTES + 16):
            raise ValueError("a slot has a wrong size")
        return cls(value["kind"], salt, nonce, wrapped, cost)


def _argon2id(secret: bytes, salt: bytes, cost: Cost) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.pwhash import argon2id

    try:
        return argon2id.kdf(KEY_BYTES, secret, salt, opslimit=cost.passes, memlimit=cost.memory)
    except (CryptoError, MemoryError) as error:
        raise SelfError(
            f"The passphrase cannot be tried: that takes {cost.memory // _MB} MB of memory.",
            remedy="End other programs, or open the self on a machine with more memory.",
        ) from error


def passphrase_bytes(text: str) -> bytes:
    """A passphrase as bytes: one Unicode form, so that another keyboard types the same."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def new_data_key() -> bytes:
    """32 random bytes of the operating system."""
    return os.urandom(KEY_BYTES)


def new_recovery_secret() -> bytes:
    """The random secret behind recovery words."""
    return os.urandom(SECRET_BYTES)


def fitting_cipher() -> Cipher:
    """AEGIS where the processor has AES instructions, else ChaCha20; a self keeps what it was made with."""
    try:
        text = Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:
        return "aegis"
    lines = (line for line in text.splitlines() if line.startswith(("flags", "Features")))
    return "aegis" if any("aes" in line.split() for line in lines) else "chacha20"
