"""One self, one folder: made whole or not at all, opened only if it is what it claims.

Gives the paths of everything that a self consists of and the door to its files,
plain or encrypted, says what was declared, and refuses what was not. What stands
in the archive, the weights or the voice is the business of their packages.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from afterself.errors import NotAllowed, SelfError, WrongPassphrase
from afterself.home.atomic import make_folder, write_atomic
from afterself.home.audit import append_audit, first_audit_line
from afterself.home.checksums import renew_sums
from afterself.home.declaration import (
    MEASURED_ONLY,
    PURPOSES,
    RIGHT_MEANS,
    SEALED_TOML,
    Declaration,
    Right,
    declare,
    from_toml,
    says_encrypted,
    to_toml,
)
from afterself.home.key_header import NAME as HEADER
from afterself.home.key_header import KeyHeader, mend_header, read_header, require_fitting, write_header
from afterself.home.keys import Cost, Keys
from afterself.home.lock import exclusive
from afterself.home.owner_key import OwnerKey, make_owner_key, read_owner_key
from afterself.home.sealed import Files
from afterself.home.whole_folder import whole_folder

__all__ = ["PURPOSES", "Declaration", "Right", "Self"]

PLAIN_NAME, SEALED_NAME = "self.toml", "declaration"
"""Where the declaration of a plain self stands, and of an encrypted one."""

WRITER_LOCK, TRAINING_LOCK = "writer.lock", "training.lock"
"""Held by who writes to the archive, and by who trains."""

FOLDERS = ("blobs", "weights", "index", "reports")
"""What every self has, empty or not."""
_LARGEST = 1 << 20


def _declared(path: Path) -> bytes:
    """The bytes of self.toml. A folder from somebody else may hold a link to an endless device there."""
    if path.exists() and not path.is_file():
        raise SelfError(f"{path} is not a file.", remedy="Put it back from a backup of the self.")
    with path.open("rb") as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise SelfError(f"{path} is not a declaration of a self.", remedy="Put it back from a backup.")
    return content


def _no_self(path: Path, error: OSError) -> SelfError:
    """The error for a place where no self.toml can be read."""
    if path.is_file():
        return SelfError(f"{path} is a file, and a self is a folder.", remedy="Name its folder with --self.")
    if not isinstance(error, FileNotFoundError):
        return SelfError(
            f"{path / PLAIN_NAME} cannot be read ({error.strerror}).",
            remedy="Check that the folder is yours.",
        )
    there = "holds no self (self.toml is missing)" if path.is_dir() else "does not exist"
    return SelfError(
        f"The folder {path} {there}.",
        remedy=f"Name the folder with --self, or make a new self: afterself --self {path} new",
    )


def _fill(making: Self, header: KeyHeader | None) -> None:
    """What every new self begins with."""
    declared = making.declaration
    for folder in FOLDERS:
        make_folder(making.path / folder)
    key = make_owner_key(making.files)
    making.audit(
        "self made", right=declared.right, allow=list(declared.allow), means=RIGHT_MEANS[declared.right],
        owner_key=key.public.hex(),
    )  # fmt: skip
    if header is not None and making.keys is not None:
        write_header(making.path, header, making.keys)
        making.files.write(making.path / SEALED_NAME, to_toml(declared))
    write_atomic(making.path / PLAIN_NAME, SEALED_TOML if making.encrypted else to_toml(declared))
    renew_sums(making.path)


def _require_as_declared(path: Path, declaration: Declaration, keys: Keys | None = None) -> None:
    """SelfError if self.toml allows what was not declared when the self was made, or by another right.

    Allowing less than was declared is everybody's right at any time.
    """
    made = first_audit_line(path / "audit.log", keys)
    if made is None or made.get("event") != "self made":
        raise SelfError(
            f"{path / 'audit.log'} is missing or damaged: what was declared for this self cannot be checked.",
            remedy="Put it back from a backup of the self.",
        )
    right, allowed = str(made.get("right")), [str(purpose) for purpose in made.get("allow", ())]
    if declaration.right == right and set(declaration.allow) <= set(allowed):
        return
    raise SelfError(
        f"{path / 'self.toml'} was changed by hand. It says “{declaration.right}” for "
        f"{', '.join(declaration.allow)}; declared was “{right}” for {', '.join(allowed)}.",
        remedy=f"Put back into it: right = {json.dumps(right)} and allow = {json.dumps(allowed)}. "
        "For another right, or to allow more, make a new self and import again.",
    )


def was_used(path: Path) -> bool:
    """Whether anything was ever stored in the self in this folder, as its files beside the archive tell."""
    if (path / "archive.db-wal").exists() or any(
        any(folder.iterdir()) for folder in (path / "blobs", path / "weights") if folder.is_dir()
    ):
        return True
    log = path / "audit.log"
    return log.is_file() and b'"event":"imported"' in log.read_bytes()


@dataclass(frozen=True, slots=True)
class Self:
    """The folder of one person's self, and what was declared when it was made."""

    path: Path
    declaration: Declaration
    keys: Keys | None = field(default=None, repr=False, compare=False)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        name: str,
        right: str,
        allow: tuple[str, ...],
        base: str | None = None,
        passphrase: str | None = None,
        cost: Cost | None = None,
    ) -> Self:
        """Make a new self at `path` (its parents too), encrypted if there is a passphrase.

        `cost` is that of trying a passphrase, by default half a second of this machine. UsageError if the
        declaration does not fit, WrongPassphrase if the passphrase is too short, SelfError if something
        is there already or cannot be made.
        """
        declaration = declare(name, right, allow, base)
        header, keys = None, None
        if passphrase is not None:
            require_fitting(passphrase)
            header, keys = KeyHeader.make(passphrase, cost=cost)
        path = path.expanduser().absolute()
        cls.require_free(path)
        try:
            with whole_folder(path) as making:
                _fill(cls(making, declaration, keys), header)
        except OSError as error:
            raise SelfError(
                f"The self cannot be made at {path} ({error.strerror}).",
                remedy="Check that you may write there and that the disk is not full.",
            ) from error
        return cls(path, declaration, keys)

    @staticmethod
    def require_free(path: Path, option: str = "--self") -> None:
        """SelfError unless nothing, or an empty folder, is at `path`, which `option` names."""
        path = path.expanduser().absolute()
        try:
            free = not path.is_symlink() and (not path.exists() or not any(path.iterdir()))
        except OSError:
            free = False
        if not free:
            raise SelfError(
                f"{path} exists already; nothing was changed.",
                remedy=f"Choose another folder with {option}, or use the self that is there.",
            )

    @classmethod
    def open(cls, path: Path, passphrase: str | Callable[[], str] | None = None) -> Self:
        """Open the self at `path`. An encrypted one needs its passphrase or recovery words, as a text or as
        what gives it when it is needed.

        SelfError if it is missing or not a self, WrongPassphrase if it does not open.
        """
        path = path.expanduser().absolute()
        header = read_header(path)
        if header is None:
            return cls.open_with(path, None)
        if header.state != "sealed":
            raise SelfError(
                f"The self {path} is being {'encrypted' if header.state == 'sealing' else 'decrypted'}, or "
                "that was broken off. Nothing is lost.",
                remedy=f"Let it finish, or go on with it: afterself --self {path} "
                f"{'lock' if header.state == 'sealing' else 'unlock --permanently'}",
            )
        if passphrase is None:
            raise WrongPassphrase(
                f"The self {path} is encrypted, and no passphrase was given.",
                remedy="Type it when asked at a terminal, or name a file that holds it: --passphrase-file "
                "FILE or $AFTERSELF_PASSPHRASE_FILE.",
            )
        return cls.open_with(path, header.unlock(passphrase if isinstance(passphrase, str) else passphrase()))

    @classmethod
    def open_with(cls, path: Path, keys: Keys | None) -> Self:
        """Open the self at the absolute `path` with the keys of an encrypted one. Errors as of `open`."""
        declaration = cls.plain_declaration(path) if keys is None else cls.sealed_declaration(path, keys)
        _require_as_declared(path, declaration, keys)
        return cls(path, declaration, keys)

    @staticmethod
    def plain_declaration(path: Path) -> Declaration:
        """What the self.toml in the folder `path` declares."""
        try:
            content = _declared(path / PLAIN_NAME)
        except OSError as error:
            raise _no_self(path, error) from error
        if says_encrypted(content):
            raise SelfError(
                f"The self {path} is encrypted, and its key header {HEADER} is missing.",
                remedy=f"Put {HEADER} back from a backup: without it nothing can be decrypted.",
            )
        return from_toml(content, str(path / PLAIN_NAME))

    @staticmethod
    def sealed_declaration(path: Path, keys: Keys) -> Declaration:
        """What was declared, of an encrypted self; `Damaged` if the file is not what was written."""
        file = path / SEALED_NAME
        try:
            return from_toml(Files(path, keys).read_bytes(file), str(file))
        except OSError as error:
            raise SelfError(
                f"The declaration of the self cannot be read: {file} ({error.strerror}).",
                remedy="Put it back from a backup of the self.",
            ) from error

    @property
    def files(self) -> Files:
        """The door to the files of this self."""
        return Files(self.path, self.keys)

    @property
    def encrypted(self) -> bool:
        """Whether everything of the person in it is encrypted."""
        return self.keys is not None

    @property
    def archive_path(self) -> Path:
        return self.path / "archive.db"

    @property
    def blobs_dir(self) -> Path:
        return self.path / "blobs"

    @property
    def weights_dir(self) -> Path:
        return self.path / "weights"

    @property
    def index_dir(self) -> Path:
        return self.path / "index"

    @property
    def reports_dir(self) -> Path:
        return self.path / "reports"

    @property
    def audit_path(self) -> Path:
        return self.path / "audit.log"

    def allows(self, purpose: str) -> bool:
        """Whether `purpose` (one of PURPOSES) was allowed when the self was made."""
        return purpose in self.declaration.allow

    def require(self, purpose: str) -> None:
        """NotAllowed, with how it was declared and what to do, unless `purpose` was allowed."""
        if self.allows(purpose):
            return
        declared = self.declaration
        if declared.right == "research" and purpose in MEASURED_ONLY:
            raise NotAllowed(
                f"This self was declared as research: it is measured locally, and never served, voiced or "
                f"exported. “{purpose}” can never be allowed for it.",
                remedy="Measure it with: afterself score, or afterself reply --file",
            )
        raise NotAllowed(
            f"This self was declared as “{declared.right}” for {', '.join(declared.allow)}; "
            f"“{purpose}” was not allowed.",
            remedy=f"If the person agrees: afterself consent give {purpose}",
        )

    def require_exportable(self, instead: str) -> None:
        """NotAllowed for a self that was declared as research; `instead` is what can be done with it."""
        if self.declaration.right == "research":
            raise NotAllowed(
                "This self was declared as research: it is measured locally, and never exported.",
                remedy=instead,
            )

    def owner_key(self) -> OwnerKey:
        """The key that signs for the owner, made now if an earlier version made the self. Under the writer
        lock. OSError if it cannot be written."""
        key = read_owner_key(self.files)
        if key is None:
            key = make_owner_key(self.files)
            self.audit("owner key made", public=key.public.hex())
        return key

    def audit(self, event: str, **facts: Any) -> str:
        """Append one line to audit.log, durable when this returns; gives its SHA-256, which the next line
        carries. Ids, counts and hashes, no record text."""
        return append_audit(self.audit_path, event, facts, self.keys)

    def audit_use(self, event: str, **facts: Any) -> bool:
        """Append that the self was used (talked with, scored); False where nothing can be written.

        A self on a read-only medium may be used: what cannot change there needs no witness.
        """
        try:
            append_audit(self.audit_path, event, facts, self.keys)
        except SelfError:
            return False
        return True

    @contextlib.contextmanager
    def writer_lock(self, *, wait: float = 0) -> Iterator[None]:
        """Hold the right to write for a `with` block; SelfError if another command holds it for `wait` s,
        or if the self was encrypted or decrypted since it was opened."""
        with exclusive(self.path / WRITER_LOCK, wait=wait):
            if self.encrypted:
                mend_header(self.path)
            header = read_header(self.path)
            if (header is not None) != self.encrypted or (header is not None and header.state != "sealed"):
                raise SelfError(
                    f"This self was encrypted or decrypted meanwhile: {self.path}",
                    remedy="Run the command again.",
                )
            yield
