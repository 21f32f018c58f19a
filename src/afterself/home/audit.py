"""What was declared and done with a self, in a file that shows when it was tampered with.

Each line of `audit.log` is one JSON object that carries the SHA-256 of the line
before it, so a changed, removed or inserted line breaks the chain from there
on. A last line that a power cut tore was never acknowledged: it counts as not
written. Facts are ids, counts and hashes: never the text of a record. In an
encrypted self each line is sealed (`audit_lines.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from afterself.errors import SelfError
from afterself.home.atomic import FILE_MODE, write_atomic
from afterself.home.audit_lines import checked_line, checks, open_line, seal_line
from afterself.home.keys import Keys
from afterself.home.moments import now_text

_START = "0" * 64
_TAIL = 1 << 16
_LONGEST = 1 << 20


def append_audit(path: Path, event: str, facts: dict[str, Any], keys: Keys | None = None) -> str:
    """Append one line, on disk when this returns; gives its hash, which the next line carries.

    SelfError if the file cannot be written.
    """
    try:
        with _locked(path) as file:
            before, last, unended = _last_lines(file.fileno(), keys)
            line = {
                "at": now_text(),
                "event": event,
                **facts,
                "previous": hashlib.sha256(_plain(last, before, keys)).hexdigest() if last else _START,
            }
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
            text = checked_line(text)
            link = hashlib.sha256(text).hexdigest()
            if keys is not None:
                text = seal_line(keys, last, text)
            elif last and not last.startswith(b"{"):
                raise SelfError(
                    f"This self was encrypted meanwhile: {path.parent}", remedy="Run the command again."
                )
            _append(file.fileno(), (b"\n" if unended else b"") + text + b"\n")
            return link
    except OSError as error:
        raise SelfError(
            f"The audit log cannot be written: {path} ({error.strerror}).",
            remedy="Make room there, or make the folder writable. What was stored before it is kept.",
        ) from error


def _append(handle: int, data: bytes) -> None:
    """All of `data` on disk, or none of it: half a line would break the chain for good."""
    size = os.fstat(handle).st_size
    try:
        left = data
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, size)
        raise


def first_audit_line(path: Path, keys: Keys | None = None) -> dict[str, Any] | None:
    """What was written when the self was made; None if the log is missing or begins otherwise."""
    try:
        with path.open("rb") as file:
            line = json.loads(_plain(file.readline(_LONGEST).removesuffix(b"\n"), b"", keys))
    except (OSError, ValueError):
        return None
    return line if isinstance(line, dict) and line.get("previous") == _START else None


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The log, open for appending and locked: the one that lies there now, not one just replaced."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield file
                return


def _plain(line: bytes, before: bytes, keys: Keys | None) -> bytes:
    """What the chain is made of: the plain line; one that was torn or tampered with stands for itself."""
    return line if keys is None else open_line(keys, before, line) or line


def _torn(before: bytes, line: bytes, keys: Keys | None) -> bool:
    """Whether a last line without its newline was not written to its end: neither it nor, if just the
    newline is damaged, it less one byte is a line."""
    return not any(
        plain is not None and checks(plain)
        for plain in (one if keys is None else open_line(keys, before, one) for one in (line, line[:-1]))
    )


def _last_lines(handle: int, keys: Keys | None) -> tuple[bytes, bytes, bool]:
    """The last line but one, the last, and whether its newline is missing; a torn one is cut off first."""
    size = os.fstat(handle).st_size
    reach = _TAIL
    while True:
        tail = os.pread(handle, min(reach, size), max(0, size - reach))
        lines = [b"", b"", *tail.removesuffix(b"\n").split(b"\n")] if tail else [b"", b""]
        if len(lines) > 5 or reach >= size:
            break
        reach *= 4
    unended = bool(tail) and not tail.endswith(b"\n")
    if unended and _torn(lines[-2], lines[-1], keys):
        os.ftruncate(handle, size - len(lines.pop()))
        unended = False
    return lines[-2], lines[-1], unended


def audit_lines(path: Path, keys: Keys | None = None) -> list[bytes]:
    """The plain lines; one that cannot be opened as it stands; a torn last one not at all."""
    raw = path.read_bytes()
    lines = raw.removesuffix(b"\n").split(b"\n") if raw else []
    befores = [b"", *lines]
    if lines and not raw.endswith(b"\n") and _torn(befores[-2], lines[-1], keys):
        lines.pop()
    return [_plain(line, before, keys) for before, line in zip(befores, lines, strict=False)]


def audited(path: Path, keys: Keys | None, events: Iterable[str]) -> list[dict[str, Any]]:
    """The lines about these events, oldest first, less what was tampered with.

    SelfError if the log cannot be read.
    """
    wanted = {f'"event":"{event}"'.encode() for event in events}
    try:
        plain = audit_lines(path, keys)
    except OSError as error:
        raise SelfError(
            f"The audit log cannot be read: {path} ({error.strerror}).",
            remedy="Check the disk and the permissions of the folder.",
        ) from error
    found = []
    for line in plain:
        if any(one in line for one in wanted) and checks(line):
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found


def broken_audit_lines(path: Path, keys: Keys | None = None) -> list[int]:
    """Numbers (from 1) of the lines that do not continue the chain or are not JSON; [] means intact."""
    broken: list[int] = []
    previous = _START
    for number, plain in enumerate(audit_lines(path, keys), start=1):
        try:
            line = json.loads(plain)
            intact = isinstance(line, dict) and line.get("previous") == previous and checks(plain)
        except ValueError:
            intact = False
        if not intact:
            broken.append(number)
        previous = hashlib.sha256(plain).hexdigest()
    return broken


def rewrite_audit(path: Path, keys: Keys, *, seal: bool) -> None:
    """Seal every line of the log, or open every one; what is so already stays."""
    if not path.exists():
        return
    with _locked(path):
        lines = audit_lines(path, keys)
        write_atomic(path, b"".join(line + b"\n" for line in (_sealed(lines, keys) if seal else lines)))


def _sealed(lines: Iterable[bytes], keys: Keys) -> Iterator[bytes]:
    before = b""
    for line in lines:
        before = seal_line(keys, before, line)
        yield before
