"""Where a passphrase comes from: a file that was named, or the person at the terminal. Never an argument.

Arguments and the environment of a process can be read by others; so only the name of a file stands
there (`/dev/fd/N` works too). What was typed is shown nowhere.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from afterself.errors import AfterselfError, UsageError, WrongPassphrase

if TYPE_CHECKING:
    from afterself.custody import Bundle
    from afterself.home.folder import Self
    from afterself.home.keys import Keys

T = TypeVar("T")
TRIES = 3
_LARGEST = 4096

_named: dict[str, str | None] = {"file": None}


def name_file(file: str | None) -> None:
    """Take the passphrase from this file (--passphrase-file) instead of asking."""
    _named["file"] = file


def opened(path: Path) -> Self:
    """Open a self; an encrypted one with the passphrase, asked for up to three times at a terminal."""
    from afterself.home.folder import Self

    self_ = with_passphrase(path, lambda passphrase: Self.open(path, passphrase))
    if self_.encrypted:
        _no_core_dumps()
    return self_


def with_passphrase(path: Path, work: Callable[[Callable[[], str] | None], T]) -> T:
    """Do `work` with what gives the passphrase of the self at `path`, again after a mistyped one.

    It is None if nobody can be asked and no file was named.
    """
    file = _named["file"]
    if file is not None:
        return work(lambda: read(file))
    if not can_ask():
        return work(None)
    for left in reversed(range(TRIES)):
        try:
            return work(lambda: _ask(f"Passphrase of {_shown(path)}: "))
        except WrongPassphrase as error:
            if not left:
                raise
            sys.stderr.write(f"{error.message} Once more.\n")
    raise AssertionError  # the loop returns or raises


def bundle_keys(bundle: Bundle) -> Keys:
    """The keys of a bundle, with the passphrase if it needs one, asked for as that of a self."""
    if not bundle.encrypted:
        return bundle.unlock(None)
    _no_core_dumps()
    return with_passphrase(bundle.path, lambda ask: bundle.unlock(ask() if ask is not None else None))


def file_named() -> str | None:
    """The file of --passphrase-file, if one was named."""
    return _named["file"]


def new_passphrase(file: str | None, *, may_be_empty: bool = False) -> str:
    """A new passphrase out of the file; without one, typed twice, with three tries.

    UsageError if nobody can be asked, or the two differ; WrongPassphrase if it is too short.
    """
    from afterself.home.key_header import require_fitting

    if file is not None:
        typed = read(file)
    elif not can_ask():
        raise UsageError(
            "No new passphrase was given, and nobody can be asked here.",
            remedy="Name a file that holds it: --passphrase-file FILE, or to change one: "
            "--new-passphrase-file FILE.",
        )
    else:
        return _typed_twice(may_be_empty=may_be_empty)
    require_fitting(typed)
    return typed


def _typed_twice(*, may_be_empty: bool) -> str:
    """A new passphrase, asked for again if it is too short or was not repeated: what was answered stays."""
    from afterself.home.keys import SHORTEST_PASSPHRASE

    for left in reversed(range(TRIES)):
        typed = _ask(f"New passphrase (at least {SHORTEST_PASSPHRASE} characters): ")
        if not typed and may_be_empty:
            return ""
        wrong = _wrong_with(typed)
        if wrong is None:
            return typed
        if not left:
            raise wrong
        sys.stderr.write(f"{wrong.message} Once more.\n")
    raise AssertionError  # the loop returns or raises


def _wrong_with(typed: str) -> AfterselfError | None:
    """What speaks against a new passphrase: too short, or not the same when it is typed again."""
    from afterself.home.key_header import require_fitting

    try:
        require_fitting(typed)
    except WrongPassphrase as error:
        return error
    if unicodedata.normalize("NFC", _ask("The same again: ")) != unicodedata.normalize("NFC", typed):
        return UsageError("The two differ. Nothing was changed.", remedy="Run the command again.")
    return None


def read(name: str) -> str:
    """The passphrase in a file: its text without the newline at its end."""
    try:
        with Path(name).expanduser().open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"The passphrase file {name} cannot be read ({error.strerror}).", remedy="Check its name."
        ) from error
    text = data.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not text or len(data) > _LARGEST:
        raise UsageError(
            f"The passphrase file {name} holds no passphrase.", remedy="Write it into its first line."
        )
    return text


def can_ask() -> bool:
    """Whether a person can be asked at a terminal, also when input or output are pipes."""
    if os.environ.get("CI"):
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True


def _ask(question: str) -> str:
    try:
        return getpass.getpass(question)
    except EOFError:
        raise UsageError("No passphrase was typed.") from None


def _shown(path: Path) -> str:
    from afterself.archive.plain import terminal_text

    return terminal_text(path.name or str(path), one_line=True)


def _no_core_dumps() -> None:
    """What a crash leaves on the disk shall not hold the key."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
