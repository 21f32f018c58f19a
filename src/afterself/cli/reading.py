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


def shown_source(name: str) -> str:
    """How messages call a file: by its name, standard input for “-”."""
    return "standard input" if name == "-" else name


def json_lines(name: str, *, needs: str, kind: type | tuple[type, ...], example: str) -> list[dict[str, Any]]:
    """The JSON objects of a file, each with the key `needs` and under it a value of `kind`.

    UsageError names the first line that is none, and shows `example`; blank lines are passed over.
    """
    found = []
    for number, line in enumerate(text_of(name).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or not isinstance(value.get(needs), kind):
            raise UsageError(
                f"Line {number} of {shown_source(name)} is no JSON object with “{needs}”.",
                remedy=f"Each line is JSON like {example}",
            )
        found.append(value)
    return found
