"""What was declared when a self was made cannot be widened with a text editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.errors import SelfError
from afterself.home.folder import Self


@pytest.fixture
def studied(tmp_path: Path) -> Path:
    return Self.create(tmp_path / "p", name="P", right="research", allow=("archive", "train")).path


def edited(self_: Path, old: str, new: str) -> None:
    path = self_ / "self.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_another_right_written_into_the_file_is_refused_with_what_to_put_back(studied: Path) -> None:
    edited(studied, 'right = "research"', 'right = "mine"')
    with pytest.raises(SelfError, match="changed by hand") as caught:
        Self.open(studied)
    assert 'right = "research" and allow = ["archive", "train"]' in caught.value.remedy


def test_a_purpose_added_by_hand_is_refused_and_put_back_it_opens(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "p", name="P", right="consent", allow=("archive", "train"))
    edited(made.path, '["archive", "train"]', '["archive", "train", "talk"]')
    with pytest.raises(SelfError, match="declared was “consent” for archive, train"):
        Self.open(made.path)
    edited(made.path, '["archive", "train", "talk"]', '["archive", "train"]')
    assert Self.open(made.path).declaration == made.declaration


def test_allowing_less_than_was_declared_is_always_possible(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "p", name="P", right="consent", allow=("archive", "train", "talk"))
    edited(made.path, '["archive", "train", "talk"]', '["archive"]')
    assert not Self.open(made.path).allows("talk")


@pytest.mark.parametrize("content", [None, b"", b"{}\n", b'{"event":"imported"}\n', b"\xff\xfe"])
def test_without_the_line_that_says_what_was_declared_nothing_opens(
    studied: Path, content: bytes | None
) -> None:
    log = studied / "audit.log"
    log.unlink() if content is None else log.write_bytes(content)
    with pytest.raises(SelfError, match="missing or damaged"):
        Self.open(studied)
