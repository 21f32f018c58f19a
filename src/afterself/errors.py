"""The one exception tree of Afterself.

    AfterselfError                 anything the person can be told in one sentence
    ├── UsageError                 the command or its arguments do not fit        exit code 2
    ├── SelfError                  the folder of a self is missing, locked or odd exit code 3
    │   ├── WrongPassphrase        it is encrypted, and what was given opens it not
    │   └── Damaged                one of its encrypted files is not what was written
    ├── NotAllowed                 the declaration of this self does not allow it exit code 4
    ├── SourceError                an export cannot be read                       exit code 5
    │   ├── UnknownFormat          no importer recognises it
    │   ├── OwnerNotFound          nobody in it is called as the owner was said to be
    │   └── HostileSource          traversal, symlink, bomb: refused before reading
    ├── ArchiveError               the archive refuses (newer schema, damage)     exit code 6
    ├── ModelError                 a base or weights cannot be loaded or used     exit code 7
    ├── TrainingError              training cannot start or go on                 exit code 8
    └── MissingExtra               an optional part is not installed              exit code 9

A message says what happened, where, and what the person can do next. It never
holds the text of a record.
"""

from __future__ import annotations


class AfterselfError(Exception):
    """Base of every error that a user may see.

    `remedy` is the next step, shown on a line of its own.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class UsageError(AfterselfError):
    """The command or its arguments do not fit together."""

    exit_code = 2


class SelfError(AfterselfError):
    """The folder of a self is missing, locked by another process, or not what it claims."""

    exit_code = 3


class WrongPassphrase(SelfError):
    """The self is encrypted, and no key slot of it opens with what was given."""


class Damaged(SelfError):
    """An encrypted file of a self was changed, cut, exchanged or belongs to another self."""


class NotAllowed(AfterselfError):
    """What was declared when the self was made does not allow this."""

    exit_code = 4


class SourceError(AfterselfError):
    """A foreign export cannot be read; nothing of it was stored."""

    exit_code = 5


class UnknownFormat(SourceError):
    """No importer recognises the source."""


class OwnerNotFound(SourceError):
    """Nobody in the source bears a name that was given as the owner's."""


class HostileSource(SourceError):
    """The source tries to escape its folder or to exhaust the machine."""


class ArchiveError(AfterselfError):
    """The archive refuses: newer schema, damage, or a broken promise of its caller."""

    exit_code = 6


class ModelError(AfterselfError):
    """A base model or weights cannot be found, loaded or used."""

    exit_code = 7


class TrainingError(AfterselfError):
    """Training cannot start or go on."""

    exit_code = 8


class MissingExtra(AfterselfError):
    """An optional part of the installation is needed and absent."""

    exit_code = 9

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra “{extra}”, which is not installed.",
            remedy=f"Install it with: pip install 'afterself[{extra}]'",
        )
