"""Values of a stranger's JSON as what they should be: text, an id, an object, a list of objects.

What is of another kind is empty, so that a reader of an export never stumbles over it. What a missing value
means is the business of that reader.
"""

from __future__ import annotations

from typing import Any

from afterself.archive.keys import storable


def words(value: object) -> str:
    """A string as it can be stored, its lines ended by LF; "" for anything else."""
    return storable(value).replace("\r\n", "\n") if isinstance(value, str) else ""


def id_of(value: object) -> str:
    """An id, which some exports write as a number; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return words(value).strip()


def table(value: object) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """The objects in a JSON array; none for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def first_of(*values: object) -> str:
    """The first of these that is a string and says something."""
    return next((text for text in (words(value).strip() for value in values) if text), "")
