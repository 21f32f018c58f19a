"""One message of a Zulip export -> its conversation, a draft for each wording, and one for each reaction.

The text is the Markdown that was written, with names for mentions. A block marked `quote`, with the line that
names whom it quotes, is somebody else's; earlier wordings stand in `edit_history`, newest first.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import Attachment, Locator, Person, RecordDraft, Span, ThreadDraft
from afterself.importers.attached import linked
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, tables, words
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked
from afterself.importers.source_view import SourceView

_PERSON, _STREAM, _GROUP = "1", "2", "3"
_MENTION = re.compile(r"@_?\*\*([^*|\n]{1,200})(?:\|\d+)?\*\*")
_QUOTE = re.compile(
    r"(?:^@[^\n]{1,300}\[[^\]\n]{1,40}\]\([^)\n]{1,1000}\):\n)?"
    r"^(?P<fence>`{3,}|~{3,}) ?quote\n.*?(?:^(?P=fence)$\n?|\Z)",
    re.MULTILINE | re.DOTALL,
)
_NEAR = re.compile(r"/near/(\d+)")
_UPLOAD = re.compile(r"\[([^\]\n]{0,300})\]\(/?user_uploads/([^)\s]{1,500})\)")
_MOST_WORDINGS = 100


@dataclass(slots=True)
class Organisation:
    """Who and what the ids in messages mean; each person with all that they are known as."""

    source: SourceView
    root: str
    users: dict[str, tuple[Person, tuple[str, ...]]] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)
    streams: dict[str, str] = field(default_factory=dict)
    recipients: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    members: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    reactions: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def add_user(self, row: dict[str, Any]) -> None:
        """A row of zerver_userprofile."""
        id = id_of(row.get("id"))
        names = [first_of(row.get(key)) for key in ("full_name", "delivery_email", "email")]
        self.users[id] = (Person(id, first_of(*names) or id), tuple(one for one in (id, *names) if one))
        if row.get("is_bot") is True:
            self.bots.add(id)

    def add_stream(self, row: dict[str, Any]) -> None:
        """A row of zerver_stream."""
        id = id_of(row.get("id"))
        self.streams[id] = first_of(row.get("name")) or id
        if id_of(row.get("recipient")):
            self.recipients[id_of(row.get("recipient"))][_STREAM] = id

    def add_recipient(self, row: dict[str, Any]) -> None:
        """A row of zerver_recipient: a person, a stream or a group."""
        self.recipients[id_of(row.get("id"))][id_of(row.get("type"))] = id_of(row.get("type_id"))

    def add_subscription(self, row: dict[str, Any]) -> None:
        """A row of zerver_subscription: who belongs to a recipient."""
        self.members[id_of(row.get("recipient"))].append(id_of(row.get("user_profile")))

    def add_reaction(self, row: dict[str, Any]) -> None:
        """A row of zerver_reaction."""
        sign = f":{first_of(row.get('emoji_name')) or 'emoji'}:"
        if row.get("reaction_type") == "unicode_emoji":
            sign = _emoji(words(row.get("emoji_code"))) or sign
        self.reactions[id_of(row.get("message"))].append((id_of(row.get("user_profile")), sign))

    def person(self, id: str) -> Person:
        """The person with an id, listed or not."""
        return self.users[id][0] if id in self.users else Person(id, id)


def _emoji(code: str) -> str:
    try:
        return "".join(chr(int(part, 16)) for part in code.split("-")) if len(code) < 40 else ""
    except (ValueError, OverflowError):
        return ""


def thread_of(fields: Any, organisation: Organisation, owners: Collection[Person]) -> ThreadDraft:
    """The conversation that a message is in; Unreadable if it is in none."""
    sender = id_of(fields.get("sender")) if isinstance(fields, dict) else ""
    recipient = id_of(fields.get("recipient")) if sender else ""
    if not recipient:
        raise Unreadable("a message without sender or recipient")
    among = dict(organisation.recipients.get(recipient, {}))
    if fields.get("is_channel_message") is False and len(among) > 1:
        among.pop(_STREAM, None)
    kind = next((one for one in (_STREAM, _GROUP, _PERSON) if one in among), "")
    if kind == _STREAM:
        name = organisation.streams.get(among[kind], among[kind])
        return ThreadDraft(f"stream {among[kind]}", name, "channel")
    if kind == _PERSON:
        pair = sorted({sender, among[kind]})
        return _among(f"direct {' '.join(pair)}", "direct", pair, organisation, owners)
    people = sorted(set(organisation.members.get(recipient, ())) | {sender})
    return _among(f"group {among.get(_GROUP, recipient)}", "group", people, organisation, owners)


def _among(
    key: str, kind: Any, ids: list[str], organisation: Organisation, owners: Collection[Person]
) -> ThreadDraft:
    people = tuple(organisation.person(id) for id in ids)
    others = ", ".join(one.name for one in people if one not in owners)
    return ThreadDraft(key, others or people[0].name, kind, people)


def record_of(
    fields: dict[str, Any], thread: str, member: str, pointer: str, organisation: Organisation
) -> Iterator[RecordDraft]:
    """The drafts of a message, its earlier wordings first; Unreadable says why there is none."""
    id, sender = id_of(fields.get("id")), id_of(fields.get("sender"))
    content = words(fields.get("content"))
    if not id:
        raise Unreadable("a message without id")
    text, spans, reply_to = _text(content)
    if not text.strip():
        raise Unreadable("the message is empty")
    sent = fields.get("date_sent")
    said_at = instant(None if isinstance(sent, str) else sent)
    bot = sender in organisation.bots
    record = RecordDraft(
        thread=thread,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text=text,
        kind="system" if bot else "message",
        author=organisation.person(sender),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw="" if sent is None else str(sent)[:64],
        locator=Locator(member, pointer=pointer),
        native_id=id,
        zone=None if said_at is None else "UTC",
        spans=() if bot else spans,
        attachments=tuple(_uploads(content, organisation)),
        reply_to=reply_to,
        edited=bool(fields.get("last_edit_time")),
    )
    for number, earlier in enumerate(_earlier(fields.get("edit_history"))):
        before, its_spans, _ = _text(earlier)
        if before.strip():
            yield record._replace(
                raw=record.raw + b"#%d" % number, text=before, spans=() if bot else its_spans, edited=False
            )
    yield record
    for user, sign in organisation.reactions.get(id, ()):
        yield _reaction(record, organisation.person(user), sign)


def _earlier(history: object) -> list[str]:
    """Earlier wordings, oldest first."""
    try:
        found = json.loads(history) if isinstance(history, str) else history
    except (ValueError, RecursionError):
        return []
    told = [words(one.get("prev_content")) for one in tables(found)[:_MOST_WORDINGS]]
    return [one for one in reversed(told) if one]


def _text(content: str) -> tuple[str, tuple[Span, ...], str | None]:
    """The text, what in it is quoted or code, and which message the first quotation is from."""
    text = _MENTION.sub(r"@\1", content)
    quotes = [Span(one.start(), one.end(), "quoted") for one in _QUOTE.finditer(text)]
    near = _NEAR.search(text, quotes[0].start, quotes[0].end) if quotes else None
    rest = (one for one in marked(text) if not any(one.start < q.end and q.start < one.end for q in quotes))
    return text, (*quotes, *rest), near[1] if near else None


def _uploads(content: str, organisation: Organisation) -> Iterator[Attachment]:
    for name, path in _UPLOAD.findall(content):
        yield linked(
            organisation.source, organisation.root, f"uploads/{path}", name or path.rpartition("/")[2]
        )


def _reaction(to: RecordDraft, who: Person, sign: str) -> RecordDraft:
    return to._replace(
        raw=json.dumps([to.native_id, who.handle, sign]).encode(), text=sign, kind="reaction", author=who,
        said_at=None, precision="none", said_raw="", native_id=f"{to.native_id}:{who.handle}:{sign}",
        zone=None, spans=(), attachments=(), reply_to=to.native_id, edited=False,
    )  # fmt: skip
