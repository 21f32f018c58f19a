"""Which mails are left out and why, and who the owner of a mailbox is.

Spam, trash and drafts were never said to anybody; newsletters, automatic answers, bounces and invitations
were written by no one. The owner is who wrote what lies among the sent mails, or else the address to which
nearly all of a mailbox was delivered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from afterself.archive.drafts import OwnerHint, Person
from afterself.importers.mail_folders import Purpose, purpose
from afterself.importers.mail_headers import Headers, people, words
from afterself.importers.mail_mime import Body

_BY_PURPOSE: dict[Purpose, str] = {
    "spam": "in the spam folder",
    "trash": "in the trash",
    "drafts": "a draft that was not sent",
}
_EXPUNGED = 0x0008
_MACHINES = ("mailer-daemon@", "postmaster@")
_SENT_SHARE, _DELIVERED_SHARE, _DELIVERED_LEAST = 0.02, 0.8, 3


@dataclass(frozen=True, slots=True)
class Labels:
    """What the mailbox says of a mail: its folder's purpose and Gmail's labels."""

    purposes: frozenset[Purpose]
    chat: bool

    @property
    def sent(self) -> bool:
        return "sent" in self.purposes


def labels_of(headers: Headers, folder: Purpose | None) -> Labels:
    """The purposes of a mail by its folder and by X-Gmail-Labels (encoded, translated)."""
    found: set[Purpose] = {folder} if folder else set()
    names = [name.strip().strip('"') for name in words(headers.first("X-Gmail-Labels")).split(",")]
    found |= {known for name in names if (known := purpose(name)) is not None}
    return Labels(frozenset(found), any(name.casefold() == "chat" for name in names))


def put_away(headers: Headers, labels: Labels) -> str | None:
    """Why a mail is not part of the mailbox proper, or None."""
    for kind, why in _BY_PURPOSE.items():
        if kind in labels.purposes:
            return why
    try:
        if int(headers.first("X-Mozilla-Status") or "0", 16) & _EXPUNGED:
            return "deleted in the mail program"
    except ValueError:
        pass
    status = headers.first("X-Status")
    return "deleted in the mail program" if "D" in status else None


def bulk(body: Body) -> str | None:
    """Why a mail was written by no person to a person, or None."""
    headers = body.headers
    if "multipart/report" in body.kinds or _from_machine(headers):
        return "a bounce or a delivery report"
    if "text/calendar" in body.kinds:
        return "a calendar invitation"
    if headers.first("List-Unsubscribe"):
        return "from a mailing list (List-Unsubscribe)"
    if headers.first("Auto-Submitted").lower() not in ("", "no"):
        return "sent automatically (Auto-Submitted)"
    if headers.first("Precedence").lower() in ("bulk", "junk"):
        return "bulk mail (Precedence)"
    return None


def author_of(headers: Headers) -> Person | None:
    """Who wrote a mail."""
    for name in ("From", "Sender", "Return-Path"):
        found = people(headers.all(name))
        if found:
            return found[0]
    return None


def _from_machine(headers: Headers) -> bool:
    if headers.first("Return-Path").replace(" ", "") == "<>" and "MAILER-DAEMON" in headers.first("From"):
        return True
    author = author_of(headers)
    return author is not None and author.handle.startswith(_MACHINES)


@dataclass(slots=True)
class Owner:
    """Addresses of the owner, as they show while mails are seen."""

    me: frozenset[str]
    """What the person said: names and addresses, casefolded."""

    _sent: Counter[str] = field(default_factory=Counter)
    _delivered: Counter[str] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=dict)
    _with_delivery: int = 0

    def see(self, headers: Headers, labels: Labels) -> None:
        """Take note of a mail."""
        author = author_of(headers)
        if labels.sent and author is not None:
            self._sent[author.handle] += 1
            self._names[author.handle] = author.name or self._names.get(author.handle, "")
        told = {one.handle for one in people(headers.all("Delivered-To")[:5])}
        if told:
            self._with_delivery += 1
            self._delivered.update(told)

    def wrote(self, author: Person | None, labels: Labels) -> bool:
        """Whether the owner wrote a mail, as far as is known by now."""
        if author is None:
            return False
        named = {author.handle.casefold(), author.name.casefold()} & self.me
        return labels.sent or bool(named) or author.handle in self._sent or author.handle in self._main()

    def hints(self) -> Iterator[OwnerHint]:
        """The addresses that are the owner's."""
        total = self._sent.total()
        for handle, count in self._sent.most_common():
            if count >= total * _SENT_SHARE:
                yield OwnerHint(Person(handle, self._names[handle]), "wrote what lies among the sent mails")
        for handle in () if total else self._main():
            yield OwnerHint(Person(handle, ""), "nearly all mails were delivered to this address")

    def _main(self) -> list[str]:
        least = max(self._with_delivery * _DELIVERED_SHARE, _DELIVERED_LEAST)
        return [handle for handle, count in self._delivered.most_common(3) if count >= least]
