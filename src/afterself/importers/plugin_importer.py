"""An importer out of a plugin, held to the contract: whatever it does wrong is told by its name.

A fault in `detect` means that it does not read the source; one in `open` is a SourceError; what it yields
that is no draft is skipped and counted. So a broken plugin costs what it should have read, and nothing else.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, get_args

from afterself.archive.drafts import Kind, Problem, RecordDraft, ThreadDraft, Yielded
from afterself.errors import AfterselfError, SourceError
from afterself.importers.contract import API, Detection, Importer, Options
from afterself.importers.draft_types import unfit
from afterself.importers.source_view import NESTED, SourceView, shown

FAULTS = (Exception, SystemExit)
"""What a plugin may raise that is its own fault; Ctrl-C is the person's."""

_NOTHING = Detection(0.0, "", "")


class PluginFault(UserWarning):
    """An enabled plugin cannot be used; everything else goes on without it."""


class PluginImporter:
    """The importer of a plugin that is called `plugin` (its name and package), checked at every step.

    `importer` fits the contract as far as `misfit_of` can tell.
    """

    def __init__(self, plugin: str, importer: Importer) -> None:
        self._plugin, self._importer = plugin, importer
        self.name, self.version, self.source = importer.name, importer.version, importer.source
        self.reads, self.kinds, self.general = importer.reads, importer.kinds, importer.general

    def detect(self, source: SourceView) -> Detection:
        """What the plugin says; nothing, with a warning, where it fails or answers what cannot be."""
        try:
            found = self._importer.detect(source)
        except FAULTS as error:
            return self._not_asked(f"failed ({type(error).__name__})")
        if not _is_detection(found, source):
            return self._not_asked("gave no Detection of members of the source")
        return found

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """What the plugin yields, as far as it is a draft, each thread before its records."""
        known: set[str] = set()
        try:
            for item in self._importer.open(source, options):
                why = unfit(item)
                if why is None and isinstance(item, RecordDraft) and item.thread not in known:
                    why = "its thread was not declared before it"
                if why is not None:
                    yield Problem("skipped", shown(source.outer_name), f"the plugin is at fault: {why}")
                    continue
                if isinstance(item, ThreadDraft):
                    known.add(item.key)
                yield item
        except AfterselfError as error:
            raise SourceError(
                f"The plugin {self._plugin} cannot read “{shown(source.outer_name)}”: {error.message}",
                remedy=error.remedy,
            ) from error
        except FAULTS as error:
            raise SourceError(
                f"The plugin {self._plugin} failed ({type(error).__name__}) on “{shown(source.outer_name)}”.",
                remedy="Report it to who makes the plugin, without your data.",
            ) from error

    def _not_asked(self, why: str) -> Detection:
        warnings.warn(
            f"The plugin {self._plugin} {why} when it was asked about a source; it goes on without it.",
            PluginFault,
            stacklevel=3,
        )
        return _NOTHING


def misfit_of(importer: Any) -> str | None:
    """Why an object is no importer of this contract; None if it is one."""
    api = getattr(importer, "api", None)
    if api != API:
        return f"its importer is made for contract {api!r}, this is contract {API} (`api`)"
    texts = [name for name in ("name", "version", "source", "reads") if not _is_text(importer, name)]
    if texts:
        return f"its importer lacks {', '.join(texts)}"
    if not isinstance(getattr(importer, "general", None), bool):
        return "its importer does not say whether it is general"
    kinds = getattr(importer, "kinds", None)
    if not isinstance(kinds, frozenset) or not kinds <= frozenset(get_args(Kind)):
        return "its importer does not say which kinds of records it yields"
    missing = [name for name in ("detect", "open") if not callable(getattr(importer, name, None))]
    return f"its importer has no method {', '.join(missing)}" if missing else None


def _is_text(importer: Any, name: str) -> bool:
    value = getattr(importer, name, None)
    return isinstance(value, str) and bool(value.strip())


def _is_detection(found: Any, source: SourceView) -> bool:
    return (
        isinstance(found, Detection)
        and isinstance(found.confidence, int | float)
        and 0 <= found.confidence <= 1
        and isinstance(found.format, str)
        and isinstance(found.reason, str)
        and all(_are_members(names, source) for names in (found.members, found.attached, found.lists))
    )


def _are_members(names: Any, source: SourceView) -> bool:
    return isinstance(names, tuple) and all(
        isinstance(one, str) and one.partition(NESTED)[0] in source for one in names
    )
