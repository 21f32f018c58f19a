"""An X (Twitter) archive -> its owner's posts and direct messages.

Every file of `data/` is a script: a name, then JSON from its first bracket on; the name says what it holds.
Larger archives go on in `…-part1.js`; before 2022 it was `tweet.js`, before 2019 a file for each month.
Likes, headers of tweets and what X concluded of a person are not read. Tweets stand in `x_tweet`, messages
in `x_messages`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from afterself.archive.drafts import Kind, OwnerHint, Person, ThreadDraft, Yielded
from afterself.importers.attached import beside
from afterself.importers.contract import Detection, Options
from afterself.importers.json_fields import first_of, id_of, table
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import until_damage
from afterself.importers.source_view import SourceView
from afterself.importers.x_messages import conversation_of
from afterself.importers.x_tweet import POSTS, Account, note_of, tweet_of, unfound_note

_WRAPPER = re.compile(
    rb"\s*(?:window\.YTD\.(?P<name>\w+)\.part\d+\s*=\s*\[|(?P<month>Grailbird)\.data\.tweets_\w+\s*=)"
)
_WHOSE = re.compile(rb"\s*(?:window\.YTD\.account\.part0|var user_details)\s*=")
_FOLDER = re.compile(r"((?:.*/)?)data/(?:js/(?:tweets/)?)?")
_OTHERS = re.compile(
    r"(?:data|assets|css|img|js|lib)/|(?:Your archive|index)\.html$|README\.txt$|tweets\.csv$|\w+_media/"
)
_MEDIA = re.compile(r"(?:.*/)?\w+_media/(\d+)-[^/]+")
_TWEETS = ("tweets", "tweet", "community_tweet", "deleted_tweets", "deleted_tweet")
_DIRECT = ("direct_messages", "direct_message")
_GROUPS = ("direct_messages_group", "direct_message_group")
_NOTES = ("note_tweet",)
_REMEDY = "Ask X for the archive again; the zip can be given as it is."
_LARGEST_ACCOUNT = 1 << 20


class XImporter:
    """Reads the archive that X (Twitter) gives, of any year."""

    name = "X (Twitter) archive"
    version = "1"
    source = "x"
    reads = "the zip of X's (Twitter's) archive"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "message", "reaction"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if scripts begin as an archive's do and hold tweets or messages."""
        found = _archives(source)
        if not found:
            return Detection(0.0, "", "")
        read = [name for one in found for name in one.files]
        also = [name for one in found for name in one.others(source)]
        lists = [member for one in found for _, member in one.of(_NOTES)]
        return Detection.of(0.95, "X (Twitter) archive", "scripts of an archive", read, also, lists)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Of each archive: who its owner is, the posts, the messages."""
        for archive in _archives(source):
            account = Account(source, archive.owner(source), media=archive.media(source))
            yield OwnerHint(account.owner, "the account of the archive")
            if any(archive.of((*_NOTES, *_TWEETS))):
                yield ThreadDraft(POSTS, "Posts", "public", (account.owner,))
            for name, member in archive.of((*_NOTES, *_TWEETS, *_DIRECT, *_GROUPS)):
                read = each_item(placed_items(source, member), _Reading(account, name).item)
                yield from until_damage(read, member, _REMEDY, one_of_many=True)
            yield from (unfound_note(one, account) for notes in account.notes.values() for one in notes)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an item of a file with this name means."""

    account: Account
    name: str

    def item(self, item: Item) -> Iterator[Yielded]:
        if self.name in _NOTES:
            note = note_of(item)
            self.account.notes[note.second].append(note)
        elif self.name in _TWEETS:
            yield from tweet_of(item, self.account)
        else:
            yield from conversation_of(item, self.account, group=self.name in _GROUPS)


@dataclass(slots=True)
class _Archive:
    """One archive in a source: the folder it begins in, and what each of its files holds, by their names."""

    root: str
    whole: bool
    files: dict[str, str] = field(default_factory=dict)

    def of(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """What the files of these names hold, and the files, in the order of names."""
        for name in names:
            held = (member for member, holds in self.files.items() if holds == name)
            yield from ((name, member) for member in sorted(held, key=lambda one: one.removesuffix(".js")))

    def owner(self, source: SourceView) -> Person:
        """The owner as the account's file names them."""
        for member in (member for _, member in self.of(("account",))):
            _, _, text = source.head(member, _LARGEST_ACCOUNT).decode("utf-8", "replace").partition("=")
            try:
                told = json.loads(text)
            except (ValueError, RecursionError):
                continue
            about = table(told[0] if isinstance(told, list) and told else told)
            about = table(about.get("account")) or about
            id = id_of(about.get("accountId")) or id_of(about.get("id"))
            login = first_of(about.get("username"), about.get("screen_name"))
            name = first_of(about.get("accountDisplayName"), about.get("full_name"), login)
            if id or login:
                return Person(id or login, name or id)
        return Person("owner", "You")

    def media(self, source: SourceView) -> dict[str, list[str]]:
        """The files of pictures and films, by the id of their tweet or message."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in source.names():
            if name.startswith(self.root) and (one := _MEDIA.fullmatch(name)):
                found[one[1]].append(name)
        return found

    def others(self, source: SourceView) -> list[str]:
        """What else the archive holds: all of it, or (of one without folders) its media."""
        inside = [name for name in source.names() if name.startswith(self.root)]
        shape = _OTHERS if self.whole else _MEDIA
        return [name for name in inside if shape.match(name, len(self.root))]


def _archives(source: SourceView) -> list[_Archive]:
    """The archives in a source; those that hold neither tweets nor messages are none."""
    found: dict[str, _Archive] = {}
    for name in source.names():
        holds = _holds(source.head(name, 256)) if name.endswith(".js") else ""
        if holds:
            folder = _FOLDER.fullmatch(beside(name))
            root = folder[1] if folder else beside(name)
            found.setdefault(root, _Archive(root, bool(folder))).files[name] = holds
    wanted = {*_TWEETS, *_NOTES, *_DIRECT, *_GROUPS}
    return [one for one in found.values() if wanted.intersection(one.files.values())]


def _holds(head: bytes) -> str:
    """What a script of an archive holds, "" if it is none that is read."""
    if _WHOSE.match(head):
        return "account"
    found = _WRAPPER.match(head)
    name = "tweets" if found and found["month"] else found["name"].decode() if found else ""
    return name if name in (*_TWEETS, *_NOTES, *_DIRECT, *_GROUPS) else ""
