"""An export of a Zulip organisation (`realm.json`, `messages-000001.json` …) -> threads and records.

A stream is a thread, whatever its topics are called: topics are renamed and messages moved between them. What
two people write to each other stands under two recipients and is one conversation. The export does not say
who asked for it. Messages are understood in `zulip_message`. Source: Zulip's description of its exports.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from afterself.archive.drafts import Kind, OwnerHint, Person, ThreadDraft, Yielded
from afterself.archive.keys import folded
from afterself.importers.attached import beside, came_with
from afterself.importers.contract import Detection, Options
from afterself.importers.json_stream import Broken, each, items, until_damage
from afterself.importers.source_view import SourceView
from afterself.importers.zulip_message import Organisation, record_of, thread_of

_MESSAGES = re.compile(r"(?P<root>(?:.*/)?)messages-\d{6}\.json")
_SHAPE = re.compile(rb'"zerver_(?:message|usermessage)"\s*:\s*\[')
_WITH = re.compile(r"(?:uploads|avatars|emoji|realm_icons)/|[a-z_-]+\.json$|stats\.txt$")
_USERS = ("zerver_userprofile", "zerver_userprofile_mirrordummy", "zerver_userprofile_crossrealm")
_REMEDY = "Ask for the export of the organisation again and import the .tar.gz as it is."


class ZulipImporter:
    """Reads Zulip's export of an organisation."""

    name = "Zulip"
    version = "1"
    source = "zulip"
    reads = "the export of a Zulip organisation (.tar.gz, or its folder)"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if files of messages lie beside a realm.json."""
        found = _messages(source)
        if not found:
            return Detection(0.0, "", "")
        realms = [beside(name) + "realm.json" for name in found[:1]]
        also = {name for name in came_with(source, found[:1], _WITH) if name not in realms}
        return Detection.of(
            0.95, "Zulip export", "messages beside realm.json", [*found, *realms], also, realms
        )

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every message, a thread before its first."""
        found = _messages(source)
        organisation = _organisation(source, beside(found[0])) if found else Organisation(source, "")
        owners = _owners(organisation, options.me)
        yield from (OwnerHint(person, "the name that was given") for person in owners)
        told: set[str] = set()
        for member in found:
            read = _read(source, member, organisation, owners, told)
            yield from until_damage(read, member, _REMEDY, one_of_many=len(found) > 1)


def _messages(source: SourceView) -> list[str]:
    """The files of messages of one organisation."""
    named = [(name, one["root"]) for name in source.names() if (one := _MESSAGES.fullmatch(name))]
    roots = [root for _, root in named if f"{root}realm.json" in source]
    return [
        name for name, root in named
        if roots and root == roots[0] and _SHAPE.search(source.head(name, 8192))
    ]  # fmt: skip


def _rows(source: SourceView, member: str, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table; of a damaged file those before the damage."""
    try:
        with source.open(member) as stream:
            yield from (one for one in items(stream, f"{table}.item") if isinstance(one, dict))
    except Broken:
        return


def _organisation(source: SourceView, root: str) -> Organisation:
    found, realm = Organisation(source, root), f"{root}realm.json"
    for table in _USERS:
        for row in _rows(source, realm, table):
            found.add_user(row)
    for row in _rows(source, realm, "zerver_stream"):
        found.add_stream(row)
    for row in _rows(source, realm, "zerver_recipient"):
        found.add_recipient(row)
    for row in _rows(source, realm, "zerver_subscription"):
        found.add_subscription(row)
    for row in _rows(source, realm, "zerver_reaction"):
        found.add_reaction(row)
    return found


def _owners(organisation: Organisation, me: Collection[str]) -> list[Person]:
    """People who are known by a name, address or id that was given."""
    given = {folded(name) for name in me}
    return [
        person for person, known_as in organisation.users.values()
        if given & {folded(name) for name in known_as}
    ]  # fmt: skip


def _read(
    source: SourceView, member: str, organisation: Organisation, owners: list[Person], told: set[str]
) -> Iterator[Yielded]:
    def read(fields: Any, pointer: str) -> Iterator[Yielded]:
        thread: ThreadDraft = thread_of(fields, organisation, owners)
        drafts = list(record_of(fields, thread.key, member, pointer, organisation))
        if thread.key not in told:
            told.add(thread.key)
            yield thread
        yield from drafts

    with source.open(member) as stream:
        yield from each(items(stream, "zerver_message.item"), member, "/zerver_message", read)
