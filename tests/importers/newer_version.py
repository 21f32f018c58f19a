"""An importer of a later version, for tests of what such a one may change."""

from __future__ import annotations

from collections.abc import Iterator

from afterself.archive.drafts import RecordDraft, Span, Yielded
from afterself.importers.contract import Options
from afterself.importers.generic import GenericImporter
from afterself.importers.source_view import SourceView


class Better(GenericImporter):
    """A later version, which knows quotations."""

    version = "2"

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        for item in super().open(source, options):
            quoted = item.text.find("\n") if isinstance(item, RecordDraft) and item.text[:1] == ">" else 0
            if isinstance(item, RecordDraft) and quoted > 0:
                yield item._replace(spans=(Span(0, quoted, "quoted"),))
            else:
                yield item
