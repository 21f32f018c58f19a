"""Documents -> threads and records: who wrote them, when, and under which id they are known again.

A document's thread is its path, so that an edit is a revision and a comment's answer finds it. A comment is
known by its author, its date and its number among such, since Word numbers comments anew when it saves.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import folded, storable
from afterself.importers.contract import Options
from afterself.importers.document import Document, Remark
from afterself.importers.document_dates import When, named, when
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import shown

DOCUMENT = "document"
WRITER = "writer of "
_LONGEST_NAME = 200
_UNNAMED_SHOWN = 3


def writer_of(folder: str) -> str:
    """What the writer of documents that name nobody is called."""
    return " ".join(f"{WRITER}{folder}".replace(",", " ").split())  # a comma parts the names of --me


class Drafter:
    """The drafts of the documents of one folder called `folder`."""

    def __init__(self, folder: str, members: Iterable[str], options: Options) -> None:
        self._folder = folder
        self._clock = LocalClock(options.zone)
        self._me = {folded(name) for name in options.me}
        writer = writer_of(folder)
        self._writer = Person(writer, writer)
        self._unnamed: list[str] = []
        self._members = frozenset(members)
        self._files = {name.rpartition("/")[2]: name for name in sorted(self._members, reverse=True)}

    def drafts(self, document: Document, key: str, member: str) -> Iterator[Yielded]:
        """The thread, the document and its remarks; `key` is the path that it is known by."""
        if document.warning:
            yield Problem("warning", shown(member), document.warning)
        stem = key.rpartition("/")[2]
        stem = stem.rpartition(".")[0] or stem
        authors = [_person(name) for name in document.authors if name.strip()]
        author = self._author(document, authors, member)
        together = tuple(authors) if len(authors) > 1 else ()
        yield ThreadDraft(
            key,
            storable(document.title).strip()[:_LONGEST_NAME] or stem,
            "document",
            (author,) if author else together,
        )
        date = document.date
        said = when(date, self._clock)
        if said.at is None:
            date = named(stem, self._clock)
            said = when(date, self._clock)
        if document.text.strip():
            draft = _draft(document.text, "document", author, said, date, Locator(member))
            yield draft._replace(
                thread=key,
                native_id=DOCUMENT,
                spans=document.spans,
                attachments=tuple(self._found(one, member) for one in document.attachments),
            )
        yield from self._remarks(document.remarks, key, member)

    def asks(self) -> Iterator[Problem]:
        """Says which documents name nobody, unless the owner already said that they are theirs."""
        if not self._unnamed or folded(self._writer.name) in self._me:
            return
        where, told = shown(self._unnamed[0]), "it names no author: if you wrote it"
        if len(self._unnamed) > 1:
            more = len(self._unnamed) - _UNNAMED_SHOWN
            names = ", ".join(shown(name) for name in self._unnamed[:_UNNAMED_SHOWN])
            listed = f"{names} and {more:,} more" if more > 0 else names
            where = shown(self._folder)
            told = f"{len(self._unnamed):,} documents name no author ({listed}): if you wrote them"
        yield Problem("warning", where, f"{told}, import with --me “{shown(self._writer.name)}”")

    def _author(self, document: Document, authors: list[Person], member: str) -> Person | None:
        """Whom it names; of several it is nobody's alone. A PDF's author counts only if it is the owner.

        The writer who is not named is a person to ask for; where the owner said who they are, and did not
        name the writer, it stays open.
        """
        if len(authors) == 1:
            believed = document.believed or folded(authors[0].name) in self._me
            return authors[0] if believed else None
        if authors or not document.typed:
            return None
        self._unnamed.append(member)
        return self._writer if not self._me or folded(self._writer.name) in self._me else None

    def _remarks(self, remarks: tuple[Remark, ...], key: str, member: str) -> Iterator[RecordDraft]:
        numbers: Counter[tuple[str, str]] = Counter()
        ids: list[str] = []
        for remark in remarks:
            told = (remark.author, remark.date)
            ids.append(_id(*told, numbers[told]))
            numbers[told] += 1
        word = member.lower().endswith((".docx", ".docm", ".xml"))
        for number, (remark, id) in enumerate(zip(remarks, ids, strict=True)):
            if not remark.text.strip():
                continue
            said = when(remark.date, self._clock, local=word and remark.date.endswith("Z"))
            author = _person(remark.author) if remark.author else None
            draft = _draft(
                remark.text,
                "comment",
                author,
                said,
                remark.date,
                Locator(member, pointer=f"remark {number + 1}"),
            )
            answered = DOCUMENT if remark.reply_to is None else ids[remark.reply_to]
            yield draft._replace(thread=key, native_id=id, reply_to=answered)

    def _found(self, attachment: Attachment, note: str) -> Attachment:
        """The attachment with its member, if the folder holds it: beside the note, from the top, anywhere."""
        if attachment.state == "remote":
            return attachment
        name = attachment.name.partition("#")[0].replace("%20", " ").removeprefix("./")
        beside = f"{note.rpartition('/')[0]}/{name}".lstrip("/")
        for member in (beside, name, self._files.get(name.rpartition("/")[2], "")):
            if member in self._members:
                return replace(attachment, state="present", member=member)
        return attachment


def _person(name: str) -> Person:
    name = " ".join(storable(name).split())[:_LONGEST_NAME]
    return Person(name, name)


def _id(author: str, date: str, number: int) -> str:
    told = json.dumps([storable(author), storable(date), number], ensure_ascii=False)
    return f"remark-{hashlib.sha256(told.encode()).hexdigest()[:20]}"


def _draft(
    text: str, kind: Kind, author: Person | None, said: When, date: str, locator: Locator
) -> RecordDraft:
    text, date = storable(text), storable(date)[:_LONGEST_NAME]
    told = [text, author.name if author else None, date]
    return RecordDraft(
        thread="",
        raw=json.dumps(told, ensure_ascii=False).encode(),
        text=text,
        kind=kind,
        author=author,
        said_at=said.at,
        precision=said.precision,
        said_raw=date,
        locator=locator,
        zone=said.zone,
    )
