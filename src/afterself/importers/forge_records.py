"""Issues and reviews (GitHub, GitLab) -> drafts: what the exports of the two forges have in common.

An issue or a request to merge is a thread, and its first record is what was asked, with its title. Of a
review comment, the lines that it is about stand before it as a quotation; quoted lines, code and hidden notes
in a text are marked. What robots wrote is left out. How each forge writes all that stands in its own module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from afterself.archive.drafts import Kind, Locator, Person, RecordDraft, Span, ThreadDraft
from afterself.importers.contract import Unreadable
from afterself.importers.git_commits import is_robot
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked

LONGEST_HUNK = 4000
"""Characters of the lines that a comment is about: the last of them are the nearest."""

_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_EMOJI = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "laugh": "😄", "smile": "😄",
    "hooray": "🎉", "tada": "🎉", "confused": "😕", "heart": "❤️", "rocket": "🚀", "eyes": "👀",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in an issue, as either export has it; `about` are the lines of code it is about.

    `verdict` is what a review without words decided.
    """

    id: str
    kind: Kind
    author: Person | None
    text: str
    at: str
    raw: bytes
    where: Locator
    reply_to: str | None = None
    about: str = ""
    verdict: str = ""
    edited: bool = False


def titled(title: str, number: str) -> str:
    """What a thread is called: its title, and how people refer to it."""
    return f"{title} ({number})" if title else number


def opened(title: str, body: str) -> str:
    """The text of an issue: its title, then its words."""
    return f"{title}\n\n{body}" if title.strip() and body.strip() else title if title.strip() else body


def record_of(said: Said, thread: ThreadDraft) -> RecordDraft:
    """The draft; Unreadable says why it is none."""
    if said.author is not None and is_robot(said.author):
        raise Unreadable("written by a robot")
    text, spans = _text(said)
    if not text.strip():
        raise Unreadable("it is without words")
    said_at = instant(said.at) if said.at else None
    return RecordDraft(
        thread=thread.key,
        raw=said.raw,
        text=text,
        kind=said.kind,
        author=said.author,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=said.at,
        locator=said.where,
        native_id=said.id,
        zone=None if said_at is None else "UTC",
        spans=spans,
        reply_to=said.reply_to,
        edited=said.edited,
    )


def reaction_of(said: Said, thread: ThreadDraft) -> RecordDraft | None:
    """What somebody thinks of a record, in one sign; `text` is its name. None without one, and for robots."""
    if said.author is None or is_robot(said.author) or not said.text.strip():
        return None
    record = record_of(said, thread)
    return record._replace(text=_EMOJI.get(record.text, f":{record.text}:"), kind="reaction", spans=())


def _text(said: Said) -> tuple[str, tuple[Span, ...]]:
    """The whole text, and what of it its author did not write."""
    body = said.text.strip("\n")
    if not body.strip() and said.verdict:
        shown = f"[{said.verdict}]"
        return shown, (Span(0, len(shown), "placeholder"),)
    if not body.strip() or not said.about:
        return body, tuple(_foreign(body, 0))
    about = said.about[-LONGEST_HUNK:]
    begin = len(about) + 2
    return f"{about}\n\n{body}", (Span(0, len(about), "quoted"), *_foreign(body, begin))


def _foreign(body: str, begin: int) -> Iterator[Span]:
    for one in marked(body):
        yield Span(begin + one.start, begin + one.end, one.kind)
    for found in _HIDDEN.finditer(body):
        yield Span(begin + found.start(), begin + found.end(), "placeholder")
