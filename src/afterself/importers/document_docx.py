"""Word's DOCX -> a document: text, tables, boxes, notes; comments and tracked insertions to their author.

After ECMA-376 part 1: 17.3 (paragraphs, runs), 17.4 (tables), 17.13.4 (comments), 17.13.5 (revisions), and
[MS-DOCX] 2.5.4 for replies to comments. Deleted text and what was moved away are left out, of a box that
is written twice for old programs the first is read; fields' instructions, headers and footers are not text.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from afterself.importers.contract import Unreadable
from afterself.importers.document import Change, Document, Mark, Page, Remark
from afterself.importers.document_xml import child, part_of
from afterself.importers.source_view import SourceView

BODY = "word/document.xml"
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.microsoft.com/office/word/2012/wordml": "w15",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
}
_SILENT = {
    "w:pPr", "w:rPr", "w:sectPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sdtPr", "w:sdtEndPr",
    "w:del", "w:moveFrom", "w:instrText", "w:delText", "w:delInstrText",
}  # fmt: skip
_SIGNS = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-", "w:ptab": "\t"}
_WRAPPERS = {"w:sdt", "w:sdtContent", "w:customXml", "w:ins"}
_QUOTING = {"quote", "intense quote", "block text"}


def read(source: SourceView) -> Document:
    """The document of an open DOCX. Unreadable says why there is none."""
    body = part_of(source, BODY, _PREFIXES)
    if body is None:
        raise Unreadable("it is no Word document")
    core = part_of(source, "docProps/core.xml", _PREFIXES)
    author = _property(core, "dc:creator")
    page = Page()
    walker = _Walker(page, *_styles(part_of(source, "word/styles.xml", _PREFIXES)))
    walker.walk(body, None)
    for part, tag in (("footnotes", "w:footnote"), ("endnotes", "w:endnote")):
        notes = part_of(source, f"word/{part}.xml", _PREFIXES)
        walker.notes({} if notes is None else {one.get("w:id", ""): one for one in notes.iter(tag)}, tag)
    text, spans, inserted = page.finish(author)
    comments = part_of(source, "word/comments.xml", _PREFIXES)
    answers = part_of(source, "word/commentsExtended.xml", _PREFIXES)
    remarks = [*inserted, *_comments(comments, answers, len(inserted))]
    return Document(
        text, spans, (author,) if author else (), _property(core, "dcterms:created"), "", tuple(remarks)
    )


class _Walker:
    """Walks a tree whose depth `document_xml` has bounded."""

    def __init__(self, page: Page, quoting: set[str], contents: set[str]) -> None:
        self._page, self._quoting, self._contents = page, quoting, contents
        self._notes: list[tuple[str, str]] = []
        self._cells = 0

    def walk(self, node: Element, mark: Mark) -> None:
        tag = node.tag
        if tag in _SILENT:
            return
        if tag == "w:t":
            self._page.add(node.text or "", mark)
        elif tag in _SIGNS:
            self._page.add(_SIGNS[tag], mark)
        elif tag in ("w:ins", "w:moveTo"):
            self._each(node, Change(node.get("w:author", "").strip(), node.get("w:date", "")))
        elif tag == "w:p":
            style = child(node, "w:pPr", "w:pStyle")
            name = "" if style is None else style.get("w:val", "")
            if name not in self._contents:
                self._each(node, mark or ("quoted" if name in self._quoting else None))
                if not self._cells:
                    self._page.end()
        elif tag == "w:tbl":
            self._table(node, mark)
        elif tag == "w:txbxContent":
            aside, cells = self._page.aside(), self._cells
            self._cells = 0
            self._each(node, None)
            self._page.resume(aside)
            self._cells = cells
        elif tag == "mc:AlternateContent":
            for chosen in node[:1]:
                self._each(chosen, mark)
        elif tag in ("w:footnoteReference", "w:endnoteReference"):
            self._notes.append((tag.removesuffix("Reference"), node.get("w:id", "")))
        else:
            self._each(node, mark)

    def _each(self, node: Element, mark: Mark) -> None:
        for one in node:
            self.walk(one, mark)

    def _table(self, node: Element, mark: Mark) -> None:
        """A table is one block: rows are lines, cells are parted by tabs."""
        if not self._cells:
            self._page.end()
        self._cells += 1
        for number, row in enumerate(_within(node, "w:tr")):
            self._page.add("\n" if number else "")
            for column, cell in enumerate(_within(row, "w:tc")):
                self._page.add("\t" if column else "")
                for place, block in enumerate(one for one in cell if one.tag not in _SILENT):
                    self._page.add(" " if place else "")
                    self.walk(block, mark)
        self._cells -= 1
        if not self._cells:
            self._page.end()

    def notes(self, texts: dict[str, Element], tag: str) -> None:
        """The foot- or endnotes that were met, each once, after the text."""
        for kind, id in dict.fromkeys(self._notes):
            if kind == tag and id in texts:
                self._each(texts[id], None)
                self._page.end()


def _within(node: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also where a control or a change wraps them."""
    for one in node:
        if one.tag == tag:
            yield one
        elif one.tag in _WRAPPERS:
            yield from _within(one, tag)


def _styles(styles: Element | None) -> tuple[set[str], set[str]]:
    """Ids of the styles of quotations and of tables of contents: their names are English in every Word."""
    quoting, contents = {"Quote", "IntenseQuote"}, set[str]()
    for style in () if styles is None else styles.iter("w:style"):
        name = child(style, "w:name")
        called = "" if name is None else name.get("w:val", "").lower()
        if called in _QUOTING or called.startswith("toc "):
            (quoting if called in _QUOTING else contents).add(style.get("w:styleId", ""))
    return quoting - {""}, contents - {""}


def _property(core: Element | None, tag: str) -> str:
    found = child(core, tag)
    return "" if found is None or not found.text else found.text.strip()


def _comments(comments: Element | None, extended: Element | None, first: int) -> Iterator[Remark]:
    if comments is None:
        return
    nodes = list(comments.iter("w:comment"))
    owners = {p.get("w14:paraId", ""): n for n, one in enumerate(nodes) for p in one.iter("w:p")}
    answers: dict[int, int] = {}
    for one in () if extended is None else extended.iter("w15:commentEx"):
        answer, parent = owners.get(one.get("w15:paraId", "")), owners.get(one.get("w15:paraIdParent", ""))
        if answer is not None and parent is not None and parent < answer:
            answers[answer] = first + parent
    for number, node in enumerate(nodes):
        page = Page()
        walker = _Walker(page, set(), set())
        for block in node:
            walker.walk(block, None)
        text = page.finish()[0]
        yield Remark(node.get("w:author", "").strip(), node.get("w:date", ""), text, answers.get(number))
