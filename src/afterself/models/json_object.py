"""A JSON file of a model's folder -> its object. The folder may be anybody's, or half a download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from afterself.errors import ModelError

_REMEDY = "A base is a Hugging Face model folder; fetch or copy it again."


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file; ModelError if the file is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it is not an object")
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{path} cannot be read: {error}",
            remedy=_REMEDY,
        ) from None
    return found


def shards_of(index: Path) -> list[str]:
    """The names of the files that an index of sharded weights lists; ModelError if it is damaged."""
    listed = read_object(index).get("weight_map")
    if not isinstance(listed, dict) or not listed:
        raise ModelError(
            f"{index} cannot be read: it lists no files",
            remedy=_REMEDY,
        )
    return sorted({Path(str(name)).name for name in listed.values()})
