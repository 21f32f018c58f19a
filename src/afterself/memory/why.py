"""Why is this so? The lines of a file -> the commits that wrote them -> what was said before, each cited.

Git finds the commits (`importers.git_blame`), their messages stand in the archive; the issues and requests
that a message, or the merge that brought it in, calls by number are threads of it (GitHub, GitLab). Where a
number may mean the issues of several repositories, none is shown. Of a commit whose record is kept back not
even what git says is shown. Nothing is summed up or made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from afterself.archive.keys import native_key, thread_key
from afterself.importers.git_blame import Blame, Blamed
from afterself.policy.view import ThreadInfo, View, ViewRecord
from afterself.policy.words import SILENT_KINDS

_NUMBER = re.compile(
    r"(?<![\w/&])(?:GH-|(?P<sign>[#!]))(?P<number>\d{1,9})\b"
    r"|/(?P<place>issues|pull|merge_requests)/(?P<at>\d{1,9})\b"
)
_KEY = re.compile(r"(.*?)([#!]\d+)")
_FORGES = ("github", "gitlab")


@dataclass(frozen=True, slots=True)
class Discussion:
    """An issue or request: its thread, and what was said in it, that about the file at hand first."""

    thread: ThreadInfo
    said: tuple[ViewRecord, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A commit, its record in the archive (None if it is not there), and what was said before it.

    `kept_back`: its record is there and may not be seen; then `commit` says neither who nor what.
    """

    commit: Blamed
    record: ViewRecord | None
    discussions: tuple[Discussion, ...]
    kept_back: bool = False


def why(view: View, blame: Blame) -> list[Reason]:
    """The reasons of the commits of a file, in their order."""
    place = thread_key("git", "", blame.repository)
    keys = {one.id: native_key(place, one.id) for one in blame.commits if one.id}
    records = view.retrieval.known_as(list(keys.values()))
    hidden = view.retrieval.kept_back(list(keys.values()))
    threads = _threads(view, blame)
    reasons = []
    for commit in blame.commits:
        if keys.get(commit.id) in hidden:
            reasons.append(Reason(Blamed(commit.id, commit.lines), None, (), kept_back=True))
            continue
        record = records.get(keys.get(commit.id, ""))
        said = commit.subject if record is None else record.text
        numbers = dict.fromkeys((*numbers_in(said), *numbers_in(commit.brought)))
        found = [threads[number] for number in numbers if number in threads]
        reasons.append(
            Reason(commit, record, tuple(_discussion(view, thread, blame.path) for thread in found))
        )
    return reasons


def numbers_in(text: str) -> list[str]:
    """The issues and requests that a text calls by number: `#12`; `!12` is a merge request of GitLab."""
    found = []
    for one in _NUMBER.finditer(text):
        sign = one["sign"] or ("!" if one["place"] == "merge_requests" else "#")
        found.append(f"{sign}{one['number'] or one['at']}")
    return found


def _threads(view: View, blame: Blame) -> dict[str, ThreadInfo]:
    """The threads of the repository's issues by number: those of its remote, or of the only one there is."""
    by_place: dict[tuple[str, str], dict[str, ThreadInfo]] = {}
    for thread in view.threads():
        key = _KEY.fullmatch(thread.key) if thread.source in _FORGES else None
        if key is not None:
            by_place.setdefault((thread.source, key[1]), {})[key[2]] = thread
    own = [found for (_, place), found in by_place.items() if _is_remote(place, found.values(), blame)]
    if not own and len(by_place) == 1:
        own = list(by_place.values())
    return own[0] if len(own) == 1 else {}


def _is_remote(place: str, threads: Iterable[ThreadInfo], blame: Blame) -> bool:
    """Whether the repository is fetched from where these issues are; GitLab tells that in titles only."""
    if place.lower() in blame.remotes:
        return True
    title = next(iter(threads)).title.lower()
    return any(re.search(rf"\({re.escape(one.replace('/', '_'))}[#!]\d+\)$", title) for one in blame.remotes)


def _discussion(view: View, thread: ThreadInfo, path: str) -> Discussion:
    said: Sequence[ViewRecord] = [
        one for one in view.records(thread=thread.id) if one.kind not in SILENT_KINDS and one.text.strip()
    ]
    opening, rest = said[:1], said[1:]
    near = sorted(rest, key=lambda one: not (one.kind == "review" and one.text.startswith(path)))
    return Discussion(thread, (*opening, *near))
