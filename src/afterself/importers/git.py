"""Repositories of git -> what people wrote of their changes: a thread for each, a record for each commit.

A repository is a folder (its `.git`, or bare) or a bundle; the program git reads it (`git_folder`), and this
reads the log that it wrote. Where several people wrote in it, its files are nobody's documents;
where one person did (notes that are kept with git), they are read as documents, like any others.
"""

from __future__ import annotations

from collections.abc import Iterator

from afterself.archive.drafts import Kind, Problem, Yielded
from afterself.errors import SourceError
from afterself.importers.attached import beside
from afterself.importers.contract import Detection, Options
from afterself.importers.git_commits import authors, commits, is_log
from afterself.importers.source_view import SourceView, shown

_HEAD = 1 << 20
"""Bytes of a log: some thousand commits."""


class GitImporter:
    """Reads who wrote which commit, when, and why."""

    name = "git repository"
    version = "1"
    source = "git"
    reads = "a repository of git: its folder, a bare one, or a bundle (needs the program git)"
    kinds: frozenset[Kind] = frozenset(("commit",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if there is a folder that git keeps, or a bundle."""
        found = _logs(source)
        if not found:
            return Detection(0.0, "", "")
        files = [name for member in found if _shared(source, member) for name in _beside(source, member)]
        return Detection.of(0.95, "git repository", "commits", found, files)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Each repository; one that cannot be read is a Problem if there is anything else."""
        logs = _logs(source)
        alone = len(source.names()) == 1
        for member in logs:
            try:
                yield from commits(source, member)
            except SourceError as error:
                if alone:
                    raise
                yield Problem("skipped", shown(member), error.message.rstrip("."))


def _logs(source: SourceView) -> list[str]:
    """Members that are logs: folders of git and bundles; as they were kept, what begins as a log does."""
    names = source.names()
    found = [name for name in names if source.is_repository(name)]
    named = (name for name in names if len(names) == 1 or name.endswith((".git", ".bundle")))
    return found or [name for name in named if is_log(source.head(name))]


def _shared(source: SourceView, member: str) -> bool:
    """Whether several people wrote in a repository, as far as the beginning of its log tells."""
    try:
        return len(authors(source.head(member, _HEAD))) > 1
    except SourceError:
        return False


def _beside(source: SourceView, member: str) -> list[str]:
    """The files that are checked out of a repository."""
    if not source.is_repository(member) or member.rpartition("/")[2] != ".git":
        return []
    folder = beside(member)
    return [name for name in source.names() if name.startswith(folder) and not source.is_repository(name)]
