"""The key header `keys.json` of an encrypted self: public, versioned, in two copies.

Says in which state the folder is, which cipher archive.db has, and holds the slots that wrap the data
key. A checksum tells damage from a wrong passphrase; a MAC under the data key tells what somebody
without it changed. What a slot is: `keys.py`. Format: docs/encryption.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from afterself.errors import SelfError, WrongPassphrase
from afterself.home.atomic import sync_folder, write_atomic
from afterself.home.keys import (
    SHORTEST_PASSPHRASE,
    Cipher,
    Cost,
    Keys,
    Slot,
    fitting_cipher,
    new_data_key,
    new_recovery_secret,
    passphrase_bytes,
)
from afterself.home.recovery import secret_of, words_of

NAME = "keys.json"
COPY = "keys-copy.json"
VERSION = 1
_FORMAT = "afterself keys"
_LARGEST = 1 << 16

State = Literal["sealed", "sealing", "unsealing"]
"""Whole, or being encrypted, or being decrypted: the last two hold files of both kinds."""


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """What keys.json says. `unknown` are slots of later versions, kept as they are."""

    id: str
    state: State
    cipher: Cipher
    slots: tuple[Slot, ...]
    unknown: tuple[dict[str, Any], ...] = ()
    mac: str = ""

    @classmethod
    def make(
        cls, passphrase: str, *, state: State = "sealed", cost: Cost | None = None
    ) -> tuple[KeyHeader, Keys]:
        """A header with a new data key under a passphrase; UsageError-free: check the passphrase before."""
        keys = Keys(new_data_key(), fitting_cipher())
        header = cls(os.urandom(16).hex(), state, keys.cipher, ())
        return header.with_passphrase(keys, passphrase, cost), keys

    def with_passphrase(self, keys: Keys, passphrase: str, cost: Cost | None = None) -> KeyHeader:
        """With this passphrase instead of the one before."""
        secret = passphrase_bytes(passphrase)
        slot = Slot.wrap("passphrase", secret, keys.data_key, self.id, cost or Cost.calibrated())
        others = tuple(one for one in self.slots if one.kind != "passphrase")
        return replace(self, slots=(slot, *others))

    def with_recovery(self, keys: Keys) -> tuple[KeyHeader, str]:
        """With new recovery words instead of older ones, and the words, which stand nowhere else."""
        secret = new_recovery_secret()
        slot = Slot.wrap("recovery", secret, keys.data_key, self.id)
        others = tuple(one for one in self.slots if one.kind != "recovery")
        return replace(self, slots=(*others, slot)), words_of(secret)

    @property
    def recoverable(self) -> bool:
        """Whether there are recovery words."""
        return any(slot.kind == "recovery" for slot in self.slots)

    def unlock(self, secret: str) -> Keys:
        """The keys, from a passphrase or from recovery words.

        WrongPassphrase if neither opens it, SelfError if somebody without the key changed the header.
        """
        words = secret_of(secret)
        tries = [("recovery", words)] if words is not None else []
        tries.append(("passphrase", passphrase_bytes(secret)))
        for kind, tried in tries:
            for slot in self.slots:
                found = slot.unwrap(tried, self.id) if slot.kind == kind and tried is not None else None
                if found is not None:
                    return self._checked(Keys(found, self.cipher))
        raise WrongPassphrase(
            "This passphrase does not open the self.",
            remedy="Try again (capitals, keyboard layout), or use the recovery words.",
        )

    def _checked(self, keys: Keys) -> Keys:
        if not hmac.compare_digest(self.mac, self._mac(keys)):
            raise SelfError(
                f"The key header {NAME} was changed by somebody who does not have the key.",
                remedy=f"Put {NAME} back from a backup of the self.",
            )
        return keys

    def _facts(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "version": VERSION,
            "id": self.id,
            "state": self.state,
            "archive": self.cipher,
            "files": "xchacha20poly1305-64k",
            "slots": [*(slot.as_json() for slot in self.slots), *self.unknown],
        }

    def _mac(self, keys: Keys) -> str:
        key = keys.derive("header")
        return hashlib.blake2b(_canonical(self._facts()), key=key, digest_size=32).hexdigest()

    def to_json(self, keys: Keys) -> str:
        """The text of keys.json."""
        facts = {**self._facts(), "mac": self._mac(keys)}
        return json.dumps({**facts, "checksum": _checksum(facts)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: bytes, where: Path) -> KeyHeader:
        """Parse keys.json; SelfError if it is of a newer version, ValueError if it is damaged."""
        try:
            facts = json.loads(content)
            checksum = facts.pop("checksum")
            if facts["format"] != _FORMAT:
                raise ValueError("it is no key header")
            if not hmac.compare_digest(checksum, _checksum(facts)):  # the same in every version
                raise ValueError("its checksum is wrong")
            if facts["version"] > VERSION:
                raise SelfError(
                    f"{where} was written by a newer Afterself.", remedy="Update afterself and try again."
                )
            if facts["state"] not in get_args(State) or facts["archive"] not in get_args(Cipher):
                raise ValueError("it names an unknown state or cipher")
            slots = [(Slot.from_json(value), value) for value in facts["slots"]]
            return cls(
                str(facts["id"]), facts["state"], facts["archive"],
                tuple(slot for slot, _ in slots if slot is not None),
                tuple(value for slot, value in slots if slot is None),
                str(facts["mac"]),
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError("it is no key header") from error


def require_fitting(passphrase: str) -> None:
    """WrongPassphrase if a new passphrase is too short to protect anything."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise WrongPassphrase(
            f"A passphrase needs at least {SHORTEST_PASSPHRASE} characters. Nothing was changed.",
            remedy="Better: five or six words that do not belong together.",
        )


