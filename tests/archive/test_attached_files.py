"""The files of a record, over several exports: with all of the media, with some, with none."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from afterself.archive.drafts import Attachment, ThreadDraft
from afterself.archive.store import Archive
from afterself.home.folder import Self

Files = dict[str, str | None]
"""What an export has of a message's files: the words in each by its name; None where it left it out."""

Bring = Callable[[Files], str]


@pytest.fixture
def bring(fresh_self: Self, said: Any) -> Bring:
    """Imports the same message with these files; gives its outcome."""

    def put(files: Files) -> str:
        attachments = tuple(
            Attachment(name, "omitted")
            if words is None
            else Attachment(name, "present", size=len(words), member=f"media/{name}")
            for name, words in files.items()
        )
        with Archive.writing(fresh_self) as archive, archive.transaction():
            run = archive.begin_import("generic", importer="test", version="1")
            run.upsert_thread(ThreadDraft("t", "t", "group"))
            draft = said("the boat", native_id="1", attachments=attachments)
            words_of = {f"media/{name}": (words or "").encode() for name, words in files.items()}
            outcome = run.put_record(
                draft,
                lambda member: (
                    archive.store_member(run, member, io.BytesIO(words_of[member]))
                    if member in words_of
                    else None
                ),
            )
            run.finish_import()
        return outcome

    return put


def kept(self_: Self) -> Files:
    """The files of the only record, with the words in those whose bytes are kept."""
    with Archive.writing(self_) as archive:
        rows = archive._db.execute(
            "SELECT name, sha256 FROM attachment LEFT JOIN blob ON id = blob ORDER BY n"
        )
        files = {
            name: None if sha256 is None else archive.open_blob(sha256).read().decode()
            for name, sha256 in rows
        }
        assert archive._db.execute("SELECT attachments FROM record").get == len(files)
    return files


def test_an_export_with_a_part_of_the_media_takes_no_file_that_an_earlier_one_brought(
    fresh_self: Self, bring: Bring
) -> None:
    whole: Files = {"a.jpg": "the mast", "b.jpg": "the keel"}
    assert bring(whole) == "new"
    assert bring({"a.jpg": "the mast", "b.jpg": None}) == "same"
    assert bring({"a.jpg": None, "b.jpg": "the keel"}) == "same"
    assert bring({"a.jpg": "the mast"}) == "same"
    assert bring({"b.jpg": None, "a.jpg": None}) in ("same", "changed")
    assert {name: kept(fresh_self)[name] for name in sorted(whole)} == whole


def test_exports_with_different_parts_of_the_media_give_all_of_it_together(
    fresh_self: Self, bring: Bring
) -> None:
    bring({"a.jpg": "the mast", "b.jpg": None, "c.jpg": None})
    assert bring({"a.jpg": None, "b.jpg": "the keel", "c.jpg": None}) == "changed"
    assert kept(fresh_self) == {"a.jpg": "the mast", "b.jpg": "the keel", "c.jpg": None}
    assert bring({"a.jpg": None, "b.jpg": None, "c.jpg": "the oar", "d.jpg": "the sail"}) == "changed"
    assert kept(fresh_self) == {
        "a.jpg": "the mast", "b.jpg": "the keel", "c.jpg": "the oar", "d.jpg": "the sail",
    }  # fmt: skip


def test_a_file_that_an_export_names_otherwise_is_not_doubled_and_its_bytes_stay(
    fresh_self: Self, bring: Bring
) -> None:
    bring({"a.jpg": "the mast"})
    assert bring({"image omitted": None}) == "same"
    assert bring({"IMG-1.jpg": "the mast"}) == "changed"
    assert kept(fresh_self) == {"IMG-1.jpg": "the mast"}


def test_a_file_with_other_bytes_under_its_name_is_the_newer_one(fresh_self: Self, bring: Bring) -> None:
    bring({"a.jpg": "the mast", "b.jpg": "the keel"})
    assert bring({"a.jpg": "the mast, edited", "b.jpg": None}) == "changed"
    assert kept(fresh_self) == {"a.jpg": "the mast, edited", "b.jpg": "the keel"}
