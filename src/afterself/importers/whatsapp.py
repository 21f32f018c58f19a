"""WhatsApp chat exports (text, or zip with media; Android and iOS) -> thread and record drafts.

One chat file is one thread, named by a file name alone. The export has no ids, no
zone, no replies and does not say whose phone it was: times are local times of
`Options.zone`, ids come from the raw lines, the owner is who writes in all of several
chats of two, else asked for by `ingest`.
Header grammar: `whatsapp_lines`; WhatsApp's own words: `whatsapp_phrases`.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    ThreadKind,
    Yielded,
)
from afterself.errors import HostileSource, SourceError
from afterself.importers.contract import Detection, Options
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import NESTED, SourceView, shown
from afterself.importers.text_lines import encoding_of, head_text
from afterself.importers.text_pieces import Piece, pieces
from afterself.importers.whatsapp_attached import attached
from afterself.importers.whatsapp_judging import Judge
from afterself.importers.whatsapp_lines import header_of
from afterself.importers.whatsapp_messages import Message, Messages, person
from afterself.importers.whatsapp_phrases import Body, body_of
from afterself.importers.whatsapp_titles import chat_title, titled

_HEAD_LINES = 40


class WhatsAppImporter:
    """Reads “Export chat” files as phones write them."""

    name = "WhatsApp export"
    version = "1"
    source = "whatsapp"
    reads = "“WhatsApp Chat …” .txt or .zip, one or a folder of them"
    kinds: frozenset[Kind] = frozenset(("message", "call", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a text file begins with headers of a chat; surer if it is also named like one."""
        found: list[str] = []
        best, reason = 0.0, ""
        for member in _members(source, []):
            text = head_text(source.head(member))
            sure = _confidence(member, text)
            if sure:
                found.append(member)
                best = max(best, sure)
            elif titled(member.rsplit("/", 1)[-1]):
                but = "it is not text" if text is None else "no line begins with a date and time"
                reason = f"It is named like a WhatsApp chat, but {but}"
        if not found:
            return Detection(0.0, "", reason)
        sent = attached(source, found)
        chats = [member for member in found if member not in sent]
        return Detection.of(best, "WhatsApp chat", "lines begin as in a WhatsApp chat", chats, sent)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every chat of the source; a damaged zip in a folder is a Problem, the other chats go on."""
        clock = LocalClock(options.zone)
        problems: list[Problem] = []
        texts = _members(source, problems)
        chats = [member for member in texts if _confidence(member, head_text(source.head(member)))]
        sent = attached(source, chats)
        chats = [member for member in chats if member not in sent]
        yield from problems
        direct: list[ThreadDraft] = []
        for member in chats:
            chat = _Chat(source, member, options, clock)
            if chat.thread.kind == "direct":
                direct.append(chat.thread)
            yield from chat.records()
        whose = _in_all_of(direct)
        if whose:
            why = "no export says whose it is; taken for the owner: who writes in each of these chats"
            yield OwnerHint(whose, f"{why}. If that is wrong: afterself people not-me NAME", inferred=True)


class _Chat:
    """One chat file: judged in a first pass, read in a second."""

    def __init__(self, source: SourceView, member: str, options: Options, clock: LocalClock) -> None:
        self._source = source
        self._member = member
        self._shown = shown(member)
        self._encoding = encoding_of(source, member)
        self._clock = clock
        self._judged = Judge().look(self._pieces()).judgement(options.date_order)
        self.thread, self._nameless = self._thread()
        self._messages = Messages(self._judged, clock, self.thread.key, member, self._closely)

    def records(self) -> Iterator[Yielded]:
        """The thread, its records, and what was odd."""
        warnings = [self._encoding.warning, self._judged.order.warning, self._nameless]
        yield from (Problem("warning", self._shown, warning) for warning in warnings if warning)
        yield self.thread
        yield from self._messages.records(self._pieces())
        if self._messages.last is None:
            raise SourceError(
                f"“{self._shown}” looks like a WhatsApp chat, but holds no message.",
                remedy="Export the chat again; “without media” is enough.",
            )

    def _pieces(self) -> Iterator[Piece]:
        return pieces(self._source, self._member, self._encoding)

    def _thread(self) -> tuple[ThreadDraft, str]:
        people = tuple(dict.fromkeys(map(person, self._judged.people)))
        kind: ThreadKind = "group" if len(people) > 2 or self._judged.group else "direct"
        title = chat_title(self._member, self._source.outer_name)
        if title:
            return ThreadDraft(title, title, kind, people), ""
        title = ", ".join(sorted(person.name for person in people)) or "WhatsApp chat"
        warning = "no file name says which chat this is: named by its people; better keep the zip's name"
        return ThreadDraft(title, title, kind, people), warning

    def _closely(self, message: Message) -> Iterator[RecordDraft | Problem]:
        """The record of a message in which something may be WhatsApp's own or pasted; what is odd in it."""
        said, _, _, author, begin = message.start
        body = body_of(message.raw[begin:].rstrip("\n"))
        if not body.text.strip() and not body.deleted:
            yield Problem("skipped", f"{self._shown}:line {message.line}", "the message is empty")
            return
        notice: Kind = "call" if body.kind == "call" else "system"
        yield RecordDraft(
            thread=self.thread.key,
            raw=message.data,
            text=body.text,
            kind=body.kind if author else notice,
            author=author,
            said_at=self._messages.moment(message.start),
            precision=self._messages.precision,
            said_raw=said,
            locator=Locator(self._member, message.offset, message.size),
            zone=self._clock.name,
            spans=(*body.spans, *_pasted(message, body.text)) if author else (),
            attachments=self._attachments(body),
            deleted=body.deleted,
            edited=body.edited,
        )
        if author and body.unknown:
            why = "words of WhatsApp's own that are not known; kept as a placeholder"
            yield Problem("warning", f"{self._shown}:line {message.line}", why)
        for number in message.pasted if author else ():
            why = "looks like a message but breaks the order of time; kept as pasted"
            yield Problem("warning", f"{self._shown}:line {number}", why)

    def _attachments(self, body: Body) -> tuple[Attachment, ...]:
        folder, slash, _ = self._member.rpartition("/")
        return (*(Attachment(noun, "omitted") for noun in body.omitted), *(
            self._attachment(name, folder + slash + name) for name in body.files
        ))  # fmt: skip

    def _attachment(self, name: str, member: str) -> Attachment:
        mime = mimetypes.guess_type(name)[0]
        if not _has(self._source, member):
            return Attachment(name, "missing", mime)
        return Attachment(name, "present", mime, self._source.size(member), member)


