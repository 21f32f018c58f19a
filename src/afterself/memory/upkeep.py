"""Keeps the dense index in step with the archive, as far as may be written now.

After an import it is brought up to date; a question catches up with a little that was left. Where another
command writes or the disk is read-only, what is there is searched: words are found all the same.
"""

from __future__ import annotations

from collections.abc import Callable

from afterself.archive.store import Archive
from afterself.archive.vectors import chosen_folder, lacks_vectors
from afterself.errors import ArchiveError, MissingExtra, ModelError, SelfError
from afterself.home.folder import Self
from afterself.memory.chosen_embedder import embedder_at
from afterself.memory.index import update
from afterself.policy.consent import consented

AT_ONCE = 4000  # revisions that a question waits for, a fraction of a second


def keep_up(
    self_: Self, *, most: int | None = AT_ONCE, tell: Callable[[int, int], None] | None = None
) -> int:
    """Embed what has no vector yet, at most `most` revisions (None: all); how many were.

    Nothing is done, and nothing raised, where the archive cannot be written now, its embedder is away, or the
    consent to it is not in force.
    """
    if not self_.archive_path.exists():
        return 0
    try:
        if not consented(self_, "archive"):
            return 0
        folder = chosen_folder(self_)
        embedder = embedder_at(folder)
        if not lacks_vectors(self_, embedder.name):
            return 0
        with Archive.writing(self_) as archive:
            return update(archive, embedder, folder=folder, most=most, tell=tell)
    except (SelfError, ArchiveError, ModelError, MissingExtra, OSError):
        return 0
