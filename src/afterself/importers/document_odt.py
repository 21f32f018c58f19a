"""OpenDocument text (ODT) -> a document: text, annotations and tracked insertions to their author.

After OpenDocument 1.3 part 3: 5.1 (paragraphs), 5.5 (change tracking: deleted text stands outside the body
and is not read), 9.1 (tables), 14.1 (annotations). The author is who began the file, not who saved it last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from afterself.archive.drafts import Span
from afterself.importers.contract import Unreadable
from afterself.importers.document import Change, Document, Mark, Page, Remark
from afterself.importers.document_xml import child, part_of
from afterself.importers.source_view import SourceView

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    f"{_URN}office:1.0": "office",
    f"{_URN}text:1.0": "text",
    f"{_URN}table:1.0": "table",
    f"{_URN}style:1.0": "style",
    f"{_URN}drawing:1.0": "draw",
    f"{_URN}meta:1.0": "meta",
    f"{_URN}manifest:1.0": "manifest",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_SILENT = {
    "text:tracked-changes", "text:note-citation", "text:table-of-content", "text:alphabetical-index",
    "text:ruby-text", "text:sequence-decls", "text:variable-decls", "text:user-field-decls", "office:forms",
    "office:annotation-end", "text:change", "table:table-column", "dc:creator", "dc:date",
    "?:title", "?:desc",
    "text:bibliography", "text:illustration-index", "meta:date-string", "draw:object",
}  # fmt: skip
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 200


def read(source: SourceView) -> Document:
    """The document of an open ODT. Unreadable says why there is none."""
    manifest = part_of(source, "META-INF/manifest.xml", _PREFIXES)
    if "encrypted-package" in source or (
        manifest is not None and next(manifest.iter("manifest:encryption-data"), None) is not None
    ):
        raise Unreadable("it is protected with a password")
    content = part_of(source, "content.xml", _PREFIXES)
    body = child(content, "office:body", "office:text")
    if content is None or body is None:
        raise Unreadable("it is no OpenDocument text")
    meta = part_of(source, "meta.xml", _PREFIXES)
    author = _first(meta, "meta:initial-creator") or _first(meta, "dc:creator")
    walker = _Walker(_quoting(content), _changes(body))
    walker.walk(body, None)
    text, spans, inserted = walker.finish(author)
    return Document(
        text,
        spans,
        (author,) if author else (),
        _first(meta, "meta:creation-date"),
        "",
        (*inserted, *walker.annotations),
    )


class _Walker:
    """Walks a tree whose depth `document_xml` has bounded."""

    def __init__(self, quoting: set[str], changes: dict[str, Change]) -> None:
        self._page = Page()
        self._quoting, self._changes = quoting, changes
        self._change: Change | None = None
        self._notes: list[Element] = []
        self._cells = 0
        self.annotations: list[Remark] = []

    def finish(self, author: str) -> tuple[str, tuple[Span, ...], list[Remark]]:
        self._change = None
        for note in self._notes:
            self._each(note, None)
            self._page.end()
        return self._page.finish(author)

    def walk(self, node: Element, mark: Mark) -> None:
        tag = node.tag
        if tag in ("text:p", "text:h"):
            style = node.get("text:style-name", "")
            self._inline(node, mark or ("quoted" if style in self._quoting else None))
            if not self._cells:
                self._page.end()
        elif tag == "text:s":
            count = node.get("text:c", "1")
            self._add(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES), mark)
        elif tag == "text:tab":
            self._add("\t", mark)
        elif tag == "text:line-break":
            self._add("\n", mark)
        elif tag == "text:change-start":
            self._change = self._changes.get(node.get("text:change-id", ""))
        elif tag == "text:change-end":
            self._change = None
        elif tag == "text:note":
            self._notes += [one for one in node if one.tag == "text:note-body"]
        elif tag == "office:annotation":
            self._annotate(node)
        elif tag == "draw:text-box":
            aside, cells = self._page.aside(), self._cells
            self._cells = 0
            self._each(node, None)
            self._page.resume(aside)
            self._cells = cells
        elif tag == "table:table":
            self._table(node, mark)
        elif tag.startswith("text:"):
            self._children(node, mark)
        elif tag not in _SILENT:
            self._each(node, mark)

    def _children(self, node: Element, mark: Mark) -> None:
        if node.tag in _SILENT:
            return
        if node.tag in ("text:list", "text:list-item", "text:list-header", "text:section", "text:index-body"):
            self._each(node, mark)
        else:
            self._inline(node, mark)

    def _inline(self, node: Element, mark: Mark) -> None:
        """Running text: that of the node and what stands between its children."""
        self._words(node.text, mark)
        for one in node:
            self.walk(one, mark)
            self._words(one.tail, mark)

    def _each(self, node: Element, mark: Mark) -> None:
        for one in node:
            self.walk(one, mark)

    def _words(self, text: str | None, mark: Mark) -> None:
        if text:
            self._page.words(_BLANKS.sub(" ", text), self._change or mark)

    def _add(self, text: str, mark: Mark) -> None:
        self._page.add(text, self._change or mark)

    def _table(self, node: Element, mark: Mark) -> None:
        """A table is one block: rows are lines, cells are parted by tabs."""
        if not self._cells:
            self._page.end()
        self._cells += 1
        for number, row in enumerate(_rows(node)):
            self._page.add("\n" if number else "")
            for column, cell in enumerate(_cells(row)):
                self._page.add("\t" if column else "")
                for place, one in enumerate(cell):
                    self._page.add(" " if place else "")
                    self.walk(one, mark)
        self._cells -= 1
        if not self._cells:
            self._page.end()

    def _annotate(self, node: Element) -> None:
        inner = _Walker(set(), {})
        for one in node:
            if one.tag not in _SILENT:
                inner.walk(one, None)
        remark = Remark(_first(node, "dc:creator"), _first(node, "dc:date"), inner.finish("")[0])
        self.annotations.append(remark)


def _rows(node: Element) -> Iterator[Element]:
    """Rows of a table, also of its header and groups, not those of a table inside."""
    for one in node:
        if one.tag == "table:table-row":
            yield one
        elif one.tag in ("table:table-header-rows", "table:table-rows", "table:table-row-group"):
            yield from _rows(one)


def _cells(row: Element) -> list[Element]:
    return [one for one in row if one.tag == "table:table-cell"]


def _changes(body: Element) -> dict[str, Change]:
    """Insertions by their ids."""
    found = {}
    for region in body.iter("text:changed-region"):
        insertion = child(region, "text:insertion")
        if insertion is not None:
            id = region.get("text:id") or region.get("?:id") or region.get("xml:id") or ""
            found[id] = Change(_first(insertion, "dc:creator"), _first(insertion, "dc:date"))
    return found


def _quoting(content: Element) -> set[str]:
    """Names of paragraph styles made from "Quotations", which is called so in every language."""
    found = {"Quotations"}
    for style in content.iter("style:style"):
        if style.get("style:parent-style-name") == "Quotations":
            found.add(style.get("style:name", "Quotations"))
    return found


def _first(node: Element | None, tag: str) -> str:
    found = None if node is None else next(node.iter(tag), None)
    return "" if found is None or not found.text else found.text.strip()
