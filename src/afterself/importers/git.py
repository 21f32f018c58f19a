"""Repositories of git -> what people wrote of their changes: a thread for each, a record for each commit.

A repository is a folder (its `.git`, or bare) or a bundle; the program git reads it (`git_folder`), and this
reads the log that it wrote. Files that lie in a repository are documents like others, and not read here.
"""

from __future__ import annotations

from collections.abc import Iterator

from afterself.archive.drafts import Kind, Problem, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Detection, Options
from afterself.importers.git_commits import commits, is_log
from afterself.importers.source_view import SourceView, shown


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
        return Detection.of(0.95, "git repository", "commits", found, ()) if found else Detection(0.0, "", "")

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
