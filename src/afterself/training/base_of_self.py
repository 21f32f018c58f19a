"""The base that a self is trained on: as named, or, if none is so called here, what a bundle brought.

`unpack` keeps the bases that a self's weights pin, under their hashes (`models.bases.kept_bases`). A folder
or a hub's cache of the machine where the self was made need not be on this one.
"""

from __future__ import annotations

from pathlib import Path

from afterself.errors import ModelError
from afterself.home.folder import Self
from afterself.models.bases import Base, kept_bases, resolve_base
from afterself.training.weights import current_weights


def base_of_self(self_: Self, named: str | Path | None = None, *, allow_network: bool = False) -> Base:
    """The base `named`, or else the one that the self declares.

    ModelError if it is neither on this machine nor the one that its weights pin and a bundle brought.
    """
    name = str(named or self_.declaration.base or "") or None
    try:
        return resolve_base(name, allow_network=allow_network)
    except ModelError as error:
        made = current_weights(self_)
        if made is not None and made.base == name and (kept_bases() / made.base_sha256).is_dir():
            return resolve_base(name, sha256=made.base_sha256)
        there = sorted(path for path in kept_bases().glob("*") if (path / "config.json").is_file())
        if not there:
            raise
        folders = ", ".join(str(path) for path in there)
        kept = f"Or name one that came in a bundle: --base FOLDER, with {folders}"
        raise type(error)(error.message, remedy=f"{error.remedy}\n{kept}") from error
