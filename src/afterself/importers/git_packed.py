"""Repositories in a zip or tar (a bare one in an export of a forge, a bundle) -> logs like any other.

git reads only files of a disk, so what it needs (objects, branches, HEAD) is unpacked for it into a private
temporary folder while the log is made. Settings and hooks are left where they are.
"""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import BinaryIO

from afterself.importers.git_folder import BUNDLE, GitLog, is_repository

MOST = 1000
"""Repositories that one zip or tar may hold."""

Opened = Callable[[str], BinaryIO]
_GIT = ".git"
_LAST = chr(0x10FFFF)
_NEEDED = ("HEAD", "packed-refs", "shallow", "refs/", "objects/")


def packed_repositories(
    names: Collection[str], outer: str, opened: Opened
) -> tuple[dict[str, GitLog], set[str]]:
    """The log of each repository in a zip or tar, by what to call it; and all the members that they take."""
    logs: dict[str, GitLog] = {}
    gone: set[str] = set()
    ordered = sorted(names)
    for name in ordered:
        if name in gone or len(logs) == MOST:
            continue
        folder = name[: name.rfind("/") + 1]
        if name == folder + "HEAD":
            inside = ordered[bisect_left(ordered, folder) : bisect_left(ordered, folder + _LAST)]
            if is_repository({one[len(folder) :].partition("/")[0] for one in inside}):
                called = folder.rstrip("/") or outer
                parts = [one for one in inside if one[len(folder) :].startswith(_NEEDED)]
                logs[called] = GitLog(Path(called), partial(_unpacked, called, outer, folder, parts, opened))
                gone.update(inside)
        elif name.endswith(".bundle"):
            with opened(name) as stream:
                bundle = stream.read(len(BUNDLE[0])) in BUNDLE
            if bundle:
                logs[name] = GitLog(Path(name), partial(_unpacked, folder, outer, folder, [name], opened))
                gone.add(name)
    return logs, gone


def _unpacked(called: str, outer: str, folder: str, parts: list[str], opened: Opened, made: Path) -> Path:
    """Write what git needs below a folder; gives where the repository, or its bundle, lies there."""
    bundle = parts[0][len(folder) :] if parts[0].endswith(".bundle") else ""
    whole = called if called != _GIT else f"{outer.partition('.')[0]}/{_GIT}"
    top = made if bundle else made / "/".join(whole.split("/")[-2:])
    for name in parts:
        path = top / name[len(folder) :]
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(name) as stream, path.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    return top / bundle
