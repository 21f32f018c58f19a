"""Signal: chats written by the program signal-export, and Signal's own `main.jsonl` -> what was said in them.

Signal's databases are locked with keys: none is ever touched here. Of signal-export's folders the lines of
`data.json` are read, else `chat.md` (`signal_chats`); of Signal's own export the frames (`signal_frames`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from afterself.archive.drafts import Kind, Locator, OwnerHint, Person, Problem, ThreadDraft, Yielded
from afterself.importers.attached import beside, came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_stream import begins
from afterself.importers.local_time import LocalClock
from afterself.importers.signal_chats import HEADER, ME, Chat, records
from afterself.importers.signal_frames import Frames
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import head_text

_BACKUP = re.compile(rb'\A\s*\{[^\n]*"backupTimeMs"\s*:')
_LINE = tuple(re.compile(rb'"%b"\s*:' % key) for key in (b"date", b"sender", b"body", b"reactions"))
_SENDER = re.compile(r'"sender"\s*:\s*"((?:[^"\\]|\\.){1,200})"')
_NAMED = re.compile(r"(?:.*/)?(?:chat\.md|data\.json)", re.IGNORECASE)
_WITH = re.compile(r"(?:media/|index\.html$|chat\.md$|data\.json$)")
_FILES = re.compile(r"files/")
_HASHED = re.compile(r"files/../([0-9a-f]{64})(?:\.[^/]*)?$")
_LONGEST = 16 << 20


class SignalImporter:
    """Reads signal-export's folders and Signal's main.jsonl."""

    name = "Signal"
    version = "1"
    source = "signal"
    reads = "folders of signal-export (chat.md, data.json), or Signal's own export (main.jsonl)"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "call", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as one of the two does."""
        chats, exports = _chats(source), _exports(source)
        if not chats and not exports:
            return Detection(0.0, "", "")
        also = {*came_with(source, chats, _WITH), *came_with(source, exports, _FILES)}
        return Detection.of(0.95, "Signal", "chats as Signal's", [*chats, *exports], also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every chat of either form."""
        for member in _exports(source):
            yield from _frames(source, member)
        chats = _chats(source)
        if chats:
            clock = LocalClock(options.zone)
            owner = Person(ME, next((one for one in options.me if one.strip()), ME))
            yield OwnerHint(owner, "“Me” in signal-export")
            for member in chats:
                yield from _chat(source, member, owner, clock)


def _exports(source: SourceView) -> list[str]:
    named = [one for one in source.names() if source.kind == "file" or one.lower().endswith(".jsonl")]
    return [one for one in named if _BACKUP.match(source.head(one, 4096))]


def _chats(source: SourceView) -> list[str]:
    """One file of each folder: the lines, if they are there."""
    found: dict[str, str] = {}
    for name in sorted(source.names()):
        if _NAMED.fullmatch(name) and _is_chat(source, name):
            found[beside(name) if source.kind != "file" else name] = name
    return list(found.values())


def _is_chat(source: SourceView, name: str) -> bool:
    head = source.head(name, 4096)
    if name.lower().endswith(".json"):
        return begins(head, b"{", *_LINE)
    first = (head_text(head) or "").lstrip("\ufeff\r\n").partition("\n")[0]
    return HEADER.fullmatch(first.rstrip("\r")) is not None


def _chat(source: SourceView, member: str, owner: Person, clock: LocalClock) -> Iterator[Yielded]:
    title = beside(member).rstrip("/").rpartition("/")[2]
    # A file without its folder has no name: its first lines say which chat it is.
    key = title or "chat " + hashlib.sha256(source.head(member, 256)).hexdigest()[:20]
    others = _others(source, member)
    people = [Person(one, one) for one in others]
    yield ThreadDraft(key, title or "Signal chat", "direct" if len(others) <= 1 else "group", tuple(people))
    yield from records(source, Chat(member, key, owner, clock))


def _others(source: SourceView, member: str) -> list[str]:
    """Who else speaks; `No-Sender` tells of events, which groups have. Whether it is one is said nowhere."""
    text = source.head(member, 1 << 20).decode("utf-8", "replace")
    lines_of_json = member.lower().endswith(".json")
    found = _SENDER.findall(text) if lines_of_json else _named(text)
    return [one for one in dict.fromkeys(found) if one != ME]


def _named(text: str) -> list[str]:
    return [found["who"] for line in text.split("\n") if (found := HEADER.fullmatch(line.rstrip("\r")))]


def _frames(source: SourceView, member: str) -> Iterator[Yielded]:
    files = {}
    for name in came_with(source, [member], _FILES):
        hashed = _HASHED.search(name)
        if hashed:
            files[hashed[1]] = (name, source.size(name))
    frames = Frames(files)
    number = offset = 0
    with source.open(member) as stream:
        while line := stream.readline(_LONGEST):
            number, where = number + 1, Locator(member, offset, len(line))
            offset += len(line)
            if not line.strip():
                continue
            try:
                yield from frames.read(line, where)
            except Unreadable as why:
                broken = str(why).startswith("it is not whole")
                severity = "error" if broken else "skipped"
                yield Problem(severity, f"{shown(member)}: line {number}", str(why))  # type: ignore[arg-type]
