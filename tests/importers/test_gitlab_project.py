"""GitLab's export of a project: each trap is a test by name; a broken line harms no other."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.archive.drafts import RecordDraft
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.gitlab import GitLabImporter
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView
from afterself.policy import open_view


def note(id: int, text: Any = "Mine, too", author: int = 12, **more: Any) -> dict[str, Any]:
    name = {11: "Ines", 12: "Bo"}.get(author, "")
    return {"id": id, "note": text, "author_id": author, "author": {"name": name}, "system": False,
            "created_at": "2022-10-30T09:00:00.500Z", "award_emoji": [], **more}  # fmt: skip


def issue(*notes: Any, iid: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": 300 + iid, "iid": iid, "title": "Kettle", "author_id": 11, "project_id": 5,
            "created_at": "2022-10-30T00:30:00.120Z", "description": "It whistles.", "notes": list(notes),
            "award_emoji": [], **more}  # fmt: skip


def write(folder: Path, *issues: Any, requests: tuple[Any, ...] = (), members: tuple[Any, ...] = ()) -> Path:
    project = folder / "tree/project"
    project.mkdir(parents=True, exist_ok=True)
    for name, found in (("issues", issues), ("merge_requests", requests), ("project_members", members)):
        (project / f"{name}.ndjson").write_text("".join(json.dumps(one) + "\n" for one in found))
    return folder


def read(folder: Path, *issues: Any, **more: Any) -> Read:
    with SourceView.at(write(folder, *issues, **more)) as source:
        return read_source(source, Options())


def test_people_are_called_as_their_notes_and_the_members_call_them(tmp_path: Path) -> None:
    members = ({"user_id": 13, "user": {"id": 13, "username": "kim"}},)
    found = read(tmp_path, issue(note(1, author=11), note(2, author=13), note(3, author=99)), members=members)
    assert [(one.author.handle, one.author.name) for one in found.records if one.author] == [
        ("5/11", "Ines"), ("5/11", "Ines"), ("5/13", "kim"), ("5/99", "user 99")]  # fmt: skip


def test_what_the_system_notes_is_nobody_s_words(tmp_path: Path) -> None:
    found = read(tmp_path, issue(note(1, "closed", system=True), note(2)))
    assert [one.text for one in found.records] == ["Kettle\n\nIt whistles.", "Mine, too"]
    assert [why for _, why in found.skipped] == ["a note of the system: nobody's words"]


def test_what_a_robot_thinks_is_nobody_s_and_hides_nobody_s(tmp_path: Path) -> None:
    robot = {"user_id": 40, "name": "thumbsup", "id": 1}
    member = ({"user_id": 40, "user": {"id": 40, "username": "project_5_bot"}},)
    found = read(
        tmp_path, issue(note(1, award_emoji=[robot, {**robot, "id": 2, "user_id": 11}])), members=member
    )
    reactions = [one for one in found.records if one.kind == "reaction"]
    assert [one.author and one.author.handle for one in reactions] == ["5/11"]


def test_a_note_on_a_diff_quotes_it_and_the_next_in_its_discussion_answers_it(tmp_path: Path) -> None:
    place = json.dumps({"new_path": "kettle.c", "new_line": 21})
    about = {"position": place, "discussion_id": "d1"}
    request = issue(
        note(1, "Two?", note_diff_file={"diff": "@@ -1 +1 @@\n+x\n"}, **about), note(2, "Three.", **about)
    )
    found = read(tmp_path, requests=(request,))
    assert [(one.kind, one.reply_to) for one in found.records] == [
        ("post", None), ("review", None), ("review", "1")]  # fmt: skip
    second = found.records[1]
    assert second.text == "kettle.c\n@@ -1 +1 @@\n+x\n\nTwo?"
    assert [second.text[one.start : one.end] for one in second.spans] == ["kettle.c\n@@ -1 +1 @@\n+x"]


def test_issues_and_merge_requests_of_one_number_are_two_threads(tmp_path: Path) -> None:
    found = read(tmp_path, issue(), requests=(issue(title="Tune"),))
    assert [(one.key, one.title) for one in found.threads] == [("5#1", "Kettle (#1)"), ("5!1", "Tune (!1)")]


def test_a_note_that_was_forgotten_leaves_the_kept_file_and_its_neighbours_stay(
    tmp_path: Path, fresh_self: Self
) -> None:
    from afterself.archive.store import Archive

    award = {"id": 1, "name": "tada", "user_id": 12, "created_at": "2022-10-30T09:06:00.000Z"}
    secret = note(1, 'my "secret" reason', award_emoji=[award])
    path = write(tmp_path / "a", issue(secret, note(2), award_emoji=[{**award, "id": 2}]))
    assert import_path(fresh_self, path).new == 5
    with open_view(fresh_self, "retrieve") as view:
        ids = [one.id for one in view.records() if "secret" in one.text or "whistles" in one.text]
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.forget(ids)
    kept = b"".join(one.read_bytes() for one in (fresh_self.path / "blobs").rglob("*") if one.is_file())
    assert b"secret" not in kept and b"whistles" not in kept and b"Mine, too" in kept
    done = import_path(fresh_self, path)
    assert (done.new, done.forgotten) == (0, 2)


def test_ids_are_those_that_they_always_were(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, write(tmp_path / "a", issue(note(601)), requests=(issue(note(701)),)))
    with open_view(fresh_self, "retrieve") as view:
        assert [one.source_key for one in view.records()] == [
            "gitlab/-/5#1/opened", "gitlab/-/5#1/601", "gitlab/-/5!1/opened", "gitlab/-/5!1/701"]  # fmt: skip


def test_a_line_that_is_cut_off_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, issue(), issue(iid=2))
    file = path / "tree/project/issues.ndjson"
    file.write_text(file.read_text()[:-40])
    with SourceView.at(path) as source:
        found = read_source(source, Options())
    assert [one.thread for one in found.records] == ["5#1"]
    assert [why for _, why in found.skipped] == ["it is not whole, valid JSON"]


FIELDS = st.sampled_from(
    [
        "iid",
        "title",
        "description",
        "notes",
        "author_id",
        "award_emoji",
        "position",
        "note",
        "author",
        "project_id",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(FIELDS, ANY_JSON, max_size=3), max_size=3), st.binary(max_size=20))
def test_no_export_however_broken_ends_in_anything_but_records_and_problems(
    broken: list[Any], tail: bytes
) -> None:
    lines = [json.dumps({**issue({**note(1), **one}, 7), **one}).encode() for one in broken]
    data = b"\n".join([json.dumps(issue()).encode(), *lines, tail])
    name = "tree/project/issues.ndjson"
    with SourceView.of_streams("x", {name: (len(data), lambda: io.BytesIO(data))}) as view:
        for item in GitLabImporter().open(view, Options()):
            assert not isinstance(item, RecordDraft) or item.thread
