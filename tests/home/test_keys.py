from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.errors import SelfError, WrongPassphrase
from afterself.home.folder import Self
from afterself.home.key_header import COPY, NAME, KeyHeader, mend_header, read_header, write_header
from afterself.home.keys import Cost, Keys, Slot
from afterself.home.recovery import secret_of, words_of
from tests.conftest import CHEAP, PASSPHRASE


def header_of(self_: Self) -> KeyHeader:
    header = read_header(self_.path)
    assert header is not None
    return header


def test_an_encrypted_self_opens_with_its_passphrase_and_with_no_other(sealed_self: Self) -> None:
    opened = Self.open(sealed_self.path, PASSPHRASE)
    assert opened == sealed_self and opened.encrypted and opened.declaration.name == "Anna"
    for wrong in ("", PASSPHRASE + " ", PASSPHRASE.upper(), "x" * 10_000):
        with pytest.raises(WrongPassphrase, match="does not open"):
            Self.open(sealed_self.path, wrong)
    with pytest.raises(WrongPassphrase, match="is encrypted"):
        Self.open(sealed_self.path)


def test_a_plain_self_asks_for_no_passphrase(fresh_self: Self) -> None:
    def never() -> str:
        raise AssertionError

    assert not Self.open(fresh_self.path, never).encrypted


def test_the_same_passphrase_from_another_keyboard_opens_it(tmp_path: Path) -> None:
    made = Self.create(
        tmp_path / "s",
        name="A",
        right="mine",
        allow=("archive",),
        passphrase="m\u00fcnster \u00e9t\u00e9",
        cost=CHEAP,
    )
    assert Self.open(made.path, "mu\u0308nster e\u0301te\u0301").encrypted


def test_a_short_passphrase_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphrase, match="8 characters"):
        Self.create(tmp_path / "s", name="A", right="mine", allow=("archive",), passphrase="1234567")
    assert list(tmp_path.iterdir()) == []


def test_a_new_passphrase_replaces_the_old_one_and_the_data_key_stays(sealed_self: Self) -> None:
    keys = sealed_self.keys
    assert keys is not None
    write_header(
        sealed_self.path, header_of(sealed_self).with_passphrase(keys, "another passphrase", CHEAP), keys
    )
    assert Self.open(sealed_self.path, "another passphrase").keys == keys
    with pytest.raises(WrongPassphrase):
        Self.open(sealed_self.path, PASSPHRASE)


def test_recovery_words_open_it_however_they_are_typed(sealed_self: Self) -> None:
    keys = sealed_self.keys
    assert keys is not None
    header, words = header_of(sealed_self).with_recovery(keys)
    write_header(sealed_self.path, header, keys)
    for typed in (words, words.upper(), f"  {words.replace(' ', '  ')}\n", words.replace(" ", "-")):
        assert Self.open(sealed_self.path, typed).keys == keys
    assert Self.open(sealed_self.path, PASSPHRASE).keys == keys
    again, newer = header.with_recovery(keys)
    write_header(sealed_self.path, again, keys)
    assert Self.open(sealed_self.path, newer).encrypted
    with pytest.raises(WrongPassphrase):
        Self.open(sealed_self.path, words)


@given(st.binary(min_size=20, max_size=20))
def test_recovery_words_are_twelve_words_of_five_letters_and_lead_back(secret: bytes) -> None:
    words = words_of(secret)
    assert [len(word) for word in words.split()] == [5] * 12
    assert secret_of(words) == secret


def test_a_mistyped_recovery_word_is_noticed_and_a_passphrase_is_none() -> None:
    words = words_of(bytes(range(20))).split()
    with pytest.raises(WrongPassphrase, match="mistyped"):
        secret_of(" ".join([*words[:5], "babab", *words[6:]]))
    with pytest.raises(WrongPassphrase, match="mistyped"):
        secret_of(" ".join([words[1], words[0], *words[2:]]))
    assert secret_of(" ".join(words[:11])) is None
    assert secret_of("seven lanterns on the quay") is None


def test_recovery_words_of_one_self_do_not_open_another() -> None:
    secret = bytes(20)
    slot = Slot.wrap("recovery", secret, bytes(32), "one")
    assert slot.unwrap(secret, "one") == bytes(32)
    assert slot.unwrap(secret, "another") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff" * 100, b"[]", b'{"format": "afterself keys"}'])
def test_a_damaged_header_is_told_from_a_wrong_passphrase(sealed_self: Self, damage: bytes) -> None:
    for name in (NAME, COPY):
        (sealed_self.path / name).write_bytes(damage)
    with pytest.raises(SelfError, match="damaged") as told:
        Self.open(sealed_self.path, PASSPHRASE)
    assert not isinstance(told.value, WrongPassphrase) and "backup" in told.value.remedy


def test_a_header_that_is_a_pipe_does_not_make_a_command_wait_forever(sealed_self: Self) -> None:
    for name in (NAME, COPY):
        (sealed_self.path / name).unlink()
        os.mkfifo(sealed_self.path / name)
    with pytest.raises(SelfError, match="damaged"):
        Self.open(sealed_self.path, PASSPHRASE)


