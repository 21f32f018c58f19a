"""Notion's export (Markdown or HTML, a zip in a zip) -> pages, each a document of its own.

A page is known by the 32 digits at the end of its file's name, also when it was renamed or moved. Its
properties are no prose; the tables of a database repeat its pages. Who wrote a page is said only where it has
a property `Created by`; for the others it is asked, as for any document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from afterself.archive.drafts import Attachment, Kind, Locator, Problem, RecordDraft, Yielded
from afterself.archive.keys import nfc
from afterself.errors import SourceError
from afterself.importers import document_html, document_markdown
from afterself.importers.attached import beside
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.document import LARGEST, Document
from afterself.importers.document_records import Drafter
from afterself.importers.document_txt import decoded
from afterself.importers.local_time import MONTHS
from afterself.importers.source_view import NESTED, SourceView, shown

_PAGE = re.compile(r"(?:.*[ /])?([0-9a-f]{32})\.(md|html|csv)", re.DOTALL)
_TABLE = re.compile(r"[0-9a-f]{32}(?:_all)?\.csv$")
_PART = re.compile(r"(?:.*/)?(?:Export|ExportBlock)-[0-9a-f-]{8,}[^/]*\.zip")
_PROPERTY = re.compile(r"([^\W\d_][^:\n]{0,60}):(?: (.*))?")
_USUAL = (
    "created",
    "created by",
    "created time",
    "last edited",
    "last edited by",
    "last edited time",
    "tags",
)
_MADE = ("created", "created time", "date created")
_DATE = re.compile(r"@?([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4})(?: (\d{1,2}):(\d\d)(?: ([AP])M)?)?")
_ASIDE = re.compile(r"(?m)^</?aside>[ \t]*$\n?")
_HEADER = re.compile(r"<header>.*?</header>", re.DOTALL)
_ROW = re.compile(r'property-row-(created_time|created_by)"?[^<>]*>.*?<td>(.*?)</td>', re.DOTALL)
_TITLE = re.compile(r"<title>([^<]{0,500})</title>")
_TAG = re.compile(r"<[^<>]{0,500}>")


class NotionImporter:
    """Reads workspaces and pages that Notion exported."""

    name = "Notion export"
    version = "1"
    source = "notion"
    reads = "the zip that Notion exports (Markdown & CSV, or HTML), or its folder"
    kinds: frozenset[Kind] = frozenset(("document",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if files are named as Notion names pages."""
        parts = [name for name in source.names() if _PART.fullmatch(name)]
        pages = [name for name in _names(source) if _PAGE.fullmatch(name)]
        if not pages:
            return Detection(0.0, "", "")
        folders = {name.rpartition(".")[0][:-33] + "/" for name in pages}
        also = [one for one in source.names() if any(one.startswith(folder) for folder in folders)]
        own = [name for name in pages if NESTED not in name]
        return Detection.of(
            0.95, "Notion export", "pages as Notion's", [*own, *parts], [*also, *_tables(source)]
        )

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every page; one that cannot be read is a Problem."""
        names = list(_names(source))
        drafter = Drafter("Notion", (), options)
        columns = {one for name in names if _TABLE.search(name) for one in _columns(source, name)}
        known: set[str] = set()
        for member in names:
            found = _PAGE.fullmatch(member)
            if _TABLE.search(member):
                yield Problem("skipped", shown(member), "a table: its rows are pages")
            elif found and found[1] not in known:
                known.add(found[1])
                try:
                    page = _page(source, member, columns)
                except (Unreadable, SourceError) as why:
                    yield Problem("skipped", shown(member), str(why))
                    continue
                for item in drafter.drafts(page, found[1], member):
                    if isinstance(item, RecordDraft):
                        files = tuple(_found(one, member, source, names) for one in page.attachments)
                        where = Locator(member, 0, source.size(member))
                        item = item._replace(native_id=found[1], locator=where, attachments=files)
                    yield item
        yield from drafter.asks()


def _names(source: SourceView) -> Iterator[str]:
    """All members, those of the zips inside with their outer name."""
    for name in source.names():
        if _PART.fullmatch(name):
            yield from (f"{name}{NESTED}{inner}" for inner in source.nested(name).names())
        else:
            yield name


def _tables(source: SourceView) -> list[str]:
    return [name for name in source.names() if _TABLE.search(name)]


def _bytes(source: SourceView, member: str) -> bytes:
    with source.open(member) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"it is bigger than {LARGEST >> 20} MiB")
    return data


def _columns(source: SourceView, table: str) -> list[str]:
    """The names of a database's properties, which head its table."""
    first = source.head(table, 8192).decode("utf-8-sig", "replace").partition("\n")[0]
    return [one.strip(' "\r').lower() for one in first.split(",")]


