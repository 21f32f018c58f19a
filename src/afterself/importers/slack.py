"""Slack's export and slackdump's (the same shape) -> threads and records.

A folder for each conversation holds a JSON file for each day; lists beside the folders say which folder is
which conversation and who is who. The folder of a channel bears its name, or (slackdump) its id. Messages are
understood in `slack_message`. The export does not say whose it is: `--me` gives a name, login, address or id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from afterself.archive.drafts import Kind, OwnerHint, Person, ThreadDraft, ThreadKind, Yielded
from afterself.archive.keys import folded
from afterself.importers.contract import Detection, Options
from afterself.importers.json_fields import id_of, tables, words
from afterself.importers.json_stream import begins, each, items, small_json, until_damage
from afterself.importers.slack_message import Place, Workspace, record_of
from afterself.importers.source_view import SourceView

_DAY = re.compile(r"(?P<root>(?:.*/)?)(?P<folder>[^/]+)/\d{4}-\d\d-\d\d\.json")
_MESSAGE = (re.compile(rb'"ts"\s*:\s*"?\d+\.\d+'), re.compile(rb'"(?:type|user|text|subtype)"\s*:'))
_LISTS: tuple[tuple[str, ThreadKind], ...] = (
    ("channels.json", "group"), ("groups.json", "group"), ("dms.json", "direct"), ("mpims.json", "group"),
)  # fmt: skip
_USERS = ("users.json", "org_users.json")
_OTHERS = re.compile(
    r"(?:integration_logs|canvases|content_flags|huddle_transcripts|lists|file_conversations)\.json$|"
    r"(?:__uploads|attachments|files|avatars|__avatars|canvas_in_the_conversation)/|workspace\.json$"
)
_LARGEST_LIST = 256 << 20
_REMEDY = "Export the workspace again; the zip can be given as it is."


class SlackImporter:
    """Reads a Slack export zip, unpacked or not, and what slackdump writes."""

    name = "Slack export"
    version = "1"
    source = "slack"
    reads = "the zip of Slack's or slackdump's export"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if days of messages lie in folders of conversations."""
        days = _days(source)
        if not days:
            return Detection(0.0, "", "")
        roots = {day.root for day in days}
        lists = [
            name for root in roots for name in source.names()
            if name.startswith(root) and name[len(root) :] in (*_USERS, *(list for list, _ in _LISTS))
        ]  # fmt: skip
        folders = {f"{day.root}{day.folder}/" for day in days}
        also = [
            name for name in source.names()
            if name.startswith(tuple(folders)) or any(
                name.startswith(root) and _OTHERS.match(name, len(root)) for root in roots)
        ]  # fmt: skip
        members = [*(day.member for day in days), *lists]
        return Detection.of(0.95, "Slack export", "days of messages in folders", members, also, lists)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every conversation, a message at a time."""
        days = _days(source)
        roots = sorted({day.root for day in days})
        workspace = _workspace(source, roots)
        owners = _owners(workspace, options.me)
        yield from (OwnerHint(person, "the name that was given") for person in owners)
        conversations = _conversations(source, roots, workspace, owners)
        told: set[str] = set()
        for day in days:
            thread = conversations.get((day.root, day.folder)) or _unlisted(day)
            if thread.key not in told:
                told.add(thread.key)
                yield thread
            read = _messages(source, day, thread.key, workspace)
            yield from until_damage(read, day.member, _REMEDY, one_of_many=True)


@dataclass(frozen=True, slots=True)
class _Day:
    member: str
    root: str
    folder: str


def _days(source: SourceView) -> list[_Day]:
    """The files of days; of each folder one is looked into."""
    named = [(name, _DAY.fullmatch(name)) for name in source.names()]
    found = [_Day(name, one["root"], one["folder"]) for name, one in named if one]
    listed = {
        day.root
        for day in found
        if any(f"{day.root}{name}" in source for name in ("channels.json", "dms.json"))
    }
    sure: dict[tuple[str, str], bool] = {}
    for day in found:
        key = (day.root, day.folder)
        if not sure.get(key):
            sure[key] = _is_day(source.head(day.member, 8192), day.root in listed)
    return [day for day in found if sure[day.root, day.folder]]


def _is_day(head: bytes, listed: bool) -> bool:
    return begins(head, b"[", *(() if listed else _MESSAGE))


def _workspace(source: SourceView, roots: Iterable[str]) -> Workspace:
    workspace = Workspace(source)
    for root in roots:
        for name in _USERS:
            for user in tables(small_json(source, root + name, name, _LARGEST_LIST)):
                workspace.add_user(user)
        for name, _ in _LISTS:
            for channel in tables(small_json(source, root + name, name, _LARGEST_LIST)):
                workspace.channels[id_of(channel.get("id"))] = words(channel.get("name"))
    return workspace


def _owners(workspace: Workspace, me: Iterable[str]) -> list[Person]:
    """Users who are known by a name, login, address or id that the person gave."""
    given = {folded(name) for name in me}
    return [
        person for person, known_as in workspace.users.values() if given & {folded(name) for name in known_as}
    ]


def _conversations(
    source: SourceView, roots: Iterable[str], workspace: Workspace, owners: Collection[Person]
) -> dict[tuple[str, str], ThreadDraft]:
    """The conversation of each folder, by its name and by its id."""
    found: dict[tuple[str, str], ThreadDraft] = {}
    for root in roots:
        for file, kind in _LISTS:
            for one in tables(small_json(source, root + file, file, _LARGEST_LIST)):
                id, name = id_of(one.get("id")), words(one.get("name")).strip()
                members = one.get("members")
                ids = [id_of(user) for user in members] if isinstance(members, list) else []
                people = tuple(workspace.person(user) for user in ids if user)
                with_whom = ", ".join(person.name for person in people if person not in owners)
                title = name if file in ("channels.json", "groups.json") else with_whom or name
                thread = ThreadDraft(id or name, title or id, kind, people)
                found.setdefault((root, id), thread)
                if name:
                    found.setdefault((root, name), thread)
    return found


def _unlisted(day: _Day) -> ThreadDraft:
    direct = re.fullmatch("D[A-Z0-9]{6,}", day.folder)
    return ThreadDraft(day.folder, day.folder, "direct" if direct else "group")


def _messages(source: SourceView, day: _Day, thread: str, workspace: Workspace) -> Iterator[Yielded]:
    with source.open(day.member) as stream:

        def read(fields: Any, pointer: str) -> Iterator[Yielded]:
            return record_of(fields, Place(thread, day.member, pointer, day.root), workspace)

        yield from each(items(stream), day.member, "", read)
