"""What was declared and done with a self, in a file that shows when it was tampered with.

Each line of `audit.log` is one JSON object that carries the SHA-256 of the line
before it, so a changed, removed or inserted line breaks the chain from there
on. Facts are ids, counts and hashes: never the text of a record.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from afterself.errors import SelfError
from afterself.home.atomic import FILE_MODE
from afterself.home.moments import now_text

_START = "0" * 64
_TAIL = 1 << 16
_LONGEST = 1 << 20


def append_audit(path: Path, event: str, facts: dict[str, Any]) -> None:
    """Append one line, on disk when this returns. SelfError if the file cannot be written."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            last, torn = _last_line(file.fileno())
            line = {
                "at": now_text(),
                "event": event,
                **facts,
                "previous": hashlib.sha256(last).hexdigest() if last else _START,
            }
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            _append(file.fileno(), (b"\n" if torn else b"") + text.encode("utf-8") + b"\n")
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


def first_audit_line(path: Path) -> dict[str, Any] | None:
    """What was written when the self was made; None if the log is missing or begins otherwise."""
    try:
        with path.open("rb") as file:
            line = json.loads(file.readline(_LONGEST))
    except (OSError, ValueError):
        return None
    return line if isinstance(line, dict) and line.get("previous") == _START else None


def _last_line(handle: int) -> tuple[bytes, bool]:
    """The last line without its newline, and whether that newline is missing (a torn write)."""
    size = os.fstat(handle).st_size
    reach = _TAIL
    while True:
        tail = os.pread(handle, min(reach, size), max(0, size - reach))
        body = tail.removesuffix(b"\n")
        if b"\n" in body or reach >= size:
            return body.rsplit(b"\n", 1)[-1], bool(tail) and not tail.endswith(b"\n")
        reach *= 4


def broken_audit_lines(path: Path) -> list[int]:
    """Numbers (from 1) of the lines that do not continue the chain or are not JSON; [] means intact."""
    broken: list[int] = []
    previous = _START
    for number, raw in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), start=1):
        try:
            line = json.loads(raw)
            intact = isinstance(line, dict) and line.get("previous") == previous
        except ValueError:
            intact = False
        if not intact:
            broken.append(number)
        previous = hashlib.sha256(raw).hexdigest()
    return broken
