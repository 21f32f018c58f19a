"""A folder into which exports arrive: what is finished there and of a wanted format is imported, once.

One `look` at the folder does what can be done now and ends; who looks again, and when, is not decided here.
What was looked at, by size and time, is a setting of the self: so it goes on after a kill, and what was
imported and not noted yet is only read again. A file is finished when nothing changed in it for `SETTLED`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from afterself.archive.settings import setting
from afterself.archive.store import Archive
from afterself.errors import AfterselfError, OwnerNotFound, SourceError, UnknownFormat
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_source
from afterself.importers.plugins import importers_of
from afterself.importers.registry import Recognised, recognise
from afterself.importers.source_view import SourceView

SETTLED = 10.0
"""Seconds without a change after which a file is whole; programs that write mostly pause for less."""

_SETTING = "watched"
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".opdownload", ".!qb")

Result = Literal["imported", "left", "not recognised", "failed"]
Mark = tuple[int, int, int]
"""How an entry stands in its folder: files, bytes, last change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one entry of the folder: a summary, or why nothing was imported."""

    name: str
    result: Result
    formats: tuple[str, ...] = ()
    summary: ImportSummary | None = None
    error: AfterselfError | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder, the sources that may be imported from it, and how each entry stood that was looked at."""

    folder: Path
    only: tuple[str, ...]
    seen: dict[str, Mark]


def watched(self_: Self, folder: Path) -> Watched | None:
    """What the owner said about a folder; None if nothing yet."""
    kept: dict[str, Any] | None = (setting(self_, _SETTING) or {}).get(str(folder))
    if kept is None:
        return None
    seen = {name: (int(mark[0]), int(mark[1]), int(mark[2])) for name, mark in kept["seen"].items()}
    return Watched(folder, tuple(kept["only"]), seen)


def keep_watched(self_: Self, found: Watched) -> None:
    """Keep what was said about a folder, and what was looked at there."""
    with Archive.writing(self_) as archive, archive.transaction():
        all_: dict[str, Any] = archive.settings.get(_SETTING) or {}
        all_[str(found.folder)] = {"only": list(found.only), "seen": found.seen}
        archive.settings.set(_SETTING, all_)


def allow(self_: Self, folder: Path, only: tuple[str, ...]) -> Watched:
    """Let these sources be imported from a folder; if that changes, everything in it is looked at again."""
    before = watched(self_, folder)
    if before is not None and set(before.only) == set(only):
        return before
    now = Watched(folder, only, {})
    keep_watched(self_, now)
    return now


def look(
    self_: Self,
    found: Watched,
    options: Options,
    now: float | None = None,
    strangers: dict[str, Mark] | None = None,
) -> Iterator[Arrival]:
    """Import what has arrived and is finished, and note it; gives what came of each entry, as it comes.

    `now` is the time in Unix seconds. What the owner does not occur in is noted in `strangers` alone: the
    same caller does not get it again, the next may say another name. SelfError if another command writes to
    the self; SourceError if the folder cannot be read. Nothing that was given is noted before it is stored.
    """
    now = time.time() if now is None else now
    strangers = {} if strangers is None else strangers
    entries = _entries(found.folder)
    there = {path.name for path in entries}
    seen = {name: mark for name, mark in found.seen.items() if name in there}
    if seen != found.seen:
        keep_watched(self_, replace(found, seen=dict(seen)))
    for path in entries:
        mark = _mark(path)
        if mark is None or mark in (seen.get(path.name), strangers.get(path.name)):
            continue
        if abs(now - mark[2] / 1e9) < SETTLED:
            continue
        arrival = _import(self_, path, found.only, options)
        if isinstance(arrival.error, OwnerNotFound):
            strangers[path.name] = mark
        else:
            seen[path.name] = mark
            keep_watched(self_, replace(found, seen=dict(seen)))
        yield arrival


def formats_in(self_: Self, folder: Path) -> dict[str, list[str]]:
    """The sources that are recognised in a folder now, and the names of the entries that are of each."""
    among = importers_of(self_)
    found: dict[str, list[str]] = {}
    for path in _entries(folder):
        try:
            with SourceView.at(path) as source:
                for one in _surest(recognise(source, among), source):
                    found.setdefault(one.importer.source, []).append(path.name)
        except SourceError:
            continue
    return found


def _import(self_: Self, path: Path, only: tuple[str, ...], options: Options) -> Arrival:
    try:
        with SourceView.at(path) as source:
            recognised = _surest(recognise(source, importers_of(self_)), source)
            formats = tuple(one.detection.format for one in recognised)
            wanted = [one for one in recognised if one.importer.source in only]
            if not wanted:
                return Arrival(path.name, "left", formats)
            summary = import_source(
                self_, source, options, recognised=wanted, owner_must_be_there=bool(options.me)
            )
            return Arrival(path.name, "imported", summary.formats, summary)
    except UnknownFormat as error:
        return Arrival(path.name, "not recognised", error=error)
    except SourceError as error:
        return Arrival(path.name, "failed", error=error)


def _surest(recognised: list[Recognised], source: SourceView) -> list[Recognised]:
    return recognised[:1] if len(source.names()) == 1 else recognised


def _entries(folder: Path) -> list[Path]:
    """What lies in the folder by itself, without what is hidden, half downloaded, or a self."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be read ({error.strerror}).",
            remedy="Check its path and permissions.",
        ) from error
    return [
        path
        for path in found
        if not path.name.startswith(".")
        and not path.name.lower().endswith(_UNFINISHED)
        and not path.is_symlink()
        and not os.path.lexists(path / "self.toml")
    ]


def _mark(path: Path) -> Mark | None:
    """How an entry stands now; None if it went meanwhile."""
    try:
        files, size, changed = 0, 0, 0
        for one in [path, *path.rglob("*")] if path.is_dir() else [path]:
            status = os.lstat(one)
            files, size = files + 1, size + status.st_size
            changed = max(changed, status.st_mtime_ns)
        return files, size, changed
    except OSError:
        return None
