"""One self, one folder: made whole or not at all, opened only if it is what it claims.

Gives the paths of everything that a self consists of, says what was declared,
and refuses what was not. What stands in the archive, the weights or the voice
is the business of their packages.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import secrets
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterself.errors import NotAllowed, SelfError
from afterself.home.abandoned import claimed, sweep_abandoned
from afterself.home.atomic import FOLDER_MODE, make_folder, sync_folder, write_atomic
from afterself.home.audit import append_audit, first_audit_line
from afterself.home.declaration import (
    MEASURED_ONLY,
    PURPOSES,
    RIGHT_MEANS,
    Declaration,
    Right,
    declare,
    from_toml,
    to_toml,
)
from afterself.home.lock import exclusive

__all__ = ["PURPOSES", "Declaration", "Right", "Self"]

_FOLDERS = ("blobs", "weights", "index", "reports")
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


def _fill(making: Self) -> None:
    """What every new self begins with."""
    declared = making.declaration
    for folder in _FOLDERS:
        make_folder(making.path / folder)
    making.audit(
        "self made", right=declared.right, allow=list(declared.allow), means=RIGHT_MEANS[declared.right]
    )
    write_atomic(making.path / "self.toml", to_toml(declared))


def _require_as_declared(path: Path, declaration: Declaration) -> None:
    """SelfError if self.toml allows what was not declared when the self was made, or by another right.

    Allowing less than was declared is everybody's right at any time.
    """
    made = first_audit_line(path / "audit.log")
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

    @classmethod
    def create(
        cls, path: Path, *, name: str, right: str, allow: tuple[str, ...], base: str | None = None
    ) -> Self:
        """Make a new self at `path` (its parents too). UsageError if the declaration does not fit,
        SelfError if something is there already or cannot be made."""
        declaration = declare(name, right, allow, base)
        path = path.expanduser().absolute()
        cls.require_free(path)
        making = path.with_name(f".{path.name}.making-{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep_abandoned(path.parent.glob(f".{glob.escape(path.name)}.making-{'[0-9a-f]' * 8}"))
            making.mkdir(mode=FOLDER_MODE)
            with claimed(making):
                making.chmod(FOLDER_MODE)
                _fill(cls(making, declaration))
                os.rename(making, path)  # noqa: PTH104  (Path.replace says the same; rename is the word)
            sync_folder(path.parent)
        except OSError as error:
            raise SelfError(
                f"The self cannot be made at {path} ({error.strerror}).",
                remedy="Check that you may write there and that the disk is not full.",
            ) from error
        finally:
            with contextlib.suppress(OSError):
                shutil.rmtree(making)
        return cls(path, declaration)

    @staticmethod
    def require_free(path: Path) -> None:
        """SelfError unless nothing, or an empty folder, is at `path`."""
        path = path.expanduser().absolute()
        try:
            free = not path.is_symlink() and (not path.exists() or not any(path.iterdir()))
        except OSError:
            free = False
        if not free:
            raise SelfError(
                f"{path} exists already; nothing was changed.",
                remedy="Choose another folder with --self, or use the self that is there.",
            )

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the self at `path`; SelfError if it is missing or not a self."""
        path = path.expanduser().absolute()
        try:
            content = _declared(path / "self.toml")
        except OSError as error:
            there = "holds no self (self.toml is missing)" if path.is_dir() else "does not exist"
            raise SelfError(
                f"The folder {path} {there}.",
                remedy=f"Name the folder with --self, or make a new self: afterself --self {path} new",
            ) from error
        declaration = from_toml(content, str(path / "self.toml"))
        _require_as_declared(path, declaration)
        return cls(path, declaration)

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
        wanted = ",".join(p for p in PURPOSES if p in declared.allow or p == purpose)
        raise NotAllowed(
            f"This self was declared as “{declared.right}” for {', '.join(declared.allow)}; "
            f"“{purpose}” was not allowed.",
            remedy=f"If the person agrees, make a self that allows it: "
            f"afterself --self DIR new --right {declared.right} --allow {wanted}",
        )

    def audit(self, event: str, **facts: Any) -> None:
        """Append one line to audit.log, durable when this returns. Ids, counts and hashes, no record text."""
        append_audit(self.audit_path, event, facts)

    def audit_use(self, event: str, **facts: Any) -> bool:
        """Append that the self was used (talked with, scored); False where nothing can be written.

        A self on a read-only medium may be used: what cannot change there needs no witness.
        """
        try:
            append_audit(self.audit_path, event, facts)
        except SelfError:
            return False
        return True

    def writer_lock(self, *, wait: float = 0) -> AbstractContextManager[None]:
        """Hold the right to write for a `with` block; SelfError if another command holds it for `wait` s."""
        return exclusive(self.path / "writer.lock", wait=wait)
