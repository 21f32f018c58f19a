"""Which other members of a source came with an export: the files that its messages were sent with.

They are listed in a `Detection`, so that nobody reads them as documents or tables of the owner. Most exports
keep them in folders of their own, or under names of their own, and that decides; where a chat only cites
them, its importer looks them up (`whatsapp_attached`, `mail_attached`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator

from afterself.archive.drafts import Attachment
from afterself.importers.source_view import SourceView


def beside(member: str) -> str:
    """What the names of files in the same folder begin with: "" or the folder with its slash."""
    return member[: member.rfind("/") + 1]


def came_with(source: SourceView, members: Collection[str], names: re.Pattern[str]) -> Iterator[str]:
    """What else lies at or below the folders of `members` and from there on matches `names` at its start."""
    folders = {beside(member) for member in members}
    given = set(members)
    for name in source.names():
        if name not in given and any(
            name.startswith(folder) and names.match(name, len(folder)) for folder in folders
        ):
            yield name


def linked(
    source: SourceView,
    folder: str,
    path: str,
    name: str,
    mime: str | None = None,
    size: object = None,
    *,
    among: Container[str] | None = None,
) -> Attachment:
    """An attachment that a message gives as a link, or as a path from `folder` on (with its slash).

    It is present if it is `among` these members, otherwise if it is one of the source's own.
    """
    size = size if isinstance(size, int) and not isinstance(size, bool) else None
    if path.startswith(("http://", "https://")):
        return Attachment(name, "remote", mime, size)
    member = folder + path.replace("\\", "/").removeprefix("./")
    if path and member in (source if among is None else among):
        return Attachment(name, "present", mime, source.size(member), member)
    return Attachment(name, "missing", mime, size)


def takeout_pages(source: SourceView) -> Iterator[str]:
    """The page that Google puts into each Takeout, to browse in it."""
    return (name for name in source.names() if name.rpartition("/")[2] == "archive_browser.html")
