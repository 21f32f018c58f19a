"""GitHub's archives: each trap is a test by name; a broken file harms no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.archive.drafts import RecordDraft
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.github import GitHubImporter
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView
from afterself.policy import open_view

WEB = "https://github.com"
REPOSITORY = f"{WEB}/ada/mill"


def issue(number: int = 1, body: Any = "It clumps.", **more: Any) -> dict[str, Any]:
    return {"type": "issue", "url": f"{REPOSITORY}/issues/{number}", "user": f"{WEB}/ada", "title": "Flour",
            "body": body, "created_at": "2021-03-28T22:15:00Z", "reactions": [], **more}  # fmt: skip


def comment(id: int, body: str = "Mine, too", user: str = "ben", **more: Any) -> dict[str, Any]:
    return {"type": "issue_comment", "url": f"{REPOSITORY}/issues/1#issuecomment-{id}", "reactions": [],
            "issue": f"{REPOSITORY}/issues/1", "user": f"{WEB}/{user}", "body": body,
            "created_at": "2021-03-29T22:15:00Z", **more}  # fmt: skip


def review(id: int, body: str, state: int) -> dict[str, Any]:
    return {"type": "pull_request_review", "url": f"{REPOSITORY}/pull/2/files#pullrequestreview-{id}",
            "pull_request": f"{REPOSITORY}/pull/2", "user": f"{WEB}/ada", "body": body, "state": state,
            "submitted_at": "2021-04-01T18:00:00Z"}  # fmt: skip


def remark(id: int, body: str, to: int | None = None) -> dict[str, Any]:
    pull = f"{REPOSITORY}/pull/2"
    place = f"{pull}/files#r"
    return {"type": "pull_request_review_comment", "url": f"{place}{id}", "pull_request": pull,
            "user": f"{WEB}/ada", "body": body, "path": "a.py", "diff_hunk": "@@ -1 +1 @@\n-a\n+b",
            "in_reply_to": to and f"{place}{to}", "created_at": "2021-04-01T18:00:00Z"}  # fmt: skip


def write(folder: Path, **files: list[Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, found in files.items():
        (folder / f"{kind}_000001.json").write_text(json.dumps(found))
    return folder


def read(folder: Path, **files: list[Any]) -> Read:
    with SourceView.at(write(folder, **files)) as source:
        return read_source(source, Options())


def test_an_issue_is_its_title_and_words_and_a_thread_that_people_can_refer_to(tmp_path: Path) -> None:
    found = read(tmp_path, issues=[issue(), issue(2, None)], issue_comments=[comment(7)])
    assert [(one.native_id, one.kind, one.text) for one in found.records] == [
        ("opened", "post", "Flour\n\nIt clumps."), ("opened", "post", "Flour"),
        ("issuecomment-7", "comment", "Mine, too")]  # fmt: skip
    assert [one.title for one in found.threads] == ["Flour (ada/mill#1)", "Flour (ada/mill#2)"]


def test_the_lines_that_a_review_is_about_are_kept_as_a_quotation(tmp_path: Path) -> None:
    found = read(tmp_path, pull_request_review_comments=[remark(7, "Why?"), remark(8, "So.", to=7)])
    assert [(one.kind, one.reply_to) for one in found.records] == [("review", None), ("review", "r7")]
    [span] = found.records[0].spans
    text = found.records[0].text
    assert (span.kind, text[: span.end], text[span.end :]) == (
        "quoted", "a.py\n@@ -1 +1 @@\n-a\n+b", "\n\nWhy?")  # fmt: skip


def test_a_verdict_without_words_is_kept_but_is_nobody_s_words(tmp_path: Path) -> None:
    found = read(tmp_path, pull_request_reviews=[review(1, "", 40), review(2, "", 1), review(3, "No.", 30)])
    assert [(one.text, [span.kind for span in one.spans]) for one in found.records] == [
        ("[approved]", ["placeholder"]), ("No.", [])]  # fmt: skip
    assert [why for _, why in found.skipped] == ["it is without words"]


def test_robots_are_left_out_and_people_who_left_are_different_ones_in_each_thread(tmp_path: Path) -> None:
    ghosts = [comment(1, user="ghost"), comment(2, user="apps/renovate"), comment(3, user="ghost")]
    ghosts[2] = json.loads(json.dumps(ghosts[2]).replace("issues/1", "issues/2"))
    found = read(tmp_path, issue_comments=ghosts)
    assert [one.author and one.author.handle for one in found.records] == [
        "ghost in ada/mill#1", "ghost in ada/mill#2"]  # fmt: skip
    assert [why for _, why in found.skipped] == ["written by a robot"]


def test_what_a_template_hides_is_nobody_s_words(tmp_path: Path) -> None:
    [one] = read(tmp_path, issue_comments=[comment(1, "<!-- Say what -->\nIt broke")]).records
    assert [(span.kind, one.text[span.start : span.end]) for span in one.spans] == [
        ("placeholder", "<!-- Say what -->")]  # fmt: skip


def test_a_comment_that_was_forgotten_leaves_the_kept_file_and_its_neighbours_stay(
    tmp_path: Path, fresh_self: Self
) -> None:
    from afterself.archive.store import Archive

    path = write(
        tmp_path / "a", issues=[issue()], issue_comments=[comment(1, 'my "secret" reason'), comment(2)]
    )
    assert import_path(fresh_self, path).new == 3
    with open_view(fresh_self, "retrieve") as view:
        id = next(one.id for one in view.records() if "secret" in one.text)
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.forget([id])
    kept = b"".join(one.read_bytes() for one in (fresh_self.path / "blobs").rglob("*") if one.is_file())
    assert b"secret" not in kept and b"Mine, too" in kept
    done = import_path(fresh_self, path)
    assert (done.new, done.same, done.forgotten) == (0, 2, 1)


def test_ids_are_those_that_they_always_were(tmp_path: Path, fresh_self: Self) -> None:
    files = {
        "issues": [issue()],
        "issue_comments": [comment(7)],
        "pull_request_review_comments": [remark(8, "Why?")],
    }
    import_path(fresh_self, write(tmp_path / "a", **files))
    with open_view(fresh_self, "retrieve") as view:
        assert [one.source_key for one in view.records()] == [
            "github/-/ada%2Fmill#1/opened",
            "github/-/ada%2Fmill#1/issuecomment-7",
            "github/-/ada%2Fmill#2/r8",
        ]


def test_a_file_that_is_cut_off_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, issues=[issue()], issue_comments=[comment(1), comment(2)])
    file = path / "issue_comments_000001.json"
    file.write_text(file.read_text()[:-40])
    with SourceView.at(path) as source:
        found = read_source(source, Options())
    assert [one.native_id for one in found.records] == ["opened", "issuecomment-1"]
    assert [one.severity for one in found.problems] == ["error"]


FIELDS = st.sampled_from(
    ["url", "user", "body", "title", "created_at", "reactions", "in_reply_to", "state", "path"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(FIELDS, ANY_JSON, max_size=3), max_size=3))
def test_no_archive_however_broken_ends_in_anything_but_records_and_problems(broken: list[Any]) -> None:
    data = json.dumps([issue(), *({**comment(1), **one} for one in broken), 7]).encode()
    with SourceView.of_bytes("issue_comments_000001.json", data) as view:
        for item in GitHubImporter().open(view, Options()):
            assert not isinstance(item, RecordDraft) or item.thread
