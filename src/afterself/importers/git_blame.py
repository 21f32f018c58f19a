"""The lines of a file in a repository -> the commits that wrote them, and the request that brought each in.

The file is read as it lies there; its history is git's (git-blame(1)), asked as safely as for an import
(`git_program`). What people said of it stands in the archive, and is looked up by `memory.why`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from afterself.archive.drafts import Person
from afterself.errors import SourceError, UsageError
from afterself.importers.git_commits import person
from afterself.importers.git_folder import remotes, repository, root
from afterself.importers.git_program import Runner
from afterself.importers.source_view import shown

_GROUP = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ (\d+)(?: (\d+))?")
_POINTER = re.compile(r"gitdir: (.+)")
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Blamed:
    """A commit that wrote some of the lines: (first, last) from 1 on.

    `id` is "" for lines that are not committed yet; `brought` is the message of the merge that brought it
    to the main line, if it was made elsewhere.
    """

    id: str
    lines: tuple[tuple[int, int], ...]
    author: Person | None = None
    seconds: int | None = None
    subject: str = ""
    brought: str = ""

    def count(self) -> int:
        """How many lines it wrote."""
        return sum(last - first + 1 for first, last in self.lines)


@dataclass(frozen=True, slots=True)
class Blame:
    """Who wrote the lines of a file: the commits of most lines first.

    `repository` is the key of its thread in an archive, `remotes` where it is fetched from (`owner/name`).
    """

    name: str
    path: str
    repository: str
    remotes: frozenset[str]
    commits: tuple[Blamed, ...]


def blame(file: Path, first: int | None = None, last: int | None = None, most: int = 10) -> Blame:
    """The commits of lines `first` to `last` (both included), of one line, or of all; at most `most` of them.

    UsageError if there are no such lines; SourceError if the file is in no repository or has no history.
    """
    top, kept = _repository_of(file)
    path = file.absolute().relative_to(top).as_posix()
    first, last = _lines(file, first, last)
    with repository(kept) as (git, head, _):
        try:
            printed = git.run(
                "blame",
                "--porcelain",
                "-w",
                "-L",
                f"{first},{last}",
                "--contents",
                str(file.absolute()),
                "--",
                path,
            )
        except SourceError as error:
            raise SourceError(
                f"git knows no history of “{shown(path)}” in “{shown(git.name)}”.",
                remedy="It may not be committed yet, or the repository is damaged: git fsck.",
            ) from error
        found = sorted(_commits(printed.decode("utf-8", "replace")), key=lambda one: -one.count())[:most]
        main = set(git.run("rev-list", "--first-parent", head).split())
        commits = tuple(replace(one, brought=_brought(git, one.id, head, main)) for one in found)
        return Blame(git.name, path, root(git, head), frozenset(remotes(kept)), commits)


def _repository_of(file: Path) -> tuple[Path, Path]:
    """The folder that is checked out around a file, and where git keeps it."""
    for top in file.absolute().parents:
        kept = top / ".git"
        if kept.is_dir():
            return top, kept
        if kept.is_file():
            pointer = _POINTER.match(kept.read_text("utf-8", "replace"))
            if pointer:
                return top, top / pointer[1].strip()
    raise SourceError(
        f"“{shown(str(file))}” is in no repository of git.", remedy="Name a file in a folder with .git."
    )


def _lines(file: Path, first: int | None, last: int | None) -> tuple[int, int]:
    """The lines meant, as far as the file has them. What ends a line is LF alone, as for git."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST)
    except OSError as error:
        raise SourceError(
            f"“{shown(str(file))}” cannot be read: {error.strerror}.", remedy="Check the path."
        ) from error
    if not data:
        raise SourceError(
            f"“{shown(file.name)}” is empty: nobody wrote a line of it.", remedy="Name a file that has lines."
        )
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    first, last = first or 1, last or first or count
    if not 1 <= first <= last or first > count:
        raise UsageError(
            f"“{shown(file.name)}” has {count} lines; {first}-{last} are none of them.",
            remedy="Give lines that it has, such as FILE:1 or FILE:10-20.",
        )
    return first, min(last, count)


def _commits(printed: str) -> Iterator[Blamed]:
    """What git prints of each line: numbers, facts (when a commit comes first), then a TAB and the line."""
    lines: dict[str, list[tuple[int, int]]] = {}
    facts: dict[str, dict[str, str]] = {}
    id = ""
    for line in printed.split("\n"):
        group = None if line.startswith("\t") else _GROUP.fullmatch(line)
        if group is not None:
            id, at = group[1], int(group[2])
            facts.setdefault(id, {})
            if group[3]:
                lines.setdefault(id, []).append((at, at + int(group[3]) - 1))
        elif id and not line.startswith("\t"):
            name, _, value = line.partition(" ")
            facts[id].setdefault(name, value)
    for id, found in lines.items():
        told, seconds = facts[id], facts[id].get("author-time", "")
        if not id.strip("0"):
            yield Blamed("", tuple(found))
            continue
        author = person(f"{told.get('author', '')} {told.get('author-mail', '')}")
        when = int(seconds) if seconds.isdecimal() else None
        yield Blamed(id, tuple(found), author, when, told.get("summary", ""))


def _brought(git: Runner, commit: str, head: str, main: set[bytes]) -> str:
    """The message of the merge that brought a commit to the main line, if it was not made there."""
    if not commit or commit.encode() in main:
        return ""
    merges = git.run("rev-list", "--merges", "--ancestry-path", "--reverse", f"{commit}..{head}").split()
    brought = next((one for one in merges if one in main), None)
    if brought is None:
        return ""
    return git.run("log", "-1", "--format=%B", brought.decode()).decode("utf-8", "replace").strip()
