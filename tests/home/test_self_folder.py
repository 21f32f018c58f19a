from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.errors import NotAllowed, SelfError, UsageError
from afterself.home import folder as folder_module
from afterself.home.audit import broken_audit_lines
from afterself.home.declaration import declare, from_toml, to_toml
from afterself.home.folder import Self

ALLOW = ("archive", "train", "talk")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_self_is_readable_by_its_user_only(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "deep" / "self", name="Anna", right="mine", allow=ALLOW)
    assert mode(made.path) == 0o700
    for path in made.path.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path
    assert {path.name for path in made.path.iterdir()} >= {"self.toml", "audit.log", "blobs", "weights"}


def test_what_was_declared_is_read_back_and_stands_in_the_audit_log(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "self", name="  Änn “x” \\ ", right="steward", allow=("talk", "archive"))
    opened = Self.open(tmp_path / "self")
    assert opened == made
    assert opened.declaration.name == "Änn “x” \\"
    assert opened.declaration.allow == ("archive", "talk")
    log = made.audit_path.read_text("utf-8")
    assert '"right":"steward"' in log
    assert broken_audit_lines(made.audit_path) == []


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "self"
    there.mkdir()
    (there / "letter.txt").write_text("dear")
    with pytest.raises(SelfError, match="nothing was changed"):
        Self.create(there, name="Anna", right="mine", allow=ALLOW)
    assert [path.name for path in tmp_path.rglob("*")] == ["self", "letter.txt"]


def test_a_link_to_somewhere_is_not_taken_for_a_free_place(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "self").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SelfError):
        Self.create(tmp_path / "self", name="Anna", right="mine", allow=ALLOW)


def test_an_empty_folder_is_a_free_place(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir(mode=0o755)
    made = Self.create(tmp_path / "self", name="Anna", right="mine", allow=ALLOW)
    assert mode(made.path) == 0o700


def test_a_creation_that_fails_halfway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_module, "write_atomic", full_disk)
    with pytest.raises(SelfError, match="No space left"):
        Self.create(tmp_path / "self", name="Anna", right="mine", allow=ALLOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("purpose", ["talk", "voice", "after-death"])
def test_a_self_for_research_may_never_speak(tmp_path: Path, purpose: str) -> None:
    with pytest.raises(UsageError, match="research"):
        Self.create(tmp_path / "self", name="A", right="research", allow=("archive", purpose))
    assert not (tmp_path / "self").exists()


def test_a_self_for_research_cannot_be_edited_into_a_speaking_one(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "self", name="A", right="research", allow=("archive", "train"))
    edited = (made.path / "self.toml").read_text().replace('"train"', '"train", "talk"')
    (made.path / "self.toml").write_text(edited)
    with pytest.raises(SelfError, match="research"):
        Self.open(made.path)


@pytest.mark.parametrize(
    ("right", "allow"),
    [("stolen", ("archive",)), ("mine", ("archive", "sell")), ("mine", ("train",)), ("mine", ())],
)
def test_a_declaration_that_does_not_fit_is_refused(
    tmp_path: Path, right: str, allow: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError):
        Self.create(tmp_path / "self", name="A", right=right, allow=allow)


def test_what_was_not_allowed_is_refused_with_the_way_to_allow_it(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "self", name="A", right="consent", allow=("archive", "train"))
    made.require("train")
    with pytest.raises(NotAllowed) as refused:
        made.require("talk")
    assert "consent" in refused.value.message
    assert "consent give talk" in refused.value.remedy


def test_research_is_told_that_talk_can_never_be_allowed(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "self", name="A", right="research", allow=("archive", "train"))
    with pytest.raises(NotAllowed) as refused:
        made.require("talk")
    assert "--allow" not in refused.value.remedy


@pytest.mark.parametrize("missing", ["no-such-folder", "."])
def test_a_folder_without_a_self_says_how_to_make_one(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SelfError) as refused:
        Self.open(tmp_path / missing)
    assert "new" in refused.value.remedy


def test_a_file_is_told_from_a_self_whose_header_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("hello")
    with pytest.raises(SelfError, match="is a file, and a self is a folder"):
        Self.open(tmp_path / "chat.txt")


def test_a_self_of_a_newer_version_is_refused(fresh_self: Self) -> None:
    toml = fresh_self.path / "self.toml"
    toml.write_text(toml.read_text().replace("format = 1", "format = 2"))
    with pytest.raises(SelfError, match="newer"):
        Self.open(fresh_self.path)


@given(st.binary(max_size=200))
def test_no_file_content_makes_reading_a_declaration_crash(content: bytes) -> None:
    with pytest.raises(SelfError):
        from_toml(content, "self.toml")


@given(
    st.text(max_size=50), st.one_of(st.none(), st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
)
def test_every_name_that_is_accepted_is_read_back_as_it_was(name: str, base: str | None) -> None:
    try:
        declaration = declare(name, "mine", ("archive",), base)
    except UsageError:
        return
    assert from_toml(to_toml(declaration).encode("utf-8"), "self.toml") == declaration


def test_a_folder_whose_self_toml_is_endless_or_no_file_is_refused(tmp_path: Path) -> None:
    for n, make in enumerate(
        (Path.mkdir, lambda p: p.symlink_to("/dev/zero"), lambda p: p.write_bytes(b"#" * (2 << 20)))
    ):
        folder = tmp_path / str(n)
        folder.mkdir()
        make(folder / "self.toml")
        with pytest.raises(SelfError):
            Self.open(folder)