def read_header(folder: Path) -> KeyHeader | None:
    """The key header of a self, from its copy if it is damaged; None if the self is not encrypted."""
    damaged = ""
    for name in (NAME, COPY):
        path = folder / name
        try:
            if path.exists() and not path.is_file():
                raise ValueError("it is not a file")  # a folder from somebody else: maybe an endless device
            with path.open("rb") as file:
                return KeyHeader.from_json(file.read(_LARGEST), path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            damaged = damaged or f"{path}: {error}"
    if damaged:
        raise SelfError(
            f"The key header of this self is damaged, and its copy too: {damaged}. Nothing was changed.",
            remedy=f"Put {NAME} back from any backup of this self: it fits as long as the passphrase of then "
            "is known.",
        )
    return None


def write_header(folder: Path, header: KeyHeader, keys: Keys) -> None:
    """Store the header and its copy, durable when this returns; SelfError if the folder takes them not."""
    content = header.to_json(keys)
    try:
        write_atomic(folder / NAME, content)
        write_atomic(folder / COPY, content)
    except OSError as error:
        raise SelfError(
            f"The key header of the self cannot be written: {folder} ({error.strerror}).",
            remedy="Check that the disk is not full and that the folder is yours.",
        ) from error


def change_passphrase(folder: Path, keys: Keys, passphrase: str, cost: Cost | None = None) -> None:
    """Let another passphrase open the self, and the old one no more. Under its writer lock.

    WrongPassphrase if it is too short; SelfError if the folder takes no header.
    """
    require_fitting(passphrase)
    write_header(folder, _present(folder).with_passphrase(keys, passphrase, cost), keys)


def make_recovery_words(folder: Path, keys: Keys, write: Callable[[str], None] | None = None) -> str:
    """Let new recovery words open the self, and older ones no more; they stand nowhere else. Under its
    writer lock. What `write` raises leaves the older ones as they are."""
    header, words = _present(folder).with_recovery(keys)
    if write is not None:
        write(words)
    write_header(folder, header, keys)
    return words


def _present(folder: Path) -> KeyHeader:
    header = read_header(folder)
    if header is None:
        raise SelfError(f"The self {folder} is not encrypted.")
    return header


def remove_header(folder: Path) -> None:
    """Remove the header of a self that is plain now; the copy first, so that a kill leaves a whole one."""
    for name in (COPY, NAME):
        (folder / name).unlink(missing_ok=True)
        sync_folder(folder)


def mend_header(folder: Path) -> None:
    """Make header and copy the same again: after a kill between them, or damage to one."""
    if header_has_its_copy(folder):
        return
    header, copy = (path.read_bytes() if path.is_file() else b"" for path in (folder / NAME, folder / COPY))
    for content in (header, copy):
        with contextlib.suppress(ValueError, OSError):
            KeyHeader.from_json(content, folder / NAME)
            for name in (NAME, COPY):
                write_atomic(folder / name, content)
            return


def header_has_its_copy(folder: Path) -> bool:
    """Whether the header and its copy are the same, byte for byte."""
    header, copy = (path.read_bytes() if path.is_file() else b"" for path in (folder / NAME, folder / COPY))
    return header == copy


def both_headers_fit(folder: Path, keys: Keys) -> bool:
    """Whether header and copy are both whole and made with these keys, be they the same or not: a change of
    the passphrase that was killed leaves the new one and the old."""
    try:
        for name in (NAME, COPY):
            with (folder / name).open("rb") as file:
                KeyHeader.from_json(file.read(_LARGEST), folder / name)._checked(keys)
    except (OSError, ValueError, SelfError):
        return False
    return True


def _canonical(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")


def _checksum(facts: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(facts)).hexdigest()
