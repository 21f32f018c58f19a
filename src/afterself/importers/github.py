"""GitHub's migration archive, or the export of an account -> issues, pull requests, comments and reviews.

Its files are lists of one kind, `issue_comments_000001.json`, in parts. Everything and everybody is a URL:
the issue that a comment belongs to, the account that wrote it. Events (closed, renamed) are nobody's words. A
record is known by the end of its URL, so that later archives add to earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import Kind, Person, RecordDraft, ThreadDraft, Yielded
from afterself.importers.attached import beside, came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.forge_records import Said, opened, reaction_of, record_of, titled
from afterself.importers.json_fields import first_of, id_of, table, words
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import Broken, begins, json_members, until_damage
from afterself.importers.source_view import SourceView

_ORDER = ("issues", "pull_requests", "issue_comments", "commit_comments", "pull_request_reviews",
          "pull_request_review_comments")  # fmt: skip
_FILE = re.compile(rf"(?:.*/)?({'|'.join(_ORDER)})_\d{{6}}\.json")
_PEOPLE = re.compile(r"(?:.*/)?(?:users|bots|organizations)_\d{6}\.json")
_OTHERS = re.compile(r"[a-z_]+_\d{6}\.json\Z|schema\.json\Z|urls\.json\Z|attachments/")
_SHAPE = re.compile(rb'"type"\s*:\s*"(?:issue|pull_request|commit)[a-z_]*"')
_EMPTY = re.compile(rb"\s*\[\s*\]\s*")
_PLACE = re.compile(
    r"https?://([^/]+)/([^/]+/[^/]+)/(?:(issues|pull|discussions)/(\d+)|commit/([0-9a-f]{7,64}))"
)
_VERDICTS = {"30": "changes requested", "40": "approved", "50": "dismissed"}
_GHOST = "ghost"
_REMEDY = "Ask GitHub for the archive again; the file can be given as it is."


class GitHubImporter:
    """Reads what people said in issues and pull requests."""

    name = "GitHub archive"
    version = "1"
    source = "github"
    reads = "GitHub's migration archive or account export (.tar.gz, or its folder)"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "review", "reaction"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if files are named and begin as GitHub's."""
        found = _files(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _OTHERS)
        return Detection.of(0.95, "GitHub archive", "issues and their comments", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Each archive in the source: first what was opened, then what was said to it."""
        files = _files(source)
        for folder in sorted({beside(name) for name in files}):
            archive = _Archive(source, _people(source, folder))
            for member in sorted((one for one in files if beside(one) == folder), key=_order):
                yield from until_damage(archive.records(member), member, _REMEDY, one_of_many=len(files) > 1)


def _order(member: str) -> tuple[int, str]:
    found = _FILE.fullmatch(member)
    return _ORDER.index(found[1]) if found else 0, member


def _files(source: SourceView) -> list[str]:
    named = (name for name in json_members(source) if _FILE.fullmatch(name))
    found = {name: source.head(name, 4096) for name in named}
    return list(found) if any(begins(head, b"[", _SHAPE) for head in found.values()) else []


def _people(source: SourceView, folder: str) -> dict[str, Person]:
    """Who the accounts are, by URL."""
    found: dict[str, Person] = {}
    for member in source.names():
        if beside(member) != folder or not _PEOPLE.fullmatch(member):
            continue
        try:
            for item in placed_items(source, member):
                user = table(_value(item))
                login = id_of(user.get("login"))
                if login:
                    found[words(user.get("url"))] = Person(login, first_of(user.get("name"), login))
        except Broken:
            continue  # who is not named there is known by the URL
    return found


def _value(item: Item) -> Any:
    try:
        return item.value()
    except Unreadable:
        return None


@dataclass(slots=True)
class _Archive:
    """What is known of an archive while it is read: people by URL, and the threads that have a title."""

    source: SourceView
    people: dict[str, Person]
    threads: dict[str, ThreadDraft] = field(default_factory=dict)

    def records(self, member: str) -> Iterator[Yielded]:
        """What stands in one file."""
        found = _FILE.fullmatch(member)
        kind = found[1] if found else ""
        if not _EMPTY.fullmatch(self.source.head(member, 64)):
            yield from each_item(placed_items(self.source, member), lambda item: self._read(item, kind))

    def _read(self, item: Item, kind: str) -> Iterator[Yielded]:
        fields = table(item.value())
        place = _place(first_of(fields.get("issue"), fields.get("pull_request"), fields.get("url")))
        id = words(fields.get("url")).rpartition("#")[2] if "#" in words(fields.get("url")) else "opened"
        thread = self._thread(place, fields if id == "opened" else {})
        said = Said(
            id,
            "post" if id == "opened" else "review" if kind.startswith("pull_request_review") else "comment",
            self._person(fields.get("user"), thread),
            _body(fields, id),
            first_of(fields.get("submitted_at"), fields.get("created_at")),
            item.raw,
            item.where,
            words(fields.get("in_reply_to")).rpartition("#")[2] or None,
            _about(fields),
            _VERDICTS.get(id_of(fields.get("state")), ""),
        )
        known = self.threads.get(thread.key)
        if known is None or known != thread:
            self.threads[thread.key] = thread
            yield thread
        yield record_of(said, thread)
        yield from self._reactions(item, said, thread)

    def _thread(self, place: re.Match[str], fields: dict[str, Any]) -> ThreadDraft:
        host = "" if place[1] == "github.com" else f"{place[1]}/"
        number = f"{host}{place[2]}{'#' + place[4] if place[4] else '@' + place[5]}"
        title = words(fields.get("title")).strip()
        known = self.threads.get(number)
        return ThreadDraft(number, titled(title, number), "channel") if title or known is None else known

    def _person(self, url: object, thread: ThreadDraft) -> Person | None:
        """The account at a URL; one that was deleted is somebody else in each thread."""
        address = words(url)
        login = address.rpartition("/")[2]
        if login == _GHOST:
            return Person(f"{_GHOST} in {thread.key}", _GHOST)
        if "/apps/" in address and address not in self.people:
            return Person(f"{login}[bot]", f"{login}[bot]")
        return self.people.get(address) or (Person(login, login) if login else None)

    def _reactions(self, item: Item, said: Said, thread: ThreadDraft) -> Iterator[RecordDraft]:
        for one in item.array("reactions"):
            fields = table(_value(one))
            who, name = self._person(fields.get("user"), thread), words(fields.get("content"))
            at = words(fields.get("created_at"))
            id = f"{said.id}/{who.handle if who else ''}/{name}"
            reaction = reaction_of(
                Said(id, "reaction", who, name, at, one.raw, one.where, reply_to=said.id), thread
            )
            if reaction is not None:
                yield reaction


def _place(url: str) -> re.Match[str]:
    found = _PLACE.match(url)
    if found is None:
        raise Unreadable("it does not say what it belongs to")
    return found


def _body(fields: dict[str, Any], id: str) -> str:
    body = words(fields.get("body"))
    return opened(words(fields.get("title")).strip(), body) if id == "opened" else body


def _about(fields: dict[str, Any]) -> str:
    """The file and the lines that a review comment is about."""
    return "\n".join(part for part in (words(fields.get("path")), words(fields.get("diff_hunk"))) if part)
