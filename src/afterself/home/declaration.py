"""Whose self it is, by what right it exists and what is allowed: the content of `self.toml`.

Parsed strictly (a declaration that cannot be understood allows nothing) and
written by hand, because the standard library only reads TOML. No handles or
addresses stand in it, only the given name.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from afterself.errors import SelfError, UsageError
from afterself.home.moments import utc_text

Right = Literal["mine", "consent", "steward", "fictional", "research"]
RIGHTS: tuple[Right, ...] = get_args(Right)
PURPOSES = ("archive", "train", "talk", "voice", "after-death")
MEASURED_ONLY = ("talk", "voice", "after-death")
FORMAT = 1

RIGHT_MEANS: dict[Right, str] = {
    "mine": "it is your own",
    "consent": "it is of a living person who consented to it",
    "steward": "it is of someone who died, and you care for what they left",
    "fictional": "it is of an invented person",
    "research": "it is measured locally, and never served, voiced or exported",
}
PURPOSE_MEANS: dict[str, str] = {
    "archive": "store and search what was said",
    "train": "train weights on it",
    "talk": "answer in the owner's manner",
    "voice": "speak with the owner's voice",
    "after-death": "go on after the owner's death",
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What was declared when the self was made. `base` is a base model's id, or None for the default."""

    name: str
    right: Right
    allow: tuple[str, ...]
    created: datetime
    base: str | None = None


def declare(name: str, right: str, allow: tuple[str, ...], base: str | None = None) -> Declaration:
    """A checked declaration made now; UsageError says which part does not fit."""
    return Declaration(
        name=checked_name(name),
        right=checked_right(right),
        allow=checked_allow(right, allow),
        created=datetime.now(UTC).replace(microsecond=0),
        base=base,
    )


def checked_name(name: str) -> str:
    """The name as it is kept; UsageError if it cannot be one."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > 200 or any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name):
        raise UsageError("The name must be 1 to 200 characters on one line, without control characters.")
    return name


def checked_right(right: str) -> Right:
    """The right, whatever its case; UsageError if there is none such."""
    right = right.strip().lower()
    for known in RIGHTS:
        if right == known:
            return known
    raise UsageError(
        f"“{right}” is no right a self can exist by.", remedy=f"Choose one of: {', '.join(RIGHTS)}."
    )


def checked_allow(right: str, allow: tuple[str, ...]) -> tuple[str, ...]:
    """The purposes in their order; UsageError if one is unknown or the right forbids it."""
    unknown = [purpose for purpose in allow if purpose not in PURPOSES]
    if unknown:
        raise UsageError(
            f"“{', '.join(unknown)}” is no purpose.", remedy=f"Choose from: {', '.join(PURPOSES)}."
        )
    if "archive" not in allow:
        raise UsageError(
            "A self that may not be archived can hold nothing.", remedy="Add archive to --allow."
        )
    forbidden = [purpose for purpose in allow if purpose in MEASURED_ONLY]
    if right == "research" and forbidden:
        raise UsageError(
            f"A self made for research may never allow {', '.join(forbidden)}: it is measured locally, "
            "never served, voiced or exported.",
            remedy="Use --allow archive,train, or declare another right.",
        )
    return tuple(purpose for purpose in PURPOSES if purpose in allow)


def to_toml(declaration: Declaration) -> str:
    """The text of self.toml."""
    lines = [
        "# What was declared when this self was made. Changing it by hand does not change audit.log.",
        f"format = {FORMAT}",
        f"name = {_toml_string(declaration.name)}",
        f"right = {_toml_string(declaration.right)}",
        f"allow = [{', '.join(_toml_string(purpose) for purpose in declaration.allow)}]",
        f"created = {utc_text(declaration.created)}",
    ]
    if declaration.base is not None:
        lines.append(f"base = {_toml_string(declaration.base)}")
    return "\n".join(lines) + "\n"


SEALED_TOML = """\
# This self is encrypted: whose it is and what was declared can be read with its passphrase only.
format = 2
encrypted = true
"""
"""What stands in self.toml of an encrypted self; the declaration itself is in a sealed file."""


def says_encrypted(content: bytes) -> bool:
    """Whether this self.toml is the one of an encrypted self."""
    try:
        return tomllib.loads(content.decode("utf-8")).get("encrypted") is True
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _toml_string(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_toml(content: bytes, where: str) -> Declaration:
    """Parse self.toml; SelfError, naming `where`, for anything that is not a declaration of this version."""
    try:
        table: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SelfError(
            f"{where} is not readable as TOML.", remedy="Put it back from a backup of the self."
        ) from error
    if isinstance(table.get("format"), int) and table["format"] > FORMAT:
        raise SelfError(
            f"{where} was written by a newer Afterself.", remedy="Update afterself and try again."
        )
    name, right, allow = table.get("name"), table.get("right"), table.get("allow")
    created, base = table.get("created"), table.get("base")
    if (
        table.get("format") != FORMAT
        or not isinstance(name, str)
        or not isinstance(right, str)
        or not isinstance(allow, list)
        or not isinstance(created, datetime)
        or created.tzinfo is None
        or not (base is None or isinstance(base, str))
    ):
        raise SelfError(f"{where} is not a declaration of a self.", remedy="Put it back from a backup.")
    try:
        return Declaration(
            checked_name(name),
            checked_right(right),
            checked_allow(right, tuple(str(purpose) for purpose in allow)),
            created.astimezone(UTC),
            base,
        )
    except UsageError as error:
        raise SelfError(f"{where}: {error.message}", remedy=error.remedy) from error
