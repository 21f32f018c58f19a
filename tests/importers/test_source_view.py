"""Whatever is handed in is seen through safe names and bounded reads, and never written anywhere."""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.errors import AfterselfError, HostileSource, SourceError
from afterself.importers.member_names import safe_name
from afterself.importers.source_view import Limits, SourceView


def _zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return path


def test_a_file_a_folder_and_a_zip_show_the_same_members(tmp_path):
    folder = tmp_path / "export"
    (folder / "media").mkdir(parents=True)
    (folder / "chat.txt").write_bytes(b"hello")
    (folder / "media" / "a.jpg").write_bytes(b"jpg")
    (folder / ".DS_Store").write_bytes(b"junk")
    packed = _zip(
        tmp_path / "export.zip",
        ("chat.txt", b"hello"), ("media/", b""), ("media/a.jpg", b"jpg"), ("__MACOSX/._chat.txt", b"junk"),
    )  # fmt: skip
    for path in (folder, packed):
        with SourceView.at(path) as view:
            assert view.names() == ("chat.txt", "media/a.jpg")
            assert view.head("chat.txt", 3) == b"hel"
            assert view.size("media/a.jpg") == 3
            assert view.sha256("chat.txt") == hashlib.sha256(b"hello").hexdigest()
            assert view.outer_name == path.name
    with SourceView.at(folder / "chat.txt") as view:
        assert view.names() == ("chat.txt",)
        assert view.open("chat.txt").read() == b"hello"


def test_names_are_composed_and_forgotten_utf8_flags_are_repaired(tmp_path):
    info = zipfile.ZipInfo("caf\u0065\u0301.txt")
    path = _zip(tmp_path / "a.zip", (info, b"x"), ("Grüße.txt", b"y"))
    data = bytearray(path.read_bytes())
    for at in range(len(data)):  # clear the flag that says "names are UTF-8", as careless programs do
        if data[at : at + 4] == b"PK\x01\x02":
            data[at + 9] &= ~0x08
        if data[at : at + 4] == b"PK\x03\x04":
            data[at + 7] &= ~0x08
    path.write_bytes(data)
    with SourceView.at(path) as view:
        assert view.names() == ("Grüße.txt", "café.txt")
        assert view.open("café.txt").read() == b"x"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "a/../../evil.txt", "/etc/passwd", "C:\\evil.txt", "c:evil.txt", "..\\evil.txt",
        "\\\\server\\share\\evil.txt", "a\\..\\..\\evil.txt", "evil\x1b[31m.txt", "..",
    ],
)  # fmt: skip
def test_a_member_that_points_elsewhere_is_refused(tmp_path, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    path = _zip(tmp_path / "a.zip", ("good.txt", b"x"), (info, b"y"))
    with pytest.raises(HostileSource, match=r"a\.zip") as refusal:
        SourceView.at(path)
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010666])
def test_a_link_or_device_in_a_zip_is_refused(tmp_path, mode):
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = mode << 16
    with pytest.raises(HostileSource, match="a link or a device"):
        SourceView.at(_zip(tmp_path / "a.zip", (info, b"/etc/passwd")))


