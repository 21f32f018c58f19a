"""Pictures in any export tell when and where they were taken; a folder of them is a source, too."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path

import pytest
from picture_maker import heic, jpeg, tags

from afterself.archive.drafts import Attachment
from afterself.archive.pictures import caption
from afterself.archive.store import Archive
from afterself.errors import UnknownFormat
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView
from afterself.importers.survey import survey
from afterself.memory.search import search
from afterself.memory.timeline import told_of
from afterself.policy import open_view
from afterself.policy.view import ViewRecord

MUNICH = "a picture of 3 May 2019, at 48.1 N 11.6 E"
LATER = tags(when="2021:12:24 18:00:00", place=None)


def stored(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "list") as view:
        return list(view.records())


def captions(self_: Self) -> list[str]:
    return [caption(one) for record in stored(self_) for one in record.attachments]


def chat(path: Path, picture: bytes) -> Path:
    """A chat of WhatsApp with a picture, as a zip."""
    lines = "03/05/19, 09:00 - Anna: look\n24/12/21, 20:15 - Anna: IMG-1.jpg (file attached)\nso high\n"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("_chat.txt", lines)
        packed.writestr("IMG-1.jpg", picture)
    return path


def folder(path: Path) -> Path:
    """An album with three pictures, of which one says nothing."""
    (path / "2019").mkdir(parents=True)
    (path / "2019/IMG_1.jpg").write_bytes(jpeg(tags()))
    (path / "2019/IMG_2.heic").write_bytes(heic(tags(when="2019:05:03 15:30:00", offset="")))
    (path / "2019/screen.jpg").write_bytes(jpeg(tags(when="", offset="", place=None)))
    (path / "winter.jpg").write_bytes(jpeg(LATER))
    return path


def test_a_picture_in_a_chat_is_cited_with_its_day_and_its_place(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, chat(tmp_path / "WhatsApp Chat with Anna.zip", jpeg(tags())), Options(zone="UTC"))
    assert captions(fresh_self) == [MUNICH]


def test_the_same_chat_again_changes_nothing_and_one_without_its_picture_takes_nothing_away(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = chat(tmp_path / "WhatsApp Chat with Anna.zip", jpeg(tags()))
    import_path(fresh_self, path, Options(zone="UTC"))
    again = import_path(fresh_self, path, Options(zone="UTC"))
    assert (again.new, again.changed) == (0, 0)
    silent = jpeg(tags(when="", offset="", place=None)).ljust(len(jpeg(tags())), b"\0")
    again = import_path(fresh_self, chat(path, silent), Options(zone="UTC"))
    assert (again.new, again.changed, captions(fresh_self)) == (0, 0, [MUNICH])


def test_importing_again_tells_of_pictures_that_were_stored_before_anybody_looked(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = chat(tmp_path / "WhatsApp Chat with Anna.zip", jpeg(tags()))
    import_path(fresh_self, path, Options(zone="UTC"))
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive._db.execute("UPDATE attachment SET taken = NULL, latitude = NULL, longitude = NULL")
    assert import_path(fresh_self, path, Options(zone="UTC")).changed == 1
    assert captions(fresh_self) == [MUNICH]


@pytest.mark.parametrize("padding", [0, 60_000])
def test_a_picture_in_a_mail_tells_it_too(tmp_path: Path, fresh_self: Self, padding: int) -> None:
    packed = base64.encodebytes(jpeg(tags()) + bytes(padding)).decode()
    head = "From: Anna <anna@example.org>\nTo: ben@example.org\nDate: Fri, 3 May 2019 18:00:00 +0200\n"
    text = "--x\nContent-Type: text/plain\n\nSee the tower.\n"
    picture = (
        f"--x\nContent-Type: image/jpeg; name=t.jpg\nContent-Transfer-Encoding: base64\n\n{packed}\n--x--\n"
    )
    kind = "Message-ID: <1@example.org>\nSubject: tower\nContent-Type: multipart/mixed; boundary=x\n\n"
    (tmp_path / "a.eml").write_text(head + kind + text + picture, encoding="ascii")
    import_path(fresh_self, tmp_path / "a.eml")
    assert captions(fresh_self) == [MUNICH]


def test_a_folder_of_pictures_is_a_record_each_of_nobody(tmp_path: Path, fresh_self: Self) -> None:
    done = import_path(fresh_self, folder(tmp_path / "Photos"), Options(zone="Europe/Berlin"))
    assert (done.new, done.people, done.threads, done.formats) == (3, 0, 2, ("pictures",))
    found = {record.text: record for record in stored(fresh_self)}
    assert sorted(found) == [
        "A picture of 24 December 2021 (winter.jpg)",
        "A picture of 3 May 2019, at 48.1 N 11.6 E (IMG_1.jpg)",
        "A picture of 3 May 2019, at 48.1 N 11.6 E (IMG_2.heic)",
    ]
    times = [one.said_at.isoformat() for one in found.values() if one.said_at]
    assert sorted(times)[:2] == ["2019-05-03T12:02:10+00:00", "2019-05-03T13:30:00+00:00"]
    assert {(one.kind, one.is_owner, one.own_text, one.author) for one in found.values()} == {
        ("picture", None, "", None)
    }


def test_a_folder_that_grew_adds_what_is_new_and_an_edited_picture_stays_one_record(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = folder(tmp_path / "Photos")
    import_path(fresh_self, path, Options(zone="UTC"))
    again = import_path(fresh_self, path, Options(zone="UTC"))
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    (path / "2019/IMG_1.jpg").write_bytes(jpeg(tags()) + b"cropped")
    (path / "winter.jpg").unlink()
    (path / "IMG_9.jpg").write_bytes(jpeg(tags(when="2022:01:01 00:00:00")))
    again = import_path(fresh_self, path, Options(zone="UTC"))
    assert (again.new, again.changed, len(stored(fresh_self))) == (1, 1, 4)


def test_two_pictures_with_one_name_given_singly_are_two_records_and_each_again_stays_one(
    tmp_path: Path, fresh_self: Self
) -> None:
    for camera, when in (("old", "2019:05:03 14:02:10"), ("new", "2021:12:24 18:00:00")):
        (tmp_path / camera).mkdir()
        (tmp_path / camera / "IMG_0001.jpg").write_bytes(jpeg(tags(when=when)))
        done = import_path(fresh_self, tmp_path / camera / "IMG_0001.jpg", Options(zone="UTC"))
        assert (done.new, done.changed) == (1, 0)
    (tmp_path / "old/IMG_0001.jpg").write_bytes(jpeg(tags(when="2019:05:03 14:02:10")) + b"cropped")
    for camera, changed in (("old", 1), ("new", 0)):
        again = import_path(fresh_self, tmp_path / camera / "IMG_0001.jpg", Options(zone="UTC"))
        assert (again.new, again.changed) == (0, changed)
    assert len(stored(fresh_self)) == 2


def test_the_table_of_a_folder_counts_pictures_together(tmp_path: Path) -> None:
    with SourceView.at(folder(tmp_path / "Photos")) as source:
        entries = survey(source, Options(zone="UTC"), {}).entries
    assert [(one.format, one.files) for one in entries] == [("pictures", 2), ("pictures", 1)]


def test_a_picture_that_says_nothing_is_refused_with_the_reason(tmp_path: Path, fresh_self: Self) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(tags(when="", offset="", place=None)))
    with pytest.raises(UnknownFormat, match="neither when nor where"):
        import_path(fresh_self, tmp_path / "a.jpg")


def test_search_and_timeline_find_a_picture_by_its_day(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, folder(tmp_path / "Photos"), Options(zone="UTC"))
    import_path(fresh_self, chat(tmp_path / "WhatsApp Chat with Anna.zip", jpeg(tags())), Options(zone="UTC"))
    with open_view(fresh_self, "quote") as view:
        assert "24 December" in search(view, "picture December 2021")[0].record.text
        lines = [(line.when, line.text, line.thread_title) for line in told_of(view)]
    assert lines == [
        ("2019-05-03", "A picture of 3 May 2019, at 48.1 N 11.6 E (IMG_1.jpg) and 1 more", "2019"),
        ("2019-05-03", "A picture of 3 May 2019, at 48.1 N 11.6 E (IMG-1.jpg)", "Anna"),
        ("2021-12-24", "A picture of 24 December 2021 (winter.jpg)", "Photos"),
    ]


@pytest.mark.parametrize("alone", [True, False])
def test_forgetting_a_record_takes_its_pictures(tmp_path: Path, fresh_self: Self, alone: bool) -> None:
    picture = jpeg(tags()) + b"the only bytes of it"
    if alone:
        (tmp_path / "IMG_1.jpg").write_bytes(picture)
        done = import_path(fresh_self, tmp_path / "IMG_1.jpg", Options(zone="UTC"))
    else:
        done = import_path(fresh_self, chat(tmp_path / "WhatsApp Chat with Anna.zip", picture))
    assert done.new and picture in blobs(fresh_self)
    [record] = [one for one in stored(fresh_self) if one.attachments]
    forget(fresh_self, record.id)
    assert picture not in blobs(fresh_self)
    assert captions(fresh_self) == []


def blobs(self_: Self) -> list[bytes]:
    return [path.read_bytes() for path in self_.path.glob("blobs/*/*")]


def forget(self_: Self, id: str) -> None:
    with Archive.writing(self_) as archive:
        archive.forget([id])


def test_what_records_json_tells_of_a_picture(tmp_path: Path, fresh_self: Self) -> None:
    from afterself.policy.record_json import record_json

    import_path(fresh_self, chat(tmp_path / "WhatsApp Chat with Anna.zip", jpeg(tags())))
    told = [one for record in stored(fresh_self) for one in record_json(record)["attachments"]]
    assert json.loads(json.dumps(told))[0] | {"size": 0} == {
        "name": "IMG-1.jpg", "state": "present", "mime": "image/jpeg", "size": 0,
        "taken": "2019-05-03T14:02:10+02:00", "latitude": 48.13743, "longitude": 11.57549,
    }  # fmt: skip


def test_a_place_alone_and_a_day_alone_are_captions() -> None:
    place = Attachment("a", "present", latitude=-33.86, longitude=-70.65)
    assert caption(place) == "a picture at 33.9 S 70.7 W"
    assert caption(Attachment("a", "present", taken="2021-12-24T18:00:00")) == "a picture of 24 December 2021"
    assert caption(Attachment("a", "present")) == ""
