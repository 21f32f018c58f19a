"""One tweet of an X archive -> a record draft: the text as a reader sees it, and whose words it is.

Shortened links are written out, the three escapes undone; the mentions that X puts before an answer and the
link to the tweet's own pictures are cut. A retweet is another's words. A long tweet stands whole only in
`note-tweet.js`, under an id of its own: it is the one of the same second that begins with the same words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import Again, Attachment, Person, RecordDraft, Yielded
from afterself.importers.attached import linked
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item
from afterself.importers.local_time import MONTHS, instant
from afterself.importers.marked_text import unescaped
from afterself.importers.source_view import SourceView

POSTS = "posts"
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_FIRST_SNOWFLAKE = 29_700_859_247
_DATE = re.compile(r"\w{3} (\w{3}) (\d\d) (\d\d:\d\d:\d\d) \+0000 (\d{4})")
_MENTIONS = re.compile(r"(?:@\w+\s+)+")
_RETWEET = re.compile(r"RT @(\w+): ")
_CUT = re.compile(r"(?:…|\.\.\.)?\s*(?:https://t\.co/\w+)?\s*$")
_SURE = 40


@dataclass(frozen=True, slots=True)
class Note:
    """The whole text of a long tweet, the second when it was made, and where it stands."""

    id: str
    second: datetime | None
    text: str
    item: Item


@dataclass(slots=True)
class Account:
    """Whose archive it is, its notes by their second, its media files by tweet, and who was mentioned."""

    source: SourceView
    owner: Person
    notes: defaultdict[datetime | None, list[Note]] = field(default_factory=lambda: defaultdict(list))
    media: Mapping[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def person(self, id: str) -> Person:
        """Somebody by their id, which is all that messages tell; named as some tweet names them."""
        return self.owner if id == self.owner.handle else Person(id, self.names.get(id, id))


def tweet_of(item: Item, account: Account) -> Iterator[Yielded]:
    """The draft of a tweet, also one that was deleted; Unreadable says why there is none."""
    fields = table(item.value())
    fields = table(fields.get("tweet")) or fields
    id, told = id_of(fields.get("id_str")) or id_of(fields.get("id")), words(fields.get("created_at"))
    if not id:
        raise Unreadable("the tweet has no id")
    said_at = moment(told) or instant_of(id)
    _learn_names(fields, account)
    raw_text = words(fields.get("full_text")) or words(fields.get("text"))
    retweet = _RETWEET.match(raw_text)
    original = table(fields.get("retweeted_status"))
    note = _note(raw_text, said_at, account)
    text = note.text if note else _shown(raw_text, fields)
    attachments = tuple(_media(id, fields, account))
    deleted = bool(fields.get("deleted_at"))
    if not text and not attachments and not deleted:
        raise Unreadable("the tweet is empty")
    answered = id_of(fields.get("in_reply_to_user_id_str")) or id_of(fields.get("in_reply_to_user_id"))
    yield RecordDraft(
        thread=POSTS,
        raw=item.raw,
        text="" if deleted else text,
        kind="comment" if answered and answered != account.owner.handle else "post",
        author=account.owner,
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "day" if told.endswith(" 00:00:00 +0000") else "second",
        said_raw=told,
        locator=item.where,
        native_id=id,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
        reply_to=id_of(fields.get("in_reply_to_status_id_str")) or None,
        forwarded_from="@" + retweet[1] if retweet else "somebody" if original else None,
        deleted=deleted,
        edited="edit" in table(fields.get("edit_info")),
        visibility="public",
    )
    if note:
        yield Again(POSTS, id, note.item.where)


def moment(told: str) -> datetime | None:
    """A date as X writes it: `Wed Oct 19 20:07:25 +0000 2022`, once `2013-05-28 10:12:00 +0000`."""
    found = _DATE.fullmatch(told)
    if not found:
        return instant(told.replace(" +0000", "+00:00"))
    return instant(f"{found[4]}-{MONTHS.get(found[1], 0):02d}-{found[2]}T{found[3]}Z")


def instant_of(id: str) -> datetime | None:
    """When something with this id was made, as ids tell since November 2010 (milliseconds above 22 bits)."""
    if not id.isdecimal() or not _FIRST_SNOWFLAKE < int(id) < 1 << 63:
        return None
    return _EPOCH + timedelta(milliseconds=int(id) >> 22)


def written_out(text: str, urls: list[dict[str, Any]], short: str, long: str) -> str:
    """A text with the addresses that t.co stands for, which are told under these names."""
    for one in urls:
        if words(one.get(short)) and words(one.get(long)):
            text = text.replace(words(one[short]), words(one[long]))
    return text


def _shown(text: str, fields: dict[str, Any]) -> str:
    """What a reader sees of a tweet's text."""
    entities, shown = table(fields.get("entities")), fields.get("display_text_range")
    begin = int(shown[0]) if isinstance(shown, list) and shown and id_of(shown[0]).isdecimal() else 0
    if _MENTIONS.fullmatch(text[:begin]):
        text = text[begin:]
    for one in _media_of(fields):
        text = text.replace(words(one.get("url")) or "\0", "").rstrip()
    # Escapes first: an address that is written out has none.
    return written_out(unescaped(text), tables(entities.get("urls")), "url", "expanded_url").strip()


