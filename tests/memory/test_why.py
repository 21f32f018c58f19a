"""`why`: from lines of a file to the commits that wrote them, and to what was said before; all cited."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.store import Archive
from afterself.errors import SourceError, UsageError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.git_blame import blame
from afterself.importers.ingest import import_path
from afterself.memory.why import Reason, numbers_in, why
from afterself.policy import open_view

sys.path.append(str(Path(__file__).parents[1] / "importers"))
from git_maker import ADA, BEN, Commit, git, repository

WEB = "https://github.com/ada/mill"
MILL = (("mill.py", "sieve()\ngrind()\nrest()\n"),)
FINER = (("mill.py", "sieve(fine=True)\ngrind()\nrest()\n"),)
SLOWER = (("mill.py", "sieve(fine=True)\ngrind(slow=True)\nrest()\n"),)


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A history in which each line has a reason: one names an issue, one came with a request."""
    return repository(
        tmp_path / "mill",
        Commit("Begin", files=MILL),
        Commit("Sieve finer\n\nThe flour clumped, see #3.", BEN, files=FINER),
        Commit("Grind slowly", ADA, files=SLOWER),
        Commit(
            "Merge pull request #4 from ada/slow\n\nGrind slowly", BEN, merges=(3,), parent=2, files=SLOWER
        ),
    )


def issues(folder: Path, web: str = WEB) -> Path:
    folder.mkdir(parents=True)
    said = {"user": "https://github.com/ben", "created_at": "2021-03-28T22:15:00Z", "reactions": []}
    issue = {**said, "type": "issue", "url": f"{web}/issues/3", "title": "Clumps", "body": "In every bag."}
    pull = {**said, "type": "pull_request", "url": f"{web}/pull/4", "title": "Slow", "body": "It ran hot."}
    remark = {**said, "type": "pull_request_review_comment", "url": f"{web}/pull/4/files#r1",
              "pull_request": f"{web}/pull/4", "path": "mill.py", "diff_hunk": "@@\n+grind()",
              "body": "How hot?"}  # fmt: skip
    comment = {**said, "type": "issue_comment", "url": f"{web}/pull/4#issuecomment-9", "body": "Merging.",
               "pull_request": f"{web}/pull/4"}  # fmt: skip
    for name, found in (("issues", [issue]), ("pull_requests", [pull]), ("issue_comments", [comment]),
                        ("pull_request_review_comments", [remark])):  # fmt: skip
        (folder / f"{name}_000001.json").write_text(json.dumps(found))
    return folder


def reasons(self_: Self, file: Path, first: int | None = None, last: int | None = None) -> list[Reason]:
    with open_view(self_, "quote") as view:
        return why(view, blame(file, first, last))


def told(found: list[Reason]) -> list[tuple[str, list[str]]]:
    return [(one.record.text.split("\n")[0] if one.record else "", [said.text.split("\n")[0] for each in
             one.discussions for said in each.said]) for one in found]  # fmt: skip


def test_a_line_leads_to_its_commit_and_to_the_issue_that_it_names(
    mill: Path, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, mill)
    import_path(fresh_self, issues(tmp_path / "export"))
    assert told(reasons(fresh_self, mill / "mill.py", 1)) == [("Sieve finer", ["Clumps"])]
    assert told(reasons(fresh_self, mill / "mill.py", 3)) == [("Begin", [])]


def test_a_commit_leads_to_the_request_that_brought_it_in_and_the_review_of_this_file_comes_first(
    mill: Path, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, mill)
    import_path(fresh_self, issues(tmp_path / "export"))
    assert told(reasons(fresh_self, mill / "mill.py", 2)) == [
        ("Grind slowly", ["Slow", "mill.py", "Merging."])
    ]


def test_lines_that_are_not_committed_and_commits_that_are_not_imported_are_told_apart(
    mill: Path, fresh_self: Self
) -> None:
    (mill / "mill.py").write_text("new()\nsieve(fine=True)\ngrind(slow=True)\nrest()\n")
    found = {one.commit.lines: one for one in reasons(fresh_self, mill / "mill.py")}
    assert found[((1, 1),)].commit.id == ""
    assert (found[((4, 4),)].record, found[((4, 4),)].commit.subject) == (None, "Begin")


def test_of_a_commit_whose_author_is_excluded_not_even_git_tells_who_and_what(
    mill: Path, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, mill)
    import_path(fresh_self, issues(tmp_path / "export"))
    with Archive.writing(fresh_self) as archive, archive.transaction():
        for contact in archive.contacts.named("Ben Ito"):
            archive.people.exclude(contact.id)
    [one] = reasons(fresh_self, mill / "mill.py", 1)
    assert one.kept_back and (one.record, one.discussions) == (None, ())
    assert (one.commit.author, one.commit.subject, one.commit.lines) == (None, "", ((1, 1),))
    [begin] = reasons(fresh_self, mill / "mill.py", 3)
    assert not begin.kept_back and begin.record is not None


