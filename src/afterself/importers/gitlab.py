"""GitLab's export of a project -> issues, merge requests, and the notes to them.

`tree/project/issues.ndjson` and `merge_requests.ndjson` hold one of them a line, with its notes. People are
numbers: their names stand at their notes, their user names among the members. Notes of the system are
nobody's words, though they name an author. A person is known by the project's number and theirs, since other
servers count their people, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import Kind, Locator, Person, Problem, ThreadDraft, Yielded
from afterself.archive.raw_places import Place, json_places
from afterself.importers.attached import beside
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.forge_records import Said, opened, reaction_of, record_of, titled
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_stream import begins
from afterself.importers.source_view import SourceView, shown

LONGEST = 64 << 20
"""Bytes of an issue or a merge request with all its notes and changes."""

_FILE = re.compile(r"(?:.*/)?tree/project/(issues|merge_requests)\.ndjson")
_MEMBERS = "project_members.ndjson"
_SHAPE = (re.compile(rb'"iid"\s*:'), re.compile(rb'"author_id"\s*:'))
_EXPORT = re.compile(r"(?:\d{4}-\d\d-\d\d_\d\d-\d\d-\d{3}_)?(.+?)_export(?:\.tar\.gz)?")


class GitLabImporter:
    """Reads what people said in the issues and merge requests of a project."""

    name = "GitLab project"
    version = "1"
    source = "gitlab"
    reads = "GitLab's export of a project (.tar.gz, or its folder)"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "review", "reaction"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if files stand and begin as GitLab's."""
        found = _files(source)
        if not found:
            return Detection(0.0, "", "")
        roots = {beside(name).removesuffix("tree/project/") for name in found}
        also = [name for name in source.names() if name.startswith(tuple(roots))]
        return Detection.of(0.95, "GitLab project", "issues and their notes", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Each project: who is who, then what was said."""
        files = _files(source)
        for folder in sorted({beside(name) for name in files}):
            found = _EXPORT.fullmatch(source.outer_name)
            project = _Project(found[1] if found else "")
            of_project = [name for name in files if beside(name) == folder]
            project.meet(source, of_project)
            for member in of_project:
                yield from project.records(source, member)


def _files(source: SourceView) -> list[str]:
    named = [name for name in source.names() if _FILE.fullmatch(name)]
    return named if any(begins(source.head(name), b"{", *_SHAPE) for name in named) else []


@dataclass(slots=True)
class _Project:
    """What is known of a project: the name of its export, and who the numbers are."""

    name: str
    names: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    def meet(self, source: SourceView, members: list[str]) -> None:
        """Get to know everybody before anything is read."""
        beside_them = beside(members[0]) + _MEMBERS
        for line in _lines(source, beside_them) if beside_them in source else ():
            user = table(table(_value(line.raw)).get("user"))
            self.users[id_of(user.get("id"))] = words(user.get("username")).strip()
        for member in members:
            for line in _lines(source, member):
                for note in tables(table(_value(line.raw)).get("notes")):
                    name = words(table(note.get("author")).get("name")).strip()
                    if name:
                        self.names[id_of(note.get("author_id"))] = name

    def records(self, source: SourceView, member: str) -> Iterator[Yielded]:
        """What stands in one file."""
        for line in _lines(source, member):
            where = f"{shown(member)}: line {line.number}"
            if len(line.raw) > LONGEST:
                yield Problem("skipped", where, f"it is larger than {LONGEST >> 20} MiB")
                continue
            fields = _value(line.raw)
            if not isinstance(fields, dict) or not id_of(fields.get("iid")):
                yield Problem("skipped", where, "it is not whole, valid JSON")
                continue
            yield from self._opened(fields, line, member, where)

    def _opened(self, fields: dict[str, Any], line: _Line, member: str, where: str) -> Iterator[Yielded]:
        """An issue or merge request, and its notes."""
        sign = "!" if member.endswith("merge_requests.ndjson") else "#"
        number = f"{sign}{id_of(fields.get('iid'))}"
        project = first_of(id_of(fields.get("project_id")), id_of(fields.get("target_project_id")), "project")
        title = words(fields.get("title")).strip()
        thread = ThreadDraft(f"{project}{number}", titled(title, f"{self.name}{number}"), "channel")
        yield thread
        places = json_places(line.raw, _pointers(fields))
        own = [one for name in ("/title", "/description") for one in places.get(name, ())]
        first = Said(
            "opened", "post", self._person(fields.get("author_id"), project),
            opened(title, words(fields.get("description"))), words(fields.get("created_at")),
            edited=bool(fields.get("last_edited_at")), **line.cut(member, own),
        )  # fmt: skip
        yield from _drafts(first, thread, where)
        yield from self._awards(fields, "", first, thread, project, (line, member, places))
        discussed: dict[str, str] = {}
        for number_of, note in _numbered(fields.get("notes")):
            pointer = f"/notes/{number_of}"
            if note.get("system") is True:
                yield Problem("skipped", where, "a note of the system: nobody's words")
                continue
            said = self._note(note, project, line.cut(member, places.get(pointer, [])), discussed)
            yield from _drafts(said, thread, where)
            yield from self._awards(note, pointer, said, thread, project, (line, member, places))

    def _note(
        self, note: dict[str, Any], project: str, cut: dict[str, Any], discussed: dict[str, str]
    ) -> Said:
        id, discussion = id_of(note.get("id")), words(note.get("discussion_id"))
        reply_to = discussed.get(discussion) if discussion else None
        if discussion:
            discussed.setdefault(discussion, id)
        about = _about(note)
        return Said(
            id, "review" if about else "comment", self._person(note.get("author_id"), project),
            words(note.get("note")), words(note.get("created_at")), reply_to=reply_to, about=about,
            edited=bool(note.get("last_edited_at")), **cut,
        )  # fmt: skip

    def _awards(
        self, fields: dict[str, Any], pointer: str, said: Said, thread: ThreadDraft, project: str,
        place: tuple[_Line, str, dict[str, list[Place]]],
    ) -> Iterator[Yielded]:  # fmt: skip
        line, member, places = place
        for number, award in _numbered(fields.get("award_emoji")):
            who, name = self._person(award.get("user_id"), project), words(award.get("name"))
            cut = line.cut(member, places.get(f"{pointer}/award_emoji/{number}", []))
            one = Said(
                f"{said.id}/award-{id_of(award.get('id'))}", "reaction", who, name,
                words(award.get("created_at")), reply_to=said.id, **cut,
            )  # fmt: skip
            if (reaction := reaction_of(one, thread)) is not None:
                yield reaction

    def _person(self, number: object, project: str) -> Person | None:
        id = id_of(number)
        if not id:
            return None
        name = first_of(self.names.get(id), self.users.get(id), f"user {id}")
        return Person(f"{project}/{id}", name)


def _drafts(said: Said, thread: ThreadDraft, where: str) -> Iterator[Yielded]:
    try:
        yield record_of(said, thread)
    except Unreadable as why:
        yield Problem("skipped", where, str(why))


def _pointers(fields: dict[str, Any]) -> list[str]:
    """Where in a line its records stand."""
    found = ["/title", "/description"]
    found += [f"/award_emoji/{n}" for n, _ in _numbered(fields.get("award_emoji"))]
    for number, note in _numbered(fields.get("notes")):
        found.append(f"/notes/{number}")
        found += [f"/notes/{number}/award_emoji/{n}" for n, _ in _numbered(note.get("award_emoji"))]
    return found


def _numbered(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in a JSON array, with their numbers in it."""
    return (one for one in enumerate(value if isinstance(value, list) else ()) if isinstance(one[1], dict))


def _about(note: dict[str, Any]) -> str:
    """The file and the lines that a note is about; its `position` may be JSON in a string."""
    position = note.get("position")
    if isinstance(position, str):
        position = _value(position.encode("utf-8", "replace"))
    path = first_of(table(position).get("new_path"), table(position).get("old_path"))
    diff = words(table(note.get("note_diff_file")).get("diff")).strip("\n")
    return "\n".join(part for part in (path, diff) if part)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and where it stands in the member."""

    number: int
    offset: int
    raw: bytes

    def cut(self, member: str, places: list[Place]) -> dict[str, Any]:
        """The raw block and the locator of what stands in these places: from the first to the last."""
        begin = min((begin for begin, _ in places), default=0)
        end = max((end for _, end in places), default=len(self.raw))
        return {
            "raw": self.raw[begin:end],
            "where": Locator(member, self.offset + begin, end - begin),
        }


def _lines(source: SourceView, member: str) -> Iterator[_Line]:
    """Every line; of one that is too long only its beginning."""
    offset = number = 0
    with source.open(member) as stream:
        while raw := stream.readline(LONGEST + 1):
            number, begin = number + 1, offset
            offset += len(raw)
            whole = raw
            while not raw.endswith(b"\n") and (raw := stream.readline(LONGEST + 1)):
                offset += len(raw)
            if whole.strip():
                yield _Line(number, begin, whole)


def _value(raw: bytes) -> Any:
    """The value of some JSON; None for what is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
