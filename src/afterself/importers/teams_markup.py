"""What Teams and Skype write for a message (their markup, or HTML) -> its text, what it quotes, its files.

Both are tags around escaped text: `quote` or `blockquote` is somebody else's and names what is answered,
`e_m` notes an edit, `ss` a smiley, `URIObject` a file, whose own words are the platform's.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from afterself.archive.drafts import Attachment, Span
from afterself.archive.keys import storable

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z_]\w*)(?P<more>(?:[\s/][^<>]*)?)>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_QUOTES = ("quote", "blockquote")
_UNSAID = ("legacyquote", "uriobject", "strong_of_quote", "partlist")
_LINES = ("p", "div", "br", "li", "ul", "ol", "tr", "pre", "blockquote", "h1", "h2", "h3")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_DEEPEST = 100  # quotes in quotes; a message of nothing but opening tags would take time by its square


@dataclass(slots=True)
class Markup:
    """A message under way: pieces of text with whether they are quoted, and what was told on the way."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)
    reply_to: str = ""
    edited: bool = False
    files: list[Attachment] = field(default_factory=list)

    def text(self) -> tuple[str, tuple[Span, ...]]:
        """The text, what it quotes as lines before it."""
        quoted = _tidy("".join(text for text, foreign in self.pieces if foreign))
        own = _tidy("".join(text for text, foreign in self.pieces if not foreign))
        if not quoted:
            return own, ()
        quote = "\n".join(f"> {line}" for line in quoted.split("\n"))
        return f"{quote}\n{own}".rstrip("\n"), (Span(0, len(quote), "quoted"),)


def read(content: str, *, is_html: bool) -> Markup:
    """Go through a message's content once."""
    found = Markup()
    inside: list[str] = []
    at = 0
    for tag in _TAG.finditer(content):
        _say(found, inside, content[at : tag.start()], is_html=is_html)
        at = tag.end()
        name = tag["name"].lower()
        if name in _LINES and is_html:
            found.pieces.append(("\n", _in(inside, _QUOTES)))
        if tag["end"]:
            name = "strong_of_quote" if name == "strong" and "strong_of_quote" in inside else name
            if name in inside:
                del inside[len(inside) - 1 - inside[::-1].index(name) :]
        else:
            _open(found, inside, name, tag["more"])
    _say(found, inside, content[at:], is_html=is_html)
    return found


def _say(found: Markup, inside: list[str], text: str, *, is_html: bool) -> None:
    if text and not _in(inside, _UNSAID):
        text = _BLANKS.sub(" ", text) if is_html else text
        found.pieces.append((storable(html.unescape(text)).replace("\xa0", " "), _in(inside, _QUOTES)))


def _open(found: Markup, inside: list[str], name: str, more: str) -> None:
    told = {key.lower(): html.unescape(one or other) for key, one, other in _ATTRIBUTE.findall(more)}
    if name in _QUOTES:
        found.reply_to = found.reply_to or told.get("messageid", "") or told.get("itemid", "")
    elif name == "strong" and _in(inside, _QUOTES) and told.get("itemprop") == "mri":
        name = "strong_of_quote"
    elif name == "e_m":
        found.edited = True
    elif name == "uriobject":
        kind = told.get("type", "").partition(".")[0]
        found.files.append(Attachment(kind.lower() or "file", "remote"))
    elif name in ("originalname", "filesize") and found.files:
        _name(found.files, name, told.get("v", ""))
    if name in (*_QUOTES, *_UNSAID) and len(inside) < _DEEPEST and not more.rstrip().endswith("/"):
        inside.append(name)


def _name(files: list[Attachment], name: str, value: str) -> None:
    """A file's own name and size stand in tags of their own."""
    one = files[-1]
    if name == "filesize":
        size = int(value) if value.isdecimal() and len(value) < 16 else one.size
        files[-1] = Attachment(one.name, one.state, one.mime, size)
    elif value.strip():
        files[-1] = Attachment(storable(value.strip()), one.state, one.mime, one.size)


def _in(inside: list[str], names: tuple[str, ...]) -> bool:
    return any(name in inside for name in names)


def _tidy(text: str) -> str:
    lines = [line.strip(" \t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")
