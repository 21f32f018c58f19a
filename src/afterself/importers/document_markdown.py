"""Markdown, as Obsidian and others write it -> a document: its text without what its reader never sees.

Front matter gives title, author and date; `%%comments%%` are dropped, links become their words, embedded
pictures attachments. Fenced and inline code is code, `>` is quoted (a callout such as `> [!tip]` is the
writer's own). One pass from the left: whatever is left open costs no second look.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from afterself.archive.drafts import Attachment, Span
from afterself.importers.document import Document
from afterself.importers.document_txt import decoded, plain

_OPENERS = re.compile(
    r"(?m:^ {0,3}(?P<fence>`{3,}|~{3,}))|(?P<note>%%)|(?P<html><!--)|(?P<wiki>!?\[\[)|"
    r"(?P<link>!?\[)|(?P<ticks>`+)"
)
_WIKI = re.compile(r"!?\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\]")
_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\([ \t]{0,4}"
    r"(?:<([^<>\n]{0,2000})>|([^\s()]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,200})?))"
    r"(?:[ \t]{1,4}[\"'][^\n]{0,200}?[\"'])?[ \t]{0,4}\)"
)
_CALLOUT = re.compile(r"\s{0,3}>\s?\[!(\w[\w-]{0,30})\]")
_KEY = re.compile(r"([A-Za-z_][\w -]{0,60}):(?:\s+(.*))?$")
_FILE = re.compile(r"\.(?!md$|canvas$)[A-Za-z0-9]{1,5}$")
_LONGEST_FRONT = 400
_DATES = ("date", "created", "date created", "date_created", "created_at", "creation date", "creation_date")
_AUTHORS = ("author", "authors", "by", "creator")
_CLIPPED = ("source", "url", "source_url", "link", "original")


def read(data: bytes) -> Document:
    """The document of a note's bytes. Unreadable if they are no text."""
    text, warning = decoded(data)
    front, body = _front_matter(plain(text))
    found = _Body(body)
    text, spans = found.finished()
    date = next((front[key][0] for key in _DATES if front.get(key)), "")
    authors = next((front[key] for key in _AUTHORS if front.get(key)), [])
    clipped = any(one.startswith(("http://", "https://")) for key in _CLIPPED for one in front.get(key, ()))
    return Document(
        text,
        spans,
        tuple(_name(one) for one in authors if _name(one)),
        date,
        " ".join(front.get("title", ())[:1]),
        attachments=tuple(found.attachments.values()),
        typed=not clipped,
        warning=warning,
    )


def _name(author: str) -> str:
    """A name without the brackets of a link and the address behind it."""
    return re.sub(
        r"\s*<[^<>]*>\s*$", "", author.removeprefix("[[").removesuffix("]]").rpartition("|")[2]
    ).strip()


def _front_matter(text: str) -> tuple[dict[str, list[str]], str]:
    """Its fields, each a list of strings, and what stands behind it; of YAML what notes have: no nesting."""
    lines = text.split("\n", _LONGEST_FRONT)
    if lines[0].rstrip() != "---":
        return {}, text
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), 0)
    rows = [line for line in lines[1:end] if line.strip() and not line.lstrip().startswith("#")]
    if not end or (rows and not _KEY.match(rows[0])):
        return {}, text
    fields: dict[str, list[str]] = {}
    key = ""
    for row in rows:
        named = _KEY.match(row)
        if named:
            key = named[1].strip().lower()
            fields[key] = _values(named[2] or "")
        elif key and row.strip().startswith("- "):
            fields[key] += _values(row.strip()[2:], one=True)
    return fields, "\n".join(lines[end + 1 :])


def _values(raw: str, *, one: bool = False) -> list[str]:
    raw = raw.strip()
    if raw.startswith("[") and raw.endswith("]") and not raw.startswith("[[") and not one:
        return [value for part in raw[1:-1].split(",") for value in _values(part, one=True)]
    if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'":
        raw = raw[1:-1]
    else:
        raw = re.sub(r"\s+#.*$", "", raw)
    return [raw] if raw and raw not in ("|", ">", "null", "~") else []


