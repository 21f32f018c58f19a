"""The importer keeps the contract, and reads what is special about its format."""

from __future__ import annotations

from pathlib import Path

import pytest
from afterself_treehouse import TreehouseImporter

from afterself.archive.drafts import RecordDraft
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.testing.contract import ImporterContract


class TestContract(ImporterContract):
    """What every importer promises; the tests are inherited."""

    importer = TreehouseImporter()
    exports = Path(__file__).parent / "exports"

    def large(self, folder: Path) -> Path:
        """A log of some megabytes, to see that it is read as a stream."""
        path = folder / "large.log"
        with path.open("w", encoding="utf-8") as out:
            out.write("TREEHOUSE LOG 1\nroom: attic, Attic crew\n")
            for number in range(20_000):
                out.write(f"\n[{number}] 2024-03-01T18:02:11+01:00 mila\n> {number} {'a long day ' * 20}\n")
        return path


def read(text: str) -> list[object]:
    source = SourceView.of_bytes("some.log", text.encode())
    return list(TreehouseImporter().open(source, Options()))


@pytest.mark.parametrize("zone", ["+01:00", "-08:00", "Z"])
def test_the_offset_of_each_message_counts(zone: str) -> None:
    found = read(f"TREEHOUSE LOG 1\nroom: a, A\n[1] 2024-03-01T18:00:00{zone} jo\n> hello\n")
    [record] = [one for one in found if isinstance(one, RecordDraft)]
    assert record.said_at is not None
    assert record.said_at.hour == {"+01:00": 17, "-08:00": 2, "Z": 18}[zone]


def test_what_is_quoted_is_not_the_authors_own() -> None:
    found = read("TREEHOUSE LOG 1\nroom: a, A\n[1] 2024-03-01T18:00:00Z jo\n>> really?\n> yes\n")
    [record] = [one for one in found if isinstance(one, RecordDraft)]
    assert record.text == "really?\nyes"
    assert [(one.start, one.end, one.kind) for one in record.spans] == [(0, 7, "quoted")]
