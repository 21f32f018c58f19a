"""A bundle that is not byte for byte what the owner's key signed is refused, and so is a hostile one."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterself.custody import check, open_bundle, pack, unpack
from afterself.custody.bundle import MAGIC, writing_bundle
from afterself.custody.members import BLOCK, end_members, fits, read_members, write_member
from afterself.errors import AfterselfError, Damaged, HostileSource, SelfError
from afterself.home import key_header
from afterself.home.chunks import CHUNK
from afterself.home.folder import Self
from afterself.home.owner_key import SIGNATURE_BYTES, OwnerKey
from tests.conftest import CHEAP, PASSPHRASE
from tests.custody.bundles import bundle_of, entries, made_by_hand

OTHER = OwnerKey.of(b"another".ljust(32))


@pytest.fixture(params=["plain", "sealed"])
def bundle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The small bundle of an empty self, with its own passphrase or that of the self."""
    made: Self = request.getfixturevalue("fresh_self" if request.param == "plain" else "sealed_self")
    made.files.write(made.reports_dir / "r", random.Random(2).randbytes(CHUNK))
    return pack(made, tmp_path / "a.bundle", None if made.encrypted else PASSPHRASE, cost=CHEAP).path


def refused(bundle: Path) -> AfterselfError:
    with pytest.raises(SelfError) as told, open_bundle(bundle):
        pass
    assert told.value.remedy
    return told.value


def signed_again(bundle: Path, content: bytes, key: OwnerKey) -> None:
    """Sign changed bytes as somebody could who has a key, and enter that key as the signer's."""
    magic, line, rest = content.split(b"\n", 2)
    facts = {**json.loads(line), "signer": key.public.hex()}
    body = magic + b"\n" + json.dumps(facts, separators=(",", ":")).encode() + b"\n" + rest[:-SIGNATURE_BYTES]
    digest = hashlib.sha256(body).digest()
    bundle.write_bytes(body + key.sign(b"afterself bundle signature\n" + digest))


def test_a_flipped_bit_in_any_byte_is_found_without_the_passphrase(bundle: Path) -> None:
    whole, chance = bundle.read_bytes(), random.Random(3)
    end = len(whole) - SIGNATURE_BYTES
    stream = whole.index(b"\n", len(MAGIC)) + 1
    wholly = {*range(stream + 64), *range(end - 32, len(whole))}
    some = {*range(stream, end, 97), *range(stream + CHUNK, stream + CHUNK + 200)}
    with bundle.open("r+b", buffering=0) as file:
        for at in sorted(wholly | some):
            for bit in range(8) if at in wholly else [chance.randrange(8)]:
                file.seek(at)
                file.write(bytes([whole[at] ^ 1 << bit]))
                refused(bundle)
            file.seek(at)
            file.write(whole[at : at + 1])
    with open_bundle(bundle) as found:
        assert check(found, found.unlock(PASSPHRASE)).files > 3


def test_a_bundle_that_was_cut_or_made_longer_is_refused(bundle: Path) -> None:
    whole = bundle.read_bytes()
    for length in [*range(0, 400, 7), *range(400, len(whole), 4001), *range(len(whole) - 90, len(whole))]:
        bundle.write_bytes(whole[:length])
        refused(bundle)
    for more in (b"\0", b"\n", bytes(64), whole[-64:], whole):
        bundle.write_bytes(whole + more)
        refused(bundle)


