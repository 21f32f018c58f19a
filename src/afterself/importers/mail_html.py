"""A mail's HTML -> its lines as a reader sees them, with what its program marked as quoted or signature.

Quotations are found in the document itself, by what each mail program writes around them (class, id,
`blockquote`), before any rule about words. Scripts, styles and remote pictures are never looked at.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from afterself.importers.html_depth import shallow
from afterself.importers.mail_quotes import Flag, header_role

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

LONGEST = 4 << 20
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "-comment"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main",
    "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre"}
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_QUOTED_CLASS = re.compile(
    r"(?:^|[\s_]|ydp\w*)(?:moz-cite-prefix|moz-email-headers-table|moz-forward-container|yahoo_quoted|"
    r"protonmail_quote|OutlookMessageHeader|tutanota_quote|zmail_extra|gmail_attr|gmail_extra_quote|"
    r"mail_android_quote|WordSection1_reply|cm_quote|skiff-reply|hey-quote)(?:$|\s)"
)
_SIGNATURE_CLASS = re.compile(
    r"(?:^|[\s_])(?:gmail_signature|moz-signature|protonmail_signature_block|tutanota_signature|"
    r"yahoo-signature|ms-outlook-mobile-signature)(?:$|\s)"
)
_QUOTED_ID = re.compile(r"^(?:x_)*(?:isForwardContent|isReplyContent|mail-editor-reference-message-container|"
                        r"reply-intro|OLK_SRC_BODY_SECTION|yahoo_quoted\w*|replySplit)$")  # fmt: skip
_SIGNATURE_ID = re.compile(
    r"^(?:x_)*(?:ms-outlook-mobile-signature|Signature|AppleMailSignature|yahoo-signature)$"
)
_REST_ID = re.compile(r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling)$")
_TOP_BORDER = re.compile(
    r"border-top:\s*solid|border-top-style:\s*solid|border-top:\s*\d[\w.]*\s+solid", re.I
)


def lines_of(html: str) -> tuple[list[str], list[Flag]]:
    """The lines and what is known of each."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(shallow(html[:LONGEST])).body
    page = _Page()
    if root is not None:
        _walk(root, page)
    page.line_end()
    return page.lines, page.flags


class _Page:
    """Lines as they are laid out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.flags: list[Flag] = []
        self._now: list[str] = []
        self._flag: Flag = ""

    def words(self, text: str, flag: Flag, *, keep_blanks: bool) -> None:
        if flag != self._flag and self._now:
            self.line_end()
        self._flag = flag
        if keep_blanks:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self._now.append(first)
            for line in more:
                self.line_end(always=True)
                self._now.append(line)
        else:
            self._now.append(_BLANKS.sub(" ", text))

    def line_end(self, *, always: bool = False) -> None:
        """End the line; an empty one counts only with `always`."""
        line = _BLANKS.sub(" ", "".join(self._now)).strip()
        self._now.clear()
        if line or always:
            self.lines.append(line)
            self.flags.append(self._flag)

    def apart(self) -> None:
        """A blank line, unless there is one."""
        self.line_end()
        if self.lines and self.lines[-1]:
            self.lines.append("")
            self.flags.append(self._flag)

    def set_flag(self, flag: Flag) -> None:
        if flag != self._flag:
            self.line_end()
            self._flag = flag


def _walk(root: LexborNode, page: _Page) -> None:
    """The whole tree without recursion: mails nest thousands of elements."""
    above: list[tuple[LexborNode, Flag]] = []
    flag: Flag = ""
    rest = False
    pre = 0
    node: LexborNode | None = root
    while node is not None:
        tag = node.tag or ""
        child = None
        if tag == "-text":
            page.words(node.text_content or "", "quoted" if rest else flag, keep_blanks=pre > 0)
        elif tag == "br":
            page.set_flag("quoted" if rest else flag)
            page.line_end(always=True)
        elif tag not in _SILENT and not tag.startswith("-"):
            rest = rest or _begins_rest(node, tag)
            inner: Flag = "quoted" if rest else flag or _flag_of(node, tag)
            _open(node, tag, page, inner)
            child = node.child
            if child is not None:
                above.append((node, flag))
                flag = inner
                pre += tag == "pre"
        if child is not None:
            node = child
            continue
        while node is not None and (node.next is None or node.mem_id == root.mem_id):
            if not above:
                return
            node, flag = above.pop()
            flag = "quoted" if rest else flag
            pre -= node.tag == "pre"
            _close(node.tag or "", page)
            if node.mem_id == root.mem_id:
                return
        node = node.next if node is not None else None


def _open(node: LexborNode, tag: str, page: _Page, flag: Flag) -> None:
    if tag in _BLOCKS:
        if tag in _APART and "Mso" not in (node.attributes.get("class") or ""):
            page.apart()
        page.line_end()
    page.set_flag(flag)
    if tag == "li":
        page.words("- ", flag, keep_blanks=False)
    elif tag in ("td", "th"):
        page.words(" ", flag, keep_blanks=False)


def _close(tag: str, page: _Page) -> None:
    if tag in _APART:
        page.apart()
    elif tag in _BLOCKS:
        page.line_end()


def _begins_rest(node: LexborNode, tag: str) -> bool:
    """Whether from here to the end all is quoted: Outlook's ways."""
    attributes = node.attributes
    if _REST_ID.match(attributes.get("id") or ""):
        return True
    style = attributes.get("style")
    if tag != "div" or not style or not _TOP_BORDER.search(style):
        return False
    return header_role(_first_words(node)) in ("from", "date")


def _first_words(node: LexborNode) -> str:
    """The first words in an element, as far as they stand near its beginning."""
    words = ""
    for inner in islice(node.traverse(include_text=True), 24):
        if inner.tag == "-text":
            words += " " + (inner.text_content or "")[:100]
    return _BLANKS.sub(" ", words).strip()


def _flag_of(node: LexborNode, tag: str) -> Flag:
    attributes = node.attributes
    if not attributes:
        return "quoted" if tag == "blockquote" else ""
    kinds, id = attributes.get("class") or "", attributes.get("id") or ""
    if tag == "blockquote":
        style = (attributes.get("style") or "").replace(" ", "").lower()
        indented = "border:none" in style and attributes.get("type") != "cite" and "quote" not in kinds
        return "" if indented else "quoted"
    if "gmail_quote" in kinds.split() or "gmail_quote_container" in kinds.split():
        return "" if _holds_blockquote(node) else "quoted"
    if _QUOTED_CLASS.search(kinds) or _QUOTED_ID.match(id) or attributes.get("name") == "quote":
        return "quoted"
    if _SIGNATURE_CLASS.search(kinds) or _SIGNATURE_ID.match(id):
        return "signature"
    return ""


def _holds_blockquote(node: LexborNode) -> bool:
    """Gmail puts inline answers between the quotations of its frame; a forwarded mail has none of them."""
    child = node.child
    forward = False
    while child is not None:
        if child.tag == "blockquote":
            return not forward
        if child.tag == "div" and "gmail_attr" in (child.attributes.get("class") or ""):
            forward = _first_words(child).startswith("-----")
        child = child.next
    return False
