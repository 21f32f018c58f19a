"""The log of a repository (`git_folder`) -> a thread and a record for each commit that a person wrote.

The author is who wrote the change, as `.mailmap` has it, not who put it in. Merges, what robots committed,
and commits without a message are nobody's words. Trailers (Signed-off-by and the like) are made by programs:
they stay in the text and are marked. A commit is known by its id: a rewritten one is another, and both stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import NamedTuple

from afterself.archive.drafts import Locator, Person, Problem, RecordDraft, Span, ThreadDraft, Yielded
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.git_folder import DAMAGED, HEADER
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked
from afterself.importers.source_view import SourceView, shown

LONGEST = 16 << 20
"""Bytes of one commit's message."""

_BLOCK = 1 << 20
_HEADER = re.compile(rb"# git log ([0-9a-f]{40,64}) ([^\n]*)\n")
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AUTHORS = re.compile(rb"(?:\0|\A[^\n]*\n)[0-9a-f]+\n[0-9a-f]*\n([^\n]+)\n")
_PERSON = re.compile(r"(.*?)\s*<([^<>]*)>?\s*", re.DOTALL)
_MOMENT = re.compile(r"(-?\d{1,15}) ([+-])(\d\d)(\d\d)")
_ROBOT = re.compile(
    r"\[bot\]|(?:^|[-_. ])bot$|^(?:dependabot|renovate|greenkeeper|pre-commit-ci|github-actions|weblate"
    r"|transifex|snyk|mergify|travis ci|jenkins|gitlab-ci|gitter badger|the gitter badger)\b",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z0-9-]*): \S.*|\(cherry picked from commit [0-9a-f]+\)|[ \t]+\S.*"
)
_KNOWN = re.compile(
    r"[a-z-]+-by|change-id|cc|fixes|closes|resolves|refs?|see-also|git-svn-id|bug|issue|reviewed-on|link"
    r"|pull-request|pr|reported-at|message-id",
    re.IGNORECASE,
)
_COAUTHOR = re.compile(r"(?im)^co-authored-by:[ \t]*(.+)$")
_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\b")


class _Block(NamedTuple):
    """The bytes of one commit without the NUL, and where they begin in the member."""

    data: bytes
    offset: int


def is_log(head: bytes) -> bool:
    """Whether a file begins as a log of ours does."""
    return head.startswith(HEADER.encode()) and bool(_HEADER.match(head))


def authors(head: bytes) -> set[str]:
    """Handles of the people who wrote in the commits with which a log begins."""
    found = (person(_text(one)) for one in _AUTHORS.findall(head))
    return {one.handle for one in found if one is not None and not is_robot(one)}


def commits(source: SourceView, member: str) -> Iterator[Yielded]:
    """The repository as a thread, then its commits."""
    with source.open(member) as stream:
        first = _HEADER.fullmatch(stream.readline(_BLOCK))
        if first is None:
            return
        thread = ThreadDraft(first[1].decode(), _text(first[2]).strip() or "repository", "channel")
        yield thread
        met: set[Person] = set()
        for block in _blocks(source, member, first.end()):
            where = f"{shown(member)}: byte {block.offset}"
            if len(block.data) > LONGEST:
                yield Problem("skipped", where, f"a commit of more than {LONGEST >> 20} MiB")
                continue
            if block.data.endswith(DAMAGED):
                yield Problem("error", shown(member), "it is damaged; what git could read of it was read")
                continue
            if not block.data.strip():
                continue  # forgotten
            try:
                record = _commit(block, member, thread)
            except Unreadable as why:
                yield Problem("skipped", where, str(why))
                continue
            helpers = {one for one in _coauthors(record) if one not in met}
            if helpers:
                met |= helpers
                people = tuple(sorted(helpers, key=lambda one: one.handle))
                yield ThreadDraft(thread.key, thread.title, thread.kind, people)
            yield record


