"""A self that was packed comes out of its bundle as it was; what cannot be packed or unpacked is told."""

from __future__ import annotations

import json
import os
import shutil
import tracemalloc
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.archive.verifying import verify
from afterself.custody import Packed, Unpacked, check, open_bundle, pack, unpack
from afterself.errors import (
    ArchiveError,
    Damaged,
    ModelError,
    NotAllowed,
    SelfError,
    UsageError,
    WrongPassphrase,
)  # fmt: skip
from afterself.home.folder import Self
from afterself.home.key_header import change_passphrase, make_recovery_words
from afterself.home.owner_key import NAME as OWNER_KEY
from afterself.home.owner_key import fingerprint
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.models.bases import kept_bases, resolve_base
from afterself.training.base_of_self import base_of_self
from tests.conftest import CHEAP, PASSPHRASE
from tests.custody.bundles import CANARY, SAID, entries, export, fill, said_by
from tests.dying import exits_after, little_room


@pytest.fixture(params=["plain", "sealed"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Self:
    """A self with everything in it, plain or encrypted."""
    return fill(
        request.getfixturevalue("fresh_self" if request.param == "plain" else "sealed_self"), tmp_path
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "out" / "a.bundle"


def packed(self_: Self, bundle: Path, passphrase: str | None = None) -> Packed:
    return pack(self_, bundle, passphrase, cost=CHEAP)


def unpacked(bundle: Path, to: Path, secret: str | None = PASSPHRASE) -> Unpacked:
    with open_bundle(bundle) as found:
        return unpack(found, found.unlock(secret), to)


def test_a_self_comes_out_of_its_bundle_as_it_was(filled: Self, bundle: Path, tmp_path: Path) -> None:
    before = said_by(filled)
    done = packed(filled, bundle, None if filled.encrypted else PASSPHRASE)
    assert (done.path, done.bytes, done.encrypted) == (bundle, bundle.stat().st_size, True)
    assert (done.records, done.left, done.findings) == (SAID - 1, (), ())
    assert said_by(filled)["tables"] == before["tables"] and list(verify(filled)) == []
    made = unpacked(bundle, tmp_path / "made")
    assert made.self_.path == tmp_path / "made" and made.signer == done.signer
    opened = Self.open(tmp_path / "made", PASSPHRASE if filled.encrypted else None)
    after = said_by(opened)
    for part in ("declared", "tables", "files"):
        assert after[part] == before[part], part
    assert after["events"] == [*before["events"], "unpacked"]
    assert list(verify(opened)) == []
    assert {path.stat().st_mode & 0o077 for path in opened.path.rglob("*")} == {0}
    assert entries(opened.path) >= {"blobs", "weights/w1/model.gguf", "index", "reports/empty"}
    assert entries(tmp_path / "out") == {"a.bundle"} and bundle.stat().st_mode & 0o777 == 0o600


def test_what_was_forgotten_does_not_come_back_through_a_bundle(
    filled: Self, bundle: Path, tmp_path: Path
) -> None:
    packed(filled, bundle)
    made = unpacked(bundle, tmp_path / "made").self_
    again = import_path(made, export(tmp_path), Options(me=("Anna",)))
    assert (again.new, again.forgotten) == (0, 1)


def test_what_was_packed_stands_in_the_audit_log_with_the_declaration(filled: Self, bundle: Path) -> None:
    done = packed(filled, bundle, None)
    assert said_by(filled)["events"][-1] == "packed"
    if not filled.encrypted:
        line = json.loads(filled.audit_path.read_text("utf-8").splitlines()[-1])
        assert (line["sha256"], line["right"], line["encrypted"]) == (done.sha256, "fictional", False)


def test_an_encrypted_bundle_shows_nothing_and_opens_with_its_passphrase_alone(
    filled: Self, bundle: Path, tmp_path: Path
) -> None:
    packed(filled, bundle, None if filled.encrypted else PASSPHRASE)
    content = bundle.read_bytes()
    for secret in (CANARY.encode(), b"Anna", b"fictional", b"ustar", b"SQLite format", b"really said"):
        assert secret not in content
    for wrong in ("not the passphrase", None):
        with pytest.raises(WrongPassphrase):
            unpacked(bundle, tmp_path / "made", wrong)
    assert not (tmp_path / "made").exists() and entries(tmp_path / "out") == {"a.bundle"}


def test_the_recovery_words_of_the_self_open_its_bundle_and_a_later_passphrase_does_not(
    sealed_self: Self, bundle: Path, tmp_path: Path
) -> None:
    assert sealed_self.keys is not None
    words = make_recovery_words(sealed_self.path, sealed_self.keys)
    packed(sealed_self, bundle)
    change_passphrase(sealed_self.path, sealed_self.keys, "another passphrase", CHEAP)
    with pytest.raises(WrongPassphrase, match="does not open the bundle"):
        unpacked(bundle, tmp_path / "made", "another passphrase")
    unpacked(bundle, tmp_path / "made", words)
    assert Self.open(tmp_path / "made", PASSPHRASE).encrypted


def test_a_self_without_an_archive_and_one_made_before_there_were_owner_keys_are_packed(
    fresh_self: Self, bundle: Path, tmp_path: Path
) -> None:
    (fresh_self.path / OWNER_KEY).unlink()
    with Archive.writing(fresh_self):
        pass
    fresh_self.archive_path.unlink()
    packed(fresh_self, bundle)
    assert (fresh_self.path / OWNER_KEY).stat().st_mode & 0o777 == 0o600
    made = unpacked(bundle, tmp_path / "made", None).self_
    key = fresh_self.owner_key()
    assert made.owner_key() == key and key.seed.hex() not in repr(key)
    assert '"event":"owner key made"' in fresh_self.audit_path.read_text().splitlines()[-2]


def test_the_owners_key_is_made_with_the_self_and_sealed_in_an_encrypted_one(sealed_self: Self) -> None:
    key = sealed_self.owner_key()
    raw = (sealed_self.path / OWNER_KEY).read_bytes()
    assert key.public.hex().encode() not in raw and key.seed not in raw and key.seed.hex().encode() not in raw
    assert Self.open(sealed_self.path, PASSPHRASE).owner_key() == key


def test_nothing_that_is_there_is_replaced(filled: Self, bundle: Path, tmp_path: Path) -> None:
    bundle.parent.mkdir()
    bundle.write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists already"):
        packed(filled, bundle)
    assert bundle.read_bytes() == b"mine"
    with pytest.raises(UsageError, match="into itself"):
        packed(filled, filled.path / "reports" / "a.bundle")
    bundle.unlink()
    packed(filled, bundle)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "letter.txt").write_text("dear")
    with pytest.raises(SelfError, match="exists already"):
        unpacked(bundle, tmp_path / "made")
    assert entries(tmp_path / "made") == {"letter.txt"}
    (tmp_path / "made" / "letter.txt").unlink()
    unpacked(bundle, tmp_path / "made")


def test_a_self_declared_as_research_never_leaves(tmp_path: Path, bundle: Path) -> None:
    made = Self.create(tmp_path / "r", name="A", right="research", allow=("archive",))
    with pytest.raises(NotAllowed, match="never exported"):
        packed(made, bundle)
    assert not bundle.exists()


def test_while_another_command_writes_nothing_is_packed_and_who_reads_is_not_in_the_way(
    filled: Self, bundle: Path, tmp_path: Path
) -> None:
    from afterself.policy import open_view

    with filled.writer_lock(), pytest.raises(SelfError, match="Another command is writing"):
        packed(filled, bundle)
    assert not bundle.exists()
    with open_view(filled, "list") as view:
        next(view.records())
        with Archive.writing(filled) as archive:
            archive.correct(archive.records_in()[5], "said while somebody reads")
        packed(filled, bundle)
        before = said_by(filled)["tables"]
    assert said_by(unpacked(bundle, tmp_path / "made").self_)["tables"] == before


def test_what_is_damaged_is_named_and_packed_as_it_is(filled: Self, bundle: Path, tmp_path: Path) -> None:
    harmed = ["reports/report.html", "weights/w1/model.gguf"]
    for place in harmed:
        content = (filled.path / place).read_bytes()
        when = (filled.path / place).stat().st_mtime_ns
        (filled.path / place).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        os.utime(filled.path / place, ns=(when, when))  # a disk tells nothing of a bit that flips
    done = packed(filled, bundle)
    assert [one.file for one in done.findings] == harmed
    made = unpacked(bundle, tmp_path / "made")
    assert [one["file"] for one in made.about["damaged"]] == harmed
    with Archive.writing(made.self_):
        pass
    assert [one.file for one in verify(made.self_)] == harmed


def test_links_and_hidden_files_of_others_stay_behind_and_are_named(
    fresh_self: Self, bundle: Path, tmp_path: Path
) -> None:
    (fresh_self.path / "link").symlink_to("/etc/passwd")
    (fresh_self.path / ".hidden").write_text("x")
    (fresh_self.path / "notes.txt").write_text("mine")
    (fresh_self.path / ("long" * 30)).write_text("x")
    assert packed(fresh_self, bundle).left == (".hidden", "link", "long" * 30)
    made = unpacked(bundle, tmp_path / "made").self_
    assert (made.path / "notes.txt").read_text() == "mine"
    assert [(one.file, one.note) for one in verify(made)] == [("notes.txt", True)]


def test_packing_and_unpacking_take_little_memory_however_large_a_file_is(
    sealed_self: Self, bundle: Path, tmp_path: Path
) -> None:
    sealed_self.files.write(sealed_self.reports_dir / "large", bytes(40 << 20))
    tracemalloc.start()
    try:
        packed(sealed_self, bundle)
        unpacked(bundle, tmp_path / "made")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("room", [300, 60_000, 350_000])
def test_a_full_disk_is_told_and_leaves_no_half_bundle_and_no_half_self(
    fresh_self: Self, bundle: Path, tmp_path: Path, room: int
) -> None:
    fill(fresh_self, tmp_path)
    before = said_by(fresh_self)
    with little_room(room), pytest.raises((SelfError, ArchiveError)) as told:
        packed(fresh_self, bundle)
    assert told.value.remedy and said_by(fresh_self) == before
    assert entries(tmp_path / "out") <= set[str]()
    packed(fresh_self, bundle)
    there = entries(tmp_path)
    with little_room(min(room, 100_000)), pytest.raises(SelfError, match="disk is full") as told:
        unpacked(bundle, tmp_path / "made")
    assert told.value.remedy and entries(tmp_path) == there


def test_killed_at_any_step_there_is_a_whole_bundle_or_none_and_a_whole_self_or_none(
    filled: Self, bundle: Path, tmp_path: Path
) -> None:
    before = said_by(filled)["tables"]
    for step in range(0, 1000):
        code = exits_after(step, lambda: packed(filled, bundle))
        assert (code, bundle.exists()) in ((9, False), (9, True), (0, True))
        assert said_by(filled)["tables"] == before
        if bundle.exists():
            with open_bundle(bundle) as found:
                check(found, found.unlock(PASSPHRASE))
            if code == 0:
                break
            bundle.unlink()
    assert step > 5 and entries(tmp_path / "out") == {"a.bundle"}
    for step in range(0, 1000, 2):
        code = exits_after(step, lambda: unpacked(bundle, tmp_path / "made"))
        if (tmp_path / "made").exists():
            made = Self.open(tmp_path / "made", PASSPHRASE)
            assert said_by(made)["tables"] == before and list(verify(made)) == []
            shutil.rmtree(made.path)
        if code == 0:
            break
    assert step > 10 and not [path for path in tmp_path.iterdir() if path.name.startswith(".made")]


def pin(self_: Self, base: Path) -> str:
    """Weights on a base, as a manifest says it; gives the base's hash."""
    found = resolve_base(base)
    facts = {
        "format": 1, "id": "w", "base": str(base), "base_sha256": found.sha256, "method": "lora",
        "context": 64, "seed": 1, "settings": {}, "examples": 1, "owner_messages": 1, "tokens": 1,
        "seconds": 1.0,
        "bits_base": None, "bits_weights": None, "made_at": "2026-01-01T00:00:00Z", "version": "0.1.0",
        "gguf": None, "held_out": {}, "notes": [],
    }  # fmt: skip
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w", [], {})
        (self_.weights_dir / "w").mkdir(mode=0o700)
        self_.files.write(self_.weights_dir / "w" / "manifest.json", json.dumps(facts))
    return found.sha256


def test_the_base_that_the_weights_pin_comes_along_and_is_found_where_it_never_was(
    fresh_self: Self, bundle: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    base = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    sha256 = pin(fresh_self, base)
    assert [(one.id, one.why) for one in packed(fresh_self, bundle).bases] == [(str(base), "")]
    shutil.rmtree(base)
    for name in ("one", "two"):
        assert unpacked(bundle, tmp_path / name).bases == (str(base),)
        assert resolve_base(str(base), sha256=sha256).sha256 == sha256
    assert entries(kept_bases()) > {sha256, f"{sha256}/config.json"}
    gone = pack(unpacked(bundle, tmp_path / "three").self_, tmp_path / "b.bundle", with_bases=False)
    assert [(one.base, one.why) for one in gone.bases] == [(None, "--without-base")]
    shutil.rmtree(kept_bases())
    lost = packed(Self.open(tmp_path / "one"), tmp_path / "c.bundle")
    assert [one.base for one in lost.bases] == [None] and "no base model" in lost.bases[0].why
    assert unpacked(tmp_path / "c.bundle", tmp_path / "four").bases == ()


def test_training_finds_the_base_that_a_bundle_brought_and_names_others(
    fresh_self: Self, bundle: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    base = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    sha256 = pin(fresh_self, base)
    packed(fresh_self, bundle)
    shutil.rmtree(base)
    with pytest.raises(ModelError) as unknown:
        base_of_self(fresh_self, str(base))
    assert "bundle" not in str(unknown.value.remedy)
    made = unpacked(bundle, tmp_path / "made").self_
    assert base_of_self(made, str(base)).path == kept_bases() / sha256
    with pytest.raises(ModelError) as other:
        base_of_self(made, tmp_path / "another")
    assert str(kept_bases() / sha256) in str(other.value.remedy)


def test_a_base_that_is_not_the_pinned_one_is_refused(
    fresh_self: Self, bundle: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterself.custody import contents

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    base = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    pin(fresh_self, base)
    real = contents._found

    def changed(*arguments: object, **named: object) -> contents.PinnedBase:
        found = real(*arguments, **named)  # type: ignore[arg-type]
        (base / "config.json").write_text((base / "config.json").read_text() + " ")
        return found

    monkeypatch.setattr(contents, "_found", changed)
    packed(fresh_self, bundle)
    with pytest.raises(Damaged, match="not the one that the weights pin"):
        unpacked(bundle, tmp_path / "made")
    assert not (tmp_path / "made").exists() and entries(tmp_path / "data") <= {"afterself", "afterself/bases"}


def test_people_compare_a_fingerprint_of_the_key(fresh_self: Self, bundle: Path) -> None:
    done = packed(fresh_self, bundle)
    assert done.signer == fingerprint(fresh_self.owner_key().public)
    assert len(done.signer.split()) == 8 and len(done.signer) == 39
