"""Makes small repositories with the program git, for the tests that read them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ADA, BEN = "Ada Lind <ada@example.org>", "Ben Ito <ben@example.org>"
AT = 1_700_000_000


@dataclass(frozen=True)
class Commit:
    """One commit; `files` are what it writes, by path; `merges` are marks of further parents."""

    message: str | bytes
    author: str = ADA
    when: str = f"{AT} +0200"
    committer: str = ""
    files: tuple[tuple[str, str], ...] = ()
    merges: tuple[int, ...] = ()
    parent: int | None = None
    """The mark (from 1 on) of the first parent, if it is not the commit before."""


def git(folder: Path, *arguments: str, given: bytes = b"") -> str:
    settings = ("-c", "init.defaultBranch=main", "-c", "user.name=x", "-c", "user.email=x@example.org")
    command = ["git", *settings, *arguments]
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").strip()


def repository(folder: Path, *commits: Commit, bare: bool = False) -> Path:
    """A repository with these commits one after the other on `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", *(["--bare"] if bare else []))
    git(folder, "fast-import", "--quiet", "--force", given=stream(commits))
    if not bare:
        git(folder, "reset", "--hard", "main")
    return folder


def stream(commits: Iterable[Commit]) -> bytes:
    """What git-fast-import(1) reads."""
    parts: list[bytes] = []
    for mark, one in enumerate(commits, 1):
        message = one.message if isinstance(one.message, bytes) else one.message.encode()
        parent = one.parent if one.parent is not None else mark - 1
        parts.append(f"commit refs/heads/main\nmark :{mark}\nauthor {one.author} {one.when}\n".encode())
        parts.append(f"committer {one.committer or one.author} {one.when}\n".encode())
        parts.append(b"data %d\n%b\n" % (len(message), message))
        parts += [f"from :{parent}\n".encode()] if parent else []
        parts += [f"merge :{other}\n".encode() for other in one.merges]
        for path, text in one.files:
            data = text.encode()
            parts.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))
    return b"".join(parts)