def _pasted(message: Message, text: str) -> Iterator[Span]:
    """Spans of lines that look like messages of another time: somebody pasted them."""
    at = 0
    for number, words in enumerate(text.split("\n"), message.line) if message.pasted else ():
        if number in message.pasted:
            yield Span(at, at + len(words), "pasted")
        at += len(words) + 1


def _in_all_of(direct: list[ThreadDraft]) -> Person | None:
    """The one person who writes in each of several chats of two with different people: whose phone it was."""
    pairs = {frozenset(thread.participants) for thread in direct if len(thread.participants) == 2}
    if len(pairs) < 2:
        return None
    return next(iter(frozenset.intersection(*pairs)), None)


def _members(source: SourceView, problems: list[Problem]) -> list[str]:
    """Text files that may be chats, also those in zips of the source; damaged zips go to `problems`."""
    if source.kind == "file":
        return list(source.names())
    found: list[str] = []
    for name in source.names():
        if name.lower().endswith(".txt"):
            found.append(name)
        elif name.lower().endswith(".zip") and (source.kind == "folder" or titled(name.rsplit("/", 1)[-1])):
            try:
                inner = source.nested(name)
            except HostileSource:
                raise
            except SourceError as error:
                problems.append(Problem("error", shown(name), error.message))
                continue
            found += [
                f"{name}{NESTED}{member}" for member in inner.names() if member.lower().endswith(".txt")
            ]
    return found


def _confidence(member: str, text: str | None) -> float:
    """How surely a text file is a chat, by its first lines; 0 if it is none."""
    seen = [line for line in (text or "").split("\n")[:_HEAD_LINES] if line.strip()]
    headers = [header for line in seen if (header := header_of(line.removesuffix("\r")))]
    if not headers:
        return 0.0
    if header_of(seen[0]) and (len(headers) > 1 or chat_title(member, "") == "_chat" or titled(member)):
        return 0.95
    return 0.85 if len(headers) > 1 and headers[0].shape == headers[1].shape else 0.6


def _has(source: SourceView, member: str) -> bool:
    outer, joint, inner = member.partition(NESTED)
    return member in source or bool(joint and outer in source and inner in source.nested(outer))
