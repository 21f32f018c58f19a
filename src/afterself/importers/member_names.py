"""Names of members as exports spell them -> NFC names with forward slashes, or a refusal.

The rules are the same for folders and zips, although nothing is ever extracted:
a source that names `../x`, `/etc/x` or `C:\\x` was made to hurt somebody, and a
later reader of the blob store should never meet such a name.
"""

from __future__ import annotations

import re
import unicodedata
from zipfile import ZipInfo

from afterself.archive.plain import terminal_text
from afterself.errors import HostileSource, SourceError

NESTED = "!/"
"""Joins the name of a zip inside a source and the name of a member in that zip."""

_DRIVE = re.compile(r"^[A-Za-z]:")
_UTF8_NAME = 0x800


def safe_name(name: str, container: str) -> str:
    """The member's name, NFC, with forward slashes, without `.` parts; "" for a bare folder.

    Raises HostileSource for absolute names, drive letters, `..` parts and control characters, and
    SourceError for a name in another encoding, as old programs leave them on a disk.
    """
    slashed = unicodedata.normalize("NFC", name).replace("\\", "/")
    if slashed.startswith("/"):
        raise _hostile(name, container, "has an absolute name")
    if any(unicodedata.category(c) == "Cs" for c in slashed):
        raise SourceError(
            f"The name of “{shown(name[:120])}” is not UTF-8. Nothing was read.",
            remedy="Rename it and import it again; what is inside stays as it is.",
        )
    if any(unicodedata.category(c) == "Cc" for c in slashed):
        raise _hostile(name, container, "has control characters in its name")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if parts and _DRIVE.match(parts[0]):
        raise _hostile(name, container, "names a drive")
    if ".." in parts:
        raise _hostile(name, container, "points out of its folder")
    return "/".join(parts)


def zip_name(info: ZipInfo) -> str:
    """The name as it was meant: UTF-8 bytes that a zip program forgot to flag are read as UTF-8.

    `zipfile` reads unflagged names as cp437 (APPNOTE.TXT, appendix D); Slack and others write UTF-8.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def is_clutter(name: str) -> bool:
    """Files that operating systems leave behind, such as macOS' `__MACOSX/._chat.txt`."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db")


def shown(name: str) -> str:
    """A file name that is safe to print on one line."""
    return terminal_text(name, one_line=True)


def not_a_file(name: str, outer: str) -> HostileSource:
    """The refusal of a source with a member that is no file."""
    return HostileSource(
        f"“{shown(outer)}” is refused: “{shown(name)}” is a link or a device, not a file. Nothing was read.",
        remedy="Remove it, or import the files you mean one by one.",
    )


def _hostile(name: str, container: str, why: str) -> HostileSource:
    return HostileSource(
        f"“{shown(container)}” is refused: its member “{shown(name[:120])}” {why}. Nothing was read.",
        remedy="A real export has no such member. Get the export again from where it came from.",
    )
