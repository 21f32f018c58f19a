"""Repositories of git: who wrote which commit and why, and nothing that stands in one is ever run."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from git_maker import ADA, AT, BEN, Commit, git, repository
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.archive.drafts import RecordDraft, Span
from afterself.errors import AfterselfError, SourceError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.git import GitImporter
from afterself.importers.git_commits import is_robot, person, trailers
from afterself.importers.ingest import import_path
from afterself.importers.reparsing import reparse
from afterself.importers.source_view import SourceView
from afterself.policy import open_view

RUN_BY_GIT = (
    "core.fsmonitor core.pager pager.log gpg.program diff.external diff.t.textconv filter.t.smudge "
    "core.sshCommand core.alternateRefsCommand"
)
ROOT = "5ab0b6a63ea29c9e6d1b9f1a1f5d0d5f8c0c9c11"


def read(path: Path) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, Options())


def commits(path: Path) -> list[RecordDraft]:
    return [one for one in read(path).records if one.kind == "commit"]


def test_a_commit_is_its_author_s_in_the_zone_where_they_were_not_its_committer_s(tmp_path: Path) -> None:
    path = repository(tmp_path / "mill", Commit("Sieve the flour\n\nIt clumped.\n", committer=BEN))
    found = read(path)
    [one] = found.records
    assert one.author is not None
    assert (one.author.handle, one.author.name) == ("ada@example.org", "Ada Lind")
    assert (one.text, one.kind, one.precision) == ("Sieve the flour\n\nIt clumped.", "commit", "second")
    assert one.said_at is not None and int(one.said_at.timestamp()) == AT
    assert one.zone == "UTC+02:00"
    assert (found.threads[0].title, one.native_id) == ("mill", git(path, "rev-parse", "main"))


def test_the_mailmap_says_who_is_who_and_what_it_says_later_changes_the_author(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = repository(tmp_path / "mill", Commit("one", "ada <old@example.net>"))
    import_path(fresh_self, path)
    (path / ".mailmap").write_text("Ada Lind <ada@example.org> <old@example.net>\n")
    git(path, "add", ".mailmap")
    git(path, "commit", "-m", "who is who")
    assert {one.author and one.author.name for one in commits(path)} == {"Ada Lind", "x"}
    done = import_path(fresh_self, path)
    assert (done.new, done.changed, done.same) == (1, 1, 0)


def test_trailers_are_marked_and_who_helped_takes_part_in_the_thread(tmp_path: Path) -> None:
    message = f"Sieve\n\nBecause: it clumped\nand `x` broke\n\nCo-authored-by: {BEN}\nSigned-off-by: {ADA}\n"
    found = read(repository(tmp_path / "mill", Commit(message)))
    [one] = found.records
    begin = one.text.index("Co-authored-by")
    assert one.spans == (Span(one.text.index("`x`"), one.text.index(" broke"), "code"),
                         Span(begin, len(one.text), "signature"))  # fmt: skip
    assert [who.name for thread in found.threads for who in thread.participants] == ["Ben Ito"]


@pytest.mark.parametrize(("message", "own"), [
    ("Subject: only a line", "Subject: only a line"),
    ("Fix\n\nNote: this is prose\nand goes on", "Fix\n\nNote: this is prose\nand goes on"),
    ("Fix\n\nWords: mine", "Fix\n\nWords: mine"),
    ("Fix\n\nChange-Id: I01\n(cherry picked from commit abc123)", "Fix\n\n"),
    ("Fix\n\ngit-svn-id: svn://x@1 2", "Fix\n\n"),
])  # fmt: skip
def test_a_paragraph_of_prose_is_no_trailer(message: str, own: str) -> None:
    assert message[: trailers(message)] == own


@pytest.mark.parametrize(("name", "robot"), [
    ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", True),
    ("renovate-bot <bot@example.org>", True),
    ("Jenkins <ci@example.org>", True),
    ("Talbot Abbot <talbot@example.org>", False),
    ("Robot Keller <robot@example.org>", False),
])  # fmt: skip
def test_robots_are_known_by_name_and_people_are_not_taken_for_them(name: str, robot: bool) -> None:
    found = person(name)
    assert found is not None and is_robot(found) == robot


def test_merges_robots_and_commits_without_words_are_counted_and_left_out(tmp_path: Path) -> None:
    path = repository(
        tmp_path / "mill",
        Commit("one"),
        Commit("two", BEN, parent=1),
        Commit("Merge branch 'x'", parent=1, merges=(2,)),
        Commit("Bump flour", "dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>"),
        Commit(""),
    )
    found = read(path)
    assert sorted(one.text for one in found.records) == ["one", "two"]
    assert sorted(why for _, why in found.skipped) == [
        "a commit by a robot", "a commit without a message", "a merge commit: made by git"]  # fmt: skip


def test_a_revert_answers_what_it_takes_back(tmp_path: Path) -> None:
    path = repository(tmp_path / "mill", Commit("one"))
    first = git(path, "rev-parse", "main")
    git(path, "commit", "--allow-empty", "-m", f'Revert "one"\n\nThis reverts commit {first}.')
    assert [one.reply_to for one in commits(path)] == [None, first]


def test_after_an_amended_commit_the_new_one_is_added_and_the_old_one_stays(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = repository(tmp_path / "mill", Commit("one"), Commit("two"))
    assert import_path(fresh_self, path).new == 2
    assert (import_path(fresh_self, path).new, import_path(fresh_self, path).same) == (0, 2)
    git(path, "commit", "--amend", "--allow-empty", "-m", "two, better")
    done = import_path(fresh_self, path)
    assert (done.new, done.changed, done.same) == (1, 0, 1)
    with open_view(fresh_self, "retrieve") as view:
        assert sorted(one.text for one in view.records()) == ["one", "two", "two, better"]
        assert [one.title for one in view.threads()] == ["mill"]


def test_a_folder_a_bare_clone_its_inside_and_a_bundle_are_one_repository(tmp_path: Path) -> None:
    path = repository(tmp_path / "mill", Commit("one"), Commit("two", BEN))
    git(path, "tag", "v1")
    git(path, "pack-refs", "--all")
    git(tmp_path, "clone", "-q", "--bare", str(path), "copy.git")
    git(path, "bundle", "create", "../mill.bundle", "--all")
    keys = [
        [(one.thread, one.native_id, one.raw) for one in commits(each)]
        for each in (path, path / ".git", tmp_path / "copy.git", tmp_path / "mill.bundle")
    ]
    assert len(keys[0]) == 2 and keys == [keys[0]] * 4


@pytest.mark.parametrize("given", ["mill", "mill/.git", "bare.git", "mill.bundle", "stuff", "mill.zip", "."])
def test_a_repository_is_read_by_whatever_path_leads_to_it_from_where_the_person_stands(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository(tmp_path / "mill", Commit("Sieve the flour\n"))
    git(tmp_path, "clone", "--bare", "mill", "bare.git")
    git(path, "bundle", "create", str(tmp_path / "mill.bundle"), "--all")
    shutil.copytree(path, tmp_path / "stuff" / "mill")
    shutil.make_archive(str(tmp_path / "mill"), "zip", tmp_path, "mill")
    monkeypatch.chdir(path if given == "." else tmp_path)
    assert [one.text for one in commits(Path(given))] == ["Sieve the flour"]


@pytest.mark.parametrize("form", ["zip", "gztar"])
@pytest.mark.parametrize("bare", [True, False])
def test_a_repository_or_a_bundle_in_a_zip_or_tar_is_read_where_it_lies(
    tmp_path: Path, fresh_self: Self, form: str, bare: bool
) -> None:
    path = repository(tmp_path / "all/x" / ("mill.git" if bare else "mill"), Commit("one"), bare=bare)
    git(path, "bundle", "create", str(tmp_path / "all/flour.bundle"), "--all")
    git(path, "config", "core.pager", "/nonexistent")
    packed = Path(shutil.make_archive(str(tmp_path / "all"), form, tmp_path / "all"))
    found = read(packed)
    assert [one.title for one in found.threads] == ["flour", "mill"]
    assert {one.native_id for one in found.records} == {git(path, "rev-parse", "main")}
    assert import_path(fresh_self, packed).new == 1
    assert [one.problem for one in reparse(fresh_self)] == [""]


def test_a_hostile_zip_of_a_repository_is_told_and_does_no_harm(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name in ("m.git/HEAD", "m.git/refs/heads/main", "m.git/refs/heads/main/x", "m.git/objects/a"):
            packed.writestr(name, b"0" * 40)
    with pytest.raises(SourceError):
        read(tmp_path / "a.zip")


def test_ids_are_those_that_they_always_were(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, repository(tmp_path / "mill", Commit("one"), Commit("two", BEN)))
    with open_view(fresh_self, "retrieve") as view:
        assert [one.source_key for one in view.records()] == [
            "git/-/efc8cf592343911f94b4bf186f2b7bd792118eee/efc8cf592343911f94b4bf186f2b7bd792118eee",
            "git/-/efc8cf592343911f94b4bf186f2b7bd792118eee/a5347c3a4a232334bfbb64d6e7467ba69d3cfa3a",
        ]


def test_nothing_that_a_repository_s_settings_name_is_run(tmp_path: Path) -> None:
    path, trap, proof = tmp_path / "mill", tmp_path / "trap.sh", tmp_path / "it ran"
    trap.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
    trap.chmod(0o700)
    repository(path, Commit("one", files=(("a.txt", "a\n"), (".gitattributes", "* diff=t filter=t\n"))))
    raw = git(path, "cat-file", "commit", "main").split("\n\n", 1)
    signed = f"{raw[0]}\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n{raw[1]}\n"
    git(path, "update-ref", "refs/heads/main", git(path, "hash-object", "-t", "commit", "-w", "--stdin",
                                                   given=signed.encode()))  # fmt: skip
    for name in RUN_BY_GIT.split():
        git(path, "config", name, str(trap))
    for name, value in (
        ("log.showSignature", "true"),
        ("core.hooksPath", str(tmp_path)),
        ("alias.log", f"!{trap}"),
    ):
        git(path, "config", name, value)
    for hook in (path / ".git/hooks").iterdir():
        shutil.copy(trap, hook)
    assert [one.text for one in commits(path)] == ["one"]
    assert not proof.exists()
    git(path, "log")
    assert proof.exists(), "the trap is none"


def test_a_repository_that_borrows_from_another_is_refused_with_the_way_out(tmp_path: Path) -> None:
    repository(tmp_path / "secret", Commit("not for you"))
    path = repository(tmp_path / "bare.git", Commit("one"), bare=True)
    (path / "objects/info/alternates").write_text(f"{tmp_path / 'secret/.git/objects'}\n")
    with pytest.raises(SourceError, match="git bundle create"):
        read(path)


def test_without_the_program_git_the_way_to_it_is_named_and_the_rest_of_a_folder_is_read(
    tmp_path: Path, fresh_self: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository(tmp_path / "all/mill", Commit("one"))
    (path.parent / "note.md").write_text("Flour is dear.\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="apt install git"):
        import_path(fresh_self, path / ".git")
    done = import_path(fresh_self, path.parent)
    assert done.new == 1
    assert [why for why in done.skipped if "it is not installed here" in why]


def test_of_a_damaged_repository_what_can_be_read_is_read_and_the_rest_is_told(tmp_path: Path) -> None:
    path = repository(tmp_path / "mill", *(Commit(str(number)) for number in range(6)))
    second = git(path, "rev-parse", "main~4")
    lost = path / ".git/objects" / second[:2] / second[2:]
    lost.chmod(0o600)
    lost.unlink()
    found = read(path)
    assert [one.text for one in found.records][:2] == ["5", "4"]
    assert [one.why for one in found.problems if one.severity == "error"]


def test_an_empty_repository_says_that_it_has_no_commits(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no branch"):
        read(repository(tmp_path / "mill.git", bare=True))


def test_notes_in_a_repository_stay_notes_and_links_in_it_are_passed_over(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = repository(tmp_path / "vault", Commit("backup", files=(("note.md", "Flour is dear.\n"),)))
    (path / "link.md").symlink_to("/etc/passwd")
    import_path(fresh_self, path, Options(me=("Ada Lind", "writer of vault")))
    with open_view(fresh_self, "retrieve") as view:
        found = [(one.kind, one.text.strip(), one.own_text.strip(), one.is_owner) for one in view.records()]
    assert sorted(found) == [
        ("commit", "backup", "", True), ("document", "Flour is dear.", "Flour is dear.", True)]  # fmt: skip


def test_where_several_people_wrote_the_files_are_nobody_s_documents(tmp_path: Path) -> None:
    readme = (("README.md", "Ours.\n"), ("LICENSE.txt", "All rights.\n"))
    path = repository(tmp_path / "mill", Commit("one", files=readme), Commit("two", BEN))
    assert [one.kind for one in read(path).records] == ["commit", "commit"]


def test_a_message_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    path = repository(tmp_path / "mill", Commit("M\xfchle und Stra\xdfe".encode("latin-1")))
    assert [one.text for one in commits(path)] == ["Mühle und Straße"]


def test_a_forgotten_commit_is_cut_out_of_the_kept_log_and_does_not_come_back(
    tmp_path: Path, fresh_self: Self
) -> None:
    from afterself.archive.store import Archive

    path = repository(tmp_path / "mill", Commit("one"), Commit("my secret reason for it"))
    import_path(fresh_self, path)
    with open_view(fresh_self, "retrieve") as view:
        id = next(one.id for one in view.records() if "secret" in one.text)
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.forget([id])
    assert import_path(fresh_self, path).forgotten == 1
    kept = [one.read_bytes() for one in (fresh_self.path / "blobs").rglob("*") if one.is_file()]
    assert kept and not any(b"secret reason" in one for one in kept)
    assert [one.problem for one in reparse(fresh_self)] == [""]
    with open_view(fresh_self, "retrieve") as view:
        assert [one.text for one in view.records()] == ["one"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60) | st.just(b"\n".join(
    (ROOT.encode(), b"", b"A <a@x>", b"1 +9999", b"A <a@x>", b"hi\n\nX-by: \xff"))), max_size=5))  # fmt: skip
def test_no_log_however_broken_ends_in_anything_but_records_and_problems(parts: list[bytes]) -> None:
    data = f"# git log {ROOT} mill\n".encode() + b"\0".join(parts)
    with SourceView.of_streams(
        "mill.git", {"mill.git": (len(data), lambda: __import__("io").BytesIO(data))}
    ) as view:
        try:
            for item in GitImporter().open(view, Options()):
                assert not isinstance(item, RecordDraft) or item.kind == "commit"
        except AfterselfError:
            pass
