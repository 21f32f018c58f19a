"""SMS Backup & Restore (Android): `sms-….xml` and `calls-….xml` -> threads and records.

Programs that convert other messengers write the same XML. It says of each message whether its phone sent it,
so the owner is known; a conversation is known by the number of the other side, or the numbers of a group.
Text messages have no ids: the same block of date, number and text is the same message. The file is cut
into its elements by `sms_xml`; a message that cannot be read is a Problem with its number in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afterself.archive.drafts import Kind, Locator, OwnerHint, Person, Problem, ThreadDraft, Yielded
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_stream import until_damage
from afterself.importers.sms_message import People, Read, call_of, mms_of, sms_of
from afterself.importers.sms_xml import Piece, pieces, tree_of
from afterself.importers.source_view import SourceView, shown

_BACKUP = re.compile(rb"<(?:smses[\s>].*<(?:sms|mms)\s|calls[\s>].*<call\s)", re.DOTALL)
_NAMED = re.compile(rb"""\s(?:address|number)=["']""")
_READERS = {"sms": sms_of, "mms": mms_of, "call": call_of}


class SmsImporter:
    """Reads the XML files that SMS Backup & Restore writes."""

    name = "SMS backup"
    version = "1"
    source = "sms"
    reads = "sms-….xml and calls-….xml of SMS Backup & Restore"
    kinds: frozenset[Kind] = frozenset(("message", "call"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if an XML file begins as a backup of messages or calls does."""
        found = tuple(_backups(source))
        if not found:
            return Detection(0.0, "", "")
        return Detection(0.95, "SMS Backup & Restore", "begins as its backups do", found)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every backup in the source, a message at a time."""
        owner = Person("me", options.me[0] if options.me else "Me")  # the backup does not name them
        yield OwnerHint(owner, "the phone that made the backup")
        reading = _Reading(source, People(owner))
        for member in _backups(source):
            yield from until_damage(reading.of(member), member, "Make the backup again and copy it whole.")


def _backups(source: SourceView) -> Iterator[str]:
    for name in source.names():
        if source.kind != "file" and not name.lower().endswith(".xml"):
            continue
        head = source.head(name)
        if _BACKUP.search(head) and _NAMED.search(head):
            yield name


class _Reading:
    """What is known over the files of a source: its threads, and who is who."""

    def __init__(self, source: SourceView, people: People) -> None:
        self._source, self._people = source, people
        self._threads: dict[str, ThreadDraft] = {}

    def of(self, member: str) -> Iterator[Yielded]:
        with self._source.open(member) as stream:
            for number, piece in enumerate(pieces(stream), 1):
                where = f"{shown(member)}: message {number}"
                try:
                    read = self._read(piece, member)
                except Unreadable as why:
                    yield Problem("skipped", where, str(why))
                    continue
                known = self._threads.get(read.thread.key)
                if known is None or set(known.participants) != set(read.thread.participants):
                    self._threads[read.thread.key] = read.thread
                    yield read.thread
                yield read.record

    def _read(self, piece: Piece, member: str) -> Read:
        tree = tree_of(piece)
        where = Locator(member, piece.offset, len(piece.data))
        return _READERS[tree.tag](tree, where, self._people)
