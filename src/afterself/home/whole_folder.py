"""A folder that appears whole or not at all: filled beside its place under a hidden name, then renamed.

What a killed process left half-filled goes when somebody makes the same folder again.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from afterself.home.abandoned import claimed, sweep_abandoned
from afterself.home.atomic import FOLDER_MODE, make_parents, sync_folder


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A private folder to fill, which becomes `path` (absolute; nothing, or an empty folder) when the block
    ends well. OSError if it cannot be made."""
    make_parents(path)
    sweep_abandoned(path.parent.glob(f".{glob.escape(path.name)}.making-{'[0-9a-f]' * 8}"))
    making = path.with_name(f".{path.name}.making-{secrets.token_hex(4)}")
    try:
        making.mkdir(mode=FOLDER_MODE)
        with claimed(making):
            making.chmod(FOLDER_MODE)
            yield making
            os.rename(making, path)  # noqa: PTH104  (Path.replace says the same; rename is the word)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(making, ignore_errors=True)