def _page(source: SourceView, member: str, columns: set[str]) -> Document:
    data = _bytes(source, member)
    page = _html(data) if member.endswith(".html") else _markdown(data, columns)
    if not page.text.strip() and not page.attachments:
        raise Unreadable("the page holds no prose")
    return page


def _markdown(data: bytes, columns: set[str]) -> Document:
    text, warning = decoded(data)
    text = text.replace("\r\n", "\n").lstrip("\n")
    title = ""
    if text.startswith("# "):
        title, _, text = text[2:].partition("\n")
    properties, body = _properties(text.lstrip("\n"), columns)
    read = document_markdown.read(_ASIDE.sub("", body).encode())
    by = properties.get("created by", "")
    made = next((properties[key] for key in _MADE if properties.get(key)), "")
    return replace(
        read, title=title.strip(), authors=(by,) if by else (), date=_iso(made), typed=True, warning=warning
    )


def _properties(text: str, columns: set[str]) -> tuple[dict[str, str], str]:
    """The properties at a page's head, and what follows: some have names that Notion or a table here uses."""
    head, _, rest = text.partition("\n\n")
    first = _PROPERTY.match(head)
    if not first or first[1].lower() not in {*columns, *_USUAL}:
        return {}, text
    found: dict[str, str] = {}
    for line in head.split("\n"):
        named = _PROPERTY.fullmatch(line)
        if named:
            found[named[1].lower()] = (named[2] or "").strip()
    return found, rest


def _html(data: bytes) -> Document:
    text, warning = decoded(data)
    head = _HEADER.search(text)
    rows = {key: _TAG.sub("", value).strip() for key, value in _ROW.findall(head[0])} if head else {}
    title = _TITLE.search(text)
    read = document_html.read(_HEADER.sub("", text, count=1).encode())
    by = rows.get("created_by", "")
    return replace(
        read,
        title=title[1].strip() if title else read.title,
        authors=(by,) if by else (),
        date=_iso(rows.get("created_time", "")),
        typed=True,
        warning=warning,
    )


def _iso(date: str) -> str:
    """A date as Notion words it in English, as ISO 8601; others as they are."""
    found = _DATE.match(date.strip())
    if not found or found[1] not in MONTHS:
        return date.strip()
    day = f"{found[3]}-{MONTHS[found[1]]:02}-{int(found[2]):02}"
    if not found[4]:
        return day
    hour = int(found[4]) % 12 + 12 * (found[6] == "P") if found[6] else int(found[4])
    return f"{day} {hour:02}:{found[5]}"


def _found(attachment: Attachment, page: str, source: SourceView, names: list[str]) -> Attachment:
    """A picture with its member: a page names it from its folder on, in escapes."""
    if attachment.state == "remote":
        return attachment
    folder = page[: page.rfind(NESTED) + len(NESTED)] if NESTED in page else ""
    member = (beside(page) if "/" in page[len(folder) :] else folder) + nfc(unquote(attachment.name))
    name = member.rpartition("/")[2]
    if member in names:
        return Attachment(name, "present", None, source.size(member), member)
    return Attachment(name, "missing")
