"""A repository of git (a folder or a bundle) -> the text of its log, written once, to be read like a file.

The log is what an archive keeps as the raw export: every commit with its message, without what it changed.
It begins with a line that names the repository; each commit is lines of fields, then the message, then a NUL.
Names and addresses are those of the repository's `.mailmap`. What commits mean is read in `git_commits`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from afterself.errors import SourceError
from afterself.importers.git_program import Runner, private_repository
from afterself.importers.member_names import shown
from afterself.importers.member_streams import told
from afterself.importers.tar_members import part_opener

BUNDLE = (b"# v2 git bundle\n", b"# v3 git bundle\n")
HEADER = "# git log "
DAMAGED = b"# the rest is damaged"
FORMAT = "%H%n%P%n%aN <%aE>%n%ad%n%cN <%cE>%n%B"
_LOG = (
    "log", "-z", f"--format={FORMAT}", "--date=raw", "--use-mailmap", "--encoding=UTF-8", "--no-color",
    "--no-show-signature", "--no-notes", "--no-decorate", "--ignore-missing", "--stdin",
)  # fmt: skip
_WHOLE = "For example, write all of it to one file: git bundle create repository.bundle --all"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCHES = ("refs/heads/", "refs/remotes/", "refs/tags/")
_REMOTE = re.compile(r"(?m)^\s*url\s*=\s*(\S+)")
_URL = re.compile(r"^(?:\w+://[^/]+/|[^/:]+:)")
_MOST_REFS, _LONGEST_REF = 1_000_000, 4096


def is_repository(names: Collection[str]) -> bool:
    """Whether a folder with these names in it is one that git keeps (`.git`, or a bare repository)."""
    return {"HEAD", "objects"}.issubset(names) and bool({"refs", "packed-refs"} & set(names))


@dataclass(slots=True)
class GitLog:
    """The log of what lies at `path`, a folder that git keeps or a bundle; made when first asked for."""

    path: Path
    unpack: Callable[[Path], Path] | None = None
    """Where it lies in a zip or tar: writes it below a folder, and gives where."""

    _made: BinaryIO | None = field(default=None, repr=False)
    _size: int = 0

    def size(self) -> int:
        """Bytes of the log; 0 if it cannot be made."""
        try:
            self._log()
        except SourceError:
            return 0
        return self._size

    def open(self) -> BinaryIO:
        """The log from its beginning. SourceError if git is missing or cannot read the repository."""
        return part_opener(self._log(), 0, self._size)()

    def close(self) -> None:
        """Let go of the file."""
        if self._made is not None:
            self._made.close()

    def _log(self) -> BinaryIO:
        if self._made is None:
            into = tempfile.TemporaryFile(prefix="afterself-git-")  # noqa: SIM115
            try:
                with told(self.path.name), self._there() as path, repository(path) as (git, head, tips):
                    into.write(f"{HEADER}{root(git, head)} {git.name}\n".encode())
                    _write_log(git, tips, into)
            except BaseException:
                into.close()
                raise
            self._made, self._size = into, into.tell()
        return self._made

    @contextmanager
    def _there(self) -> Iterator[Path]:
        if self.unpack is None:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="afterself-git-") as made:
            yield self.unpack(Path(made))


def _write_log(git: Runner, tips: list[str], into: BinaryIO) -> None:
    """The commits from the first on; of a damaged repository the latest, as far as git comes, and a mark."""
    given, begin = "".join(f"{tip}\n" for tip in tips).encode(), into.tell()
    if not git.print_to(into, *_LOG, "--reverse", given=given):
        into.seek(begin)
        into.truncate()
        git.print_to(into, *_LOG, given=given)
        into.write(DAMAGED + b"\0")


@contextmanager
def repository(path: Path) -> Iterator[tuple[Runner, str, list[str]]]:
    """What runs git on the folder or bundle at a path; its main commit, and all that its branches lead to.

    SourceError if it cannot be read, or has no commit.
    """
    if path.is_file():
        with _unbundled(path) as found:
            yield found
        return
    common = _common(path)
    refs = _refs(common)
    head = _head(path, refs)
    if not head:
        raise SourceError(
            f"The repository “{shown(_name(path))}” has no branch that can be read.", remedy=_WHOLE
        )
    if _bytes(common / "objects/info/alternates").strip():
        raise SourceError(
            f"The repository “{shown(_name(path))}” borrows from another one (objects/info/alternates).",
            remedy=_WHOLE,
        )
    shallow = _bytes(common / "shallow")
    form = "sha1" if len(head) == 40 else "sha256"
    with private_repository(_name(path), common / "objects", head, shallow=shallow, form=form) as git:
        yield git, head, sorted({head, *refs.values()})


@contextmanager
def _unbundled(path: Path) -> Iterator[tuple[Runner, str, list[str]]]:
    """The objects of a bundle in a repository of ours (git-bundle(1))."""
    name = path.name.removesuffix(".bundle")
    with path.open("rb") as stream:
        form = "sha256" if b"@object-format=sha256\n" in stream.read(4096) else "sha1"
    with private_repository(name, None, form=form) as git:
        listed = git.run("bundle", "unbundle", str(path.resolve())).decode("utf-8", "replace")
        refs = {ref: id for id, _, ref in (line.partition(" ") for line in listed.splitlines())}
        head = refs.get("HEAD") or _main(refs)
        if not _ID.fullmatch(head):
            raise git.failed()
        (git.folder / "HEAD").write_text(f"{head}\n")
        yield git, head, sorted(set(refs.values()))


def root(git: Runner, head: str) -> str:
    """The first commit of the main line: it stays when the repository is renamed, moved, or grows."""
    try:
        roots = git.run("rev-list", "--first-parent", "--max-parents=0", head).split()
    except SourceError:
        return head
    return roots[-1].decode("ascii", "replace") if roots else head


def remotes(path: Path) -> set[str]:
    """What the places are called that a repository is fetched from: `owner/name`, in small letters."""
    config = _bytes(_common(path) / "config").decode("utf-8", "replace")
    found = {_URL.sub("", one).strip("/").removesuffix(".git").lower() for one in _REMOTE.findall(config)}
    return {"/".join(one.split("/")[-2:]) for one in found if "/" in one}


def _common(path: Path) -> Path:
    """Where branches and objects lie: elsewhere for a linked working tree (git-worktree(1))."""
    told = _bytes(path / "commondir", _LONGEST_REF).decode("utf-8", "replace").strip()
    return path / told if told else path


def _refs(path: Path) -> dict[str, str]:
    """What each branch and tag leads to, by its whole name (gitrepository-layout(5))."""
    found: dict[str, str] = {}
    for line in _bytes(path / "packed-refs", 256 << 20).decode("utf-8", "replace").splitlines():
        id, _, name = line.partition(" ")
        if name.startswith(_BRANCHES) and _ID.fullmatch(id):
            found[name] = id
    for kind in _BRANCHES:
        for one in sorted((path / kind).rglob("*")):
            id = _bytes(one, _LONGEST_REF).decode("ascii", "replace").strip() if not one.is_symlink() else ""
            if _ID.fullmatch(id) and len(found) < _MOST_REFS:
                found[one.relative_to(path).as_posix()] = id
    return found


def _head(path: Path, refs: dict[str, str]) -> str:
    told = _bytes(path / "HEAD", _LONGEST_REF).decode("utf-8", "replace").strip()
    if _ID.fullmatch(told):
        return told
    return refs.get(told.removeprefix("ref:").strip()) or _main(refs)


def _main(refs: dict[str, str]) -> str:
    """The branch that is most likely the main one; "" if there is none."""
    for name in ("main", "master", "trunk"):
        for kind in ("refs/heads/", "refs/remotes/origin/"):
            if kind + name in refs:
                return refs[kind + name]
    return next((refs[name] for name in sorted(refs)), "")


def _name(path: Path) -> str:
    """What the person calls a repository: the folder that it is of."""
    whole = path.resolve()
    return whole.parent.name if whole.name == ".git" else whole.name.removesuffix(".git")


def _bytes(path: Path, most: int = 16 << 20) -> bytes:
    """A small file of git's; empty if there is none."""
    try:
        if path.is_symlink() or not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError:
        return b""
