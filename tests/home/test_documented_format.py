"""docs/encryption.md says how to read a self without Afterself: its reader does, as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import apsw

from afterself.archive.store import Archive
from afterself.home.folder import Self
from tests.conftest import PASSPHRASE

PAGE = Path(__file__).parents[2] / "docs" / "encryption.md"


def read(reader: Path, self_: Self, place: str) -> bytes:
    words = [sys.executable, str(reader), str(self_.path), place]
    return subprocess.run(words, input=PASSPHRASE.encode() + b"\n", capture_output=True, check=True).stdout


def test_the_reader_in_the_docs_reads_an_encrypted_self(sealed_self: Self, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert found
    reader = tmp_path / "reader.py"
    reader.write_text(found[1])
    assert b'name = "Anna"' in read(reader, sealed_self, "declaration")
    long = b"a long report" * 20_000
    sealed_self.files.write(sealed_self.reports_dir / "r", long)
    assert read(reader, sealed_self, "reports/r") == long
    with Archive.writing(sealed_self):
        pass
    key = read(reader, sealed_self, "archive.db").decode()
    db = apsw.Connection(str(sealed_self.archive_path))
    assert sealed_self.keys is not None
    db.pragma("cipher", sealed_self.keys.cipher)
    db.execute(key)
    assert db.execute("SELECT count(*) FROM record").get == 0
