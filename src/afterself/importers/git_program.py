"""Runs the program git on somebody's repository, and believes nothing that stands in it but its objects.

A repository's configuration can name programs to run, and git runs them. So git never sees it: it works in a
private, empty repository of ours that borrows the other's objects (GIT_OBJECT_DIRECTORY in git(1)), without
hooks, network, pager, or anybody's settings. Which commits there are is told to it (`git_folder`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from afterself.errors import SourceError
from afterself.importers.member_names import shown

LARGEST_OUTPUT = 16 << 30
"""Bytes that one run may print."""

_BLOCK = 1 << 20
_NEEDED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_CONFIG = """[core]
\trepositoryformatversion = {version}
\tbare = true
\tcommitGraph = false
\thooksPath = {nowhere}
[mailmap]
\tblob = HEAD:.mailmap
[extensions]
\tobjectFormat = {form}
"""


@dataclass(frozen=True, slots=True)
class Runner:
    """A private repository that git runs in; `name` is that of the one whose objects it reads."""

    program: str
    folder: Path
    objects: Path
    name: str

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """What git prints. SourceError if it fails."""
        with tempfile.TemporaryFile(prefix="afterself-git-") as printed:
            if not self.print_to(printed, *arguments, given=given):
                raise self.failed()
            printed.seek(0)
            return printed.read()

    def print_to(self, into: IO[bytes], *arguments: str, given: bytes = b"") -> bool:
        """Write what git prints to a file; whether it came to its end without a fault."""
        with tempfile.TemporaryFile(prefix="afterself-git-") as asked:
            asked.write(given)
            asked.seek(0)
            with subprocess.Popen(
                [self.program, *arguments],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder / "tree",
                env=self._environment(),
            ) as process:
                assert process.stdout is not None
                whole = _copied(process.stdout, into)
                if not whole:
                    process.kill()
            return whole and process.returncode == 0

    def failed(self) -> SourceError:
        """What to say where git cannot read it."""
        return SourceError(
            f"git cannot read the repository “{shown(self.name)}”: it is damaged or not whole.",
            remedy="Look at it with: git fsck. Or clone it anew, and import the clone.",
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        return {
            **kept,
            "LC_ALL": "C",
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "GIT_DIR": str(self.folder),
            "GIT_WORK_TREE": str(self.folder / "tree"),
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
        }


def git_program() -> str:
    """Where git is. SourceError with the way to get it if it is not installed."""
    found = shutil.which("git")
    if found is None:
        raise SourceError(
            "To read a repository the program git is needed, and it is not installed here.",
            remedy="Install it (Debian, Ubuntu: apt install git; macOS: xcode-select --install; "
            "Windows: winget install Git.Git), then do this again.",
        )
    return found


@contextmanager
def private_repository(
    name: str, objects: Path | None, head: str = "", *, shallow: bytes = b"", form: str = "sha1"
) -> Iterator[Runner]:
    """A repository of ours, gone at the end of the block, with the objects that lie in a folder.

    Its HEAD is the commit `head` (hex), in whose tree git finds the `.mailmap`. Without `objects` it begins
    with none; `form` is how objects are named, "sha1" or "sha256".
    """
    program = git_program()
    with tempfile.TemporaryDirectory(prefix="afterself-git-") as made:
        folder = Path(made)
        (folder / "objects").mkdir()
        (folder / "refs").mkdir()
        (folder / "tree").mkdir()
        (folder / "HEAD").write_text(f"{head or 'ref: refs/heads/none'}\n")
        version = 0 if form == "sha1" else 1
        config = _CONFIG.format(version=version, nowhere=os.devnull, form=form)
        (folder / "config").write_text(config if version else config.partition("[extensions]")[0])
        if shallow:
            (folder / "shallow").write_bytes(shallow)
        # git works in another folder than the person: a path from where they stand would lead it astray.
        yield Runner(program, folder, (objects or folder / "objects").absolute(), name)


def _copied(stream: IO[bytes], into: IO[bytes] | BinaryIO) -> bool:
    """Whether all of a stream could be copied: one that never ends is cut off."""
    size = 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > LARGEST_OUTPUT:
            return False
        into.write(block)
    return True
