"""Every export that is read: of what is forgotten no word stays in what is kept of it, however spelled there.

Half of what an export says is forgotten. A word that only these records said must then be in no kept file,
whether as it is, in escapes or entities, read in the wrong encoding, or in base64.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import json_golden
import pytest
from json_golden import ASSISTANTS, FOREIGN, TELEGRAM, golden, laid_out, options_of, stored
from test_foreign_fixtures import NOT_YET_READ
from test_imessage_database import AT, archived, database

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.reparsing import reparse

ELSEWHERE = {
    "date", "elle", "example", "file", "from", "heights", "https", "instagram", "kasse", "message", "name",
    "nicht", "note", "nuria", "pumpe", "signed", "status", "stuga", "twitter",
}  # fmt: skip
"""Words that stand in the exports as names of fields, addresses and files, too, or in what is not read."""
UNREAD = {
    "foreign_fixtures/bluesky/truncated",
    "foreign_fixtures/discord/dce-text",
    "foreign_fixtures/imessage-exporter/html",
}
READ = [
    name
    for name in (*FOREIGN, *TELEGRAM, *ASSISTANTS)
    if golden(name).get("records") and name not in UNREAD and name.split("/")[1] not in NOT_YET_READ
]
HOSTILE = 'Grüße 🦉 & <b>"Käuze"</b> um 5\'\nzweite Zeile \\ mit Öl/Salz'


@pytest.mark.parametrize("name", READ)
def test_no_word_of_what_is_forgotten_stays_in_a_kept_export(
    name: str, tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, laid_out(name, tmp_path), options_of(name))
    records, _ = stored(fresh_self)
    gone = [one for one in records if _words(one.text)][::2]
    left = [one for one in records if one not in gone]
    others = " ".join(
        [one.text for one in left] + [f"{one.author_name} {one.thread_title}" for one in records]
    )
    only_theirs = _words(" ".join(one.text for one in gone)) - _words(others) - ELSEWHERE
    with Archive.writing(fresh_self) as archive:
        archive.forget([one.id for one in gone])
    assert sorted(only_theirs & _words(_kept(fresh_self))) == []
    assert {one.id for one in stored(fresh_self)[0]} == {one.id for one in left}
    # With the last words of a conversation go the lists of names, which tell of it, too.
    assert not any(one.problem and "lists of names" not in one.problem for one in reparse(fresh_self) if left)


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


def _slack(text: str) -> bytes:
    return json.dumps(html.escape(text, quote=False))[1:-1].encode()


def _meta(text: str) -> bytes:
    return json.dumps(text.encode().decode("latin-1"))[1:-1].encode()


def _google(text: str) -> bytes:
    return re.sub("[&<>'=]", lambda one: f"\\u{ord(one[0]):04x}", json.dumps(text)[1:-1]).encode()


def _csv(text: str) -> bytes:
    csv.writer(told := io.StringIO()).writerow([text])
    return told.getvalue().rstrip("\r\n").encode()


def _sms(text: str) -> bytes:
    words = html.escape(text).replace("\n", "&#10;").replace("🦉", "&#55358;&#56713;")
    return words.replace("&#x27;", "&apos;").encode()


WRITTEN: list[tuple[str, str, Callable[[str], bytes]]] = [
    ("foreign_fixtures/slack/workspace", "komt goed", _slack),
    ("foreign_fixtures/facebook/year-2024", "hi dear you won a prize", _meta),
    ("foreign_fixtures/google-chat/takeout", "szia! jössz holnap?", _google),
    ("foreign_fixtures/google-keep/takeout", "diktiert im Auto", _json),
    ("foreign_fixtures/discord/package", "Wind 5, wer kommt mit?", _json),
    ("foreign_fixtures/discord/package-2021", "хорошо — до завтра", _csv),
    ("foreign_fixtures/discord/package-2021", '"Frohes ""neues"", alle, zusammen"', _csv),
    ("foreign_fixtures/sms/phone-de", "Kommst du morgen? Ich hab den Schlüssel &#55357;&#56832;", _sms),
    ("telegram/personal-new", "five minutes, the tram stood still", _json),
    ("telegram/personal-new", '"five minutes, the tram stood still"',
     lambda text: json.dumps([text[:8], {"type": "bold", "text": text[8:]}]).encode()),
    ("assistants/chatgpt-plain", "how long is a fathom?", _json),
    ("assistants/claude-plain", "may I swim in the lock?", _google),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "write"), WRITTEN)
def test_signs_that_an_export_writes_otherwise_do_not_keep_a_text_in_it(
    name: str,
    said: str,
    write: Callable[[str], bytes],
    tmp_path: Path,
    fresh_self: Self,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = (tmp_path / "fixtures" / name).parent
    shutil.copytree((json_golden.HERE / name).parent, folder)
    for file in folder.rglob("*"):
        if file.is_file() and file.name != f"{Path(name).name}.json":
            file.write_bytes(file.read_bytes().replace(said.encode(), write(HOSTILE)))
    monkeypatch.setattr(json_golden, "HERE", tmp_path / "fixtures")
    _forgotten(fresh_self, laid_out(name, tmp_path), options_of(name))


def test_a_message_leaves_the_database_of_messages_with_all_of_its_pages(
    tmp_path: Path, fresh_self: Self
) -> None:
    said = {"guid": "g1", "text": None, "attributedBody": archived(HOSTILE * 90), "is_from_me": 1, "date": AT}
    other = {"guid": "g2", "text": "bis gleich", "is_from_me": 1, "date": AT + 1}
    _forgotten(fresh_self, database(tmp_path / "chat", said, other), Options(zone="UTC"))
    assert "bis gleich" in _kept(fresh_self)
    assert [one.same for one in reparse(fresh_self)] == [1]


def test_a_mail_in_base64_is_cut_out_of_its_mailbox(tmp_path: Path, fresh_self: Self) -> None:
    mail = "From a@b Mon Jan  1 00:00:00 2024\nFrom: Ida <ida@isle.example>\nTo: me@isle.example\n"
    mail += "Date: Mon, 1 Jan 2024 10:00:00 +0000\nMessage-ID: <{n}@isle.example>\nSubject: Post\n"
    mail += "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    mail += "Content-Transfer-Encoding: base64\n\n{body}\n\n"
    bodies = [base64.encodebytes(text.encode()).decode() for text in (HOSTILE, "bis gleich am Hafen")]
    box = tmp_path / "box.mbox"
    box.write_text(
        "".join(mail.replace("{n}", f"m{n}").replace("{body}", body) for n, body in enumerate(bodies))
    )
    _forgotten(fresh_self, box, Options(zone="UTC"))
    assert "bis gleich am hafen" in _kept(fresh_self)


def test_a_note_in_html_and_a_table_in_json_are_cut_or_dropped(tmp_path: Path, fresh_self: Self) -> None:
    said = {"conversation": "Ufer", "author": "Ida"}
    rows = [
        said | {"time": f"2024-01-0{n}T10:00:00Z", "text": text}
        for n, text in enumerate((HOSTILE, "bis gleich"), 1)
    ]
    (tmp_path / "table.json").write_text(json.dumps(rows))
    _forgotten(fresh_self, tmp_path / "table.json", Options(zone="UTC"))
    page = f"<html><head><title>Post</title></head><body><p>{html.escape(HOSTILE)}</p></body></html>"
    (tmp_path / "note.html").write_bytes(page.encode("ascii", "xmlcharrefreplace"))
    _forgotten(fresh_self, tmp_path / "note.html", Options(zone="UTC"))


def test_the_name_of_a_chat_goes_with_its_last_message(tmp_path: Path, fresh_self: Self) -> None:
    for id, name in enumerate(("Milo Tarn", "Jörg & Søn"), 1):
        said = {"id": 1, "type": "message", "date_unixtime": "1646474400", "from": name, "text": "Ahoi"}
        chat = {
            "id": id,
            "name": name,
            "type": "personal_chat",
            "messages": [{**said, "from_id": f"user{id}"}],
        }
        (tmp_path / f"{id}").mkdir()
        (tmp_path / f"{id}" / "result.json").write_text(json.dumps(chat))
        import_path(fresh_self, tmp_path / f"{id}", Options(me=("Ida",), zone="UTC"))
    records, _ = stored(fresh_self)
    assert "jörg & søn" in _kept(fresh_self)
    with Archive.writing(fresh_self) as archive:
        archive.forget([one.id for one in records if one.thread_title == "Jörg & Søn"])
    kept = _kept(fresh_self)
    assert "jörg" not in kept
    assert "milo tarn" in kept


def _forgotten(self_: Self, export: Path, options: Options) -> None:
    """Import, forget the hostile text, and find none of it."""
    import_path(self_, export, options)
    records, _ = stored(self_)
    gone = [one.id for one in records if "zweite Zeile" in one.text]
    assert gone
    assert "zweite zeile" in _kept(self_)
    with Archive.writing(self_) as archive:
        archive.forget(gone)
    kept = _kept(self_)
    assert not [word for word in ("grüße", "käuze", "zweite zeile", "öl/salz", "🦉") if word in kept]
    assert len(stored(self_)[0]) >= len(records) - len(gone) - 1


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def _kept(self_: Self) -> str:
    """All that is kept of exports, as plain words."""
    files = (path for path in (self_.path / "blobs").rglob("*") if path.is_file())
    return " ".join(_plain(path.read_bytes()) for path in files)


def _plain(data: bytes) -> str:
    """Everything that a file may say, read in each of the ways in which exports write it."""
    packed = re.findall(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n)*[A-Za-z0-9+/]{8,}={0,2}", data)
    words = data.decode("utf-8", "replace")
    packed = [re.sub(rb"[\s=]", b"", one) for one in packed]
    whole = (base64.b64decode(one + b"=" * (-len(one) % 4)) for one in packed if len(one) % 4 != 1)
    words += " ".join(one.decode("utf-8", "ignore") for one in whole)
    words = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), words)
    words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\\/", "/")
    latin = re.compile("[\x80-\xff]+")
    forms = [words, latin.sub(lambda one: one[0].encode("latin-1").decode("utf-8", "replace"), words)]
    forms += [html.unescape(form) for form in forms]
    return " ".join(forms).casefold()
