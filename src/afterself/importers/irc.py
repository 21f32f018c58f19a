"""Logs of IRC (irssi, WeeChat, ZNC) -> conversations and what was said in them.

A channel or a person is a log, named by its file, with ZNC a folder with a file for each day. Times are
local; there are no ids. Lines may be in UTF-8 or in an older encoding, each for itself. Nobody says who the
owner is: `--me` gives their nicks. Lines are understood in `irc_lines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from afterself.archive.drafts import Kind, Locator, Person, Problem, RecordDraft, ThreadDraft, Yielded
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.irc_lines import Program, Said, day_named, day_of, program_of, read
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import head_text

_NAMED = re.compile(r"\.(?:log|weechatlog|txt)$|^[^.]+$", re.IGNORECASE)
_WEECHAT = re.compile(r"(?:irc\.)?(?P<server>[^.]+)\.(?P<channel>.+)\.weechatlog")
_ENDING = re.compile(r"\.(?:log|weechatlog|txt)$", re.IGNORECASE)
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class _Log:
    member: str
    program: Program
    key: str
    title: str


class IrcImporter:
    """Reads the logs of irssi, WeeChat and ZNC."""

    name = "IRC log"
    version = "1"
    source = "irc"
    reads = "logs of irssi, WeeChat or ZNC (a file, or the folder they lie in)"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if the first lines are written as one of the programs writes them."""
        found = _logs(source)
        if not found:
            return Detection(0.0, "", "")
        programs = ", ".join(sorted({log.program for log in found}))
        return Detection.of(
            0.9, f"IRC log ({programs})", "lines of an IRC log", [log.member for log in found], ()
        )

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every log, line by line."""
        clock = LocalClock(options.zone)
        told: set[str] = set()
        for log in _logs(source):
            if log.key not in told:
                told.add(log.key)
                yield ThreadDraft(log.key, log.title, "group" if log.title[:1] in "#&!+" else "direct")
            yield from _records(source, log, clock)


def _logs(source: SourceView) -> list[_Log]:
    found = []
    for name in source.names():
        file = name.rpartition("/")[2]
        if source.kind != "file" and not _NAMED.search(file):
            continue
        program = program_of(file, head_text(source.head(name, 8192)) or "")
        if program:
            found.append(_Log(name, program, *_titled(name, file, program)))
    return found


def _titled(name: str, file: str, program: Program) -> tuple[str, str]:
    """The key of a log's conversation (with its network, where that is known) and its title."""
    folders = name.split("/")[:-1]
    if program == "znc" and folders:
        return "/".join(folders[-2:]), folders[-1]
    weechat = _WEECHAT.fullmatch(file)
    if weechat:
        return f"{weechat['server']}/{weechat['channel']}", weechat["channel"]
    title = _ENDING.sub("", file) or file
    return "/".join([*folders[-1:], title]), title


def _records(source: SourceView, log: _Log, clock: LocalClock) -> Iterator[Yielded]:
    day = day_named(log.member.rpartition("/")[2]) if log.program == "znc" else None
    last: datetime | None = None
    number = offset = 0
    with source.open(log.member) as stream:
        while block := stream.readline(_LONGEST):
            number, where = number + 1, Locator(log.member, offset, len(block))
            offset += len(block)
            line = _decoded(block)
            if not line.strip():
                continue
            day = day_of(line) or day if log.program == "irssi" else day
            try:
                said = read(line, log.program, day)
                if said is not None:
                    last = clock.utc(said.wall, last)
                    yield _record(said, line, where, log.key, last, clock.name)
            except Unreadable as why:
                yield Problem("skipped", f"{shown(log.member)}: line {number}", str(why))
            except (ValueError, OverflowError):
                yield Problem("skipped", f"{shown(log.member)}: line {number}", "its time cannot be read")


def _record(said: Said, line: str, where: Locator, thread: str, at: datetime, zone: str) -> RecordDraft:
    return RecordDraft(
        thread=thread,
        raw=f"{said.wall.date()} {line}".encode(),  # irssi's and ZNC's lines alone are alike on all days
        text=said.text,
        kind="message",
        author=Person(said.nick, said.nick),
        said_at=at,
        precision="second" if said.exact else "minute",
        said_raw=said.wall.isoformat(sep=" "),
        locator=where,
        zone=zone,
    )


def _decoded(block: bytes) -> str:
    """A line of a log: each may be in an encoding of its own."""
    block = block.rstrip(b"\r\n").replace(b"\0", b"")
    try:
        return block.decode("utf-8-sig")
    except UnicodeDecodeError:
        return block.decode("cp1252", "replace")
