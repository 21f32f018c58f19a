"""Documents (notes, Word, OpenDocument, PDF, web pages), one or a folder -> a thread and a record each.

A document is known by its path in the folder, so an edit makes a revision. Its author is whom the file names;
where a file that people type names nobody, it is "writer of FOLDER", and the owner may say that this is
them. Comments and tracked insertions are records of their author. Each format is read in a `document_*`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from afterself.archive.drafts import Kind, Problem, Yielded
from afterself.errors import HostileSource, SourceError
from afterself.importers import (
    document_docx,
    document_html,
    document_markdown,
    document_odt,
    document_pdf,
    document_txt,
)
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.document import LARGEST, Document
from afterself.importers.document_records import Drafter
from afterself.importers.source_view import SourceView, shown
from afterself.importers.whatsapp_titles import titled

_BYTES: dict[str, Callable[[bytes], Document]] = {
    "md": document_markdown.read,
    "markdown": document_markdown.read,
    "txt": document_txt.read,
    "text": document_txt.read,
    "html": document_html.read,
    "htm": document_html.read,
    "xhtml": document_html.read,
    "pdf": document_pdf.read,
}
_ZIPPED: dict[str, Callable[[SourceView], Document]] = {
    "docx": document_docx.read,
    "docm": document_docx.read,
    "odt": document_odt.read,
}
_TEXTS = {"md", "markdown", "txt", "text", "html", "htm", "xhtml"}
_OLD = {"doc": "it is in Word's old format: save it as .docx", "rtf": "it is RTF: save it as .docx"}
_TEXT_ODT = b"application/vnd.oasis.opendocument.text"
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OF_PROGRAMS = {"node_modules", "site-packages", "__pycache__"}
_TELEGRAM_PAGE = b"page_wrap"


class DocumentImporter:
    """Reads what people write outside of conversations."""

    name = "Documents"
    version = "1"
    source = "documents"
    reads = "notes (.md, .txt), .docx, .odt, .pdf, .html: one, or a folder or zip of them"
    kinds: frozenset[Kind] = frozenset(("document", "comment"))
    general = True

    def detect(self, source: SourceView) -> Detection:
        """Sure enough if there is a document that no other importer knows better."""
        if _whole(source):
            return Detection(0.9, "document", "is a document", source.names())
        found = tuple(_candidates(source))
        if source.kind == "file" and found and _suffix(found[0]) in _TEXTS and _binary(source.head(found[0])):
            return Detection(0.0, "", f"{shown(found[0])} is named like a text, but it is none")
        if any(_suffix(name) not in _OLD for name in found):
            return Detection(0.6, "documents", "holds documents", found)
        old = next((_OLD[_suffix(name)] for name in found), "")
        return Detection(0.0, "", old and f"{shown(source.outer_name)}: {old}")

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every document, one after the other; one that cannot be read is a Problem."""
        outer = source.outer_name
        name = outer[:-4] if source.kind == "zip" and outer.lower().endswith(".zip") else outer
        drafter = Drafter(name, source.names(), options)
        whole = _whole(source)
        if whole:
            yield from _yielded(drafter, name, _body(source), partial(whole, source))
        else:
            for member in _candidates(source):
                key = member if source.kind == "file" else f"{name}/{member}"
                yield from _yielded(drafter, key, member, partial(_read, source, member))
        yield from drafter.asks()


def _yielded(drafter: Drafter, key: str, member: str, reading: Callable[[], Document]) -> Iterator[Yielded]:
    """What one file gives, or why it gives nothing."""
    try:
        document = reading()
        if not document.text.strip() and not document.remarks:
            raise Unreadable("it holds no text")
    except Unreadable as why:
        yield Problem("skipped", shown(member), str(why))
    except HostileSource:
        yield Problem("skipped", shown(member), "it is refused: it would unpack to far more than it is")
    except SourceError as error:
        locked = "password" in error.message
        yield Problem(
            "skipped",
            shown(member),
            f"it is {'protected with a password' if locked else 'cut off or damaged'}",
        )
    else:
        yield from drafter.drafts(document, key, member)


def _read(source: SourceView, member: str) -> Document:
    suffix = _suffix(member)
    if suffix in _OLD:
        raise Unreadable(_OLD[suffix])
    if suffix in _ZIPPED:
        if source.head(member, len(_CFB)) == _CFB:
            raise Unreadable("it is protected with a password")
        with source.unpacked(member) as inner:
            return _ZIPPED[suffix](inner)
    with source.open(member) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"it is bigger than {LARGEST >> 20} MiB")
    return _BYTES[suffix](data)


def _whole(source: SourceView) -> Callable[[SourceView], Document] | None:
    """How to read a source that is itself one zipped document."""
    if source.kind != "zip":
        return None
    if document_docx.BODY in source and "[Content_Types].xml" in source:
        return document_docx.read
    if "mimetype" in source and source.head("mimetype", len(_TEXT_ODT)) == _TEXT_ODT:
        return document_odt.read
    return None


def _body(source: SourceView) -> str:
    return document_docx.BODY if document_docx.BODY in source else "content.xml"


def _candidates(source: SourceView) -> Iterator[str]:
    """Members that are documents by their names and are not a program's or an export's own."""
    for name in source.names():
        suffix = _suffix(name)
        if suffix not in _BYTES and suffix not in _ZIPPED and suffix not in _OLD:
            continue
        folders = name.split("/")
        if any(part.startswith(".") or part in _OF_PROGRAMS for part in folders):
            continue
        if suffix in ("txt", "html", "htm") and _of_export(source, name, folders[-1]):
            continue
        yield name


def _of_export(source: SourceView, name: str, file_name: str) -> bool:
    """A chat that its own importer did not take: that is told, it does not become a note."""
    if titled(file_name) or file_name in (
        "_chat.txt",
        "chat.html",
    ):  # ChatGPT’s viewer
        return True
    try:
        head = source.head(name, 4096)
    except SourceError:
        return False
    return _TELEGRAM_PAGE in head if "htm" in file_name[-5:].lower() else head.lstrip().startswith(b"{")


def _binary(head: bytes) -> bool:
    try:
        document_txt.decoded(head)
    except Unreadable:
        return True
    return False


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
