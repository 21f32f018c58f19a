"""A tar is a source as a zip is: packed or not, refused where it is hostile, told where it is damaged."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from afterself.errors import HostileSource, SourceError
from afterself.importers.contract import Options
from afterself.importers.source_view import Limits, SourceView
from afterself.importers.survey import survey

CHAT = b'{"conversation": "c", "author": "Ann", "text": "hello", "time": "2020-01-01T00:00:00Z"}\n'


def tar(path: Path, mode: str = "w:gz", **members: bytes) -> Path:
    with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.TGZ", "a.tar.bz2", "a.tar.xz"])
def test_members_are_read_at_their_places_in_any_order(tmp_path: Path, name: str) -> None:
    mode = {"tar": "w", "bz2": "w:bz2", "xz": "w:xz"}.get(name.rpartition(".")[2], "w:gz")
    with SourceView.at(tar(tmp_path / name, mode, one=b"1" * 70_000, two=b"22")) as source:
        assert (source.names(), source.kind, source.size("one")) == (("one", "two"), "zip", 70_000)
        with source.open("one") as first, source.open("two") as second:
            assert (second.read(), first.read(), source.head("two")) == (b"22", b"1" * 70_000, b"22")


@pytest.mark.parametrize("name", ["../x", "/etc/x", "C:\\x"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HostileSource):
        SourceView.at(tar(tmp_path / "a.tar", "w", **{name: b""}))


def test_links_and_bombs_are_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "link.tar", "w") as packed:
        info = tarfile.TarInfo("x")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(info)
    with pytest.raises(HostileSource, match="link"):
        SourceView.at(tmp_path / "link.tar")
    with pytest.raises(HostileSource, match="unpack"):
        SourceView.at(
            tar(tmp_path / "bomb.tgz", x=bytes(1 << 20)), limits=Limits(ratio_above=1 << 10, ratio=2)
        )


def test_a_tar_that_is_cut_off_or_none_at_all_is_told(tmp_path: Path) -> None:
    whole = tar(tmp_path / "a.tgz", x=bytes(range(256)) * 400).read_bytes()
    for data in (whole[: len(whole) // 2], b"no tar at all", b""):
        (tmp_path / "b.tar.gz").write_bytes(data)
        with pytest.raises(SourceError), SourceView.at(tmp_path / "b.tar.gz") as source:
            survey(source, Options(), {})


def test_a_tar_in_a_folder_is_a_source_of_its_own(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar.gz", **{"chat.jsonl": CHAT})
    with SourceView.at(tmp_path) as source:
        found = survey(source, Options(), {})
    assert [(one.name, one.records, one.zipped) for one in found.entries] == [("a.tar.gz", 1, True)]
