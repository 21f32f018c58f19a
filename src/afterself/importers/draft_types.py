"""Whether what an importer yields is what the drafts say they hold, field by field.

Built-in importers are held to it by mypy; of a plugin nobody knows what checked it, and a wrong type must not
reach the archive. The types are read off the drafts themselves.
"""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from afterself.archive.drafts import Again, OwnerHint, Problem, RecordDraft, ThreadDraft

DRAFTS = (ThreadDraft, RecordDraft, Again, Problem, OwnerHint)


def unfit(item: object) -> str | None:
    """Why this is nothing that an importer may yield, without what stands in it; None if it is."""
    kind = type(item)
    if kind not in DRAFTS:
        return f"it is no draft, but {kind.__name__}"
    wrong = next((name for name, hint in _fields(kind) if not _fits(getattr(item, name), hint)), None)
    return None if wrong is None else f"{kind.__name__}.{wrong} is not of its type"


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple(get_type_hints(kind).items())


def _fits(value: object, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is tuple:
        each = get_args(hint)[0]
        return isinstance(value, tuple) and all(_fits(one, each) for one in value)
    if hint is int:
        return type(value) is int
    if not isinstance(value, hint):
        return False
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return all(_fits(getattr(value, name), inner) for name, inner in _fields(hint))
    return True
