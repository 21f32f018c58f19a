"""Files that commands read: JSON Lines from a path or from standard input (`-`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from afterself.errors import UsageError


def text_of(name: str) -> str:
    """The text of a file, or of standard input for “-”."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file {name} cannot be read ({error.strerror}).", remedy="Check its name and permissions."
        ) from error
    return data.decode("utf-8-sig", "replace")


def json_lines(name: str, *, needs: str) -> list[dict[str, Any]]:
    """The JSON objects of a file, each with the key `needs`; UsageError names the line that is none."""
    found = []
    shown = "standard input" if name == "-" else name
    for number, line in enumerate(text_of(name).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or needs not in value:
            raise UsageError(f"Line {number} of {shown} is no JSON object with “{needs}”.")
        found.append(value)
    return found
