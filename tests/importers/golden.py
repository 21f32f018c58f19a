"""Hand-written WhatsApp exports and what must come out of them, read by the whole road into an archive.

`whatsapp/NAME.txt` is the chat byte for byte, `whatsapp/NAME.json` what a careful reader finds
in it: thread, and for each record author, kind, instant, text, what of it is anybody's own words
(`words`, where it differs from the text) and the owner's (`own_text`), in that order. All people
and numbers are invented. `unsure` names what was written from memory and never seen in an export.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_path
from afterself.importers.source_view import SourceView
from afterself.policy import open_view

FOLDER = Path(__file__).parent / "whatsapp"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
_MARKS = re.compile("[\u200e\u200f\u202a\u202c\u2068\u2069]")


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def export_of(name: str, folder: Path) -> Path:
    """The fixture under the name its phone gave it: a text file, or an iPhone's zip."""
    wanted = golden(name)
    path = folder / wanted["file"]
    folder.mkdir(parents=True, exist_ok=True)
    chat = (FOLDER / f"{name}.txt").read_bytes()
    if path.suffix == ".txt":
        path.write_bytes(chat)
        return path
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("_chat.txt", chat)
        for member in wanted.get("members", ()):
            packed.writestr(member, b"not really a photo")
    return path


def options_of(name: str) -> Options:
    wanted = golden(name)
    return Options(me=(wanted["owner"],), zone=wanted["zone"])


def read_fixture(name: str, folder: Path) -> Read:
    with SourceView.at(export_of(name, folder)) as source:
        return read_source(source, options_of(name))


def import_fixture(name: str, folder: Path, into: Self) -> ImportSummary:
    return import_path(into, export_of(name, folder), options_of(name))


def seen_in(self_: Self) -> list[dict[str, Any]]:
    """Every record of a self, as the goldens write them."""
    with open_view(self_, "retrieve") as view:
        return [_row(record) for record in view.records()]


def _row(record: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "author": record.author_name or None,
        "kind": record.kind,
        "said_at": record.said_at.isoformat(),
        "text": _plain(record.text),
    }
    if record.kind == "message" and " ".join(record.words.split()) != " ".join(record.text.split()):
        row["words"] = " ".join(_plain(record.words).split())
    row["own_text"] = " ".join(_plain(record.own_text).split())
    if record.deleted:
        row["deleted"] = True
    if record.attachments:
        row["attachments"] = [[one.name, one.state] for one in record.attachments]
    return row


def wanted_rows(name: str) -> list[dict[str, Any]]:
    """The golden's records; an attachment `*` may be called anything (WhatsApp does not name it)."""
    rows = []
    for record in golden(name)["records"]:
        row = {key: value for key, value in record.items() if key != "edited"}
        row["own_text"] = " ".join(row["own_text"].split())
        rows.append(row)
    return rows


def same_but_unnamed(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`found`, with the names of attachments left out where the golden does not give them."""
    for row, model in zip(found, wanted, strict=False):
        if model.get("attachments") == [["*", "omitted"]] and len(row.get("attachments", ())) == 1:
            row["attachments"] = [["*", row["attachments"][0][1]]]
    return found


def _plain(text: str) -> str:
    return _MARKS.sub("", text).replace("\u202f", " ").replace("\u00a0", " ")
