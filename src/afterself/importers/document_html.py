"""A web page -> a document: its main text as a reader sees it, its author and date if the page names them.

Scripts, styles, forms, navigation and what is hidden are not read; block quotes are quoted, code is code.
The tree is walked without recursion: pages nest thousands of elements.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from afterself.archive.drafts import Span
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.document import Document, Mark, Page
from afterself.importers.document_txt import decoded
from afterself.importers.html_depth import shallow

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_SILENT = {
    "script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe", "nav",
    "aside", "form", "button", "select", "textarea", "canvas", "audio", "video", "dialog",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre",
    "section", "summary", "table", "ul", "footer",
}  # fmt: skip
_UNSEEN = {"invisible", "quote-inline"}
"""Classes of what is not shown; on Mastodon the ends of addresses, and the address of a quoted post."""
_MARKS: dict[str, Mark] = {
    "blockquote": "quoted", "pre": "code", "code": "code", "kbd": "code", "samp": "code"
}  # fmt: skip
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_DATES = (
    'meta[property="article:published_time"]', 'meta[name="dcterms.created"]', 'meta[name="dc.date"]',
    'meta[name="date"]', 'meta[itemprop="datePublished"]',
)  # fmt: skip
_AUTHORS = ('meta[name="author"]', 'meta[name="dc.creator"]', 'meta[property="article:author"]')


def read(data: bytes) -> Document:
    """The document of a page's bytes. Unreadable says why there is none."""
    from selectolax.lexbor import LexborHTMLParser

    text, warning = decoded(data, _declared(data))
    if len(shallow(text)) < len(text):
        raise Unreadable("its HTML is nested too deeply")
    tree = LexborHTMLParser(storable(text))
    page = Page()
    root = _main(tree)
    if root is not None:
        _walk(root, page)
    body, spans, _ = page.finish()
    author = _meta(tree, _AUTHORS)
    title = tree.css_first("head > title")
    return Document(
        body,
        spans,
        () if not author or "://" in author else (author,),
        _meta(tree, _DATES),
        "" if title is None else " ".join(title.text(deep=True).split()),
        typed=False,
        warning=warning,
    )


def html_text(html: str) -> tuple[str, tuple[Span, ...]]:
    """A piece of HTML, such as a post, as a reader sees it. Unreadable if it is nested too deeply."""
    from selectolax.lexbor import LexborHTMLParser

    if len(shallow(html)) < len(html):
        raise Unreadable("its HTML is nested too deeply")
    page = Page()
    root = LexborHTMLParser(storable(html)).body
    if root is not None:
        _walk(root, page)
    text, spans, _ = page.finish()
    return text, spans


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:4096])
    try:
        return codecs.lookup(found[1].decode()).name if found else None
    except (LookupError, ValueError):
        return None


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The one element that the page marks as its text, or all of it."""
    for selector in ("main", "article"):
        found = tree.css(selector)
        if len(found) == 1 and found[0].text(deep=True).strip():
            return found[0]
    return tree.body


def _meta(tree: LexborHTMLParser, selectors: tuple[str, ...]) -> str:
    for selector in selectors:
        node = tree.css_first(selector)
        value = None if node is None else node.attributes.get("content")
        if value and value.strip():
            return " ".join(value.split())
    return ""


class _State:
    """Where in lists, tables and preformatted text the walk is."""

    def __init__(self) -> None:
        self.items = self.cells = self.kept = 0
        self.marks: list[Mark] = [None]


def _walk(root: LexborNode, page: Page) -> None:
    state = _State()
    todo: list[tuple[LexborNode, bool]] = [(root, False)]
    while todo:
        node, leaving = todo.pop()
        tag = node.tag or ""
        if leaving:
            _close(tag, page, state)
        elif tag == "-text":
            _text(node.text_content or "", page, state)
        elif tag == "br":
            page.add("\n")
        elif tag not in _SILENT and not tag.startswith("-") and not _hidden(node, root, tag):
            _open(tag, page, state)
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
    page.end()


def _hidden(node: LexborNode, root: LexborNode, tag: str) -> bool:
    attributes = node.attributes
    if tag == "footer" and (root.tag == "body" or "©" in node.text(deep=True)[:400]):
        return True
    if not _UNSEEN.isdisjoint((attributes.get("class") or "").split()):
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or "display:none" in style


def _text(text: str, page: Page, state: _State) -> None:
    if state.kept:
        page.add(text.replace("\r\n", "\n"), state.marks[-1])
    else:
        page.words(_BLANKS.sub(" ", text), state.marks[-1])


def _open(tag: str, page: Page, state: _State) -> None:
    _apart(tag, page, state)
    if tag == "li":
        page.line()
        page.add("- ")
        state.items += 1
    elif tag == "tr":
        page.line()
    elif tag in ("td", "th"):
        page.add("" if page.last in ("", "\n") else "\t")
        state.cells += 1
    elif tag == "pre":
        state.kept += 1
    state.marks.append(state.marks[-1] or _MARKS.get(tag))


def _close(tag: str, page: Page, state: _State) -> None:
    state.marks.pop()
    if tag == "li":
        state.items -= 1
    elif tag in ("td", "th"):
        state.cells -= 1
    elif tag == "pre":
        state.kept -= 1
    _apart(tag, page, state)


def _apart(tag: str, page: Page, state: _State) -> None:
    """Part a block from its neighbours: by a blank line, in a list by a line, in a cell by a blank."""
    if tag not in _BLOCKS:
        return
    if state.cells:
        page.words(" ")
    elif state.items:
        if page.last != " ":
            page.line()
    else:
        page.end()
