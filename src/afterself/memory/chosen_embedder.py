"""Which embedder a self uses: the one that comes along, or that of a folder which its owner named.

The choice stands in the archive beside the vectors. If the folder is gone or cannot be read, what it made is
not searched until it is back or another is chosen: words are found all the same.
"""

from __future__ import annotations

from pathlib import Path

from afterself.errors import MissingExtra, ModelError
from afterself.memory.embedding import Embedder, static_embedder


def embedder_at(folder: str | None) -> Embedder:
    """The embedder of a folder, None: the one that comes along; raises as `open_embedder` does."""
    if folder is None:
        return static_embedder()
    from afterself.memory.embedder_folder import open_embedder

    return open_embedder(Path(folder))


def embedder_or_built_in(folder: str | None) -> Embedder:
    """The same, but the one that comes along where that of the folder cannot be had."""
    try:
        return embedder_at(folder)
    except (ModelError, MissingExtra):
        return static_embedder()