def test_issues_of_another_repository_are_not_taken_for_those_that_a_commit_names(
    mill: Path, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, mill)
    import_path(fresh_self, issues(tmp_path / "one"))
    import_path(fresh_self, issues(tmp_path / "two", "https://github.com/ada/other"))
    assert told(reasons(fresh_self, mill / "mill.py", 1)) == [("Sieve finer", [])]
    git(mill, "remote", "add", "origin", "git@github.com:Ada/Mill.git")
    [one] = reasons(fresh_self, mill / "mill.py", 1)
    assert [each.thread.key for each in one.discussions] == ["ada/mill#3"]


def test_a_linked_working_tree_is_one_of_the_same_repository(mill: Path, fresh_self: Self) -> None:
    import_path(fresh_self, mill)
    git(mill, "worktree", "add", "-q", "../other", "--detach")
    assert told(reasons(fresh_self, mill.parent / "other/mill.py", 3)) == [("Begin", [])]


def test_a_file_s_own_settings_run_nothing(mill: Path, tmp_path: Path) -> None:
    trap, proof = tmp_path / "trap.sh", tmp_path / "it ran"
    trap.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
    trap.chmod(0o700)
    (mill / ".gitattributes").write_text("* diff=t filter=t\n")
    for name in ("diff.t.textconv", "filter.t.clean", "filter.t.smudge", "core.fsmonitor", "core.pager"):
        git(mill, "config", name, str(trap))
    assert len(blame(mill / "mill.py").commits) == 3
    assert not proof.exists()
    subprocess.run(["git", "blame", "mill.py"], cwd=mill, capture_output=True)
    assert proof.exists(), "the trap is none"


@pytest.mark.parametrize(("place", "error", "words"), [
    (("mill.py", 9, 9), UsageError, "has 3 lines"),
    (("none.py", None, None), SourceError, "cannot be read"),
    (("new.py", None, None), SourceError, "no history"),
])  # fmt: skip
def test_what_cannot_be_asked_is_told(mill: Path, place: Any, error: type[Exception], words: str) -> None:
    (mill / "new.py").write_text("x\n")
    name, first, last = place
    with pytest.raises(error, match=words):
        blame(mill / name, first, last)


def test_a_file_outside_of_any_repository_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    with pytest.raises(SourceError, match="no repository"):
        blame(tmp_path / "a.py")


@pytest.mark.parametrize(("text", "found"), [
    ("Fix #12, GH-7 and !3", ["#12", "#7", "!3"]),
    ("see https://github.com/a/b/pull/5 and x/-/merge_requests/6", ["#5", "!6"]),
    ("a#12 &#39; /#4 #x", []),
])  # fmt: skip
def test_numbers_of_issues_are_known_in_a_message(text: str, found: list[str]) -> None:
    assert numbers_in(text) == found


def test_the_command_quotes_each_with_its_record(mill: Path, tmp_path: Path, fresh_self: Self) -> None:
    sys.path.append(str(Path(__file__).parents[1] / "cli"))
    from command_line import afterself

    import_path(fresh_self, mill, Options(me=("Ada Lind",)))
    import_path(fresh_self, issues(tmp_path / "export"))
    ran = afterself("--self", fresh_self.path, "why", f"{mill / 'mill.py'}:1-2")
    lines = afterself("--self", fresh_self.path, "why", f"{mill / 'mill.py'}:1-2", "--json").lines
    ids = [line["record"]["id"] for line in lines]
    assert ran.code == 0 and all(id in ran.out for id in ids)
    assert "“In every bag." not in ran.out and "In every bag." in ran.out and "Ben Ito in “mill”" in ran.out
    assert [one["thread_title"] for line in lines for one in line["discussions"]] == [
        "Clumps (ada/mill#3)", "Slow (ada/mill#4)"]  # fmt: skip


def test_only_a_line_feed_ends_a_line_as_for_git(tmp_path: Path) -> None:
    odd = repository(tmp_path / "odd", Commit("Begin", files=(("odd.txt", "a\rb\x0cc\nlast"),)))
    [one] = blame(odd / "odd.txt", 1, 2).commits
    assert one.lines == ((1, 2),)
    with pytest.raises(UsageError, match="has 2 lines"):
        blame(odd / "odd.txt", 3, 3)


def test_an_empty_file_has_no_reason_and_says_so(tmp_path: Path) -> None:
    empty = repository(tmp_path / "empty", Commit("Begin", files=(("empty.txt", ""),)))
    with pytest.raises(SourceError, match="is empty"):
        blame(empty / "empty.txt")