def test_a_link_or_pipe_in_a_folder_is_refused_also_when_it_comes_late(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "chat.txt").write_text("hello")
    view = SourceView.at(folder)
    (folder / "chat.txt").unlink()
    (folder / "chat.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(SourceError):
        view.open("chat.txt")
    with pytest.raises(HostileSource, match=r"chat\.txt"):
        SourceView.at(folder)
    (folder / "chat.txt").unlink()
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(HostileSource, match=r"pipe\.txt"):
        SourceView.at(folder)
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        SourceView.at(folder / "pipe.txt")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    block = bytes(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("chat.txt", "w") as member:
        for _ in range(60):
            member.write(block)
    assert path.stat().st_size < 100_000
    with pytest.raises(HostileSource, match=r"chat\.txt.* would unpack to 60 MiB"):
        SourceView.at(path)


def test_a_bomb_of_many_small_members_is_refused(tmp_path):
    members = [(f"{i}.txt", bytes(2 << 20)) for i in range(30)]
    with pytest.raises(HostileSource, match="would unpack to"):
        SourceView.at(_zip(tmp_path / "bomb.zip", *members))


def test_members_that_overlap_count_each_time(tmp_path):
    path = _zip(tmp_path / "a.zip", ("0.bin", os.urandom(300_000)))
    with zipfile.ZipFile(path) as packed:
        entry = packed.infolist()[0]
        directory = packed.start_dir
    data = path.read_bytes()
    entries = data[directory : directory + 46 + 5]
    many = b"".join(entries.replace(b"0.bin", f"{i:05d}".encode()) for i in range(20_000))
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 20_000, 20_000, len(many), directory, 0)
    path.write_bytes(data[:directory] + many + end)
    assert entry.file_size * 20_000 > 5 << 30
    with pytest.raises(HostileSource, match="would unpack to"):
        SourceView.at(path)


def test_a_member_whose_size_is_a_lie_is_refused_when_read(tmp_path):
    path = _zip(tmp_path / "a.zip", ("chat.txt", b"a" * 100_000))
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 100_000), struct.pack("<L", 10)))
    with SourceView.at(path) as view, pytest.raises(SourceError, match=r"chat\.txt"):
        view.open("chat.txt").read()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_a_truncated_zip_is_told_in_one_sentence(tmp_path, share):
    path = _zip(tmp_path / "a.zip", ("chat.txt", os.urandom(5000)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SourceError, match="cut off or damaged"):
        SourceView.at(path)


def test_a_zip_with_damage_inside_is_told_when_it_is_read(tmp_path):
    path = _zip(tmp_path / "a.zip", ("chat.txt", os.urandom(5000)))
    data = bytearray(path.read_bytes())
    data[1000:1010] = b"0123456789"
    path.write_bytes(data)
    with SourceView.at(path) as view, pytest.raises(SourceError, match=r"chat\.txt.*cut off or damaged"):
        view.open("chat.txt").read()


def test_a_password_is_told(tmp_path):
    path = _zip(tmp_path / "a.zip", ("chat.txt", b"hello"))
    data = bytearray(path.read_bytes())
    for magic, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + flag] |= 1
    path.write_bytes(data)
    with SourceView.at(path) as view, pytest.raises(SourceError, match="password"):
        view.open("chat.txt")


def test_a_zip_in_a_zip_is_read_lazily_and_a_third_one_is_refused(tmp_path):
    def packed(name: str, data: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as inner:
            inner.writestr(name, data)
        return buffer.getvalue()

    deep = packed("deep.zip", packed("chat.txt", b"hello"))
    path = _zip(tmp_path / "a.zip", ("inner.zip", deep), ("damaged.zip", b"no zip"))
    with SourceView.at(path) as view:
        assert view.names() == ("damaged.zip", "inner.zip")
        inner = view.nested("inner.zip")
        assert inner.names() == ("deep.zip",)
        assert view.size("inner.zip!/deep.zip") == len(packed("chat.txt", b"hello"))
        with pytest.raises(HostileSource, match="zip in a zip in a zip"):
            inner.nested("deep.zip")
        with pytest.raises(SourceError, match="damaged"):
            view.nested("damaged.zip")
        with pytest.raises(SourceError, match="has no member"):
            view.open("nothing.txt")


def test_two_members_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = _zip(tmp_path / "a.zip", ("chat.txt", b"one"), ("chat.txt", b"two"))
    with pytest.raises(SourceError, match="two members"):
        SourceView.at(path)


def test_too_many_members_are_refused(tmp_path):
    path = _zip(tmp_path / "a.zip", *((f"{i}.txt", b"") for i in range(11)))
    with pytest.raises(HostileSource, match="more than 10 members"):
        SourceView.at(path, limits=Limits(members=10))


@pytest.mark.parametrize("path", ["missing.zip", "\0", "x" * 300])
def test_a_path_that_cannot_be_read_is_told(tmp_path, path):
    with pytest.raises(SourceError, match="cannot be read"):
        SourceView.at(tmp_path / path)


@given(st.text(st.sampled_from("ab.é\u0301/\\:C \u202e\x00\n"), max_size=12) | st.text(max_size=30))
def test_any_name_is_made_safe_or_refused(name):
    try:
        safe = safe_name(name, "a.zip")
    except HostileSource:
        return
    assert not safe.startswith("/")
    assert not set(safe.split("/")) & {"..", "."}
    assert "\\" not in safe
    assert not re.match("[A-Za-z]:", safe)
    assert not any(ord(c) < 32 for c in safe)
    assert safe_name(safe, "a.zip") == safe


@given(st.data())
def test_any_damage_to_a_zip_is_a_source_error_or_harmless(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    _zip(path, ("chat.txt", b"hello " * 50), ("media/a.jpg", b"jpg"))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        with SourceView.at(path) as view:
            for name in view.names():
                assert not name.startswith("/")
                view.sha256(name)
    except AfterselfError as error:
        assert isinstance(error, SourceError)
        assert error.remedy


def test_a_file_name_in_another_encoding_is_told_as_that_with_what_to_do(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "chat") + b"\xff.txt"))
    path.write_text("hello")
    with pytest.raises(SourceError, match="not UTF-8") as told:
        SourceView.at(path)
    assert "Rename it" in told.value.remedy and not isinstance(told.value, HostileSource)