@dataclass
class _Body:
    """The text under way."""

    body: str
    attachments: dict[str, Attachment] = field(default_factory=dict)
    _out: list[str] = field(default_factory=list)
    _length: int = 0
    _code: list[tuple[int, int]] = field(default_factory=list)
    _never: set[str] = field(default_factory=set)

    def finished(self) -> tuple[str, tuple[Span, ...]]:
        at = 0
        while found := _OPENERS.search(self.body, at):
            self._add(self.body[at : found.start()])
            at = self._opened(found)
        self._add(self.body[at:])
        text = "".join(self._out)
        begin = len(text) - len(text.lstrip())
        begin = text.rfind("\n", 0, begin) + 1
        text = text.rstrip()
        spans = [
            Span(a - begin, min(b, len(text)) - begin, "code")
            for a, b in self._code
            if begin <= a < len(text)
        ]
        text = text[begin:]
        quotes = list(_quotes(text, spans))
        begins = [start for start, _ in quotes]
        spans = [span for span in spans if not _within(span, quotes, begins)]
        spans += [Span(a, b, "quoted") for a, b in quotes]
        return text, tuple(sorted(spans, key=lambda span: span.start))

    def _add(self, text: str, *, code: bool = False) -> None:
        if code:
            self._code.append((self._length, self._length + len(text)))
        self._out.append(text)
        self._length += len(text)

    def _opened(self, found: re.Match[str]) -> int:
        """Read what begins here; gives where to go on."""
        start, body = found.start(), self.body
        if found["fence"]:
            end = self._fence_end(found)
            self._add(body[start:end], code=True)
            return end
        if found["ticks"]:
            return self._inline_code(found)
        if found["note"] or found["html"]:
            closer = "%%" if found["note"] else "-->"
            end = -1 if closer in self._never else body.find(closer, found.end())
            if end >= 0:
                return end + len(closer)
            self._never.add(closer)
        elif (linked := (_WIKI if found["wiki"] else _LINK).match(body, start)) is not None:
            self._link(linked)
            return linked.end()
        self._add(found[0])
        return found.end()

    def _fence_end(self, found: re.Match[str]) -> int:
        fence = found["fence"]
        closing = re.compile(rf"(?m)^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
        line_end = self.body.find("\n", found.end())
        closed = closing.search(self.body, line_end) if line_end >= 0 else None
        return closed.end() if closed else len(self.body)

    def _inline_code(self, found: re.Match[str]) -> int:
        run = found["ticks"]
        end = self.body.find(run, found.end(), found.end() + 2000)
        if end < 0 or "\n\n" in self.body[found.end() : end]:
            self._add(run)
            return found.end()
        self._add(self.body[found.start() : end + len(run)], code=True)
        return end + len(run)

    def _link(self, found: re.Match[str]) -> None:
        wiki = found.re is _WIKI
        target = found[1] if wiki else (found[2] or found[3] or "")
        if not found[0].startswith("!"):
            shown = (found[2] or target.rpartition("/")[2]) if wiki else found[1]
            self._add(shown)
        elif _FILE.search(target.partition("#")[0]) or "://" in target:
            self.attachments[target] = Attachment(target, "remote" if "://" in target else "missing")


def _within(span: Span, quotes: list[tuple[int, int]], begins: list[int]) -> bool:
    """Whether a span begins in a quotation; `begins` are the starts of `quotes`."""
    before = bisect_right(begins, span.start) - 1
    return before >= 0 and span.start < quotes[before][1]


def _quotes(text: str, code: list[Span]) -> Iterator[tuple[int, int]]:
    """Runs of lines that begin with `>`, but for those in code and callouts of the writer's own."""
    at, begin, end, own = 0, -1, -1, False
    inside = iter(sorted((span.start, span.end) for span in code))
    until = (0, 0)
    for line in [*text.split("\n"), ""]:
        while until[1] <= at and (more := next(inside, None)) is not None:
            until = more
        in_code = until[0] < at < until[1]
        quoting = line.lstrip(" ").startswith(">") and not in_code
        if quoting and begin < 0:
            callout = _CALLOUT.match(line)
            own = callout is not None and callout[1].lower() not in ("quote", "cite")
            begin = at
        if quoting:
            end = at + len(line)
        elif begin >= 0:
            if not own:
                yield begin, end
            begin = -1
        at += len(line) + 1