def test_any_changed_character_of_the_header_is_noticed(sealed_self: Self) -> None:
    content = (sealed_self.path / NAME).read_text()
    (sealed_self.path / COPY).unlink()
    for at in range(0, len(content), 7):
        changed = content[:at] + ("0" if content[at] != "0" else "1") + content[at + 1 :]
        (sealed_self.path / NAME).write_text(changed)
        with pytest.raises(SelfError):
            Self.open(sealed_self.path, PASSPHRASE)


def test_a_damaged_header_is_read_from_its_copy_and_mended(sealed_self: Self) -> None:
    whole = (sealed_self.path / NAME).read_bytes()
    for lost in (NAME, COPY):
        (sealed_self.path / lost).write_bytes(b"torn")
        opened = Self.open(sealed_self.path, PASSPHRASE)
        with opened.writer_lock():
            pass
        assert (sealed_self.path / lost).read_bytes() == whole
    (sealed_self.path / NAME).unlink()
    mend_header(sealed_self.path)
    assert (sealed_self.path / NAME).read_bytes() == whole


def test_every_flipped_bit_of_the_header_is_made_good_by_its_copy(sealed_self: Self) -> None:
    path, copy = sealed_self.path / "keys.json", sealed_self.path / "keys-copy.json"
    whole = path.read_bytes()
    for at in range(len(whole)):
        for bit in range(8) if at < 60 else (at % 8,):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            path.write_bytes(damaged)
            assert read_header(sealed_self.path) is not None
            copy.write_bytes(damaged)
            with pytest.raises(SelfError, match="key header"):
                read_header(sealed_self.path)
            copy.write_bytes(whole)
            mend_header(sealed_self.path)
            assert path.read_bytes() == whole


def test_without_its_header_the_self_says_what_is_missing(sealed_self: Self) -> None:
    for name in (NAME, COPY):
        (sealed_self.path / name).unlink()
    with pytest.raises(SelfError, match="is missing"):
        Self.open(sealed_self.path, PASSPHRASE)


def test_a_header_changed_by_somebody_without_the_key_is_refused(sealed_self: Self) -> None:
    header = header_of(sealed_self)
    stranger = Keys(bytes(32))
    (sealed_self.path / NAME).write_text(header.to_json(stranger))
    with pytest.raises(SelfError, match="changed by somebody"):
        Self.open(sealed_self.path, PASSPHRASE)


def test_a_weakened_slot_does_not_open_and_an_absurd_one_is_refused(sealed_self: Self) -> None:
    keys = sealed_self.keys
    assert keys is not None
    for memory, told in ((16384, "does not open"), (1 << 40, "damaged")):
        facts = json.loads(header_of(sealed_self).to_json(keys))
        facts["slots"][0]["memory"] = memory
        del facts["checksum"]
        from afterself.home.key_header import _checksum

        facts["checksum"] = _checksum(facts)
        for name in (NAME, COPY):
            (sealed_self.path / name).write_text(json.dumps(facts))
        with pytest.raises(SelfError, match=told):
            Self.open(sealed_self.path, PASSPHRASE)


def test_a_header_of_a_later_version_is_not_called_damaged(sealed_self: Self) -> None:
    path = sealed_self.path / NAME
    facts = {**json.loads(path.read_text()), "version": 9, "slots": []}
    del facts["checksum"]
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps({**facts, "checksum": hashlib.sha256(text.encode("ascii")).hexdigest()}))
    with pytest.raises(SelfError, match="newer Afterself"):
        Self.open(sealed_self.path, PASSPHRASE)


def test_slots_of_a_later_version_survive_a_change_of_passphrase(sealed_self: Self) -> None:
    keys = sealed_self.keys
    assert keys is not None
    from dataclasses import replace

    later = replace(header_of(sealed_self), unknown=({"kind": "hardware", "kdf": "fido2", "data": "00"},))
    write_header(sealed_self.path, later.with_passphrase(keys, "another passphrase", CHEAP), keys)
    assert '"fido2"' in (sealed_self.path / NAME).read_text()
    assert Self.open(sealed_self.path, "another passphrase").encrypted


def test_keys_show_themselves_nowhere(sealed_self: Self) -> None:
    keys = sealed_self.keys
    assert keys is not None
    for shown in (repr(keys), str(keys), repr(sealed_self), repr(sealed_self.files), f"{sealed_self}"):
        assert keys.data_key.hex() not in shown and repr(keys.data_key) not in shown
        assert not re.search(r"data_key|[0-9a-f]{64}", shown)


def test_keys_for_different_purposes_have_nothing_in_common() -> None:
    keys = Keys(bytes(32))
    labels = ("files", "archive", "audit", "header", "blob names")
    assert len({keys.derive(label) for label in labels}) == len(labels)
    assert keys.derive("files") != Keys(bytes(31) + b"\1").derive("files")


def test_trying_a_passphrase_costs_at_least_the_memory_that_is_recommended() -> None:
    cost = Cost.calibrated(0.01)
    assert cost.memory >= 64 << 20 and cost.passes >= 3
