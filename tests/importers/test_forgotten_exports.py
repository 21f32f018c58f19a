"""Exports that write a text otherwise than it is shown: what is forgotten leaves the kept export, too."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
from json_golden import laid_out, options_of, stored

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.ingest import import_path

WRITTEN = [
    ("x/archive", "1582825767039930369", "Eulen &amp; Eis"),
    ("x/archive", "1587716640076730369", "hier? https://t.co/dm1"),
    ("mastodon/archive", "statuses/1005", "escargots"),
    ("wxr/blog", "102", "heiß &amp; gut"),
    ("matrix/room", "$e06", "um 8 ist Essen"),
    ("hangouts/takeout", "ev2", "zobacz "),
    ("evernote/notebook", "Mit dem Nachtzug/20201011T212822Z", "Ich schlafe nie im Zug &amp; nie"),
    ("bluesky/repo", "3jzhiq65gm222", "insel.example/faehre..."),
    ("linkedin/complete", "2024-03-15 09:30:00 UTC:*", "Br&uuml;cke"),
    ("reddit/request", "c1", "ich schon. &amp; jetzt"),
    ("mastodon/archive", "statuses/1001", "Garten hier &amp; viel"),
    ("signal/jsonl", "1767636030000", "kl. 8"),
    ("google-voice/takeout", "2023-03-12T09:59:00.270000+00:00*", "it&#39;s <b>2</b>"),
    ("notion/markdown", "cccc456789abcdef0123456789abcdef", "Das Tretlager knackt"),
    ("transcripts/teams", "f00d0001-1/15-0", "&amp; willkommen"),
]


@pytest.mark.parametrize(("name", "id", "written"), WRITTEN)
def test_what_is_forgotten_is_cut_out_of_the_kept_export_as_it_is_written_there(
    name: str, id: str, written: str, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(
        fresh_self, laid_out(f"foreign_fixtures/{name}", tmp_path), options_of(f"foreign_fixtures/{name}")
    )
    records, _ = stored(fresh_self)
    gone = [one.id for one in records if fnmatch(one.source_key, f"*/{id}")]
    assert len(gone) == 1
    assert _kept(fresh_self, written)
    with Archive.writing(fresh_self) as archive:
        archive.forget(gone)
    assert not _kept(fresh_self, written)
    assert len(stored(fresh_self)[0]) >= len(records) - 2  # with a reaction to it, if there is one


def _kept(self_: Self, written: str) -> bool:
    files = (path for path in (self_.path / "blobs").rglob("*") if path.is_file())
    return any(written.encode() in path.read_bytes() for path in files)
