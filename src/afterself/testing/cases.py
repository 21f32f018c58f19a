"""The exports that an importer is tried on, and what it makes of them, with nothing stored.

A case is a folder: `first/` and, better, `later/` hold one export each (a file, zip or folder, as its
platform gives it), `options.json` what the person would say, `golden.jsonl` what a careful reader finds.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from afterself.archive.drafts import Problem, RecordDraft, ThreadDraft, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Importer, Options
from afterself.importers.draft_types import unfit
from afterself.importers.ingest import misfit
from afterself.importers.registry import SURE_ENOUGH
from afterself.importers.source_view import SourceView

LayOut = Callable[[Path], Path]
"""Puts an export into a folder, under the name that its platform gives it, and says where."""


@dataclass(frozen=True, slots=True)
class Case:
    """An export that is handed in, a later one of the same account if there is one, and what it gives."""

    name: str
    importer: Importer
    first: LayOut
    golden: Path
    options: Options
    later: LayOut | None = None


def cases_in(folder: Path, importer: Importer) -> list[Case]:
    """The cases of a folder: each subfolder that holds `first/`."""
    return [
        Case(
            one.name,
            importer,
            _copy_of(one / "first"),
            one / "golden.jsonl",
            _options(one / "options.json"),
            _copy_of(one / "later") if (one / "later").is_dir() else None,
        )
        for one in sorted(folder.iterdir())
        if (one / "first").is_dir()
    ]


def _copy_of(folder: Path) -> LayOut:
    def lay_out(into: Path) -> Path:
        [export] = folder.iterdir()
        into.mkdir(parents=True, exist_ok=True)
        return Path(
            shutil.copytree(export, into / export.name) if export.is_dir() else shutil.copy(export, into)
        )

    return lay_out


def _options(path: Path) -> Options:
    given: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Options(tuple(given.get("me", ())), given.get("zone", "UTC"), given.get("date_order"))


@dataclass(slots=True)
class Reading:
    """What an importer made of a source: drafts, or the error by which it refused it."""

    confidence: float = 0.0
    threads: list[ThreadDraft] = field(default_factory=list)
    records: list[RecordDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What it yielded against the contract."""
    refused: SourceError | None = None

    @property
    def told(self) -> str:
        """All that people would be told of it."""
        refusal = [] if self.refused is None else [self.refused.message, self.refused.remedy]
        return "\n".join([*(f"{one.where} {one.why}" for one in self.problems), *refusal])


def read(importer: Importer, source: SourceView, options: Options, *, unasked: bool = False) -> Reading:
    """Ask an importer about a source, and read it if it is sure enough (or `unasked`).

    Only a SourceError is an answer; whatever else it raises is its fault, and comes through.
    """
    found = Reading()
    try:
        found.confidence = importer.detect(source).confidence
        if found.confidence >= SURE_ENOUGH or unasked:
            for item in importer.open(source, options):
                _take(found, item)
    except SourceError as error:
        found.refused = error
    return found


def _take(found: Reading, item: Yielded) -> None:
    why = unfit(item)
    if why is None and isinstance(item, RecordDraft):
        why = misfit(item)
        if why is None and item.thread not in {one.key for one in found.threads}:
            why = "a record stands before its thread"
    if why is not None:
        found.broken.append(why)
    elif isinstance(item, ThreadDraft):
        found.threads.append(item)
    elif isinstance(item, RecordDraft):
        found.records.append(item)
    elif isinstance(item, Problem):
        found.problems.append(item)


def members_of(path: Path) -> dict[str, bytes]:
    """The bytes of every member of an export, to be changed and handed in again."""
    with SourceView.at(path) as source:
        return {name: _all(source, name) for name in source.names()}


def _all(source: SourceView, name: str) -> bytes:
    with source.open(name) as stream:
        return stream.read()


def source_of(path: Path, members: Mapping[str, bytes]) -> SourceView:
    """An export of the same name with these members, in memory."""

    def opening(data: bytes) -> Callable[[], BytesIO]:
        return lambda: BytesIO(data)

    return SourceView.of_streams(
        path.name, {name: (len(data), opening(data)) for name, data in members.items()}
    )


def damaged(members: Mapping[str, bytes], share: float, name: str) -> dict[str, bytes]:
    """The members, one of them cut off after a share of its bytes."""
    data = members[name]
    return {**members, name: data[: int(len(data) * share)]}


def each_cut(members: Mapping[str, bytes], cuts: int = 7) -> Iterator[dict[str, bytes]]:
    """The members with each of the largest ones cut off at some places."""
    largest = sorted(members, key=lambda name: -len(members[name]))[:3]
    for name in largest:
        for cut in range(cuts):
            yield damaged(members, cut / cuts, name)
