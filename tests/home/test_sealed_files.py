from __future__ import annotations

import io
import os
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterself.errors import Damaged, SelfError
from afterself.home.atomic import make_folder
from afterself.home.audit import audit_lines, broken_audit_lines, rewrite_audit
from afterself.home.chunks import CHUNK, TAG
from afterself.home.folder import Self
from afterself.home.keys import Keys
from afterself.home.memory_files import OnDisk
from afterself.home.sealed import Files

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5]
BEGIN = 48


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path, Keys(bytes(range(32))))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read_back_and_stands_nowhere_in_the_file(files: Files, size: int) -> None:
    content = random.Random(size).randbytes(size)
    files.write(files.root / "a", content)
    assert files.read_bytes(files.root / "a") == content
    raw = (files.root / "a").read_bytes()
    chunks = max(1, -(-size // CHUNK))
    assert len(raw) == BEGIN + size + TAG * chunks
    assert size < 64 or content[:64] not in raw


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_reading_anywhere_gives_what_a_plain_file_gives(files: Files, data: st.DataObject) -> None:
    content = random.Random(1).randbytes(2 * CHUNK + 777)
    files.write(files.root / "a", content)
    twin = io.BytesIO(content)
    with files.open(files.root / "a") as file:
        for _ in range(5):
            at = data.draw(st.integers(0, len(content) + 10))
            count = data.draw(st.integers(0, 2 * CHUNK))
            assert file.seek(at) == twin.seek(at)
            assert file.read(count) == twin.read(count)
            assert file.tell() == twin.tell()
        assert file.seek(-5, io.SEEK_END) == twin.seek(-5, io.SEEK_END)
        assert file.read() == twin.read()


def test_pieces_of_any_size_make_the_same_content(files: Files) -> None:
    content = random.Random(2).randbytes(300_000)
    with files.writing(files.root / "a") as file:
        left = io.BytesIO(content)
        for size in (1, 65_535, 1, 65_536, 100_000, 7):
            file.write(left.read(size))
        file.write(memoryview(left.read()))
        assert file.tell() == len(content)
    assert files.read_bytes(files.root / "a") == content


@pytest.mark.parametrize("size", SIZES)
def test_every_flipped_bit_is_noticed(files: Files, size: int) -> None:
    path = files.root / "a"
    files.write(path, random.Random(size).randbytes(size))
    raw = bytearray(path.read_bytes())
    rng = random.Random(3)
    for at in {0, 15, 16, 47, 48, len(raw) - 1, *(rng.randrange(len(raw)) for _ in range(20))}:
        raw[at] ^= 1
        path.write_bytes(raw)
        with pytest.raises(Damaged):
            files.read_bytes(path)
        raw[at] ^= 1


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_was_cut_or_grew_is_noticed_before_it_is_read(files: Files, size: int) -> None:
    path = files.root / "a"
    files.write(path, random.Random(size).randbytes(size))
    raw = path.read_bytes()
    cuts = {0, 10, 47, 48, 63, len(raw) - 1, len(raw) - 16, len(raw) - CHUNK - TAG, BEGIN + CHUNK + TAG}
    for changed in [raw[:cut] for cut in cuts if 0 <= cut < len(raw)] + [raw + b"x", raw + raw[BEGIN:]]:
        path.write_bytes(changed)
        with pytest.raises(Damaged):
            files.open(path)


def test_chunks_that_changed_places_are_noticed(files: Files) -> None:
    path, one = files.root / "a", CHUNK + TAG
    files.write(path, random.Random(4).randbytes(4 * CHUNK))
    raw = path.read_bytes()
    swapped = (
        raw[:BEGIN] + raw[BEGIN + one : BEGIN + 2 * one] + raw[BEGIN : BEGIN + one] + raw[BEGIN + 2 * one :]
    )
    path.write_bytes(swapped)
    with pytest.raises(Damaged):
        files.read_bytes(path)


def test_a_file_put_in_the_place_of_another_is_noticed(files: Files, tmp_path: Path) -> None:
    files.write(files.root / "a", b"one")
    files.write(files.root / "b", b"two")
    shutil.copy(files.root / "b", files.root / "a")
    with pytest.raises(Damaged, match="exchanged"):
        files.open(files.root / "a")
    other = Files(tmp_path, Keys(bytes(32)))
    with pytest.raises(Damaged, match="another self"):
        other.open(files.root / "b")


def test_a_plain_file_is_not_taken_for_an_encrypted_one(files: Files) -> None:
    (files.root / "a").write_bytes(b"put here by somebody" * 100)
    with pytest.raises(Damaged):
        files.open(files.root / "a")


def test_the_self_can_be_moved_and_a_folder_renamed_when_it_is_whole(files: Files) -> None:
    make_folder(files.root / ".making-x")
    files.write(files.root / ".making-x" / "a", b"content")
    (files.root / ".making-x").rename(files.root / "x")
    assert files.read_bytes(files.root / "x" / "a") == b"content"
    shutil.copytree(files.root, files.root.with_name("moved"))
    assert Files(files.root.with_name("moved"), files.keys).read_bytes(
        files.root.with_name("moved") / "x" / "a"
    )


def test_a_failed_writing_changes_nothing_and_leaves_nothing(files: Files) -> None:
    files.write(files.root / "a", b"old")
    with pytest.raises(RuntimeError), files.writing(files.root / "a") as file:
        file.write(b"new" * CHUNK)
        raise RuntimeError
    assert files.read_bytes(files.root / "a") == b"old"
    assert [path.name for path in files.root.iterdir()] == ["a"]


def test_the_same_content_twice_makes_files_with_nothing_in_common(files: Files) -> None:
    for name in "ab":
        files.write(files.root / name, bytes(1000))
    one, two = ((files.root / name).read_bytes() for name in "ab")
    assert one[16:48] != two[16:48] and one[48:96] not in two


def test_libraries_get_a_path_and_a_folder_that_lie_on_no_disk(files: Files) -> None:
    make_folder(files.root / "w")
    with files.staged(files.root / "w", ("big",)) as folder:
        (folder / "big").write_bytes(b"personal" * CHUNK)
        (folder / "settings.json").write_text("{}")
        assert (folder / "big").is_symlink()
    assert {path.name for path in (files.root / "w").iterdir()} == {"big", "settings.json"}
    assert b"personal" not in (files.root / "w" / "big").read_bytes()
    with files.as_folder(files.root / "w") as folder:
        assert (folder / "big").read_bytes() == b"personal" * CHUNK
        assert all(path.is_symlink() for path in folder.iterdir())
    assert not folder.exists()
    with files.as_path(files.root / "w" / "big") as path:
        assert str(path).startswith("/proc/self/fd/") and path.read_bytes() == b"personal" * CHUNK


def test_where_memory_files_do_not_exist_a_private_file_holds_it_for_a_moment_and_says_so(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.delattr(os, "memfd_create", raising=False)
    (tmp_path / "temporary" / "afterself-decrypted-killed").write_text("left by a killed process")
    files.write(files.root / "a", b"personal")
    with pytest.warns(OnDisk, match="temporary"), files.as_path(files.root / "a") as path:
        assert path.read_bytes() == b"personal"
        assert path.stat().st_mode & 0o777 == 0o600
        assert list((tmp_path / "temporary").iterdir()) == [path]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_blob_names_of_an_encrypted_self_tell_nothing(files: Files) -> None:
    name = files.blob_name("ab" * 32)
    assert name != "ab" * 32 and len(name) == 64
    assert Files(files.root).blob_name("ab" * 32) == "ab" * 32


def test_the_audit_log_of_an_encrypted_self_holds_its_chain(sealed_self: Self) -> None:
    for number in range(3):
        sealed_self.audit("counted", number=number)
    path, keys = sealed_self.audit_path, sealed_self.keys
    assert b"counted" not in path.read_bytes()
    assert [b'"number":2' in line for line in audit_lines(path, keys)] == [False, False, False, True]
    assert broken_audit_lines(path, keys) == []
    raw = path.read_bytes().splitlines(keepends=True)
    for changed, broken in (
        ([raw[0], raw[2], raw[3]], [2, 3]),
        ([raw[0], raw[2], raw[1], raw[3]], [2, 3, 4]),
        ([raw[0], raw[1], raw[1], raw[2], raw[3]], [3]),
    ):
        path.write_bytes(b"".join(changed))
        assert set(broken) <= set(broken_audit_lines(path, keys))


def test_a_damaged_line_of_the_audit_log_is_still_found_after_a_conversion(sealed_self: Self) -> None:
    path, keys = sealed_self.audit_path, sealed_self.keys
    assert keys is not None
    path.write_bytes(path.read_bytes() + b"c2hvcnQ\n")
    sealed_self.audit("next")
    assert broken_audit_lines(path, keys) == [2]
    for seal in (False, True, True, False):
        rewrite_audit(path, keys, seal=seal)
        assert broken_audit_lines(path, keys if seal else None) == [2]


def test_a_command_that_knew_the_self_as_plain_writes_nothing_into_an_encrypted_one(
    sealed_self: Self,
) -> None:
    before = Self(sealed_self.path, sealed_self.declaration)
    with pytest.raises(SelfError, match="meanwhile"):
        before.audit("said in plain")
    with pytest.raises(SelfError, match="meanwhile"), before.writer_lock():
        pass
    assert b"plain" not in sealed_self.audit_path.read_bytes()
