"""A notes folder with every kind of document: what a careful reader finds in each, and what is no text."""

from __future__ import annotations

import json
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from reading import Read, read_source

from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView

FOLDER = Path(__file__).parent / "documents"
sys.path.insert(0, str(FOLDER))
from making import docx, odt, pdf, zipped  # noqa: E402

WANTED: dict[str, Any] = json.loads((FOLDER / "wanted.json").read_text("utf-8"))
CFB = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1024)


def vault(at: Path) -> Path:
    """The fixtures' folder, whole."""
    folder = at / "Vault"
    shutil.copytree(FOLDER / "vault", folder)
    deep = "<w:p>" * 2000 + "</w:p>" * 2000
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    locked = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    locked += "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    for name, data in {
        "minutes.docx": docx(), "minutes.odt": odt(), "paper.pdf": pdf("First page of it.", "Second page."),
        "scanned.pdf": pdf(""), "locked.docx": CFB, "old.doc": CFB,
        "locked.odt": odt(**{"META-INF/manifest.xml": locked, "content.xml": "\x07garbage"}),
        "locked.pdf": pdf("secret", encrypt=True), "cut.docx": docx()[:700], "cut.pdf": b"%PDF-1.7\n1 0 obj",
        "entities.docx": docx("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>", prolog=entities),
        "deep.docx": docx(deep), "notxml.odt": zipped({"mimetype": "application/vnd.oasis.opendocument.text",
                                                        "content.xml": "<office:document-content"}),
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    return folder


@cache
def _read(at: Path) -> Read:
    with SourceView.at(at) as source:
        return read_source(source, Options(zone=WANTED["zone"]))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _read(vault(tmp_path_factory.mktemp("documents")))


@pytest.mark.parametrize("name", WANTED["documents"])
def test_each_document_is_read_as_a_careful_reader_would(name: str, found: Read) -> None:
    if name.endswith(".pdf"):
        pytest.importorskip("pypdf")
    records = [r for r in found.records if r.thread == f"Vault/{name}"]
    texts = {r.native_id: r.text for r in records}
    wanted = WANTED["documents"][name]
    for model, record in zip(wanted, records, strict=True):
        row: dict[str, Any] = {
            "kind": record.kind, "author": record.author.name if record.author else None,
            "said_at": record.said_at.isoformat() if record.said_at else None,
            "precision": record.precision, "text": record.text,
            "spans": [[s.kind, record.text[s.start : s.end]] for s in record.spans],
        }  # fmt: skip
        if record.kind == "comment":
            reply = texts[record.reply_to or ""]
            row["reply_to"] = "document" if reply == wanted[0]["text"] else reply
        for one in found.threads:
            if one.key == f"Vault/{name}" and "title" in model:
                row["title"] = one.title
            if one.key == f"Vault/{name}" and "participants" in model:
                row["participants"] = [person.name for person in one.participants]
        if "attachments" in model:
            row["attachments"] = [a.name for a in record.attachments]
        assert row == model


@pytest.mark.parametrize("name", WANTED["skipped"])
def test_what_cannot_be_read_is_named_with_its_reason(name: str, found: Read) -> None:
    if name.endswith(".pdf"):
        pytest.importorskip("pypdf")
    assert dict(found.skipped).get(name) == WANTED["skipped"][name]


def test_nothing_else_of_the_folder_is_read(found: Read) -> None:
    assert {t.key for t in found.threads} == {f"Vault/{name}" for name in WANTED["documents"]}
    assert {where for where, _ in found.skipped} == set(WANTED["skipped"])
