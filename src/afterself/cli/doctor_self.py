"""A self under the doctor's eyes: its folder, archive, audit log, artifacts and unfinished runs.

Nothing is changed. What was said is not looked at, only whether it is whole.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from afterself.cli.doctor_checks import Check, broken, good, note
from afterself.errors import AfterselfError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.home.folder import Self

PART = "Self"


def checks(folder: Path, *, named: bool) -> Iterator[Check]:
    """The self at `folder`; where none was named and none is there, only how to make one."""
    from afterself.cli.passphrases import opened

    if not named and not folder.exists():
        yield note(
            PART, "self", f"none at {folder}", f"Make one: afterself --self {shlex.quote(str(folder))} new"
        )
        return
    try:
        self_ = opened(folder)
    except AfterselfError as error:
        yield broken(PART, "self", error.message, error.remedy)
        return
    declared = self_.declaration
    yield good(PART, "self", f"{self_.path}: declared as {declared.right}, for {', '.join(declared.allow)}")
    yield from _folder(self_)
    for look in (_archive, _audit, _artifacts, _weights):
        try:
            yield from look(self_)
        except AfterselfError as error:
            yield broken(PART, look.__name__.strip("_"), error.message, error.remedy)


def _folder(self_: Self) -> Iterator[Check]:
    from afterself.home.disk import encrypted_device
    from afterself.home.syncing import syncing_program

    quoted = shlex.quote(str(self_.path))
    mode = self_.path.stat().st_mode & 0o777
    if mode & 0o077:
        yield note(PART, "access", f"others may open the folder ({mode:o})", f"chmod -R go-rwx {quoted}")
    else:
        yield good(PART, "access", f"only you may open the folder ({mode:o})")
    program = syncing_program(self_.path)
    if program is not None:
        yield note(
            PART, "file sync", f"{program} keeps this folder: it can damage the archive and copies it away",
            "Move the folder out of it.",
        )  # fmt: skip
    else:
        yield good(PART, "file sync", "no file-sync program was seen here")
    if self_.encrypted:
        yield from _encryption(self_)
    elif encrypted_device(self_.path):
        yield good(PART, "disk", "encrypted")
    else:
        yield note(
            PART, "disk", "neither the self nor, as far as is known, its disk is encrypted",
            "Encrypt the self: afterself lock. Or keep it on an encrypted disk.",
        )  # fmt: skip


def _encryption(self_: Self) -> Iterator[Check]:
    from afterself.home.conversion import kept_as_they_are
    from afterself.home.key_header import read_header

    header = read_header(self_.path)
    if header is not None and header.recoverable:
        yield good(PART, "encryption", "with a passphrase and recovery words")
    else:
        yield note(
            PART, "encryption", "with a passphrase alone: if it is forgotten, everything is lost",
            "Make recovery words: afterself recovery",
        )  # fmt: skip
    plain = kept_as_they_are(self_.path)
    if plain:
        yield note(
            PART, "encryption", f"not encrypted: {counted(len(plain), 'file')}, {plain[0]}",
            "Afterself did not put them there: move them away.",
        )  # fmt: skip


def _archive(self_: Self) -> Iterator[Check]:
    from afterself.archive.health import examine

    health = examine(self_)
    restore = "Put the folder of the self back from a backup."
    if health is None:
        yield note(PART, "archive", "empty", "Next: afterself import PATH")
        return
    damage = [*health.problems]
    if health.missing_blobs:
        damage.append(f"{counted(health.missing_blobs, 'kept file is', 'kept files are')} missing")
    if damage:
        yield broken(PART, "archive", "; ".join(damage), restore)
    else:
        what = f"{counted(health.records, 'record')}, tables of version {health.version}, whole"
        yield good(PART, "archive", what)
    if health.version > health.latest:
        yield note(
            PART, "archive", f"a newer Afterself has written it; this one knows version {health.latest}",
            "It can be read. To change anything, update afterself.",
        )  # fmt: skip
    if health.unfinished_imports:
        again = "Import the same file again: nothing doubles."
        yield note(PART, "imports", f"{health.unfinished_imports} did not finish", again)
    if health.unfinished_forgetting:
        yield note(
            PART, "forgetting", "files of it are still to be cleared", "The next command that writes does it."
        )


def _audit(self_: Self) -> Iterator[Check]:
    from afterself.home.audit import broken_audit_lines

    if not self_.audit_path.is_file():
        restore = "Put audit.log back from a backup of the self."
        yield broken(PART, "audit log", "audit.log is missing", restore)
        return
    lines = broken_audit_lines(self_.audit_path, self_.keys)
    if lines:
        first = ", ".join(map(str, lines[:5]))
        yield broken(
            PART, "audit log", f"the chain breaks at line {first}: somebody changed it, or a write was torn",
            "Compare it with a backup.",
        )  # fmt: skip
    else:
        yield good(PART, "audit log", "its chain is whole")


def _artifacts(self_: Self) -> Iterator[Check]:
    from afterself.archive.ledger import list_artifacts

    made = list_artifacts(self_)
    stale = [one for one in made if one.state == "stale"]
    lost = [one for one in made if one.state == "current" and not (self_.path / one.path).exists()]
    if stale:
        yield note(
            PART, "artifacts", f"{len(stale)} are stale: something in them was forgotten or excluded",
            "They are never used, and go at the next command that writes.",
        )  # fmt: skip
    waiting = [one for one in lost if ".run" not in Path(one.path).parts]
    if waiting:
        yield broken(
            PART, "artifacts", f"{len(waiting)} are in the ledger and not on the disk: {waiting[0].path}",
            _if_allowed(self_, "Make them again (afterself train), or put them", "Put them")
            + " back from a backup.",
        )  # fmt: skip


def _weights(self_: Self) -> Iterator[Check]:
    from afterself.archive.ledger import list_artifacts
    from afterself.models.bases import resolve_base
    from afterself.policy import consented
    from afterself.training.weights import GONE, KIND, current_weights

    unfinished = list((self_.weights_dir / ".run").glob("*.pt"))
    if unfinished:
        yield note(
            PART,
            "training",
            "a run was stopped before its end",
            _if_allowed(
                self_,
                "It goes on with: afterself train (the same options)",
                "It cannot go on: the consent to “train” is not in force (see afterself consent).",
            ),
        )
    newest = current_weights(self_)
    made = list_artifacts(self_, KIND)
    lost = any(one.state == "current" and not (self_.path / one.path).exists() for one in made)
    if newest is None and made and not lost:
        yield note(
            PART, "weights", GONE,
            _if_allowed(self_, "Next: afterself train", "To train again: afterself consent give train"),
        )  # fmt: skip
        return
    if newest is None:
        if not unfinished and consented(self_, "train"):
            yield note(PART, "weights", "none yet", "Next: afterself train")
        return
    try:
        same = resolve_base(newest.base, sha256=newest.base_sha256).sha256 == newest.base_sha256
        why = "another version of it is here"
    except AfterselfError as error:
        same, why = False, error.message
    told = f"{newest.id}, on the base {newest.base}"
    if same:
        yield good(PART, "weights", told)
    elif newest.method == "lora":
        again = _if_allowed(
            self_, "Bring that base back, or train again: afterself train", "Bring that base back."
        )
        yield broken(PART, "weights", f"{told}, which they need: {why}", again)
    else:
        again = _if_allowed(self_, "train again.", "bring that base back.")
        yield note(PART, "weights", f"{told}; {why}", f"They talk without it; to score or evaluate, {again}")


def _if_allowed(self_: Self, training: str, otherwise: str) -> str:
    """The next step that names training, unless the self may not be trained now."""
    from afterself.policy import consented

    return training if consented(self_, "train") else otherwise
