"""Attachments that a mail program put beside a mail: Apple Mail in a folder, readpst under the mail's number.

Apple Mail leaves `Messages/12.partial.emlx` without them and keeps each as `Attachments/12/2/plan.pdf`;
`readpst -S` writes the mail as `1` (or `1.eml`) and each attachment as `1-plan.pdf` in the same folder.
"""

from __future__ import annotations

import mimetypes
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from afterself.archive.drafts import Attachment
from afterself.importers.mail_boxes import Box
from afterself.importers.source_view import SourceView

_APPLE_MAIL = re.compile(r"(?P<folder>(?:.*/)?)Attachments/(?P<number>\d+)/(?:.*/)?(?P<name>[^/]+)")
_READPST = re.compile(r"(?P<mail>(?:.*/)?\d+)-(?P<name>[^/]+)")
_EMLX = re.compile(r"(?P<folder>(?:.*/)?)Messages/(?P<number>\d+)(?:\.partial)?\.emlx", re.IGNORECASE)


class Beside:
    """The files beside the mails of a source."""

    def __init__(self, source: SourceView, boxes: Iterable[Box]) -> None:
        self._source = source
        self._of: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        mails = {box.member: box for box in boxes if box.form != "mbox"}
        apple = {
            found["folder"] + found["number"]: name for name in mails if (found := _EMLX.fullmatch(name))
        }
        for name in source.names() if mails else ():
            if name in mails:
                continue
            if found := _APPLE_MAIL.fullmatch(name):
                mail = apple.get(found["folder"] + found["number"])
            elif found := _READPST.fullmatch(name):
                mail = next((one for one in (found["mail"], found["mail"] + ".eml") if one in mails), None)
            if found and mail:
                self._of[mail].append((found["name"], name))

    def members(self) -> Iterable[str]:
        """Every such file."""
        return (member for files in self._of.values() for _, member in files)

    def completed(self, mail: str, attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
        """What the mail says that it holds, each with the file beside it if there is one, and other files."""
        files = dict(self._of.get(mail, ()))
        told = [
            replace(one, member=files[one.name], size=self._source.size(files.pop(one.name)))
            if one.name in files
            else one
            for one in attachments
        ]
        told += [
            Attachment(name, "present", mimetypes.guess_type(name)[0], self._source.size(member), member)
            for name, member in files.items()
        ]
        return tuple(told)