def test_who_has_no_passphrase_can_put_nothing_under_another_signature(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for content in (whole, whole[:-5000] + bytes(5000)):
        signed_again(bundle, content, OTHER)
        with open_bundle(bundle) as found:
            assert found.header.signer == OTHER.public
            with pytest.raises(Damaged):
                unpack(found, found.unlock(PASSPHRASE), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_self_under_the_signature_of_another_than_its_owner_is_refused(
    bundle: Path, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.bundle"
    with open_bundle(bundle) as found, forged.open("wb") as file:
        keys = found.unlock(PASSPHRASE)
        with writing_bundle(file, OTHER, keys, found.header.lock) as written, found.stream(keys) as stream:
            written.stream.write(stream.read())
    with open_bundle(forged) as found, pytest.raises(SelfError, match="signed by another key"):
        unpack(found, found.unlock(PASSPHRASE), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_each_chunk_is_checked_once_more_when_it_is_read(bundle: Path, tmp_path: Path) -> None:
    whole = bytearray(bundle.read_bytes())
    with open_bundle(bundle) as found:
        keys = found.unlock(PASSPHRASE)
        whole[CHUNK // 2] ^= 1
        with bundle.open("r+b") as file:  # as a disk would that reads otherwise the second time
            file.write(whole)
        with pytest.raises(Damaged):
            unpack(found, keys, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_bundle_of_a_newer_version_is_told_from_a_damaged_one(bundle: Path) -> None:
    whole = bundle.read_bytes()
    newer = whole.replace(b'"version":1', b'"version":2', 1)
    bundle.write_bytes(newer)
    assert isinstance(refused(bundle), Damaged)
    signed_again(bundle, newer, OTHER)
    assert "newer Afterself" in str(refused(bundle))


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", MAGIC, MAGIC + b"{}\n", MAGIC + b"[1]\n" * 9, b"\0" * 9999]
)
def test_a_file_that_is_no_bundle_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    refused(tmp_path / "x")
    for name in ("gone", "."):
        assert "bundle" in str(refused(tmp_path / name))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("salt", "nonce", "wrapped", "memory", "passes")
SLOT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["passphrase", "recovery"]) | ANYTHING, "kdf": st.just("argon2id") | ANYTHING},
    optional={name: st.just("00" * 16) | ANYTHING for name in FIELDS},
)
SIGNED = ({"version": 1}, {"version": 1.0}, {"version": True}, {"signer": 5}, {"signer": ""})


@settings(max_examples=200)
@given(keys=ANYTHING | st.lists(SLOT | ANYTHING, max_size=3), key=ANYTHING, changed=st.sampled_from(SIGNED))
def test_a_signed_header_with_anything_in_it_is_refused_with_a_remedy(
    keys: Any, key: Any, changed: dict[str, Any]
) -> None:
    line = {"format": "afterself bundle", "version": 1, "signer": OTHER.public.hex(), "key": key, **changed}
    if isinstance(keys, list):
        facts = {"format": "afterself keys", "version": 1, "id": "x", "state": "sealed", "archive": "aegis"}
        facts |= {"slots": keys, "mac": ""}
        line["keys"] = {**facts, "checksum": key_header._checksum(facts)}
    elif keys is not None:
        line["keys"] = keys
    body = MAGIC + json.dumps(line).encode() + b"\n" + bytes(200)
    digest = hashlib.sha256(body).digest()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.bundle"
        path.write_bytes(body + OTHER.sign(b"afterself bundle signature\n" + digest))
        with pytest.raises(SelfError) as told, open_bundle(path) as found:
            found.stream(found.unlock("any passphrase"))
    assert told.value.remedy


@settings(max_examples=300)
@given(st.binary(max_size=4 * BLOCK), st.binary(max_size=2 * BLOCK))
def test_any_bytes_are_members_or_refused(begin: bytes, end: bytes) -> None:
    info = tarfile.TarInfo("self/x")
    info.size = len(begin)
    for data in (begin, info.tobuf(tarfile.GNU_FORMAT) + begin + bytes(-len(begin) % BLOCK) + end):
        with contextlib.suppress(Damaged, HostileSource):
            for member in read_members(io.BytesIO(data), "a"):
                assert fits(member.name) and b"".join(member.pieces) == begin


NAMES = [
    "../x", "self/../../x", "/etc/x", "self//x", "self/.ssh/x", ".", "..", "self/..",
    "self/a\\b", "self/a\nb", "self/\x1b[2J", "self/ x", "self/x/", "", "x" * 101, "self/\u202ex",
    "self/.making-1/x",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_member_whose_name_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    bundle = bundle_of(tmp_path / "a.bundle", [(name, b"x")])
    with open_bundle(bundle) as found, pytest.raises((HostileSource, Damaged)):
        unpack(found, found.unlock(None), tmp_path / "made")
    assert entries(tmp_path) == {"a.bundle"}


def link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"


def hard_link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname = tarfile.LNKTYPE, "self/x"


def device(info: tarfile.TarInfo) -> None:
    info.type = tarfile.CHRTYPE


def folder(info: tarfile.TarInfo) -> None:
    info.type = tarfile.DIRTYPE


def extended(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.XHDTYPE, 1 << 40


def endless(info: tarfile.TarInfo) -> None:
    info.size = 1 << 50


@pytest.mark.parametrize("way", [link, hard_link, device, folder, extended, endless])
def test_a_member_that_is_no_file_or_longer_than_the_bundle_is_refused(
    tmp_path: Path, way: Callable[[tarfile.TarInfo], None]
) -> None:
    info = tarfile.TarInfo("self/x")
    way(info)
    with made_by_hand(tmp_path / "a.bundle") as stream:
        stream.write(info.tobuf(tarfile.GNU_FORMAT))
        end_members(stream)
    with open_bundle(tmp_path / "a.bundle") as found, pytest.raises((HostileSource, Damaged)):
        unpack(found, found.unlock(None), tmp_path / "made")
    assert entries(tmp_path) == {"a.bundle"}


@pytest.mark.parametrize(
    "members",
    [
        [("self/a", b"x"), ("self/a", b"y")],
        [("self/a", b"x"), ("self/a/b", b"y")],
        [("self/a/b", b"x"), ("self/a", b"y")],
        [("self/self.toml", b"x")],
        [("bundle.json", b"[]")],
        [("bundle.json", b'{"declared": {}}')],
        [("bundle.json", b'{"declared": {}, "bases": [{"folder": 1, "sha256": 2}]}')],
        [("bundle.json", b"[" * 100_000)],
        [],
    ],
)
def test_what_is_no_self_is_not_unpacked(tmp_path: Path, members: list[tuple[str, bytes]]) -> None:
    bundle = bundle_of(tmp_path / "a.bundle", members)
    with open_bundle(bundle) as found, pytest.raises(AfterselfError) as told:
        unpack(found, found.unlock(None), tmp_path / "made")
    assert told.value.remedy and entries(tmp_path) == {"a.bundle"}


def test_a_file_of_any_size_has_a_header_that_tells_it(tmp_path: Path) -> None:
    for size in (0, 1 << 33, 1 << 41):
        written = io.BytesIO()
        with pytest.raises(ValueError, match="instead of") if size else contextlib.nullcontext():
            write_member(written, "self/x", size, [])
        assert tarfile.TarInfo.frombuf(written.getvalue()[:BLOCK], "utf-8", "strict").size == size


def test_a_stream_without_its_end_is_no_whole_bundle(tmp_path: Path) -> None:
    for written in (b"", bytes(BLOCK), bytes(3 * BLOCK), b"x" * BLOCK):
        with made_by_hand(tmp_path / "a.bundle") as stream:
            stream.write(written)
        with open_bundle(tmp_path / "a.bundle") as found, pytest.raises(Damaged):
            list(read_members(found.stream(found.unlock(None)), "a"))
