"""Subtitles and transcripts of meetings (WebVTT, SubRip), and Zoom's saved chat -> what was said in them.

A file is a thread. Its times count from its beginning: an instant is known only where Zoom's file name tells
the start. A file is known by its name and the time of its first cue, so that `transcript.vtt` of two meetings
are two, and words that were corrected are a revision. Nobody says who the owner is: `--me` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from afterself.archive.drafts import Kind, Person, Problem, RecordDraft, Span, ThreadDraft, Yielded
from afterself.archive.keys import storable
from afterself.errors import SourceError
from afterself.importers.contract import Detection, Options
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import encoding_of, head_text, lines
from afterself.importers.transcript_chat import ANSWERS, BEGINS, REACTED, ChatLine, chat_lines
from afterself.importers.transcript_cues import Cue, cues

LARGEST = 64 << 20
"""Bytes of one file; an hour of speech is about 0.2 MB."""
_SUBTITLES = re.compile(
    r"\A\s*(?:WEBVTT(?:[ \t\r\n]|\Z)|(?:\S{1,80}[ \t]*\r?\n)?[\d:]{5,10}[.,]\d{3}[ \t]+-->)"
)
_NAMED = re.compile(r"\.(?:vtt|srt)$", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.transcript|\.cc)?\.\w{2,4}$", re.IGNORECASE)
_START = re.compile(r"GMT(\d{8}-\d{6})")


class TranscriptImporter:
    """Reads .vtt and .srt, and the chat that Zoom saves."""

    name = "Subtitles and transcripts"
    version = "1"
    source = "transcripts"
    reads = "subtitles or a meeting's transcript (.vtt, .srt), the chat that Zoom saves (.txt)"
    kinds: frozenset[Kind] = frozenset(("utterance", "message"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as subtitles or as Zoom's chat do."""
        found = [*_subtitles(source), *_chats(source)]
        if not found:
            return Detection(0.0, "", "")
        return Detection.of(0.9, "subtitles or transcript", "cues with times", found, ())

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every file; one of several that is no text is a Problem."""
        subtitles = _subtitles(source)
        chats = _chats(source)
        for member in chain(subtitles, chats):
            try:
                if source.size(member) > LARGEST:
                    raise SourceError(
                        f"“{shown(member)}” is bigger than {LARGEST >> 20} MiB: no transcript is.",
                        remedy="Check that it is the right file.",
                    )
                yield from (_spoken if member in subtitles else _chatted)(source, member)
            except SourceError as error:
                if len(subtitles) + len(chats) == 1:
                    raise
                yield Problem("skipped", shown(member), error.message)


def _subtitles(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or _NAMED.search(name)]
    return [name for name in named if _SUBTITLES.match(head_text(source.head(name, 2048)) or "")]


def _chats(source: SourceView) -> list[str]:
    named = [name for name in source.names() if name.lower().endswith(".txt")]
    heads = ((name, (head_text(source.head(name, 2048)) or "").lstrip()) for name in named)
    return [name for name, head in heads if BEGINS.match(head)]


def _title(member: str) -> str:
    file = member.rpartition("/")[2]
    return _ENDING.sub("", file) or file


def _spoken(source: SourceView, member: str) -> Iterator[Yielded]:
    encoding = encoding_of(source, member)
    if encoding.warning:
        yield Problem("warning", shown(member), encoding.warning)
    found = cues(lines(source, member, encoding), member)
    first = next((cue.timing for cue in found if cue.timing), "")
    title, start = _title(member), _started(member)
    thread = f"{title}/{first.partition('-->')[0].strip()}"
    speakers = {cue.speaker: _person(cue.speaker) for cue in found if cue.speaker}
    told = False
    seen: set[str] = set()
    for cue in found:
        why = _unreadable(cue)
        if why:
            yield Problem("skipped", f"{shown(member)}: line {cue.number}", why)
            continue
        if not told:
            told = True
            yield ThreadDraft(thread, title, "group" if speakers else "document", tuple(speakers.values()))
        yield _utterance(cue, thread, speakers.get(cue.speaker), start, known=cue.id in seen)
        seen.add(cue.id)


def _unreadable(cue: Cue) -> str:
    if cue.text is None:
        return "its times cannot be read" if cue.raw else "it is no text, or far too long"
    return "" if cue.text else "an empty cue"


def _utterance(
    cue: Cue, thread: str, speaker: Person | None, start: datetime | None, *, known: bool
) -> RecordDraft:
    said_at = start + (cue.start or timedelta()) if start else None
    return RecordDraft(
        thread=thread,
        raw=cue.raw.encode("utf-8", "replace"),
        text=storable(cue.text or ""),
        kind="utterance",
        author=speaker,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=cue.timing[:80],
        locator=cue.where,
        native_id=storable(cue.id)[:200] if cue.id and not known else None,
        zone=None if said_at is None else "UTC",
    )


def _started(member: str) -> datetime | None:
    """The start that Zoom writes into the name of a recording's files, in UTC."""
    found = _START.search(member.rpartition("/")[2])
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _chatted(source: SourceView, member: str) -> Iterator[Yielded]:
    encoding = encoding_of(source, member)
    thread, title = "", _title(member)
    for one in chat_lines(lines(source, member, encoding)):
        if isinstance(one, int):
            yield Problem("skipped", f"{shown(member)}: line {one}", "it belongs to no message")
            continue
        text = storable(one.text).strip()
        if not text or REACTED.fullmatch(text):
            yield Problem("skipped", f"{shown(member)}: line {one.number}", "nobody's words: a reaction")
            continue
        if not thread:
            thread = f"{title}/{one.time}"
            yield ThreadDraft(thread, title, "group")
        yield _message(one, text, thread, member)


def _message(one: ChatLine, text: str, thread: str, member: str) -> RecordDraft:
    answered = ANSWERS.match(text)
    to = () if one.to.lower() == "everyone" else (_person(one.to),)
    return RecordDraft(
        thread=thread,
        raw=f"{one.time} {one.who} {one.to}\n{one.text.rstrip()}".encode("utf-8", "replace"),
        text=text,
        kind="message",
        author=_person(one.who),
        said_at=None,
        precision="none",
        said_raw=one.time,
        locator=one.where(member),
        recipients=to,
        spans=(Span(0, answered.end(), "quoted"),) if answered else (),
    )


def _person(name: str) -> Person:
    name = " ".join(storable(name).split())
    return Person(name, name)
