"""docs/bundles.md says how to read a bundle without Afterself: its reader does, as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from afterself.custody import pack
from afterself.home.folder import Self
from afterself.policy import open_view
from tests.conftest import CHEAP, PASSPHRASE
from tests.custody.bundles import SAID, fill

PAGE = Path(__file__).parents[2] / "docs" / "bundles.md"


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert found and "afterself" not in re.sub(r'b?"[^"]*"', "", found[1])
    path = tmp_path / "reader.py"
    path.write_text(found[1])
    return path


def read(reader: Path, *words: object, passphrase: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(reader), *map(str, words)],
        input=passphrase.encode() + b"\n", capture_output=True, check=False, cwd=reader.parent, env={},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["plain", "with a passphrase", "encrypted"])
def test_the_reader_in_the_docs_restores_the_text_of_every_record(
    request: pytest.FixtureRequest, reader: Path, tmp_path: Path, kind: str
) -> None:
    self_: Self = fill(
        request.getfixturevalue("sealed_self" if kind == "encrypted" else "fresh_self"), tmp_path
    )
    passphrase = PASSPHRASE if kind == "with a passphrase" else None
    bundle = pack(self_, tmp_path / "a.bundle", passphrase, cost=CHEAP).path
    done = read(reader, bundle, tmp_path / "out", passphrase=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.decode().strip("\n").split("\n")]
    with open_view(self_, "list") as view:
        assert [(row["id"], row["text"]) for row in rows] == [(one.id, one.text) for one in view.records()]
    assert len(rows) == SAID - 1
    (corrected,) = [row for row in rows if "revisions" in row]
    assert corrected["text"] == "what I really said"
    assert [one["why"] for one in corrected["revisions"]] == ["import", "correction"]
    about = json.loads((tmp_path / "out" / "bundle.json").read_text())
    assert about["declared"]["name"] == "Anna" and about["declared"]["right"] == "fictional"
    packed = tmp_path / "out" / "self" / "weights" / "w1" / "model.gguf"
    assert packed.read_bytes() == (self_.weights_dir / "w1" / "model.gguf").read_bytes()


def test_the_reader_in_the_docs_refuses_what_was_changed(
    reader: Path, tmp_path: Path, fresh_self: Self
) -> None:
    bundle = pack(fresh_self, tmp_path / "a.bundle", PASSPHRASE, cost=CHEAP).path
    assert b"CryptoError" in read(reader, bundle, passphrase="wrong passphrase").stderr
    content = bytearray(bundle.read_bytes())
    content[-5000] ^= 1
    bundle.write_bytes(content)
    done = read(reader, bundle, passphrase=PASSPHRASE)
    assert done.returncode == 1 and b"BadSignature" in done.stderr and done.stdout == b""


def test_the_reader_without_its_check_saves_what_stands_before_the_damage(
    reader: Path, tmp_path: Path, fresh_self: Self
) -> None:
    bundle = pack(fill(fresh_self, tmp_path), tmp_path / "a.bundle", cost=CHEAP).path
    content = bytearray(bundle.read_bytes())
    content[-100_000] ^= 1
    bundle.write_bytes(content)
    code = reader.read_text()
    reader.write_text(code.replace('    check_signature(file, bytes.fromhex(header["signer"]), end)\n', ""))
    assert reader.read_text() != code
    assert len(read(reader, bundle).stdout.splitlines()) == SAID - 1