def _blocks(source: SourceView, member: str, begin: int) -> Iterator[_Block]:
    """What stands between NULs; of one that is too long only its beginning, one byte longer than may be."""
    with source.open(member) as stream:
        stream.read(begin)
        buffer, offset, lost = b"", begin, 0
        while block := stream.read(_BLOCK):
            *whole, rest = (buffer + block).split(b"\0")
            for data in whole:
                yield _Block(data, offset)
                offset, lost = offset + len(data) + lost + 1, 0
            if len(rest) > LONGEST + 1:
                lost, rest = lost + len(rest) - LONGEST - 1, rest[: LONGEST + 1]
            buffer = rest
        if buffer.strip():
            yield _Block(buffer + DAMAGED, offset)


def _commit(block: _Block, member: str, thread: ThreadDraft) -> RecordDraft:
    """The draft of a commit; Unreadable says why it is none."""
    fields = block.data.split(b"\n", 5)
    id = fields[0].decode("ascii", "replace")
    if len(fields) < 6 or not _ID.fullmatch(id):
        raise Unreadable("no whole commit")
    if fields[1].count(b" "):
        raise Unreadable("a merge commit: made by git")
    author = person(_text(fields[2]))
    if author is None:
        raise Unreadable("a commit without an author")
    if is_robot(author):
        raise Unreadable("a commit by a robot")
    text = _text(fields[5]).replace("\r\n", "\n").strip("\n")
    if not text.strip():
        raise Unreadable("a commit without a message")
    said_raw = fields[3].decode("ascii", "replace")
    moment = _MOMENT.fullmatch(said_raw)
    said_at = instant(int(moment[1])) if moment else None
    reverts = _REVERTS.search(text)
    return RecordDraft(
        thread=thread.key,
        raw=block.data,
        text=text,
        kind="commit",
        author=author,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=said_raw,
        locator=Locator(member, block.offset, len(block.data)),
        native_id=id,
        zone=_zone(moment) if moment and said_at else None,
        spans=tuple(_spans(text)),
        reply_to=reverts[1] if reverts else None,
    )


def person(name_and_mail: str) -> Person | None:
    """Who is named as `Name <mail>`; None for nobody."""
    found = _PERSON.fullmatch(name_and_mail)
    name, mail = (found[1].strip(), found[2].strip()) if found else (name_and_mail.strip(), "")
    return Person(mail.lower() or name, name or mail) if name or mail else None


def is_robot(author: Person) -> bool:
    """Whether a program committed under this name."""
    account = author.handle.partition("@")[0]
    return bool(_ROBOT.search(author.name) or "[bot]" in account)


def trailers(text: str) -> int:
    """Where the trailers of a message begin (git-interpret-trailers(1)): its last paragraph, or end."""
    body = text.rstrip()
    begin = body.rfind("\n\n") + 2
    lines = body[begin:].split("\n")
    found = [_TRAILER.fullmatch(line) for line in lines]
    keys = [one["key"] for one in found if one is not None]
    if begin < 2 or None in found or lines[0][:1] in (" ", "\t"):
        return len(text)
    known = any(key is None or _KNOWN.fullmatch(key) for key in keys)
    return begin if known else len(text)


def _spans(text: str) -> Iterator[Span]:
    """Code, quoted lines, and the trailers."""
    end = trailers(text)
    yield from (one for one in marked(text[:end]))
    if end < len(text):
        yield Span(end, len(text), "signature")


def _coauthors(record: RecordDraft) -> list[Person]:
    found = (person(one.strip()) for one in _COAUTHOR.findall(record.text))
    return [one for one in found if one is not None and one != record.author and not is_robot(one)]


def _zone(moment: re.Match[str]) -> str | None:
    minutes = int(moment[3]) * 60 + int(moment[4])
    offset = timedelta(minutes=minutes if moment[2] == "+" else -minutes)
    return timezone(offset).tzname(None) if abs(offset) < timedelta(days=1) else None


def _text(data: bytes) -> str:
    """git's UTF-8; old commits that are not say so nowhere, and are mostly in the Western encoding."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return storable(text.replace("\0", ""))