def _note(text: str, said_at: datetime | None, account: Account) -> Note | None:
    """The whole of a long tweet."""
    begins = unescaped(_CUT.sub("", text))
    notes = account.notes.get(said_at and said_at.replace(microsecond=0), [])
    found = [note for note in notes if len(begins) >= _SURE and note.text.startswith(begins)]
    if not found:
        return None
    notes.remove(found[0])
    return found[0]


def note_of(item: Item) -> Note:
    """An entry of `note-tweet.js`; Unreadable if it says nothing."""
    fields = table(table(item.value()).get("noteTweet"))
    core = table(fields.get("core"))
    id, text = id_of(fields.get("noteTweetId")), words(core.get("text"))
    if not id or not text.strip():
        raise Unreadable("a note without id or text")
    made = instant(words(fields.get("createdAt")))
    text = written_out(text, tables(core.get("urls")), "shortUrl", "expandedUrl")
    return Note(id, made and made.replace(microsecond=0), text, item)


def unfound_note(note: Note, account: Account) -> RecordDraft:
    """A note whose tweet the archive lacks, as a post of its own."""
    return RecordDraft(
        thread=POSTS,
        raw=note.item.raw,
        text=note.text,
        kind="post",
        author=account.owner,
        is_owner=True,
        said_at=note.second,
        precision="none" if note.second is None else "second",
        said_raw="",
        locator=note.item.where,
        native_id=note.id,
        zone=None if note.second is None else "UTC",
        visibility="public",
    )


def _learn_names(fields: dict[str, Any], account: Account) -> None:
    for one in tables(table(fields.get("entities")).get("user_mentions")):
        id, name = id_of(one.get("id_str")), first_of(one.get("name"), one.get("screen_name"))
        if id and name:
            account.names.setdefault(id, name)


def _media_of(fields: dict[str, Any]) -> list[dict[str, Any]]:
    extended = tables(table(fields.get("extended_entities")).get("media"))
    return extended or tables(table(fields.get("entities")).get("media"))


def _media(id: str, fields: dict[str, Any], account: Account) -> Iterator[Attachment]:
    for one in _media_of(fields):
        link = first_of(one.get("media_url_https"), one.get("media_url"))
        yield media_file(id, link, account)


def media_file(id: str, link: str, account: Account) -> Attachment:
    """A picture or film of a tweet or message: the file in the archive's folder of media, else its link."""
    name = link.partition("?")[0].rpartition("/")[2] or "file"
    files = account.media.get(id, [])
    stem = f"/{id}-{name.rpartition('.')[0] or name}"
    same = [file for file in files if stem in file] or (files if len(files) == 1 else [])
    return linked(account.source, "", same[0] if same else link, name)
