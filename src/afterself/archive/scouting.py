"""What an export holds of each thread, gathered before anything of it is stored, in little memory.

Only hashes and minutes are kept, no text. `Group` is one thread in one member of the source; its
messages are numbered in the order in which the importer yields them, as `ImportRun` will see them again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator

from afterself.archive.alignment import NOBODY, TERSE, Message
from afterself.archive.drafts import Person, RecordDraft
from afterself.archive.keys import hash_raw, microseconds, nfc

LONG = 12
"""Code points from which on a text says which message it is."""

MINUTE = 60_000_000
_MARKS = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_UNTIMED = -(1 << 62)
_LONG, _LOOSE = 1, 2
_SILENT = ("system", "call", "reaction")


def words_of(text: str, placeholders: Iterable[tuple[int, int]] = ()) -> str:
    """The words of a text without its placeholders, as they are compared: NFC, no marks, single blanks."""
    for begin, end in sorted(placeholders, reverse=True):
        text = text[:begin] + " " + text[end:]
    if text.isascii():
        return " ".join(text.split())
    if not _MARKS.isdisjoint(text):
        text = "".join(one for one in text if one not in _MARKS)
    return " ".join(nfc(text).split())


def message(
    words: str, at: int | None, author: int, *, kind: str, deleted: bool, edited: bool
) -> Message | None:
    """A message to compare; None if it has no time. `at` in microseconds since 1970."""
    if at is None:
        return None
    silent = deleted or kind in _SILENT or not words
    value = 0 if silent else hash(words) or 1
    return Message(value, at // MINUTE, author, not silent and len(words) >= LONG, silent or edited)


class Group:
    """The messages of one thread in one member, as arrays."""

    def __init__(self, member: str, thread: str) -> None:
        self.member, self.thread = member, thread
        self.people: dict[str, Person] = {}
        self._numbers: dict[str, int] = {}
        self._raw = bytearray()
        self._words, self._at = array("q"), array("q")
        self._author, self._flags = array("l"), array("b")

    def __len__(self) -> int:
        return len(self._at)

    def add(self, draft: RecordDraft) -> None:
        """Take the next message."""
        self._raw += bytes.fromhex(hash_raw(draft.raw))
        author = NOBODY
        if draft.author is not None:
            author = self._numbers.setdefault(draft.author.handle, len(self._numbers))
            self.people[draft.author.handle] = draft.author
        found = message(
            words_of(draft.text, ((s.start, s.end) for s in draft.spans if s.kind == "placeholder")),
            None if draft.said_at is None else microseconds(draft.said_at),
            author, kind=draft.kind, deleted=draft.deleted, edited=draft.edited,
        )  # fmt: skip
        self._words.append(found.words if found else 0)
        self._at.append(found.minute if found else _UNTIMED)
        self._author.append(author)
        self._flags.append(found.long * _LONG + found.loose * _LOOSE if found else 0)

    @property
    def handles(self) -> list[str]:
        """Handles of the authors, by their numbers."""
        return list(self._numbers)

    @property
    def last(self) -> int:
        """The latest minute; very long ago if no message has a time."""
        return max(self._at, default=_UNTIMED)

    def messages(self) -> Iterator[tuple[int, Message]]:
        """Number and message of all that have a time."""
        for n, at in enumerate(self._at):
            if at != _UNTIMED:
                flags = self._flags[n]
                yield (
                    n,
                    Message(self._words[n], at, self._author[n], bool(flags & _LONG), bool(flags & _LOOSE)),
                )

    def raw_hashes(self) -> Iterator[tuple[str, int]]:
        """Hash of each raw block, and which of identical blocks it is."""
        seen: Counter[str] = Counter()
        for n in range(len(self)):
            raw = self._raw[16 * n : 16 * n + 16].hex()
            yield raw, seen[raw]
            seen[raw] += 1

    def long_words(self) -> set[int]:
        """Hashes of the long texts."""
        return {words for words, flags in zip(self._words, self._flags, strict=True) if flags & _LONG}

    def stamps(self) -> set[int]:
        """Hashes of words and minute of all that has words, if the chat may be one of short messages."""
        if len(self) > TERSE:
            return set()
        return {stamp(words, at) for words, at in zip(self._words, self._at, strict=True) if words}


def stamp(words: int, minute: int) -> int:
    """Hash of the words and the minute of a message."""
    return hash((words, minute))


def scout(drafts: Iterable[RecordDraft]) -> list[Group]:
    """The groups of an export in their order; records that their platform gave an id need no alignment."""
    groups: dict[tuple[str, str], Group] = {}
    for draft in drafts:
        if draft.native_id is None:
            key = (draft.locator.member, draft.thread)
            if key not in groups:
                groups[key] = Group(*key)
            groups[key].add(draft)
    return list(groups.values())
